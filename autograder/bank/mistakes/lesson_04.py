"""What students get wrong in lesson 04, initialization."""

import copy

import numpy as np

from autograder.bank import mistake
from reference_impl import init_he, init_normal, init_xavier


def normal(fan_in, fan_out, rng, variance):
    """Normal weights with the variance ``variance(fan_in, fan_out)``."""
    if min(fan_in, fan_out) < 1:
        raise ValueError("empty layer")
    return np.sqrt(variance(fan_in, fan_out)) * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)


def uniform(fan_in, fan_out, rng, limit_squared):
    """Uniform weights between plus and minus the root of ``limit_squared(fan_in, fan_out)``."""
    _, b = normal(fan_in, fan_out, np.random.default_rng(0), limit_squared)
    limit = np.sqrt(limit_squared(fan_in, fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out)), b


# init_normal


@mistake(
    "init_normal",
    "The standard deviation of your weights is the square root of `weight_scale`, as if that were the variance. "
    "`weight_scale` is the standard deviation itself.",
)
def takes_the_scale_for_the_variance(fan_in, fan_out, weight_scale, rng):
    return init_normal(fan_in, fan_out, np.sqrt(weight_scale), rng)


@mistake(
    "init_normal",
    "The standard deviation of your weights is the square of `weight_scale`. NumPy's `rng.normal` takes a standard "
    "deviation, not a variance, and `weight_scale` is a standard deviation: use it once, as it is.",
)
def squares_the_scale(fan_in, fan_out, weight_scale, rng):
    return init_normal(fan_in, fan_out, weight_scale**2, rng)


@mistake(
    "init_normal",
    "The standard deviation of your weights is 1, whatever `weight_scale` says. Either you do not use it, "
    "or it went where the mean belongs: the first argument of `rng.normal` is the mean.",
)
def ignores_the_scale(fan_in, fan_out, weight_scale, rng):
    return init_normal(fan_in, fan_out, 1, rng)


@mistake(
    "init_normal",
    "You use `weight_scale` and also divide by the square root of fan_in. That belongs to the next exercise; here "
    "`weight_scale` alone sets the width.",
)
def divides_by_the_root_of_fan_in(fan_in, fan_out, weight_scale, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: weight_scale**2 / i)


@mistake(
    "init_normal",
    "Your weights are uniform between `-weight_scale` and `weight_scale`. That is a different distribution, and its "
    "standard deviation is smaller by a factor of 1.73. Draw from a normal distribution.",
)
def uniform_between_plus_and_minus_scale(fan_in, fan_out, weight_scale, rng):
    return uniform(fan_in, fan_out, rng, lambda i, o: weight_scale**2)


@mistake(
    "init_normal",
    "Your weights are uniform between 0 and `weight_scale`, so none is negative: `rng.random` gives numbers "
    "between 0 and 1. Draw from a normal distribution with mean 0.",
)
def uniform_between_zero_and_scale(fan_in, fan_out, weight_scale, rng):
    _, b = init_normal(fan_in, fan_out, weight_scale, rng)
    return weight_scale * rng.random((fan_in, fan_out)), b


@mistake(
    "init_normal",
    "Your weights are uniform between `-weight_scale / 2` and `weight_scale / 2`. Their mean is 0, but their "
    "standard deviation is 3.46 times too small, and the distribution is not normal.",
)
def uniform_around_zero(fan_in, fan_out, weight_scale, rng):
    _, b = init_normal(fan_in, fan_out, weight_scale, rng)
    return weight_scale * (rng.random((fan_in, fan_out)) - 0.5), b


@mistake(
    "init_normal",
    "All your weights have the same sign: you draw from a normal distribution and then drop the minus signs. Signals "
    "need weights of both signs, or they can only add up.",
)
def drops_the_minus_signs(fan_in, fan_out, weight_scale, rng):
    w, b = init_normal(fan_in, fan_out, weight_scale, rng)
    return np.abs(w), b


@mistake(
    "init_normal",
    "All your weights are the same number. Then all neurons of the layer compute the same output, get the "
    "same gradient, and stay the same forever: draw the weights at random.",
)
def zeros(fan_in, fan_out, weight_scale, rng):
    w, b = init_normal(fan_in, fan_out, weight_scale, rng)
    return np.zeros_like(w), b


