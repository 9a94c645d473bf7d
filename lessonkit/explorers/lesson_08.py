"""Explorer of lesson 08: how well a batch speaks for all examples."""

import numpy as np

from lessonkit.explorers import explore
from lessonkit.plots import BLACK, BLUE, VERMILLION, figure


def batch_means(minibatches, X, y):
    """Show how the means of the batches scatter around the mean of all targets.

    Parameters
    ----------
    minibatches : callable
        The student's.
    X, y : arrays
        The examples, and targets of shape (N,) in metres.
    """

    def draw(batch_size):
        batches = [y_batch for _, y_batch in minibatches(X, y, batch_size, np.random.default_rng(0))]
        means = np.array([batch.mean() for batch in batches])
        fig, ax = figure(width=7.5, height=3.2)
        ax.hist(means, bins=np.arange(350, 751, 10), color=BLUE)
        ax.axvline(y.mean(), color=VERMILLION, linestyle="--")
        top = ax.get_ylim()[1]
        ax.text(y.mean() + 4, 0.93 * top, f"mean of all: {y.mean():.0f} m", color=BLACK)
        ax.set(xlabel="mean elevation of a batch, in metres", ylabel="number of batches", xlim=(350, 750))
        return fig, (
            f"Batches of {batch_size}: one epoch has {len(batches)} of them. Their means have a standard "
            f"deviation of {means.std():.0f} m around the mean of all examples, {y.mean():.0f} m."
        )

    return explore(draw, batch_size=[20, 5, 50, 100, 200, 500, 1000])
