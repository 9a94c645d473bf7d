"""Figures of lesson 08: terrain, splits, scales, digits as rows, epochs of batches, and mirror images."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, SEQUENTIAL, SKY, UNTITLED, VERMILLION, figure, show

SETS = ("train", "val", "test")
WORDS = {"train": "training", "val": "validation", "test": "test"}


def terrain(X, y, shape):
    """Show the elevation data as a map.

    Parameters
    ----------
    X : array of shape (N, 2)
        Longitude and latitude of a grid.
    y : array of shape (N,)
        Elevation in meters.
    shape : tuple
        Rows and columns of the grid.
    """
    fig, ax = figure(width=6.4, height=4.6, margins=UNTITLED)
    ax.grid(False)
    image = ax.imshow(y.reshape(shape), extent=_extent(X), aspect="equal", cmap=SEQUENTIAL)
    fig.colorbar(image, ax=ax, label="elevation in meters")
    ax.set(xlabel="longitude in degrees", ylabel="latitude in degrees")
    show(fig, f"Map of hilly land, {shape[0]} by {shape[1]} points, elevation from {y.min():.0f} to {y.max():.0f} meters. "
         "Branching ridges of over 800 meters fill the southwest. A plateau of some 600 meters fills the northeast; the southeast is low.")  # fmt: skip


def _extent(X):
    (west, south), (east, north) = X.min(axis=0), X.max(axis=0)
    return west, east, south, north


def two_ways_to_split(data, X, shape, num_validation, num_test):
    """Show where the examples of the three sets lie on the map: cut in the old order, and in the student's split.

    Parameters
    ----------
    data : dict
        The student's split of the terrain.
    X : array of shape (N, 2)
        All examples, in their old order.
    shape : tuple
        Rows and columns of the grid.
    num_validation, num_test : int
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    cut = np.zeros(len(X), dtype=int)
    cut[len(X) - num_validation - num_test :] = 1
    cut[len(X) - num_test :] = 2
    dealt = np.zeros(len(X), dtype=int)
    index_of = {tuple(point): i for i, point in enumerate(X.tolist())}
    for i, name in enumerate(SETS):
        dealt[[index_of[tuple(point)] for point in data[f"X_{name}"].tolist()]] = i
    colors = ["#f2f2f2", SKY, BLACK]
    fig, axes = figure(1, 2, width=9, height=4.1, sharey=True, margins=(0.8, 0.3, 0.95, 0.35))
    for ax, owner, title in zip(axes, (cut, dealt), ("cut in the old order", "your split"), strict=True):
        ax.grid(False)
        ax.imshow(owner.reshape(shape), extent=_extent(X), cmap=ListedColormap(colors), vmin=0, vmax=2,
                  interpolation="nearest")  # fmt: skip
        ax.set(title=title, xlabel="longitude in degrees", xticks=[-84.4, -84.3, -84.2, -84.1])
    axes[0].set_ylabel("latitude in degrees")
    handles = [Patch(facecolor=c, edgecolor=BLACK, label=w) for c, w in zip(colors, WORDS.values(), strict=True)]
    fig.legend(handles=handles, loc="lower center", ncols=3)
    show(fig, "Two maps of the land that show which points are in which set. Left, cut in the old order: the validation "
         "set and the test set are two strips in the south. Right, your split: points of all three sets should be spread over the whole land.")  # fmt: skip


