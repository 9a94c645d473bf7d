"""The checks of lesson 11, softmax: the loss of a classifier and its gradient."""

import numpy as np

from lessonkit.checks import two_sizes
from lessonkit.engine.check import check


def scores_and_labels(rng, N=None, C=None):
    """Scores of N examples for C classes, and right classes of which at least two differ where N allows it."""
    if N is None:
        N, C = two_sizes(rng, 3, 7)
    return 2 * rng.normal(size=(N, C)), rng.permutation(np.resize(rng.permutation(C), N))


@check("softmax_loss", points=1)
def gives_the_mean_cross_entropy(code, rng):
    loss, _ = code.softmax_loss(*scores_and_labels(rng))
    yield "loss", loss


@check("softmax_loss", points=2)
def gives_the_gradient(code, rng):
    # Not compared with the student's own loss: a wrong loss costs its own point, not these.
    _, dx = code.softmax_loss(*scores_and_labels(rng))
    yield "dx", dx


@check("softmax_loss", points=1, of_property=True)
def works_for_any_batch_size_and_for_integers(code, rng):
    for N, C in [(1, 4), (2, 3), (7, 2)]:
        loss, dx = code.softmax_loss(*scores_and_labels(rng, N, C))
        yield f"loss of {N} x {C} scores", loss
        yield f"dx of {N} x {C} scores", dx
    _, y = scores_and_labels(rng, 3, 4)
    loss, dx = code.softmax_loss(rng.integers(-3, 4, (3, 4)), y)
    yield "loss of integer scores", loss
    yield "dx of integer scores", dx


@check("softmax_loss", points=1, of_property=True)
def stays_finite_for_extreme_scores(code, rng):
    shift = 10_000.0
    # Whole numbers: adding the shift loses nothing, not even in float32.
    small, y = rng.integers(-3, 4, (4, 3)).astype(float), rng.permutation([0, 1, 2, 1])
    for what, x in {
        "very large scores": small + shift,
        "very negative scores": small - shift,
        "very large and very negative scores": small + shift * np.array([[1], [-1], [1], [-1]]),
    }.items():
        loss, dx = code.softmax_loss(x, y)
        yield f"loss of {what}", loss
        yield f"dx of {what}", dx
    loss, dx = code.softmax_loss(np.array([[shift, 0.0, -shift]]), np.array([2]))
    yield "dx of a confident wrong prediction", dx
    small = 0 <= loss < shift / 10  # a cap may have any size, and the word is the same for all
    yield "the loss of a confident wrong prediction is", "below 1000" if small else "1000 or more"
    if not small:
        yield "loss of a confident wrong prediction", loss


@check("softmax_loss", points=1, of_property=True)
def leaves_x_and_y_as_they_were(code, rng):
    code.softmax_loss(*scores_and_labels(rng))
    x, y = code.after
    yield "x after the call", x
    yield "y after the call", y
    code.softmax_loss(np.array([[1e4, 0.0, -1e4]]), np.array([2]))
    yield "extreme x after the call", code.after[0]
