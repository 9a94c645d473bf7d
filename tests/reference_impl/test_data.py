import gzip
import socket
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from common import agree, floats, repeatable
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from reference_impl import (
    FullyConnectedNet,
    Solver,
    augment_flip,
    flatten_rows,
    minibatches,
    normalize,
    train_val_test_split,
)
from reference_impl import data as course_data


def numbered(N):
    """Return numbered examples, so that a test sees whether X[i] and y[i] stay together."""
    return np.arange(N)[:, np.newaxis, np.newaxis] + np.zeros((1, 2, 2)), 10 * np.arange(N)


@repeatable
@given(st.integers(1, 30), st.data())
def test_a_split_deals_every_example_out_once(N, draw):
    num_validation = draw.draw(st.integers(0, N - 1))
    num_test = draw.draw(st.integers(0, N - 1 - num_validation))
    X, y = numbered(N)
    data = train_val_test_split(X, y, num_validation, num_test, np.random.default_rng(0))
    assert list(data) == ["X_train", "y_train", "X_val", "y_val", "X_test", "y_test"]
    assert [len(data[name]) for name in ("y_val", "y_test")] == [num_validation, num_test]
    assert sorted(np.concatenate([data["y_train"], data["y_val"], data["y_test"]])) == list(y)
    for part in ("train", "val", "test"):
        assert data[f"X_{part}"].shape[1:] == (2, 2)
        np.testing.assert_array_equal(10 * data[f"X_{part}"][:, 0, 0], data[f"y_{part}"])
        assert not np.shares_memory(data[f"X_{part}"], X)


def test_a_split_is_random_and_the_generator_decides():
    X, y = numbered(100)
    first, same, other = (train_val_test_split(X, y, 20, 20, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first["y_val"], same["y_val"])
    assert set(first["y_val"]) != set(other["y_val"])
    assert sorted(first["y_train"]) != list(first["y_train"])


@pytest.mark.parametrize(
    ("n", "m", "val", "test"), [(5, 4, 1, 1), (5, 5, 3, 2), (5, 5, -1, 1), (5, 5, 1, -1), (0, 0, 0, 0)]
)
def test_splits_that_cannot_be(n, m, val, test, rng):
    with pytest.raises(ValueError, match="same length|none to train on"):
        train_val_test_split(np.ones((n, 2)), np.ones(m), val, test, rng)


@pytest.mark.parametrize("shape", [(9, 4), (9, 2, 3), (9,)])
def test_normalize_agrees_with_scikit_learn(shape, rng):
    arrays = [rng.normal(5, 3, size=(n, *shape[1:])) for n in (shape[0], 4, 0, 1)]
    scaler = StandardScaler().fit(arrays[0].reshape(len(arrays[0]), -1))
    result = normalize(*arrays)
    assert isinstance(result, tuple)
    for got, X in zip(result, arrays, strict=True):
        width = int(np.prod(shape[1:]))
        expected = scaler.transform(X.reshape(len(X), width)) if len(X) else np.zeros((0, width))
        agree(got, expected.reshape(X.shape))


def test_normalize_uses_the_statistics_of_the_training_set_alone(rng):
    X_train, X_val = rng.normal(size=(2, 6, 3))
    train, val = normalize(X_train, X_val)
    agree(normalize(X_train, 100 * X_val)[0], train, 0)
    agree(normalize(X_train)[0], train, 0)
    agree(val, (X_val - X_train.mean(axis=0)) / X_train.std(axis=0))


def test_normalize_leaves_the_callers_arrays_alone(rng):
    arrays = rng.normal(size=(3, 6, 2))
    before = arrays.copy()
    for result in normalize(*arrays):
        result += 1
    np.testing.assert_array_equal(arrays, before)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1 / 3, 1e6 + 0.1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_feature_is_shifted_and_not_scaled(constant, dtype, rng):
    X_train = np.column_stack([np.full(7, constant), rng.normal(size=7)]).astype(dtype)
    X_val = X_train[:2] + dtype(3)
    train, val = normalize(X_train, X_val)
    assert (train[:, 0] == 0).all()
    np.testing.assert_array_equal(val[:, 0], X_val[:, 0] - X_train[0, 0])
    assert train.dtype == val.dtype == dtype


def test_normalize_makes_floats_of_integers():
    train, val = normalize(np.array([[0], [2]], np.uint8), np.array([[3]], np.uint8))
    agree(train, [[-1], [1]])
    agree(val, [[2]])


@repeatable
@given(floats((5, 3)))
def test_normalize_twice_is_normalize_once(X):
    X = X[:, np.ptp(X, axis=0) > 1e-2]
    (once,) = normalize(X)
    agree(normalize(once)[0], once, 1e-6)


def test_normalize_refuses():
    with pytest.raises(ValueError, match="at least one"):
        normalize(np.ones((0, 3)))
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
        normalize(np.ones((4, 3)), np.ones((4, 2)))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((4,), (4, 1)), ((4, 3), (4, 3)), ((4, 2, 3), (4, 6)), ((0, 2, 3), (0, 6)), ((1, 1, 1), (1, 1))],
)
def test_flatten_rows(shape, expected):
    X = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    rows = flatten_rows(X)
    assert rows.shape == expected
    assert rows.dtype == X.dtype
    np.testing.assert_array_equal(rows.ravel(), X.ravel())