def scales(before, after, names):
    """Show the range of each feature, before and after normalizing.

    Parameters
    ----------
    before, after : arrays of shape (N, D)
        The same training examples, before and after.
    names : list of str
        The features' names.
    """
    fig, axes = figure(1, 2, width=9, height=2.6, sharey=True, margins=(0.9, 0.15, 0.35, 0.4))
    titles = "as they are: three units on one axis", "normalized: one scale for all"
    for ax, X, title in zip(axes, (before, after), titles, strict=True):
        for row, values in enumerate(X.T):
            low, middle, high = values.min(), values.mean(), values.max()
            ax.plot([low, high], [row, row], color=BLUE, linestyle="-", linewidth=5, solid_capstyle="butt")
            ax.plot([middle], [row], marker="D", color=VERMILLION, markersize=8)
        ax.set(title=title, yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    axes[1].axvline(0, color=BLACK, linewidth=0.8, linestyle=":")
    spans = ", ".join(f"{n} {v.min():.4g} to {v.max():.4g}" for n, v in zip(names, before.T, strict=True))
    spans = spans.replace("-", "−")
    show(fig, f"Two panels with a bar from the smallest to the largest value of each feature and a diamond at its mean. "
         f"Left, as they are: {spans}, so only elevation has a visible width. Right, normalized: "
         "bars of similar width, from about −2 to 3, with their means at 0.")  # fmt: skip


def image_and_row(image, row):
    """Show an image, and the row of numbers that it becomes.

    Parameters
    ----------
    image : array of shape (H, W)
    row : array of shape (H * W,)
        What the student's function returns for it.
    """
    fig, (left, right) = figure(1, 2, width=9, height=2.4, width_ratios=[1, 4])
    for ax, pixels in ((left, image), (right, np.atleast_2d(row))):
        ax.grid(False)
        ax.imshow(pixels, aspect="equal" if ax is left else 8, cmap="Greys", interpolation="nearest")
        ax.set(yticks=[])
    left.spines[:].set_visible(True)
    left.set(title=f"an image, {image.shape[0]} × {image.shape[1]}", xticks=[])
    H, W = image.shape
    right.set(title="your row: the image's first row, then its second, and so on", xlabel="position in the row",
              xticks=range(0, H * W + 1, W))  # fmt: skip
    for start in range(W, H * W, W):
        right.axvline(start - 0.5, color=BLUE, linewidth=1, linestyle="--")
    show(fig, f"Left, the image of a handwritten digit, {H} by {W} pixels. Right, the same {H * W} numbers as one row, a strip "
         f"with a dashed line after every {W} numbers, where the next row of the image begins.")  # fmt: skip


def epochs(minibatches, N=20, batch_size=6, num_epochs=4):
    """Show which batch each example is in, for a few epochs.

    Parameters
    ----------
    minibatches : callable
        The student's function.
    N, batch_size, num_epochs : int
    """
    rng = np.random.default_rng(8)
    examples = np.arange(N)
    fig, ax = figure(width=9, height=0.5 * num_epochs + 1.5)
    ax.grid(False)
    table = np.full((num_epochs, N), np.nan)
    for epoch in range(num_epochs):
        for number, (_, y_batch) in enumerate(minibatches(examples[:, np.newaxis], examples, batch_size, rng), start=1):
            table[epoch, y_batch] = number
    ax.imshow(table, aspect="auto", cmap="Greens", vmin=0, vmax=2.5 * np.nanmax(table))
    for epoch, example in np.ndindex(table.shape):
        number = table[epoch, example]
        ax.text(example, epoch, "–" if np.isnan(number) else f"{number:.0f}", ha="center", va="center")
    ax.set(xlabel="example", ylabel="epoch", xticks=examples, yticks=range(num_epochs),
           yticklabels=range(1, num_epochs + 1), title=f"the batch that each example is in, {batch_size} at a time")  # fmt: skip
    show(fig, f"Table with {num_epochs} epochs as rows and {N} examples as columns. Each cell holds the number of the batch that "
         "the example is in; a dash means that it is in none. Every row should hold every batch number, in another order.")  # fmt: skip


def mirrored(images, new, labels, title, cmap=SEQUENTIAL):
    """Show images, with the result for each one below it.

    Parameters
    ----------
    images, new : arrays of shape (N, H, W)
    labels : list of str
        One word for each image.
    title : str
    cmap : str
        A matplotlib color map.
    """
    fig, axes = figure(
        2, len(images), width=9, height=2.4, squeeze=False, margins=(0.35, 0.1, 0.3, 0.55), gaps=(0.1, 0.1)
    )
    flipped = [not np.array_equal(a, b) for a, b in zip(images, new, strict=True)]
    for column, (image, image_new, label) in enumerate(zip(images, new, labels, strict=True)):
        for ax, pixels in zip(axes[:, column], (image, image_new), strict=True):
            ax.imshow(pixels, cmap=cmap, vmin=images.min(), vmax=images.max(), interpolation="nearest")
            ax.grid(False)
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        axes[0, column].set_title(label, fontsize=10)
        axes[1, column].set_xlabel("changed" if flipped[column] else "as it was", fontsize=9)
    axes[0, 0].set_ylabel("before")
    axes[1, 0].set_ylabel("after")
    fig.suptitle(title)
    show(fig, f"{title}: {len(images)} small images in a row, labeled {', '.join(labels)}, and below each one the image that came back: "
         f"{sum(flipped)} of them changed; the others did not.")  # fmt: skip
