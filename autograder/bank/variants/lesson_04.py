"""Right answers to lesson 04, as different students write them."""

import math
import random
import sys
import warnings

import numpy as np

from autograder.bank import variant


def refuse_empty_layers(*sizes):
    for size in sizes:
        if not size >= 1:
            raise ValueError("no such layer")


# init_normal


@variant("init_normal")
def mean_scale_and_size(fan_in, fan_out, weight_scale, rng):
    if min(fan_in, fan_out) < 1:
        raise ValueError
    return rng.normal(0.0, weight_scale, (fan_in, fan_out)), np.zeros((fan_out,))


@variant("init_normal")
def standard_normal_in_float32(fan_in, fan_out, weight_scale, rng):
    refuse_empty_layers(fan_in, fan_out)
    w = rng.standard_normal((fan_in, fan_out), dtype=np.float32)
    w *= weight_scale
    return w, np.zeros(fan_out, np.float32)


@variant("init_normal")
def one_weight_after_the_other(fan_in, fan_out, weight_scale, rng):
    if fan_in < 1:
        raise ValueError(f"fan_in is {fan_in}")
    if fan_out < 1:
        raise ValueError(f"fan_out is {fan_out}")
    w = np.empty((fan_in, fan_out))
    for i in range(fan_in):
        for j in range(fan_out):
            w[i, j] = rng.normal(scale=weight_scale)
    return w, 0 * w[0]


@variant("init_normal")
def neuron_by_neuron_as_columns(fan_in, fan_out, weight_scale, rng):
    refuse_empty_layers(fan_in, fan_out)
    print("drawing", fan_out, "neurons")
    neurons = [rng.normal(scale=weight_scale, size=fan_in) for _ in range(fan_out)]
    return np.column_stack(neurons), np.array([0.0] * fan_out)


@variant("init_normal")
def transposed_draw_and_a_list_result(fan_in, fan_out, weight_scale, rng):
    if fan_in <= 0 or fan_out <= 0:
        raise ValueError("too few")
    return [weight_scale * rng.normal(size=(fan_out, fan_in)).T, np.zeros(fan_out)]


@variant("init_normal")
def box_and_muller_from_uniform_numbers(fan_in, fan_out, weight_scale, rng):
    refuse_empty_layers(fan_in, fan_out)
    u, v = rng.random((2, fan_in * fan_out))
    w = np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * math.pi * v)
    return (weight_scale * w).reshape(fan_in, fan_out), np.zeros(fan_out)


@variant("init_normal")
def seeds_python_from_the_generator(fan_in, fan_out, weight_scale, rng):
    refuse_empty_layers(fan_in, fan_out)
    source = random.Random(int(rng.integers(2**62)))
    return np.array([[source.gauss(0, weight_scale) for _ in range(fan_out)] for _ in range(fan_in)]), np.zeros(fan_out)


# init_xavier


@variant("init_xavier")
def scale_inside_normal(fan_in, fan_out, rng):
    if not (fan_in > 0 and fan_out > 0):
        raise ValueError("a layer needs inputs and outputs")
    return rng.normal(0, np.sqrt(2.0 / (fan_in + fan_out)), size=(fan_in, fan_out)), np.zeros(fan_out)