@mistake(
    "init_normal",
    "All columns of w are the same: you draw one number per input and use it for all neurons. They start alike, so "
    "they will stay alike. Every weight needs its own draw.",
)
def all_neurons_alike(fan_in, fan_out, weight_scale, rng):
    w, b = init_normal(fan_in, 1, weight_scale, rng)
    return np.repeat(w, fan_out, axis=1), np.repeat(b, fan_out)


@mistake(
    "init_normal",
    "All rows of w are the same: you draw one number per neuron and use it for each of its inputs, so a neuron sees "
    "only the sum of its inputs. Every weight needs its own draw.",
)
def all_inputs_alike(fan_in, fan_out, weight_scale, rng):
    w, b = init_normal(1, fan_out, weight_scale, rng)
    return np.repeat(w, fan_in, axis=0), b


@mistake(
    "init_normal",
    "Your w has shape (fan_out, fan_in). In this course it has one row per input and one column per neuron, so that "
    "`X @ w` fits.",
)
def one_row_per_neuron(fan_in, fan_out, weight_scale, rng):
    w, b = init_normal(fan_in, fan_out, weight_scale, rng)
    return w.T, b


@mistake(
    "init_normal",
    "You return one bias per input. A bias belongs to a neuron, so there are fan_out of them.",
)
def one_bias_per_input(fan_in, fan_out, weight_scale, rng):
    w, _ = init_normal(fan_in, fan_out, weight_scale, rng)
    return w, np.zeros(fan_in)


@mistake(
    "init_normal",
    "Your biases are not all zero. The random weights already make the neurons differ, so the biases can start at 0.",
)
def biases_that_are_not_zero(fan_in, fan_out, weight_scale, rng):
    w, _ = init_normal(fan_in, fan_out, weight_scale, rng)
    return w, weight_scale * rng.normal(size=fan_out)


@mistake(
    "init_normal",
    "Generators with the same seed give you different weights, so you draw from something other than `rng`: perhaps "
    "from `np.random`, or from a generator of your own. Nobody could repeat an experiment that way.",
)
def draws_from_elsewhere(fan_in, fan_out, weight_scale, rng):
    return init_normal(fan_in, fan_out, weight_scale, np.random.default_rng())


@mistake(
    "init_normal",
    "Your weights are the same on every call, whatever generator you are given, as happens when a generator is "
    "seeded inside the function. Then two layers of the same size would start equal. Draw from `rng`.",
)
def seeds_inside_the_function(fan_in, fan_out, weight_scale, rng):
    return init_normal(fan_in, fan_out, weight_scale, np.random.default_rng(42))


@mistake(
    "init_normal",
    "Two calls with the same generator give the same weights, because you draw from a copy of it. Draw from "
    "`rng` itself: it moves on with every draw, so the next layer gets other weights.",
)
def draws_from_a_copy(fan_in, fan_out, weight_scale, rng):
    return init_normal(fan_in, fan_out, weight_scale, copy.deepcopy(rng))


@mistake(
    "init_normal",
    "A layer with 0 inputs or 0 outputs is accepted without an error. No signal can pass through it: raise a "
    "ValueError at once, where the wrong number is easy to find.",
)
def lets_empty_layers_through(fan_in, fan_out, weight_scale, rng):
    return weight_scale * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)


@mistake(
    "init_normal",
    "You raise an AssertionError where the docstring promises a ValueError. Python skips `assert` when it runs with "
    "-O, so keep `assert` for your own mistakes, and raise an error for the caller's.",
)
def asserts(fan_in, fan_out, weight_scale, rng):
    assert fan_in > 0 and fan_out > 0
    return init_normal(fan_in, fan_out, weight_scale, rng)


@mistake(
    "init_normal",
    "You refuse a layer with one input or one output. It is small, but fine: only sizes less than 1 are wrong.",
)
def refuses_a_layer_of_one(fan_in, fan_out, weight_scale, rng):
    if fan_in <= 1 or fan_out <= 1:
        raise ValueError("too small")
    return init_normal(fan_in, fan_out, weight_scale, rng)


