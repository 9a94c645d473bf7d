"""Properties of the whole reference, and what other tools rely on."""

import ast
import builtins
import importlib
import inspect
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from common import EXERCISES

import reference_impl
from autograder.publish.bundle import early_reference
from lessonkit.catalogue import lessons

HOME = Path(reference_impl.__file__).parent
FUNCTIONS = [name for name in EXERCISES if inspect.isfunction(getattr(reference_impl, name))]


GIVEN = {
    *("BaseNet", "BaseSolver", "TERRAIN_SHAPE", "as_float", "load_digits", "load_terrain", "prepare_images"),
    *("prepare_regression", "terrain", "trained_solver"),
    *("get_MNIST_data", "get_california_housing_data", "get_digits_data", "get_terrain_data"),
}


def test_the_exports_are_the_exercises_of_the_course_and_what_is_given():
    assert sorted(reference_impl.__all__) == sorted([*EXERCISES, *GIVEN])


@pytest.mark.parametrize("module", [path.relative_to(HOME).as_posix() for path in HOME.rglob("*.py")])
def test_a_module_says_what_it_imports(module):
    tree = ast.parse((HOME / module).read_text(encoding="utf-8"))
    assert "*" not in {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    if Path(module).name == "__init__.py":
        assert all(isinstance(node, (ast.Expr, ast.ImportFrom, ast.Assign)) for node in tree.body)


def parts(name):
    """Return the functions of an exercise: the function itself, or the methods of the class."""
    exercise = getattr(reference_impl, name)
    return [exercise] if inspect.isfunction(exercise) else [f for f in vars(exercise).values() if inspect.isfunction(f)]


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_is_one_definition_that_needs_nothing_private(name):
    """A notebook cell holds the source of an exercise, so the source may use only NumPy and public names."""
    source = inspect.getsource(getattr(reference_impl, name))
    (tree,) = ast.parse(source).body
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - own - set(dir(builtins)) - {"np"}
    assert all(hasattr(reference_impl, other) and not other.startswith("_") for other in used), used
    attributes = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    }
    assert not any(attribute.startswith("_") for attribute in attributes), attributes


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_fits_on_a_screen(name):
    for part in parts(name):
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
        first = definition.body[0]
        docstring = first.end_lineno - first.lineno + 1 if ast.get_docstring(definition) else 0
        assert definition.end_lineno - docstring < 30


@pytest.mark.parametrize("name", EXERCISES)
def test_a_docstring_tells_what_and_not_how(name):
    exercise = getattr(reference_impl, name)
    for part in {exercise, *parts(name)}:
        assert part.__doc__, part
        assert not re.search(r"\bnp\.|\.reshape|\.sum\(|axis=|@ |\bnumpy\.(?!random\.Generator)", part.__doc__), part
    for part in parts(name):
        required = ["Returns" if "yield" not in inspect.getsource(part) else "Yields"]
        if inspect.isfunction(exercise):
            assert all(f"{title}\n{'-' * len(title)}" in inspect.getdoc(part) for title in ["Parameters", *required])
        if "raise ValueError" in inspect.getsource(part):
            assert "ValueError" in part.__doc__ + sys.modules[part.__module__].__doc__


IN_A_BUNDLE = """
import importlib, pkgutil
import reference_impl
later, earlier = {later!r}, {earlier!r}
for module in pkgutil.walk_packages(reference_impl.__path__, "reference_impl."):
    importlib.import_module(module.name)
assert set(earlier) <= set(reference_impl.__all__) and not set(later) & set(reference_impl.__all__)
for name in reference_impl.__all__:
    getattr(reference_impl, name)
for name in later:
    try:
        getattr(reference_impl, name)
    except AttributeError as error:
        assert name in str(error) and "is built in lesson" in str(error), error
    else:
        raise SystemExit(name + " is still there")
if "TrainableNet" in earlier:
    import numpy as np
    net = reference_impl.TrainableNet("regression", [4], [False], 2, 1)
    net.loss(np.ones((3, 2)), np.ones(3))
    classifier = reference_impl.FullyConnectedNet("classification", [4], [False], 2, 3)
    try:
        classifier.loss(np.ones((3, 2)), np.ones(3, dtype=int))
    except AttributeError as error:
        assert str(error) == "softmax_loss is built in lesson 11: this copy of reference_impl lacks it"
        assert "softmax_loss" in later
    else:
        assert "softmax_loss" in earlier
if "Solver" in earlier:
    data = {{"X_train": np.ones((9, 2)), "y_train": np.ones(9), "X_val": np.ones((3, 2)), "y_val": np.ones(3)}}
    reference_impl.Solver(net, data, num_epochs=1, verbose=False).train()
"""


@pytest.mark.parametrize("lesson", lessons().values(), ids=list(lessons()))
def test_the_package_works_with_the_later_exercises_taken_out(lesson, tmp_path):
    for inside, source in early_reference(lesson):
        (tmp_path / inside).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / inside).write_text(source, encoding="utf-8")
    earlier = [e.name for other in lessons().values() if other.number < lesson.number for e in other.exercises]
    if "TrainableNet" in earlier:
        earlier = [*earlier, "FullyConnectedNet"]  # this is the TrainableNet until lesson 12
    later = [name for name in EXERCISES if name not in earlier]
    code = IN_A_BUNDLE.format(later=later, earlier=earlier)
    for command in (
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"],
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821,F822,F823", str(tmp_path)],
    ):
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr + result.stdout