@repeatable
@given(st.integers(0, 25), st.integers(1, 30))
def test_an_epoch_visits_every_example_once(N, batch_size):
    X, y = numbered(N)
    batches = list(minibatches(X, y, batch_size, np.random.default_rng(0)))
    assert [len(y) for _, y in batches[:-1]] == [batch_size] * max(len(batches) - 1, 0)
    assert all(0 < len(y) <= batch_size for _, y in batches)
    assert sorted(np.concatenate([y for _, y in batches])) == list(y) if N else batches == []
    for X_batch, y_batch in batches:
        np.testing.assert_array_equal(10 * X_batch[:, 0, 0], y_batch)
        assert not np.shares_memory(X_batch, X)


def test_every_epoch_has_its_own_order(rng):
    X, y = numbered(50)
    first, second = ([int(i) for _, y_batch in minibatches(X, y, 10, rng) for i in y_batch] for _ in range(2))
    assert first != second != list(y)


@pytest.mark.parametrize(("n", "m", "batch_size"), [(4, 5, 2), (4, 4, 0), (4, 4, -1)])
def test_minibatches_refuse(n, m, batch_size, rng):
    with pytest.raises(ValueError, match="cannot make batches"):
        next(minibatches(np.ones((n, 2)), np.ones(m), batch_size, rng))


def test_about_half_of_the_images_are_mirrored(rng):
    X, y = rng.normal(size=(400, 2, 3)), np.arange(400)
    X_new, y_new = augment_flip(X, y, rng)
    mirrored = (X_new == X[:, :, ::-1]).all(axis=(1, 2))
    kept = (X_new == X).all(axis=(1, 2))
    assert (mirrored != kept).all()
    assert 150 < mirrored.sum() < 250
    np.testing.assert_array_equal(y_new, y)
    assert not np.shares_memory(X_new, X)
    assert not np.shares_memory(y_new, y)


def test_augment_flip_keeps_the_dtype_and_refuses_rows(rng):
    assert augment_flip(np.ones((2, 3, 3), np.uint8), np.ones(2), rng)[0].dtype == np.uint8
    for X, y in ((np.ones((4, 9)), np.ones(4)), (np.ones((4, 3, 3)), np.ones(3))):
        with pytest.raises(ValueError, match=r"\(N, H, W\)"):
            augment_flip(X, y, rng)


# The data sets


def test_the_terrain():
    X, y = course_data.load_terrain()
    assert X.shape == (8686, 2)
    assert y.shape == (8686,)
    assert y.dtype == float
    assert (y.min(), y.max()) == (247, 1067)
    longitude, latitude = X.reshape(*course_data.TERRAIN_SHAPE, 2).transpose(2, 0, 1)
    assert (np.diff(longitude, axis=1) > 0).all()
    assert (np.diff(latitude, axis=0) < 0).all()
    assert (longitude[0] == longitude[-1]).all()
    assert (latitude[:, 0] == latitude[:, -1]).all()
    cross_mountain = (-84.23056, 36.19833)
    assert np.abs(X[y.argmax()] - cross_mountain).max() < abs(X[1, 0] - X[0, 0])
    line = np.column_stack([X, np.ones(len(X))])
    residual = y - line @ np.linalg.lstsq(line, y, rcond=None)[0]
    assert round(y.std()) == 162
    assert round(residual.std()) == 145


def check_regression(data, unit_mean, unit_std):
    for name in ("X_train", "y_train"):
        agree(data[name].mean(axis=0), np.zeros(data[name].shape[1:]), 1e-4)
        agree(data[name].std(axis=0), np.ones(data[name].shape[1:]), 1e-4)
    assert {data[name].dtype for name in data if name[0] == "X"} == {np.dtype(np.float32)}
    targets = np.concatenate([data[f"y_{part}"] for part in ("train", "val", "test")]) * data["y_std"] + data["y_mean"]
    agree(targets.mean(), unit_mean, 1e-4)
    agree(targets.std(), unit_std, 1e-4)


def test_terrain_data_can_be_brought_back_to_metres():
    _, y = course_data.load_terrain()
    check_regression(course_data.get_terrain_data(), y.mean(), y.std())


def test_a_split_without_a_generator_is_always_the_same():
    for get in (course_data.get_terrain_data, course_data.get_digits_data):
        first, again = get(), get()
        other = get(rng=np.random.default_rng(1))
        np.testing.assert_array_equal(first["y_test"], again["y_test"])
        assert (first["y_test"] != other["y_test"]).any()