@mistake(
    "init_normal",
    "For sizes that make no sense, your function returns as if all were well. A message that is printed or returned "
    "lets the caller go on; `raise` stops it on the spot.",
)
def prints_in_place_of_raising(fan_in, fan_out, weight_scale, rng):
    if fan_in < 1 or fan_out < 1:
        print("a layer needs inputs and outputs")
        return None
    return init_normal(fan_in, fan_out, weight_scale, rng)


@mistake("init_normal", "The two results are in the wrong order: return the weights first, then the biases.")
def returns_the_biases_first(fan_in, fan_out, weight_scale, rng):
    return init_normal(fan_in, fan_out, weight_scale, rng)[::-1]


# init_xavier


@mistake(
    "init_xavier",
    "Your variance is 2 / fan_in, plus fan_out: Python divides before it adds. Which part of the formula is the "
    "denominator?",
)
def adds_after_dividing(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 2 / i + o)


@mistake(
    "init_xavier",
    "Your variance is the mean of 1 / fan_in and 1 / fan_out. The compromise takes the mean of fan_in and fan_out "
    "first, and divides 1 by it.",
)
def mean_of_the_variances(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: (1 / i + 1 / o) / 2)


@mistake(
    "init_xavier",
    "Your `w` is itself a pair. A function that returns weights and biases gives you both: unpack the two, or return "
    "the pair as it is.",
)
def a_pair_in_a_pair(fan_in, fan_out, rng):
    return init_xavier(fan_in, fan_out, rng), np.zeros(max(fan_out, 0))


@mistake(
    "init_xavier",
    "2 / (fan_in + fan_out) is the variance of the weights, but you use it as their standard deviation. The variance "
    "is the square of the standard deviation.",
)
def variance_as_standard_deviation(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: (2 / (i + o)) ** 2)


@mistake(
    "init_xavier",
    "You take the root of the 2, or of the sum, but not of the whole fraction: your standard deviation is √2 / "
    "(fan_in + fan_out). The root covers both numerator and denominator.",
)
def root_of_the_numerator_only(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 2 / (i + o) ** 2)


@mistake(
    "init_xavier",
    "Your variance is 1 / (fan_in + fan_out): half of what it should be. The compromise divides by the mean "
    "of fan_in and fan_out, not by their sum.",
)
def forgets_the_two(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 1 / (i + o))


@mistake(
    "init_xavier",
    "Your variance is 1 / fan_in. That keeps the size of the signal on its way forward; Xavier's compromise also takes "
    "into account the gradient on its way back, with fan_out terms.",
)
def forward_only(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 1 / i)


@mistake(
    "init_xavier",
    "Your variance is 1 / fan_out. That keeps the size of the gradient on its way back; Xavier's compromise also takes "
    "into account the signal on its way forward, with fan_in terms.",
)
def backward_only(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 1 / o)


@mistake(
    "init_xavier",
    "Your variance is 2 / fan_in. That is He's rule, which makes up for what a ReLU cuts off; tanh cuts off nothing.",
)
def he_instead(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 2 / i)


@mistake(
    "init_xavier",
    "You multiply fan_in by fan_out. The compromise is between a sum of fan_in terms and a sum of fan_out "
    "terms: it takes the mean of the two.",
)
def product_of_the_fans(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 2 / (i * o))


@mistake(
    "init_xavier",
    "Your fraction is upside down: the variance grows with the number of inputs. The more terms a sum has, "
    "the smaller each of them must be.",
)
def fraction_upside_down(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: (i + o) / 2)


@mistake(
    "init_xavier",
    "The 6 belongs to another form of Xavier's rule: √(6 / (fan_in + fan_out)) is the largest weight of a uniform "
    "distribution. Your distribution is normal, and this number makes it 1.73 times too wide.",
)
def limit_of_the_uniform_form(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 6 / (i + o))


@mistake(
    "init_xavier",
    "Your weights are uniform, and too narrow: √(2 / (fan_in + fan_out)) is the standard deviation, but you made it "
    "the largest weight. Draw from a normal distribution with this standard deviation.",
)
def standard_deviation_as_limit(fan_in, fan_out, rng):
    return uniform(fan_in, fan_out, rng, lambda i, o: 2 / (i + o))


@mistake(
    "init_xavier",
    "Your weights have the right variance, but they do not come from a normal distribution; it is probably a uniform "
    "one. Networks learn just as well with them, but this exercise asks for the normal form.",
    alone=True,
)
def uniform_form(fan_in, fan_out, rng):
    return uniform(fan_in, fan_out, rng, lambda i, o: 6 / (i + o))


