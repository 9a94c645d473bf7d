import numpy as np

from reference_impl import Solver, train_terrain
from reference_impl.data import get_terrain_data


def test_the_land_is_learned():
    data = get_terrain_data(rng=np.random.default_rng(3))
    model = train_terrain(data, np.random.default_rng(4))
    metres = Solver(model, data, verbose=False).check_accuracy(data["X_test"], data["y_test"])
    assert metres < 85
    assert np.sqrt(np.mean((data["y_test"] * data["y_std"]) ** 2)) > 150


def test_the_generator_decides():
    data = get_terrain_data()
    data.update(X_train=data["X_train"][:200], y_train=data["y_train"][:200])
    first, same, other = (train_terrain(data, np.random.default_rng(seed)).params["W1"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()
