"""The engine: values are passed as copies, code prints nothing, recordings are reliable, bad files get one clear line."""

import sys
import warnings

import numpy as np
import pytest

from autograder.bank.expected import Live, record
from autograder.course import Course, CourseError
from lessonkit.catalogue import exercises, lesson, lessons
from lessonkit.engine import expected
from lessonkit.engine.check import checks_of
from lessonkit.engine.compare import same_values
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost, StudentError
from lessonkit.engine.proxy import Code
from lessonkit.engine.transcript import VISIBLE_SEED, generator


def test_arguments_are_copied_in_and_results_are_copied_out():
    kept = np.zeros(3)

    def damage(x):
        x += 1
        return kept

    code = Code(LocalHost({"damage": damage}))
    x = np.zeros(3)
    out = code.damage(x)
    out += 5
    assert not x.any() and not kept.any()
    assert np.array_equal(code.after[0], np.ones(3))


def test_objects_stay_on_their_side():
    class Net:
        def __init__(self, size):
            self.params = {"W": np.zeros(size)}

        def loss(self, X):
            return float(self.params["W"].sum() + X.sum())

        def __iter__(self):
            return iter([1, 2])

    code = Code(LocalHost({"Net": Net}))
    net = code.Net(2)
    params = net.params
    params["W"] += 1
    assert net.loss(np.zeros(1)) == 0
    net.params = params
    assert net.loss(np.zeros(1)) == 2
    assert list(net) == [1, 2]


def test_a_method_is_asked_for_once_and_an_attribute_each_time():
    class Counter:
        count = 0

        def up(self):
            self.count += 1

    host, asked = LocalHost({"Counter": Counter}), []
    get = host.get
    host.get = lambda token, name: (asked.append(name), get(token, name))[1]
    code = Code(host)
    for counter in (code.Counter(), code.Counter()):
        for count in (1, 2):
            counter.up()
            assert counter.count == count
    assert asked == ["up", "count", "count", "count", "count"]


def test_callables_and_generators_cross():
    def twice(f, rng):
        rng.normal()
        return f(np.array([1.0])) + f(np.array([2.0]))

    code = Code(LocalHost({"twice": twice}))
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    assert code.twice(lambda x: x * 10, rng) == 30
    assert rng.bit_generator.state == before


def test_student_functions_can_be_handed_to_student_functions():
    code = Code(LocalHost({"apply": lambda f, x: f(x), "double": lambda x: 2 * x}))
    assert code.apply(code.double, 4) == 8


def test_endless_output_is_cut_off():
    def forever():
        while True:
            yield 1

    with pytest.raises(StudentError, match="does it end"):
        list(Code(LocalHost({"forever": forever})).forever())


def test_prints_warnings_and_numpy_errors_stay_inside(capsys):
    def noisy(x):
        print("loud")
        print("louder", file=sys.stderr)
        warnings.warn("loudest", stacklevel=1)
        return x / np.zeros_like(x)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Code(LocalHost({"noisy": noisy})).noisy(np.ones(2))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", [name for name in exercises()])
def test_recorded_truth_is_what_the_reference_yields(name):
    live, kept = Live(VISIBLE_SEED), expected.expected_of(name)
    for check in checks_of(name):
        ours, theirs = live.values(check), kept.values(check)
        assert [key for key, _ in ours] == [key for key, _ in theirs]
        assert all(same_values(a, b, 1e-6) for (_, a), (_, b) in zip(ours, theirs))


@pytest.mark.parametrize("name", list(lessons()))
def test_recordings_hold_arrays_and_names_only(name):
    with np.load(expected.FOLDER / f"{name}.npz", allow_pickle=False) as file:
        assert all(file[key].dtype.kind in "biufU" for key in file.files)


def test_two_recordings_have_the_same_bytes(tmp_path):
    record("01_activations", tmp_path / "a.npz")
    record("01_activations", tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_missing_recording_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(expected, "FOLDER", tmp_path)
    with pytest.raises(
        ValueError, match="missing .*unzip the lesson's bundle again.*make build.*install the package again"
    ):
        expected.Recorded("01_activations")


def test_a_damaged_recording_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(expected, "FOLDER", tmp_path)
    (tmp_path / "01_activations.npz").write_bytes(b"PK half a file")
    with pytest.raises(ValueError, match="damaged .*fresh copy"):
        expected.Recorded("01_activations")


def test_another_stream_of_random_numbers_is_noticed(monkeypatch):
    monkeypatch.setattr(expected, "stream", lambda check: [0.0])
    with pytest.raises(ValueError, match="draws different random numbers.*requirements.txt"):
        expected.Recorded("01_activations").values(checks_of("relu_forward")[0])


def test_every_check_has_its_own_numbers():
    first, second = checks_of("relu_forward")[:2]
    assert generator(first, 1).normal() != generator(second, 1).normal()
    assert generator(first, 1).normal() != generator(first, 2).normal()
    assert generator(first, 1).normal() == generator(first, 1).normal()


def test_the_secret_seed_is_drawn_once(tmp_path):
    seed = Course(tmp_path).secret_seed()
    assert seed == Course(tmp_path).secret_seed() and seed != secret_seed_of_another(tmp_path)
    (tmp_path / ".secret_seed").write_text("not a number")
    with pytest.raises(CourseError, match="Delete it to draw a new"):
        Course(tmp_path).secret_seed()


def secret_seed_of_another(tmp_path):
    (tmp_path / "other").mkdir()
    return Course(tmp_path / "other").secret_seed()


def test_answering_with_the_recorded_truth_earns_nothing_on_another_seed():
    """The answers come from a table of the visible values, in the order in which the checks ask for them."""
    truth = expected.expected_of("relu_forward")
    answers = [value for check in checks_of("relu_forward") for _, value in truth.values(check)]
    replay = iter(answers * 2)

    def relu_forward(x):
        return next(replay), None

    result = grade("relu_forward", LocalHost({"relu_forward": relu_forward}), Live(77))
    assert not any(outcome.passed and outcome.check == "gives_the_right_values" for outcome in result.outcomes)


def test_lessons_are_found_by_name_and_by_number():
    assert lesson("06").name == lesson("06_backward").name == "06_backward"
    with pytest.raises(ValueError, match="no lesson '01_activation'. Did you mean 01_activations"):
        lesson("01_activation")


def test_every_lesson_and_exercise_is_in_order():
    assert [each.number for each in lessons().values()] == list(range(len(lessons())))
    for each in lessons().values():
        assert all(name in lessons() and name < each.name for name in each.after)
        assert each.minutes > 0 and each.exercises and each.title and each.builds
