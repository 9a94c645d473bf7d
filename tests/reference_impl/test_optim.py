import numpy as np
import pytest
from common import agree, floats, repeatable
from hypothesis import given
from hypothesis import strategies as st

from reference_impl import adam, rmsprop, sgd, sgd_momentum

RULES = (sgd, sgd_momentum, rmsprop, adam)
N, D = 4, 5


def ramp(low, high):
    return np.linspace(low, high, N * D).reshape(N, D)


# The values of CS231n's notebooks. There w, dw and what the rule remembers are ramps.


def test_sgd_momentum_of_cs231n():
    config = {"learning_rate": 1e-3, "velocity": ramp(0.6, 0.9)}
    next_w, config = sgd_momentum(ramp(-0.4, 0.6), ramp(-0.6, 0.4), config)
    expected_next_w = [
        [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789],
        [0.47454737, 0.54133684, 0.60812632, 0.67491579, 0.74170526],
        [0.80849474, 0.87528421, 0.94207368, 1.00886316, 1.07565263],
        [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096],
    ]
    expected_velocity = [
        [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158],
        [0.61138947, 0.62554737, 0.63970526, 0.65386316, 0.66802105],
        [0.68217895, 0.69633684, 0.71049474, 0.72465263, 0.73881053],
        [0.75296842, 0.76712632, 0.78128421, 0.79544211, 0.8096],
    ]
    agree(next_w, expected_next_w, 1e-8)
    agree(config["velocity"], expected_velocity, 1e-8)


def test_rmsprop_of_cs231n():
    config = {"learning_rate": 1e-2, "cache": ramp(0.6, 0.9)}
    next_w, config = rmsprop(ramp(-0.4, 0.6), ramp(-0.6, 0.4), config)
    expected_next_w = [
        [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247],
        [-0.132737, -0.08078555, -0.02881884, 0.02316247, 0.07515774],
        [0.12716641, 0.17918792, 0.23122175, 0.28326742, 0.33532447],
        [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619],
    ]
    expected_cache = [
        [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321],
        [0.67329252, 0.68859723, 0.70395734, 0.71937285, 0.73484377],
        [0.75037008, 0.7659518, 0.78158892, 0.79728144, 0.81302936],
        [0.82883269, 0.84469141, 0.86060554, 0.87657507, 0.8926],
    ]
    agree(next_w, expected_next_w, 1e-8)
    agree(config["cache"], expected_cache, 1e-8)


def test_adam_of_cs231n():
    config = {"learning_rate": 1e-2, "m": ramp(0.6, 0.9), "v": ramp(0.7, 0.5), "t": 5}
    next_w, config = adam(ramp(-0.4, 0.6), ramp(-0.6, 0.4), config)
    expected_next_w = [
        [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977],
        [-0.1380274, -0.08544591, -0.03286534, 0.01971428, 0.0722929],
        [0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969],
        [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459],
    ]
    expected_v = [0.69966, 0.68908382, 0.67851319, 0.66794809, 0.65738853]
    expected_m = [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474]
    agree(next_w, expected_next_w, 1e-8)
    agree(config["v"][0], expected_v, 1e-8)
    agree(config["m"][0], expected_m, 1e-8)
    assert config["t"] == 6


DEFAULTS = {
    sgd: {"learning_rate": 1e-2},
    sgd_momentum: {"learning_rate": 1e-2, "momentum": 0.9},
    rmsprop: {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8},
    adam: {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 1},
}


@pytest.mark.parametrize("rule", RULES)
def test_what_is_missing_is_filled_in(rule, rng):
    w, dw = rng.normal(size=(2, 3, 4))
    _, config = rule(w, dw)
    assert {key: value for key, value in config.items() if not isinstance(value, np.ndarray)} == DEFAULTS[rule]
    given_config = {"learning_rate": 0.5}
    _, returned = rule(w, dw, given_config)
    assert returned is given_config
    assert returned["learning_rate"] == 0.5


def test_first_steps_by_hand():
    w, dw = np.array([1.0, 2.0]), np.array([10.0, -1.0])
    agree(sgd(w.copy(), dw)[0], [0.9, 2.01])
    agree(sgd_momentum(w.copy(), dw)[0], [0.9, 2.01])
    agree(rmsprop(w.copy(), dw)[0], [0.9, 2.1], 1e-6)  # 0.01 / sqrt(1 - 0.99), for a gradient of any size
    agree(adam(w.copy(), dw)[0], [0.999, 2.001], 1e-6)  # the correction makes the first step as large as later ones


def test_epsilon_is_added_to_the_root():
    dw = np.array([2.0])
    agree(rmsprop(np.zeros(1), dw, {"learning_rate": 1.0, "decay_rate": 0.75, "epsilon": 1.0})[0], [-2 / (1 + 1)])
    agree(adam(np.zeros(1), dw, {"learning_rate": 1.0, "epsilon": 1.0})[0], [-2 / (2 + 1)])


def test_momentum_gathers_speed():
    w, config = np.zeros(1), {"learning_rate": 1.0, "momentum": 0.5}
    for expected in (-1, -2.5, -4.25):
        w, config = sgd_momentum(w, np.ones(1), config)
        agree(w, [expected])


@pytest.mark.parametrize("rule", RULES)
def test_a_gradient_of_zero_moves_nothing(rule):
    next_w, _ = rule(np.array([1.0, -2.0]), np.zeros(2))
    np.testing.assert_array_equal(next_w, [1.0, -2.0])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays(rule, dtype, rng):
    w, config = rng.normal(size=(3, 2)).astype(dtype), None
    for _ in range(3):
        w, config = rule(w, np.ones_like(w), config)
    assert w.dtype == dtype
    assert all(value.dtype == dtype for value in config.values() if isinstance(value, np.ndarray))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_descends_into_a_valley(rule):
    w, config = np.array([3.0, -2.0]), {"learning_rate": 0.05}
    for _ in range(500):
        w, config = rule(w, np.array([1.0, 4.0]) * w, config)
    assert np.abs(w).max() < 0.1


@repeatable
@given(floats((3, 2)), floats((3, 2)), st.floats(1e-4, 1))
def test_momentum_of_zero_is_plain_descent(w, dw, learning_rate):
    next_w, _ = sgd_momentum(w.copy(), dw, {"learning_rate": learning_rate, "momentum": 0.0})
    agree(next_w, sgd(w, dw, {"learning_rate": learning_rate})[0], 1e-12)


@repeatable
@given(floats(4), st.floats(1, 1e3))
def test_adam_does_not_feel_the_scale_of_the_gradient(dw, scale):
    dw = np.where(np.abs(dw) < 1e-2, 1.0, dw)
    paths = []
    for gradient in (dw, scale * dw):
        w, config = np.zeros(4), None
        for factor in (1, -0.5, 0.2):
            w, config = adam(w, factor * gradient, config)
        paths.append(w)
    agree(*paths, 1e-7)