def test_only_code_that_uses_a_missing_exercise_gets_a_stand_in():
    sources = dict(early_reference(lessons()["09_solver"]))
    assert "from .later import make_solver\n" in sources["reference_impl/regression.py"]
    assert "from ..later import softmax_loss\n" in sources["reference_impl/given/base_network.py"]
    assert "later" not in sources["reference_impl/given/datasets.py"]  # there, `elevation` is a variable
    assert "Solver" not in sources["reference_impl/__init__.py"].replace("BaseSolver", "")


def test_importing_it_imports_nothing_heavy():
    code = (
        "import sys, reference_impl; print([m for m in ('matplotlib', 'sklearn', 'scipy', 'tqdm') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HOME.parent)
    assert result.stdout.strip() == "[]", result.stderr


def test_it_imports_numpy_and_itself_alone():
    for module in HOME.rglob("*.py"):
        allowed = {"numpy"} | sys.stdlib_module_names
        if module.parent.name == "given":
            allowed |= {"matplotlib", "sklearn", "tqdm"}
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert node.module.split(".")[0] in allowed


def arguments(name, rng, dtype=np.float64):
    """Return arguments for every exercise that is a function of arrays."""

    def array(*shape):
        return (4 * rng.normal(size=shape)).astype(dtype)

    def cache(forward, *args):
        return getattr(reference_impl, forward)(*args)[1]

    labels = rng.integers(0, 3, 5)
    affine = array(5, 2, 3), array(6, 4), array(4)
    norm = array(5, 3), array(3), array(3)
    update = array(3, 2), array(3, 2)
    args = {
        "standardize": (array(5, 3),),
        "pairwise_differences": (array(5, 3), array(2, 3)),
        "mse_loss": (array(5, 3), array(5, 3)),
        "rms_error": (array(5, 3), array(5, 3)),
        "rel_error": (array(5, 3), array(5, 3)),
        "affine_forward": affine,
        "affine_relu_forward": affine,
        "affine_backward": (array(5, 4), cache("affine_forward", *affine)),
        "affine_relu_backward": (array(5, 4), cache("affine_relu_forward", *affine)),
        "train_val_test_split": (array(5, 3), labels, 1, 2, rng),
        "normalize": (array(5, 3), array(2, 3)),
        "flatten_rows": (array(5, 2, 3),),
        "minibatches": (array(5, 3), labels, 2, rng),
        "augment_flip": (array(5, 2, 3), labels, rng),
        "constant_baseline": (array(7, 3), array(7), array(2, 3)),
        "linear_baseline": (array(7, 3), array(7), array(2, 3)),
        "softmax_loss": (array(5, 3), labels),
        "batchnorm_forward": (*norm, {"mode": "train"}),
        "batchnorm_backward": (array(5, 3), cache("batchnorm_forward", *norm, {"mode": "train"})),
        **{rule: update for rule in RULES},
    }
    for activation in ("sigmoid", "relu", "tanh"):
        args[f"{activation}_forward"] = (array(5, 3),)
        args[f"{activation}_backward"] = (array(5, 3), cache(f"{activation}_forward", array(5, 3)))
    return args[name]


RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")
OF_ARRAYS = [name for name in FUNCTIONS if not re.match("eval_|grad_check|init_|predict|make_solver|elevation", name)]


def arrays_in(value):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from arrays_in(item)
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_inputs_are_not_modified(name, rng):
    args = arguments(name, rng)
    inputs = list(arrays_in(args[1] if name in RULES else args))  # a rule may change w, but not dw
    before = [array.copy() for array in inputs]
    for array in inputs:
        array.flags.writeable = False
    result = getattr(reference_impl, name)(*args)
    if inspect.isgenerator(result):
        list(result)
    for array, copy in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("name", OF_ARRAYS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_floating_dtype_stays(name, dtype, rng):
    result = getattr(reference_impl, name)(*arguments(name, rng, dtype))
    if inspect.isgenerator(result):
        result = list(result)
    dtypes = {array.dtype for array in arrays_in(result) if array.dtype.kind != "i"}
    assert dtypes <= {np.dtype(dtype)}


KEEPS_THE_DTYPE = ("train_val_test_split", "flatten_rows", "minibatches", "augment_flip")


@pytest.mark.parametrize("name", [name for name in OF_ARRAYS if name not in KEEPS_THE_DTYPE + RULES])
def test_integers_give_float64(name, rng):
    result = getattr(reference_impl, name)(*arguments(name, rng, np.int64))
    if name.endswith("_forward"):
        result = result[0]  # a cache may hold the inputs
    assert {array.dtype for array in arrays_in(result)} <= {np.dtype(np.float64)}


def test_a_misspelt_name_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="no attribute 'relu_foward'"):
        importlib.import_module("reference_impl").relu_foward  # noqa: B018