@variant("init_xavier")
def divides_by_the_root_of_the_mean_fan(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    w = rng.standard_normal((fan_in, fan_out))
    w /= math.sqrt((fan_in + fan_out) / 2)
    return w, np.zeros(fan_out)


@variant("init_xavier")
class built_on_init_normal:
    def init_normal(fan_in, fan_out, weight_scale, rng):
        if fan_in < 1 or fan_out < 1:
            raise ValueError("empty layer")
        return rng.normal(scale=weight_scale, size=(fan_in, fan_out)), np.zeros(fan_out)

    def init_xavier(fan_in, fan_out, rng):
        weight_scale = np.sqrt(2 / max(fan_in + fan_out, 1))
        return built_on_init_normal.init_normal(fan_in, fan_out, weight_scale, rng)


@variant("init_xavier")
def flat_draw_reshaped_and_a_warning(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    warnings.warn("variance rule of Glorot and Bengio")
    variance = 1 / np.mean([fan_in, fan_out])
    return (rng.normal(size=fan_in * fan_out) * variance**0.5).reshape((fan_in, fan_out)), np.zeros(shape=fan_out)


@variant("init_xavier")
def from_a_multivariate_normal(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    covariance = 2 / (fan_in + fan_out) * np.eye(fan_in)
    w = rng.multivariate_normal(np.zeros(fan_in), covariance, size=fan_out).T
    return w, np.zeros_like(w[0])


@variant("init_xavier")
def half_precision_numbers(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    w = rng.normal(size=(fan_in, fan_out)) * np.sqrt(2 / (fan_in + fan_out))
    return w.astype(np.float32), np.zeros(fan_out, dtype="float32")


# init_he


@variant("init_he")
def root_two_over_root_fan_in(fan_in, fan_out, rng):
    if fan_in < 1 or fan_out < 1:
        raise ValueError("Both fans must be at least 1.")
    return rng.normal(size=(fan_in, fan_out)) * math.sqrt(2) / math.sqrt(fan_in), np.zeros(fan_out)


@variant("init_he")
def standard_deviation_from_the_variance(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    variance = 2.0 / fan_in
    print(f"variance {variance}", file=sys.stderr)
    b = np.empty(fan_out)
    b.fill(0)
    return rng.normal(loc=0, scale=variance**0.5, size=(fan_in, fan_out)), b


@variant("init_he")
def power_of_minus_one_half(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    return np.power(fan_in / 2, -0.5) * rng.standard_normal(size=(fan_in, fan_out)), np.zeros(fan_out)


@variant("init_he")
class with_a_class_of_its_own:
    class Layer:
        def __init__(self, fan_in, fan_out, rng):
            refuse_empty_layers(fan_in, fan_out)
            self.w = rng.normal(0, (2 / fan_in) ** 0.5, [fan_in, fan_out])
            self.b = np.full(fan_out, 0.0)

    def init_he(fan_in, fan_out, rng):
        layer = with_a_class_of_its_own.Layer(fan_in, fan_out, rng)
        return layer.w, layer.b


@variant("init_he")
def old_style_generator_seeded_from_rng(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    state = np.random.RandomState(rng.integers(2**32))
    return state.randn(fan_in, fan_out) * np.sqrt(2 / fan_in), np.zeros(fan_out)


@variant("init_he")
def fortran_order_and_single_precision(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    w = np.asfortranarray(np.sqrt(2 / fan_in) * rng.standard_normal((fan_in, fan_out), dtype="f"))
    return w, np.zeros(fan_out, dtype="f")


# Habits that students bring from other courses and tools


@variant("init_normal")
def from_c(fan_in, fan_out, weight_scale, rng):
    refuse_empty_layers(fan_in, fan_out)
    w = np.zeros((fan_in, fan_out))
    for i in range(fan_in):
        for j in range(fan_out):
            w[i, j] = rng.standard_normal() * weight_scale
    return w, np.zeros((fan_out,))


@variant("init_xavier")
def from_pytorch(fan_in, fan_out, rng):
    def xavier_normal_(tensor, gain=1.0):
        std = gain * math.sqrt(2.0 / float(tensor.shape[0] + tensor.shape[1]))
        tensor[...] = rng.normal(0.0, std, tensor.shape)
        return tensor

    refuse_empty_layers(fan_in, fan_out)
    return xavier_normal_(np.empty((fan_in, fan_out))), np.zeros(fan_out)


@variant("init_xavier")
def from_matlab(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    n = fan_in * fan_out
    w = np.reshape(rng.standard_normal(n), (fan_in, fan_out), order="F")
    return np.dot(w, np.sqrt(2 / (fan_in + fan_out)) * np.eye(fan_out)), np.zeros((1, fan_out))[0, :]


@variant("init_he")
def from_pytorch(fan_in, fan_out, rng):
    refuse_empty_layers(fan_in, fan_out)
    gain = math.sqrt(2.0)
    weight = rng.normal(size=(fan_out, fan_in)) * (gain / math.sqrt(fan_in))  # out x in, as nn.Linear keeps it
    return weight.T.astype(np.float32), np.zeros(fan_out, dtype=np.float32)