@mistake(
    "init_xavier",
    "All your weights are the same number, so all neurons would stay the same forever. Draw them at random (and if "
    "you divide with `//`, the result is truncated to an integer).",
)
def all_weights_alike(fan_in, fan_out, rng):
    w, b = init_xavier(fan_in, fan_out, rng)
    return np.zeros_like(w), b


@mistake(
    "init_xavier",
    "Your w has one row per neuron. In this course it has one row per input and one column per neuron: its "
    "shape is (fan_in, fan_out).",
)
def transposed(fan_in, fan_out, rng):
    w, b = init_xavier(fan_in, fan_out, rng)
    return w.T, b


@mistake(
    "init_xavier",
    "Your biases are not all zero. Xavier's rule is about weights; the biases start neutral, at 0.",
)
def random_biases(fan_in, fan_out, rng):
    w, _ = init_xavier(fan_in, fan_out, rng)
    return w, rng.normal(size=fan_out) / fan_out


@mistake(
    "init_xavier",
    "You do not draw from `rng`: generators with the same seed give you different weights. NumPy's functions in "
    "`np.random` know nothing of `rng`.",
)
def not_from_rng(fan_in, fan_out, rng):
    return init_xavier(fan_in, fan_out, np.random.default_rng())


@mistake(
    "init_xavier",
    "Every call gives the same weights, whatever generator you are given, as happens when a generator is seeded "
    "inside the function. Draw from the `rng` that you are given.",
)
def seeded_inside(fan_in, fan_out, rng):
    return init_xavier(fan_in, fan_out, np.random.default_rng(0))


@mistake(
    "init_xavier",
    "A layer with 0 inputs or 0 outputs is accepted. Check both numbers first, and raise a ValueError where one is "
    "less than 1.",
)
def no_look_at_the_sizes(fan_in, fan_out, rng):
    return np.sqrt(2 / (fan_in + fan_out)) * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)


# init_he


@mistake(
    "init_he",
    "Your variance is 4 / (fan_in + fan_out), twice that of Xavier. He's rule is no compromise between the two "
    "sizes: it uses only one of them.",
)
def doubles_xavier(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 4 / (i + o))


@mistake(
    "init_he",
    "A ReLU has been applied to your weights: about half of them are 0, and none is negative. The rule only makes up "
    "for the ReLU that comes after the layer.",
)
def relu_of_the_weights(fan_in, fan_out, rng):
    w, b = init_he(fan_in, fan_out, rng)
    return np.maximum(w, 0), b


@mistake(
    "init_he",
    "Your `w` is itself a pair. A function that returns weights and biases gives you both: unpack the two, or return "
    "the pair as it is.",
)
def w_is_a_pair(fan_in, fan_out, rng):
    return init_he(fan_in, fan_out, rng), np.zeros(max(fan_out, 0))


@mistake(
    "init_he",
    "You use 2 / fan_in as the standard deviation. It is the variance, which is the square of the standard deviation.",
)
def variance_for_standard_deviation(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: (2 / i) ** 2)


@mistake(
    "init_he",
    "You take the root of the 2 but not of fan_in: your standard deviation is √2 / fan_in. The root covers the whole "
    "fraction.",
)
def root_of_the_two_only(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 2 / i**2)


@mistake("init_he", "Your standard deviation is 2 / √fan_in: the 2 is outside the root. It multiplies the variance.")
def two_outside_the_root(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 4 / i)


@mistake(
    "init_he",
    "Your variance is 1 / fan_in. The 2 is missing. It makes up for the half of the signal that a ReLU cuts off: "
    "without it the signal would lose half of its mean square in every layer.",
)
def nothing_for_the_relu(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 1 / i)


@mistake(
    "init_he",
    "Your variance is 2 / fan_out. Count the terms of the sum that a neuron computes: one for each of its inputs.",
)
def counts_the_outputs(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 2 / o)


@mistake("init_he", "Your variance is 2 / (fan_in + fan_out): that is Xavier's rule. He's rule uses only the inputs.")
def xavier_instead(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 2 / (i + o))


