"""Figures of lesson 03: secants, the valley between truncation and rounding, kinks, and verdicts."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, NO_AXES, ORANGE, UNTITLED, VERMILLION, figure, show, written

STEPS = [float(f"{digit}e{power}") for power in range(-15, 0) for digit in (1, 1.8, 3.2, 5.6)] + [1.0]


def cube(x):
    """The example of the lesson; only products, so that it rounds alike on every machine."""
    return np.sum(x * x * x)


def two_ways_to_take_a_slope():
    """Show a one-sided and a two-sided secant of x³ at x = 1, with the tangent."""
    at, h = 1.0, 0.6
    x = np.linspace(-0.1, 1.9, 101)
    fig, axes = figure(1, 2, width=9, height=3.6, margins=(0.8, 0.15, 0.4, 0.4), sharey=True)
    for ax, start, title in [
        (axes[0], at, "one-sided: from x to x + h"),
        (axes[1], at - h, "two-sided: x − h to x + h"),
    ]:
        ax.plot(x, x**3, color=BLUE, linestyle="-", label="f(x) = x³")
        ax.axline((at, at**3), slope=3, color=BLACK, linestyle=":", label="tangent, slope 3")
        ax.axline((start, start**3), (at + h, (at + h) ** 3), color=VERMILLION, linestyle="--", label="secant")
        ax.plot([start, at + h], [start**3, (at + h) ** 3], color=VERMILLION, linestyle="", marker="s", markersize=8)
        ax.plot(at, at**3, color=BLACK, linestyle="", marker="o", markersize=7)
        ax.set(title=title, xlim=(-0.1, 1.9), ylim=(-1.2, 6.2))
        ax.set_xticks([at - h, at, at + h], ["x − h", "x", "x + h"])
        ax.legend(loc="upper left", fontsize=9)
    axes[0].set_ylabel("f(x)")
    show(fig, "Two plots of f(x) = x cubed near x = 1 with the tangent of slope 3. Left, the secant through x and x + h is much "
         "steeper than the tangent. Right, the secant through x - h and x + h is almost parallel to the tangent.")  # fmt: skip


def one_entry_moves_all_outputs():
    """Show how a step of one input reaches the loss: through every output, weighted by df."""
    from matplotlib.patches import Circle

    fig, ax = figure(width=8, height=2.9, margins=NO_AXES)
    ax.set_axis_off()
    ax.set(xlim=(0, 10.6), ylim=(0, 4), aspect="equal")
    inputs = {"$x_0$": 3.2, "$x_1$": 2, "$x_2$": 0.8}
    outputs = {"$f_0$": 2.8, "$f_1$": 1.2}
    for name, y in inputs.items():
        moves = name == "$x_1$"
        ax.add_patch(Circle((1.5, y), 0.42, facecolor="white", edgecolor=VERMILLION if moves else BLACK, linewidth=1.5))
        ax.text(1.5, y, name, ha="center", va="center")
        for height in outputs.values():
            look = dict(color=VERMILLION, linewidth=2) if moves else dict(color=BLACK, linewidth=0.8, linestyle=":")
            ax.annotate("", (4.6, height), (1.95, y), arrowprops=dict(arrowstyle="-|>", **look), zorder=3 + moves)
    step = dict(arrowstyle="->", color=VERMILLION)
    ax.annotate("± h", (1.0, 2), (0.3, 2), ha="center", va="center", color=VERMILLION, arrowprops=step)
    for k, (name, y) in enumerate(outputs.items()):
        ax.add_patch(Circle((5.05, y), 0.42, facecolor="white", edgecolor=VERMILLION, linewidth=1.5))
        ax.text(5.05, y, name, ha="center", va="center")
        ax.annotate(
            "", (8.0, 2.1 - 0.2 * k), (5.5, y), arrowprops=dict(arrowstyle="-|>", color=VERMILLION, linewidth=2)
        )
        ax.text(6.75, 2.85 if k == 0 else 1.1, f"times $df_{k}$", ha="center", va="center")
    ax.add_patch(Circle((8.45, 2), 0.42, facecolor="white", edgecolor=VERMILLION, linewidth=1.5))
    ax.text(8.45, 2, "sum", ha="center", va="center")
    ax.text(9.1, 2, "$L = \\sum\\, df \\cdot f(x)$", va="center")
    show(fig, "Diagram. Of three inputs, only x1 moves, by plus or minus h. Arrows lead from it to both outputs, f0 and f1. These are "
         "multiplied by df0 and df1 and added up to the number L.")  # fmt: skip


def valley_errors(gradient):
    """Return the errors of the one-sided and of the student's difference for `STEPS`: x³ at x = 3, with slope 27."""
    x = np.array([3.0])
    one_sided = [abs(float((cube(x + h) - cube(x)) / h) - 27) for h in STEPS]
    return one_sided, [abs(float(gradient(cube, x.copy(), h)[0]) - 27) for h in STEPS]


