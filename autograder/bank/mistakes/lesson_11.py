"""What students get wrong in lesson 11, softmax."""

import numpy as np

from autograder.bank import mistake
from reference_impl import sigmoid_forward, softmax_loss


def softmax(x, axis=1):
    exps = np.exp(x - x.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


def cross_entropy_gradient(p, y):
    """(p - one-hot labels) / N."""
    return (p - np.eye(p.shape[1])[y]) / len(p)


def with_another_loss(x, y, p):
    """The mean cross-entropy of the probabilities p, with the right gradient of the scores x."""
    return -np.mean(np.log(p[np.arange(len(y)), y])), softmax_loss(x, y)[1]


# the exponentials


@mistake(
    "softmax_loss",
    "`exp` of a large score is infinity, and infinity divided by infinity is NaN. Adding one number to all scores of "
    "an example changes no probability: choose it so that no exponential can overflow.",
)
def exponentials_overflow(x, y):
    exps = np.exp(x)
    p = exps / exps.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(y)), y])), cross_entropy_gradient(p, y)


@mistake(
    "softmax_loss",
    "The logarithm of the sum is infinite for large scores: `exp` overflows before the logarithm is taken. Adding one number to all scores of an "
    "example changes no probability: choose it so that no exponential can overflow.",
)
def logarithm_of_a_sum_that_overflows(x, y):
    exps = np.exp(x)
    sums = exps.sum(axis=1)
    loss = np.mean(np.log(sums) - x[np.arange(len(y)), y])
    return loss, cross_entropy_gradient(exps / sums[:, np.newaxis], y)


@mistake(
    "softmax_loss",
    "A probability that is too small for a float becomes 0, and log(0) is minus infinity. Do not take the logarithm "
    "of a probability: simplify log(e^s / sum) on paper first, so that no division is left.",
)
def logarithm_of_zero(x, y):
    p = softmax(x)
    return with_another_loss(x, y, p)


@mistake(
    "softmax_loss",
    "The loss of a confident wrong prediction is capped: it stays far below 1000 where the scores give 20000. Look at what keeps the "
    "logarithm away from zero: it hides how wrong the network is. Simplified on paper, log(e^s / sum) needs no such guard.",
)
def tiny_number_inside_the_logarithm(x, y):
    return with_another_loss(x, y, softmax(x) + 1e-12)


@mistake(
    "softmax_loss",
    "You subtract one maximum from the whole batch. An example whose scores are all far below it is left with only "
    "zeros, and 0 / 0 is NaN: every example needs its own maximum.",
)
def one_maximum_for_the_batch(x, y):
    exps = np.exp(x - x.max())
    p = exps / exps.sum(axis=1, keepdims=True)
    return with_another_loss(x, y, p)[0], cross_entropy_gradient(p, y)


@mistake(
    "softmax_loss",
    "You shift all scores by the maximum of the whole batch. A row that is far below it has only zeros left after "
    "`exp`, and the logarithm of their sum is minus infinity: shift each row by its own maximum.",
)
def one_maximum_then_logarithm_of_the_sum(x, y):
    shifted = x - x.max()
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(len(y)), y])
    return loss, cross_entropy_gradient(exps / sums, y)


@mistake(
    "softmax_loss",
    "In the loss you sum over shifted scores, but the score of the right class is not shifted. Both terms need the "
    "same shift; otherwise the difference is off by it.",
)
def score_of_the_right_class_not_shifted(x, y):
    sums = np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1)
    return np.mean(np.log(sums) - x[np.arange(len(y)), y]), softmax_loss(x, y)[1]


@mistake(
    "softmax_loss",
    "Your loss averages over all classes of an example, right and wrong ones. Only the probability of the right class counts.",
)
def averages_over_all_classes(x, y):
    shifted = x - x.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1, keepdims=True)) - shifted), softmax_loss(x, y)[1]


@mistake("softmax_loss", "You return the loss and the gradient in the wrong order: the loss comes first.")
def gradient_first(x, y):
    return softmax_loss(x, y)[::-1]


@mistake(
    "softmax_loss",
    "Your dx is p (1 - p) / N, the derivative of each probability with respect to its own score. You need the "
    "gradient of the loss: the section on the gradient derives it, and it is simpler.",
)
def slope_of_the_probabilities(x, y):
    p = softmax(x)
    return softmax_loss(x, y)[0], p * (1 - p) / len(y)