def test_regression_targets_keep_their_fractions(rng):
    y = np.arange(20) + 0.25
    data = course_data.prepare_regression(rng.normal(size=(20, 2)), y, 5, 5)
    restored = np.concatenate([data[f"y_{part}"] for part in ("train", "val", "test")]) * data["y_std"] + data["y_mean"]
    agree(np.sort(restored), y, 1e-5)


def test_targets_that_are_all_equal_teach_nothing(rng):
    with pytest.raises(ValueError, match="nothing to learn"):
        course_data.prepare_regression(rng.normal(size=(9, 2)), np.full(9, 0.1), 2, 2)


def test_the_digits():
    X, y = course_data.load_digits()
    assert X.shape == (1797, 8, 8)
    assert sorted(set(y)) == list(range(10))
    data = course_data.get_digits_data()
    assert data["X_train"].shape == (1197, 64)
    agree(data["X_train"].mean(axis=0), np.zeros(64), 1e-6)
    images = np.concatenate([data[f"X_{part}"] for part in ("train", "val", "test")]) + data["mean_image"]
    assert (images.min(), images.max()) == (0, 1)
    assert np.issubdtype(data["y_train"].dtype, np.integer)


SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_california_housing(monkeypatch):
    if not (SHARED / "scikit_learn_data" / "cal_housing_py3.pkz").exists():
        pytest.skip("needs the downloaded data set")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(SHARED / "scikit_learn_data"))
    data = course_data.get_california_housing_data()
    assert [len(data[f"X_{part}"]) for part in ("train", "val", "test")] == [16512, 2064, 2064]
    check_regression(data, 2.0685582, 1.1539282)


def fake_mnist(*args, **options):
    """Return 70,000 images in MNIST's order and types. The first two pixels of an image hold its number."""
    assert args == ("mnist_784",)
    assert options["parser"] == "liac-arff"
    X = np.zeros((70_000, 784), np.uint8)
    X[:, 0], X[:, 1] = np.divmod(np.arange(70_000) % 65_536, 256)
    X[:, 2] = 255
    return X, np.array([str(i % 10) for i in range(70_000)], dtype=object)


def test_mnist_keeps_its_own_test_set(monkeypatch):
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fake_mnist)
    data = course_data.get_MNIST_data(num_training=300, num_validation=20, num_test=10)
    assert [data[f"X_{part}"].shape for part in ("train", "val", "test")] == [
        (300, 784),
        (20, 784),
        (10, 784),
    ]
    pixels = np.rint(255 * (data["X_test"] + data["mean_image"])).astype(int)
    np.testing.assert_array_equal(256 * pixels[:, 0] + pixels[:, 1], np.arange(60_000, 60_010))
    np.testing.assert_array_equal(data["y_val"], np.arange(300, 320) % 10)
    assert data["y_val"].dtype == np.int64
    assert data["X_train"].dtype == np.float32
    agree(data["X_train"].mean(axis=0), np.zeros(784), 1e-6)
    for wrong in ({"num_training": 60_000, "num_validation": 1}, {"num_test": 10_001}, {"num_training": 0}):
        with pytest.raises(ValueError, match="60000"):
            course_data.get_MNIST_data(**wrong)


def test_real_digits_of_mnist_are_learned(monkeypatch, rng):
    """MNIST's 10,000 test images, if present, stand in for all 70,000."""
    if not (SHARED / "mnist").exists():
        pytest.skip("needs MNIST's test images")
    with gzip.open(SHARED / "mnist" / "t10k-images-idx3-ubyte.gz") as file:
        X = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(SHARED / "mnist" / "t10k-labels-idx1-ubyte.gz") as file:
        y = np.frombuffer(file.read(), np.uint8, offset=8).astype(str).astype(object)
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda *args, **options: (X, y))
    data = course_data.get_MNIST_data(num_training=4000, num_validation=1000, num_test=1)
    net = FullyConnectedNet("classification", [50], [True], rng=rng, initializer="he")
    solver = Solver(net, data, "adam", {"learning_rate": 3e-3}, batch_size=100, num_epochs=3, verbose=False, rng=rng)
    solver.train()
    assert max(solver.val_acc_history) > 0.85


@pytest.mark.parametrize("name", ["get_california_housing_data", "get_MNIST_data"])
def test_without_a_network_the_error_says_what_to_do(name, monkeypatch, tmp_path):
    def no_network(*args, **kwargs):
        raise socket.gaierror("no network here")

    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(ConnectionError, match="SCIKIT_LEARN_DATA") as error:
        getattr(course_data, name)()
    assert "\n" not in str(error.value)
    assert str(tmp_path) in str(error.value)
    assert error.value.__suppress_context__
