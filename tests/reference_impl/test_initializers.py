import numpy as np
import pytest

from reference_impl import init_he, init_normal, init_xavier

CALLS = {
    "normal": (lambda n, m, rng: init_normal(n, m, 0.05, rng), lambda n, m: 0.05),
    "xavier": (init_xavier, lambda n, m: (2 / (n + m)) ** 0.5),
    "he": (init_he, lambda n, m: (2 / n) ** 0.5),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("fan_in", "fan_out"), [(300, 50), (50, 300)])
def test_weights_are_normal_with_the_right_width(name, fan_in, fan_out, rng):
    from scipy import stats  # takes long to import, and few processes that run tests need it

    init, width = CALLS[name]
    w, b = init(fan_in, fan_out, rng)
    assert w.shape == (fan_in, fan_out)
    assert stats.kstest(w.ravel(), stats.norm(0, width(fan_in, fan_out)).cdf).pvalue > 0.01
    assert b.shape == (fan_out,)
    assert not b.any()


@pytest.mark.parametrize("name", CALLS)
def test_the_generator_decides(name):
    init, _ = CALLS[name]
    (first, _), (same, _), (other, _) = (init(3, 4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).all()


def test_a_scale_of_zero_gives_zeros(rng):
    w, _ = init_normal(3, 2, 0.0, rng)
    assert not w.any()


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("fan_in", "fan_out"), [(0, 3), (3, 0), (0, 0), (-1, 3), (5, -5)])
def test_a_layer_needs_inputs_and_outputs(name, fan_in, fan_out, rng):
    with pytest.raises(ValueError, match="at least one input"):
        CALLS[name][0](fan_in, fan_out, rng)


def test_he_keeps_the_signal_alive_through_relu_layers(rng):
    signal = rng.normal(size=(200, 256))
    for _ in range(10):
        w, b = init_he(256, 256, rng)
        signal = np.maximum(signal @ w + b, 0)
    assert 0.5 < np.mean(signal**2) < 2