def valley_axes(ax, one_sided, two_sided):
    """Draw both errors against the step."""
    floor = 1e-12  # an error that happens to be zero has no place on a logarithmic axis
    small = dict(markersize=3)
    ax.loglog(
        STEPS, np.maximum(one_sided, floor), color=VERMILLION, linestyle="--", marker="s", label="one-sided", **small
    )
    ax.loglog(
        STEPS, np.maximum(two_sided, floor), color=BLUE, linestyle="-", marker="o", label="two-sided (yours)", **small
    )
    ax.set(xlabel="step h", ylabel="error of the slope", xlim=(4e-17, 2), ylim=(3e-13, 1e4))
    ax.set_xticks([1e-13, 1e-9, 1e-5, 1e-1])


def valley(gradient):
    """Plot the error of a numerical slope against its step.

    Parameters
    ----------
    gradient : callable
        The student's ``eval_numerical_gradient``.
    """
    fig, ax = figure(width=7.5, height=4, margins=(0.9, 0.15, 0.6, 0.15))
    valley_axes(ax, *valley_errors(gradient))
    ax.axvline(1e-5, color=BLACK, linewidth=1, linestyle=":")
    ax.text(1.4e-5, 30, "h = 10⁻⁵", fontsize=10)
    ax.text(2e-14, 1.5e-7, "too small:\nrounding errors,\nlike 1/h", fontsize=10, ha="center")
    ax.text(3e-2, 1e-9, "too large:\nthe curve bends,\nlike h², or like h", fontsize=10, ha="center")
    ax.legend(loc="upper center", fontsize=10, ncols=2)
    show(fig, "Plot with logarithmic axes: the error of the numerical slope of x cubed at 3 against the step h. Both curves are valleys. "
         "For small h, rounding makes both errors grow like 1/h. For large h, the one-sided error grows like h and the two-sided like h squared, "
         "so a correct two-sided difference has its lowest point near h = 1e-5 and lies far below the one-sided one.")  # fmt: skip


def kink(gradient, relu, h=0.25):
    """Show numerical slopes of ReLU on both sides of its kink.

    Parameters
    ----------
    gradient : callable
        The student's ``eval_numerical_gradient``.
    relu : callable
        ``relu(x) -> out``.
    h : float
        The step, large enough to see.
    """
    x = np.linspace(-1, 1, 41)
    fig, ax = figure(width=7, height=3.4, margins=UNTITLED)
    ax.axvspan(-h, h, color=ORANGE, alpha=0.2, linewidth=0)
    ax.text(0, 1.08, "closer than h\nto the kink", ha="center", fontsize=10)
    ax.plot([-1, 0], [0, 0], color=BLACK, linestyle="-", label="slope of ReLU")
    ax.plot([0, 1], [1, 1], color=BLACK, linestyle="-")
    slopes = gradient(lambda x: np.sum(relu(x)), x.copy(), h)
    ax.plot(x, slopes, color=BLUE, linestyle="", marker="o", markersize=5, label=f"numerical, h = {h}")
    ax.set(xlabel="x", ylabel="slope", ylim=(-0.15, 1.3))
    ax.legend(loc="center right", fontsize=10)
    show(fig, f"Slope of ReLU over x from -1 to 1: a step from 0 to 1 at the kink, x = 0. Your numerical slopes with h = {h} are dots. "
         f"Correct slopes lie on this step, except closer than h to the kink, where they climb from 0 to 1 in a straight line.")  # fmt: skip


def verdicts(errors):
    """Show relative errors of gradients on a scale that says what they mean.

    Parameters
    ----------
    errors : dict
        Relative error by name.
    """
    low, high = 1e-8, 2.0
    fig, ax = figure(width=8.5, height=0.9 + 0.42 * len(errors), margins=(2, 0.15, 0.6, 0.15))
    for start, end, words, color in [
        (low, 1e-7, "right", BLUE), (1e-7, 1e-4, "look closer", ORANGE), (1e-4, high, "wrong", VERMILLION),
    ]:  # fmt: skip
        ax.axvspan(start, end, color=color, alpha=0.15, linewidth=0)
        ax.text(np.sqrt(start * end), -0.95, words, ha="center", va="center", fontsize=11)
    for row, error in enumerate(errors.values()):
        below = error < 1e-7  # how far below is a matter of rounding, and differs between machines
        x = np.sqrt(low * 1e-7) if below else error
        ax.plot(x, row, linestyle="", color=BLACK, marker="<" if below else "o", markersize=8)
        if not below:
            ax.annotate(
                written(error, ".2g"), (x, row), xytext=(-10, 0), textcoords="offset points", ha="right", va="center"
            )
    ax.set(xscale="log", xlim=(low, high), ylim=(len(errors) - 0.4, -1.5), xlabel="relative error")
    ax.set_yticks(range(len(errors)), list(errors))
    ax.grid(axis="y", visible=False)
    numbers = "; ".join(f"{name}: {'below 1e-7' if error < 1e-7 else f'{error:.2g}'}" for name, error in errors.items())
    show(fig, f"Relative errors on a logarithmic scale with the zones right, look closer and wrong. {numbers}.")