@mistake(
    "softmax_loss",
    "Your dx is divided by the number of classes. The mean is taken over the examples: count the rows, not the "
    "columns.",
)
def divides_by_the_classes(x, y):
    loss, dx = softmax_loss(x, y)
    return loss, dx * len(x) / x.shape[1]


@mistake(
    "softmax_loss",
    "You subtract the maximum of each class. Only a number that is the same for all scores of one example leaves the "
    "probabilities unchanged: take the maximum of each row.",
)
def maximum_of_each_class(x, y):
    return softmax_loss(x - x.max(axis=0), y)


# the probabilities


@mistake(
    "softmax_loss",
    "The probabilities of one class add up to 1 over the batch. The probabilities of one example should: sum along "
    "the other axis.",
)
def sums_over_the_examples(x, y):
    p = softmax(x, axis=0)
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-300)), cross_entropy_gradient(p, y)


@mistake(
    "softmax_loss",
    "You divide by the sum over the whole batch. Every example has its own probabilities: divide each row by its sum.",
)
def one_sum_for_the_batch(x, y):
    exps = np.exp(x - x.max(axis=1, keepdims=True))
    p = exps / exps.sum()
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-300)), cross_entropy_gradient(p, y)


@mistake(
    "softmax_loss",
    "This is sigmoid, score by score: the classes do not compete, and their probabilities do not add up to 1. Softmax "
    "divides by the sum over the classes.",
)
def sigmoid_of_each_score(x, y):
    p, _ = sigmoid_forward(x)
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-300)), cross_entropy_gradient(p, y)


@mistake("softmax_loss", "Softmax is applied twice: you take the softmax of numbers that already are probabilities.")
def softmax_twice(x, y):
    p = softmax(softmax(x))
    return -np.mean(np.log(p[np.arange(len(y)), y])), cross_entropy_gradient(p, y)


# the loss


@mistake(
    "softmax_loss",
    "The loss has the wrong sign: the logarithm of a probability is negative, and the loss is minus that.",
)
def forgets_the_minus_sign(x, y):
    loss, dx = softmax_loss(x, y)
    return -loss, dx


@mistake(
    "softmax_loss",
    "You add up the losses of the batch, and the gradients with them. Both are means: divide by the number of examples, "
    "so that the step size does not depend on the batch size.",
)
def sum_instead_of_the_mean(x, y):
    loss, dx = softmax_loss(x, y)
    return len(x) * loss, len(x) * dx


@mistake(
    "softmax_loss",
    "Your loss is the sum over the batch, although your gradient is that of the mean. Divide both by N.",
    alone=True,
)
def sum_in_the_loss_alone(x, y):
    loss, dx = softmax_loss(x, y)
    return len(x) * loss, dx


@mistake(
    "softmax_loss",
    "You take the mean over examples and classes. The loss of one example is a single logarithm, that of its right class: "
    "divide by N alone, not by N times C.",
)
def mean_over_the_classes_too(x, y):
    loss, dx = softmax_loss(x, y)
    return loss / x.shape[1], dx / x.shape[1]


@mistake(
    "softmax_loss",
    "Your loss takes, from every example, the probabilities of all labels of the batch: `p[:, y]` has shape (N, N). "
    "Each row needs only its own entry: index with row numbers together with y.",
)
def picks_all_labels_in_every_row(x, y):
    return float(np.mean(-np.log(softmax(x)[:, y] + 1e-300))), softmax_loss(x, y)[1]


@mistake(
    "softmax_loss",
    "You take the logarithms of all probabilities. Cross-entropy uses only that of the right class of each example: "
    "the other scores count only through the sum that softmax divides by.",
)
def logarithms_of_all_classes(x, y):
    return -np.sum(np.log(softmax(x) + 1e-300)) / len(x), softmax_loss(x, y)[1]


@mistake(
    "softmax_loss",
    "This is one minus the probability of the right class. The loss is minus its logarithm, which grows without "
    "limit for a confident wrong prediction.",
)
def one_minus_the_probability(x, y):
    return 1 - np.mean(softmax(x)[np.arange(len(y)), y]), softmax_loss(x, y)[1]


@mistake(
    "softmax_loss",
    "This is the mean squared error between the probabilities and the labels. The loss here is the cross-entropy: "
    "minus the logarithm of the probability of the right class.",
)
def squared_error_of_the_probabilities(x, y):
    p = softmax(x)
    N, C = p.shape
    difference = p - np.eye(C)[y]
    dp = 2 * difference / (N * C)
    return np.mean(difference**2), p * (dp - (p * dp).sum(axis=1, keepdims=True))