@mistake(
    "init_he",
    "You divide by fan_in times fan_out. A neuron's sum has fan_in terms, however many neurons there are.",
)
def counts_all_weights(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 2 / (i * o))


@mistake(
    "init_he",
    "Your fraction is upside down: the more inputs a neuron has, the wider your weights. They must become "
    "narrower, so that the sum keeps its size.",
)
def upside_down(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: i / 2)


@mistake(
    "init_he",
    "You halve where you should double: your variance is 1 / (2 fan_in). A ReLU takes away half of the signal, and "
    "the weights make up for it.",
)
def halves(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 1 / (2 * i))


@mistake(
    "init_he",
    "√(6 / fan_in) is the largest weight of the uniform form of He's rule. As the standard deviation of a "
    "normal distribution it is 1.73 times too large.",
)
def limit_of_the_uniform_distribution(fan_in, fan_out, rng):
    return normal(fan_in, fan_out, rng, lambda i, o: 6 / i)


@mistake(
    "init_he",
    "Your weights are uniform between -√(2 / fan_in) and √(2 / fan_in). This number should be their standard "
    "deviation, not the largest of them, and the distribution should be normal.",
)
def uniform_and_too_narrow(fan_in, fan_out, rng):
    return uniform(fan_in, fan_out, rng, lambda i, o: 2 / i)


@mistake(
    "init_he",
    "The variance of your weights is right, but they do not come from a normal distribution; it looks like a uniform "
    "one. A network learns just as well with them, but the docstring promises a normal distribution.",
    alone=True,
)
def right_variance_but_uniform(fan_in, fan_out, rng):
    return uniform(fan_in, fan_out, rng, lambda i, o: 6 / i)


@mistake(
    "init_he",
    "All your weights are the same number. Do you divide with `//`? It truncates the result to an integer. If not: "
    "draw the weights at random, or all neurons stay the same forever.",
)
def one_number_for_all(fan_in, fan_out, rng):
    w, b = init_he(fan_in, fan_out, rng)
    return np.zeros_like(w), b


@mistake(
    "init_he",
    "Your w has its axes swapped: inputs go down the rows and neurons across the columns, shape (fan_in, fan_out).",
)
def axes_swapped(fan_in, fan_out, rng):
    w, b = init_he(fan_in, fan_out, rng)
    return w.T, b


@mistake(
    "init_he",
    "Your biases are not all zero. A small positive bias is an old trick to keep ReLUs alive; with He's weights they "
    "do not need one, so start at 0.",
)
def biases_above_zero(fan_in, fan_out, rng):
    w, _ = init_he(fan_in, fan_out, rng)
    return w, np.full(fan_out, 0.01)


@mistake(
    "init_he",
    "Generators with the same seed give different weights, so not all of your random numbers come from `rng`. Draw "
    "with its own methods, not with those of `np.random`.",
)
def another_source(fan_in, fan_out, rng):
    return init_he(fan_in, fan_out, np.random.default_rng())


@mistake(
    "init_he",
    "Every call gives the same weights, whatever `rng` is, as happens when a generator is seeded inside the "
    "function. Leave the seed to the caller.",
)
def own_seed(fan_in, fan_out, rng):
    return init_he(fan_in, fan_out, np.random.default_rng(1))


@mistake(
    "init_he",
    "You divide by fan_in before you check it: for a layer without inputs Python stops with a ZeroDivisionError, and "
    "a layer without outputs is accepted. Check both first, and raise a ValueError.",
)
def divides_before_it_looks(fan_in, fan_out, rng):
    return np.sqrt(2 / fan_in) * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)


@mistake(
    "init_he",
    "You divide by fan_in before anything checks it: for a layer without inputs Python stops with a "
    "ZeroDivisionError, which says nothing about layers. Raise the ValueError first.",
)
def divides_before_another_function_looks(fan_in, fan_out, rng):
    return init_normal(fan_in, fan_out, np.sqrt(2 / fan_in), rng)


@mistake(
    "init_he",
    "A layer without inputs raises a ValueError, but a layer without outputs is still accepted. Check fan_out as well.",
)
def looks_at_fan_in_only(fan_in, fan_out, rng):
    if fan_in < 1:
        raise ValueError("no inputs")
    return np.sqrt(2 / fan_in) * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)
