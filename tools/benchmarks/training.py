"""Training: the reference and its Solver, compared with scikit-learn, PyTorch and the floor.

All train for an epoch on the same examples, in float32, with the same network, batch size and update rule, and shuffle again for each
epoch. scikit-learn trains with `partial_fit`; PyTorch runs in eager mode, without `torch.compile`. The floor is only the same matrix
products in NumPy: two for the first layer, three for every other layer. As under `make lab`, the process keeps freed memory, also for
the peers. A test makes sure that all do the same work: from equal parameters and batches, the losses agree to 1e-5. The targets:
faster than both peers everywhere, and at most 1.5 times the floor from 8-256-128-1 up.

The cost of readable code: `affine_backward(dout, cache)` always computes the gradient of its input, which the first layer of a network
does not need. With many inputs, as in MNIST, that is a third of all products. The columns "with the input's gradient" add this product
to PyTorch and to the floor, so that they do the same work. To leave it out, the function would need an option that no exercise has and
no student's own layer understands.

Two more things keep ours above the floor. With small batches, they are Python's own calls and the parameter updates, which the floor
does not do (Adam makes some ten passes over all parameters at every step). With large batches, they are biases, activations and the
loss, each of which takes a pass over the batch.
"""

import gzip
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import reference_impl.data as course_data
from tools.benchmarks.peers import Case, Course, Floor, PyTorch, ScikitLearn
from tools.benchmarks.timing import Row, in_turn

BATCH_SIZES = (32, 200, 1000)
RULES = {"sgd_momentum": "SGD with momentum", "adam": "Adam"}
NETWORKS = {
    "terrain": [("regression", (2, 64, 64, 1), "tanh")],
    "housing": [("regression", (8, 64, 64, 1), "relu"), ("regression", (8, 256, 128, 1), "relu")],
    "digits": [("classification", (64, 64, 32, 10), "relu")],
    "MNIST": [("classification", (784, 256, 128, 10), "relu")],
}
NEAR_THE_FLOOR = ((8, 256, 128, 1), (784, 256, 128, 10))
MOST_EXAMPLES = 8000  # an epoch should not take long, and more examples would add no information


def measure(quick):
    for peer, package in (("scikit-learn", "sklearn"), ("PyTorch", "torch")):
        if find_spec(package) is None:
            yield f"{peer} is left out: it is not installed. `pip install .[bench]` installs it."
    for name, networks in NETWORKS.items():
        X, y, real = examples(name)
        if not real:
            yield f"{name} was not available, so synthetic data of its shape replaced it."
        X, y = (X[:200], y[:200]) if quick else (X[:MOST_EXAMPLES], y[:MOST_EXAMPLES])
        for category, dims, activation in networks:
            for batch_size in BATCH_SIZES[:1] if quick else BATCH_SIZES:
                for rule in RULES:
                    yield row(name, Case(category, dims, activation, rule, batch_size), X, y, quick)


def row(name, case, X, y, quick):
    """Measure all contenders on one network, batch size and rule."""
    rng = np.random.default_rng(0)
    contenders = {
        "ours": Course(case, X, y, rng),
        "floor": Floor(case, X),
        "floor with the input's gradient": Floor(case, X, input_gradient=True),
    }
    if find_spec("sklearn"):
        contenders["scikit-learn"] = ScikitLearn(case, X, y)
    if find_spec("torch"):
        contenders["PyTorch"] = PyTorch(case, X, y, rng)
        contenders["PyTorch with the input's gradient"] = PyTorch(case, X, y, rng, input_gradient=True)
    times = in_turn({name: contender.epoch for name, contender in contenders.items()}, rounds=2 if quick else 7)
    figures = {
        f"{peer} / ours": times.ratio(peer, "ours", at_least=1)
        for peer in ("scikit-learn", "PyTorch")
        if peer in contenders
    }
    if "PyTorch" in contenders:
        figures["PyTorch with the input's gradient / ours"] = times.ratio("PyTorch with the input's gradient", "ours")
    figures["floor with the input's gradient / floor"] = times.ratio("floor with the input's gradient", "floor")
    figures["ours / floor"] = times.ratio("ours", "floor", at_most=1.5 if case.dims in NEAR_THE_FLOOR else None)
    figures["ours, a step"] = times.time("ours", "us", per=-(-len(X) // case.batch_size))
    layers = "-".join(map(str, case.dims))
    return Row(f"{name} {layers}, batch {case.batch_size}, {RULES[case.rule]}", figures)


def examples(name):
    """Return the training examples and targets of a data set, and whether they are the real ones."""
    try:
        data = {
            "terrain": course_data.get_terrain_data,
            "housing": course_data.get_california_housing_data,
            "digits": course_data.get_digits_data,
            "MNIST": _mnist_test_images,
        }[name]()
        return data["X_train"], data["y_train"], True
    except OSError:
        rng = np.random.default_rng(0)
        category, dims, _ = NETWORKS[name][0]
        X = rng.normal(size=(MOST_EXAMPLES, dims[0])).astype(np.float32)
        y = np.abs(X[:, : dims[-1]]).argmax(axis=1) if category == "classification" else np.sin(X[:, 0])
        return X, y, False


def _mnist_test_images():
    """Load MNIST's 10,000 test images in their original format, from the folder that MNIST_FOLDER names.

    Parsing the whole set in scikit-learn's cache would take minutes.
    """
    folder = Path(os.environ.get("MNIST_FOLDER", "mnist"))
    with gzip.open(folder / "t10k-images-idx3-ubyte.gz") as file:
        X = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(folder / "t10k-labels-idx1-ubyte.gz") as file:
        y = np.frombuffer(file.read(), np.uint8, offset=8).astype(np.int64)
    split = course_data.train_val_test_split(X, y, 1000, 1000, np.random.default_rng(0))
    return course_data.prepare_images(split, brightest=255)