# the gradient


@mistake(
    "softmax_loss",
    "Your gradient is not divided by the number of examples, although your loss is: the gradient of a mean has the "
    "1/N too.",
    alone=True,
)
def gradient_not_divided(x, y):
    loss, dx = softmax_loss(x, y)
    return loss, len(x) * dx


@mistake(
    "softmax_loss",
    "Your dx is the probabilities over N, for right and wrong classes alike. Something must be subtracted at the "
    "right class of each example; otherwise nothing ever pushes its score up.",
)
def nothing_subtracted_at_the_right_class(x, y):
    return softmax_loss(x, y)[0], softmax(x) / len(x)


@mistake(
    "softmax_loss",
    "dx is too large by 2 / N at the right class of each example: you add 1 there where you should subtract it. "
    "Raising that score lowers the loss, so its entry must be negative.",
)
def adds_one_at_the_right_class(x, y):
    return softmax_loss(x, y)[0], (softmax(x) + np.eye(x.shape[1])[y]) / len(x)


@mistake(
    "softmax_loss", "You return the probabilities in place of dx, the gradient of the loss with respect to the scores."
)
def returns_the_probabilities(x, y):
    return softmax_loss(x, y)[0], softmax(x)


@mistake(
    "softmax_loss",
    "The gradient has the wrong sign: raising the score of the right class makes the loss smaller, so its entry of dx "
    "must be negative.",
)
def gradient_with_the_wrong_sign(x, y):
    loss, dx = softmax_loss(x, y)
    return loss, -dx


@mistake(
    "softmax_loss",
    "You subtract at all labels of the batch in every row: that is what `dx[:, y]` means. Each row has one right "
    "class: index with row numbers together with y.",
)
def subtracts_all_labels_in_every_row(x, y):
    dx = softmax(x)
    dx[:, y] -= 1
    return softmax_loss(x, y)[0], dx / len(x)


@mistake(
    "softmax_loss",
    "You divide the probabilities by N and then subtract a whole 1. Subtract the 1 at the right class first, and "
    "divide the difference by N.",
)
def divides_before_it_subtracts(x, y):
    return softmax_loss(x, y)[0], softmax(x) / len(x) - np.eye(x.shape[1])[y]


@mistake(
    "softmax_loss",
    "Your dx is zero for the wrong classes. Their scores count too: raising one of them lowers the probability of "
    "the right class.",
)
def gradient_of_the_right_class_alone(x, y):
    loss, dx = softmax_loss(x, y)
    return loss, dx * np.eye(x.shape[1])[y]


@mistake(
    "softmax_loss",
    "This is the gradient with respect to the probabilities, -1 / p at the right class. The network gives scores: go one "
    "step further back, through the softmax.",
)
def gradient_of_the_probabilities(x, y):
    with np.errstate(all="ignore"):
        return softmax_loss(x, y)[0], np.where(np.eye(x.shape[1])[y] == 1, -1 / softmax(x), 0.0) / len(x)


@mistake(
    "softmax_loss",
    "You multiply by p (1 - p) once more: that is the derivative of one probability with respect to its own score. "
    "The simple difference between probabilities and labels already contains the whole softmax.",
)
def derivative_of_softmax_once_more(x, y):
    p = softmax(x)
    return softmax_loss(x, y)[0], cross_entropy_gradient(p, y) * p * (1 - p)


# the caller's arrays


@mistake(
    "softmax_loss",
    "Your function changes x: an operator like `-=` writes into the caller's scores. Make a new array instead.",
)
def shifts_x_in_place(x, y):
    x -= x.max(axis=1, keepdims=True)
    return softmax_loss(x, y)


@mistake(
    "softmax_loss",
    "Integer scores go wrong: an array made like x holds integers when x does, and every probability that you write "
    "into it is truncated to 0. Make it an array of floats.",
)
def probabilities_in_an_integer_array(x, y):
    loss, _ = softmax_loss(x, y)
    dx = np.zeros_like(x)
    dx[...] = softmax(x)
    dx[np.arange(len(y)), y] -= 1
    return loss, dx / len(x)


@mistake(
    "softmax_loss",
    "Extreme entries of x have changed during the call: x belongs to the caller. Make a new array, and try "
    "subtracting each row's maximum instead.",
)
def clips_x_in_place(x, y):
    result = softmax_loss(x, y)
    if x.dtype.kind == "f":
        np.clip(x, -500, 500, out=x)
    return result
