"""Renders what moves over what stays: the axes of an explorer are drawn once, what its sliders change again and again.

Drawing axes, ticks and labels, and finding room for them, takes ten times as long as drawing a curve.
"""

import base64
import io
import traceback
from dataclasses import dataclass
from html import escape

import numpy as np

from lessonkit.plots import MARGINS, SEQUENTIAL, STYLE, figure, plain_powers

LOOK = {**STYLE, "axes.titlesize": 11}
SIZE = "flex:1 1 {beside}px;max-width:min(100%,{width}px);min-width:{least}px;height:auto"
LEAST = 0.6  # of its size: a picture shrinks on a narrow page, but not until nobody can read it
BESIDE = 0.7  # of its size: as small as it may be to stand beside another one, else it stands below
LEGIBLE = 0.62  # of the size in which it is drawn: a widget shows a picture no smaller than this,
CROWDED = 0.5  # and a picture of things no smaller than that: drawn narrower, its letters would collide
BACKGROUNDS = 12  # that are kept, one for each combination of scales and labels


def panel(width=4.4, height=3.4, margins=MARGINS, **look):
    """Axes in a figure of their own. Panels stand side by side where there is room, else one below the other.

    Parameters
    ----------
    width, height : float
        Of the figure, in inches.
    margins : tuple of float
        Left, right, bottom and top, in inches.
    **look
        Handed to ``Axes.set``: limits, labels, title.

    Returns
    -------
    matplotlib axes
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    fig, ax = figure(width=width, height=height, margins=margins)
    FigureCanvasAgg(fig)
    with matplotlib.rc_context(LOOK):
        ax.set(**look)
    ax.title.set(animated=True)  # animated: drawn with what moves
    return ax


@dataclass(frozen=True)
class Png:
    """A rendered panel: the file's bytes, and its size in pixels."""

    data: bytes
    width: int
    height: int


class Room:
    """How wide and high a panel is meant to be, and its axes in it, in inches."""

    def __init__(self, ax):
        self.ax, self.size = ax, ax.figure.get_size_inches()
        self.boxes = [each.get_position(original=True).get_points() * self.size for each in ax.figure.axes]

    def fit(self, pixels):
        """Make the panel so narrow that a page of this width shows it large enough to be read.

        Margins and letters stay as they are. A picture of things becomes lower as well.

        Returns
        -------
        changed : bool
        """
        figure, before = self.ax.figure, self.ax.figure.get_size_inches()
        of_things = self.ax.get_aspect() != "auto"
        width = round(pixels / (CROWDED if of_things else LEGIBLE) / figure.dpi, 1)
        (left, bottom), (right, top) = self.boxes[figure.axes.index(self.ax)]
        across = 1 - (self.size[0] - min(width, self.size[0])) / (right - left)
        factors = np.array([across, across if of_things else 1])
        shorter = (1 - factors) * (right - left, top - bottom)
        figure.set_size_inches(self.size - shorter)
        for each, box in zip(figure.axes, self.boxes):
            inside = np.clip(box, (left, bottom), (right, top))  # what lies beyond moves along
            each.set_position(_extent((box - (inside - (left, bottom)) * (1 - factors)) / (self.size - shorter)))
        return not np.allclose(before, figure.get_size_inches())


def _extent(corners):
    (left, bottom), (right, top) = corners
    return [left, bottom, right - left, top - bottom]


class Stage:
    """The panels of an explorer, and the function that draws on them."""

    def __init__(self, draw, axes):
        self.draw, self.axes = draw, axes
        self.stays = [set(ax.get_children()) for ax in axes]
        self.backgrounds, self.rooms = {}, [Room(ax) for ax in axes]

    def fit(self, pixels):
        """Make the panels so narrow that a page of this width shows them large enough to be read.

        Returns
        -------
        changed : bool
        """
        narrow = [room.fit(pixels) for room in self.rooms]
        self.backgrounds.clear()
        return any(narrow)

    def at(self, values):
        """The picture for these values.

        Returns
        -------
        pictures : list of Png
            One for each of the axes; empty when drawing failed.
        words : str
            What `draw` said, or what to do about the failure.
        """
        import matplotlib

        try:
            with matplotlib.rc_context(LOOK), np.errstate(all="ignore"):
                words = self.draw(**values)
                return [self._render(ax, stays) for ax, stays in zip(self.axes, self.stays)], words
        except Exception as error:  # noqa: BLE001  a student's function may raise anything
            return [], explain(error)
        finally:
            for ax, stays in zip(self.axes, self.stays):
                for artist in _others(ax, stays):
                    artist.remove()
                ax.containers.clear()

    def _render(self, ax, stays):
        moving = sorted(_others(ax, stays), key=lambda artist: artist.get_zorder())
        canvas = ax.figure.canvas
        state = ax, *ax.get_xlim(), *ax.get_ylim(), ax.get_xlabel(), ax.get_ylabel()
        if state not in self.backgrounds:
            if len(self.backgrounds) >= BACKGROUNDS:
                self.backgrounds.clear()
            for artist in moving:
                artist.set_animated(True)
            plain_powers(ax.figure)
            canvas.draw()
            self.backgrounds[state] = canvas.copy_from_bbox(ax.figure.bbox)
        canvas.restore_region(self.backgrounds[state])
        ax.apply_aspect()
        for artist in [*moving, ax.title]:
            ax.draw_artist(artist)
        return _png(canvas.buffer_rgba())


