"""Explorer of lesson 08: how well a batch speaks for all examples."""

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots import BLUE, VERMILLION

EDGES = np.arange(350, 751, 10)


def batch_means(minibatches, X, y):
    """Show how the means of the batches scatter around the mean of all targets.

    Parameters
    ----------
    minibatches : callable
        The student's.
    X, y : arrays
        The examples, and targets of shape (N,) in meters.
    """
    ax = panel(width=6.2, height=3.2, xlabel="mean elevation of a batch, in meters", ylabel="share of the batches")
    ax.text(y.mean() + 4, 0.93, f"mean of all: {y.mean():.0f} m", transform=ax.get_xaxis_transform())
    ax.set(xlim=(350, 750))
    ax.locator_params("y", steps=[1, 2, 5, 10])  # whole percents
    ax.yaxis.set_major_formatter("{x:.0%}")

    def draw(batch_size):
        batches = [y_batch for _, y_batch in minibatches(X, y, batch_size, np.random.default_rng(0))]
        means = np.array([batch.mean() for batch in batches])
        share = np.histogram(means, EDGES)[0] / len(means)
        ax.set_ylim(0, 1.3 * share.max())  # the label needs room above the bars
        ax.stairs(share, EDGES, fill=True, color=BLUE)
        ax.axvline(y.mean(), color=VERMILLION, linestyle="--", zorder=4)
        ax.set_title(f"{len(batches)} batches of {batch_size}")
        return (
            f"Batches of {batch_size}: one epoch has {len(batches)} of them. Their means have a standard "
            f"deviation of {means.std():.0f} m around the mean of all examples, {y.mean():.0f} m."
        )

    return explore(draw, ax, batch_size=[20, 5, 50, 100, 200, 500, 1000])