class Run:
    """One training run after the other; what `train` was given, and where the run is."""

    def __init__(self, start, advance, draw, first):
        self.start, self.advance, self.draw = start, advance, draw
        self.forget(first)

    def forget(self, first=1):
        """Let `draw_now` begin a new run, and advance it `first` times."""
        self.run, self.more, self.first = None, True, first

    def go_on(self):
        """Train a little, if there is more to do."""
        if self.more and self.run is not None:
            with np.errstate(all="ignore"):
                self.more = bool(self.advance(self.run))

    def draw_now(self, **values):
        """Draw the run as it stands; begin one where there is none."""
        if self.run is None:
            self.run = self.start(**values)
            for _ in range(self.first):
                self.go_on()
        return self.draw(self.run, **values)


def train_for(solver, steps):
    """Do some steps of training, and after the last one of an epoch what `Solver.train` does then.

    `Solver.train` itself cannot pause for a picture, and at its end it goes back to the best parameters.

    Parameters
    ----------
    solver : Solver
    steps : int

    Returns
    -------
    more : bool
        Whether there is more to do: False after the last epoch, and once the loss is not a finite number.
    """
    for _ in range(steps):
        solver.step()
        if not np.isfinite(solver.loss_history[-1]):
            return False
        if len(solver.loss_history) % solver.iterations_per_epoch == 0:
            _end_epoch(solver)
    return len(solver.val_acc_history) < solver.num_epochs


def _end_epoch(solver):
    for config in solver.optim_configs.values():
        config["learning_rate"] *= solver.lr_decay
    train_acc = solver.check_accuracy(solver.X_train, solver.y_train, solver.num_train_samples)
    val_acc = solver.check_accuracy(solver.X_val, solver.y_val, solver.num_val_samples)
    solver.train_acc_history.append(train_acc)
    solver.val_acc_history.append(val_acc)


def colors_of_maps():
    """The colors of the scale for heights, three bytes each: dark pages keep them."""
    import matplotlib

    return (matplotlib.colormaps[SEQUENTIAL](np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes()


def _others(ax, stays):
    """The artists that `draw` has added, in their order."""
    return [artist for artist in ax.get_children() if artist not in stays]


def _png(pixels):
    from PIL import Image

    file = io.BytesIO()
    image = Image.fromarray(np.asarray(pixels)[..., :3])
    image.save(file, "PNG", compress_level=3)
    return Png(file.getvalue(), image.width, image.height)


def explain(error):
    """One kind line about what a student's function did."""
    if isinstance(error, NotImplementedError) and not str(error):
        *_, last = traceback.walk_tb(error.__traceback__)
        return f"{last[0].f_code.co_qualname} is still empty. Write it first, then run this cell again."
    return (
        "This explorer works with your own functions, and one of them is not ready for it "
        f"({type(error).__name__}: {str(error)[:200]}). Fix what the checks above report, then run this cell again."
    )


def markup(pictures, words):
    """The picture in HTML, with the words as its alt text and below it."""
    alts = [escape(words, quote=True)] + [""] * len(pictures)  # the words are about all panels together
    images = "".join(
        f'<img alt="{alt}" width="{png.width}" height="{png.height}" decoding="sync" '
        f'style="{_size(png.width)}" src="data:image/png;base64,{base64.b64encode(png.data).decode("ascii")}">'
        for png, alt in zip(pictures, alts)
    )
    row = (
        f'<div style="display:flex;flex-wrap:wrap;align-items:flex-start;overflow-x:auto">{images}</div>'
        if pictures
        else ""
    )
    return f"{row}<p>{escape(words)}</p>"


def _size(width):
    return SIZE.format(width=width, beside=round(BESIDE * width), least=round(LEAST * width))
