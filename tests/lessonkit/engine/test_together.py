"""What a check says about several values at once: it notices results in the wrong order, in every exercise with several results."""

import itertools

import numpy as np
import pytest

import reference_impl
from autograder.bank import reference_names
from autograder.bank.expected import Live
from lessonkit.catalogue import exercises
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED


class WithoutMistakes(Live):
    """The expected values alone, for what a check says about a wrong result that no known mistake explains."""

    def find_suspects(self, exercise):
        return []


EXPECTED = WithoutMistakes(VISIBLE_SEED)
ORDER = "the results are in another order."
SEVERAL = [
    exercise.name
    for exercise in exercises().values()
    if len(exercise.returns) > 1 and not {"cache", "config", "y"} & {*exercise.returns} and exercise.name[:4] != "init"
]


def sentences(exercise, **functions):
    host = LocalHost({**reference_names(), **functions})
    return [outcome.sentence for outcome in grade(exercise, host, EXPECTED).outcomes if not outcome.passed]


def test_the_exercises_with_several_results_are_these():
    assert set(SEVERAL) == {
        "mse_loss", "affine_backward", "affine_relu_backward", "softmax_loss", "batchnorm_backward",
    }  # fmt: skip


@pytest.mark.parametrize("exercise", SEVERAL)
def test_another_order_of_the_results_is_told(exercise):
    returns, function = exercises()[exercise].returns, getattr(reference_impl, exercise)
    for order in itertools.permutations(range(len(returns))):
        if list(order) == sorted(order):
            continue

        def in_another_order(*args, order=order):
            results = function(*args)
            return tuple(results[i] for i in order)

        told = [sentence for sentence in sentences(exercise, **{exercise: in_another_order}) if ORDER in sentence]
        first = next(place for place, i in enumerate(order) if i != place)
        assert f"Your {returns[first]} is what {returns[order[first]]} should be: {ORDER}" in " ".join(told)


def test_a_loss_method_that_returns_its_gradients_first_is_told():
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            return result if y is None else result[::-1]

    said = sentences("TrainableNet", TrainableNet=TrainableNet)
    assert f"Your loss is what grads should be: {ORDER}" in " ".join(said)


def test_equal_results_or_other_numbers_are_not_another_order():
    def affine_backward(dout, cache):
        dx, dw, db = reference_impl.affine_backward(dout, cache)
        return dw, dw, db

    assert not any(ORDER in sentence for sentence in sentences("affine_backward", affine_backward=affine_backward))


def test_the_other_results_of_a_call_are_told_to_be_right():
    def affine_backward(dout, cache):
        dx, dw, db = reference_impl.affine_backward(dout, cache)
        return dx, dw, db[np.newaxis]

    said = sentences("affine_backward", affine_backward=affine_backward)
    assert any("There is one axis of length 1 too many. The dx and dw of the same call are right." in s for s in said)


@pytest.mark.parametrize("what", ["loss", "grads"])
def test_a_second_call_that_gives_something_else_is_told(what):
    class TrainableNet(reference_impl.TrainableNet):
        calls = 0

        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = super().loss(X, y)
            self.calls += 1
            if what == "loss":
                return loss * self.calls, grads
            return loss, {name: grad * self.calls for name, grad in grads.items()}

    words = "a different loss" if what == "loss" else "different grads"
    said = sentences("TrainableNet", TrainableNet=TrainableNet)
    assert any(s.startswith(f"The second call of `loss` with the same input gives {words}: does") for s in said)


def test_a_result_of_an_earlier_call_is_told():
    kept = {}

    def sgd_momentum(w, dw, config=None):
        next_w, config = reference_impl.sgd_momentum(w, dw, config)
        steps = kept.setdefault((w.shape, config["learning_rate"]), [])
        steps.append(next_w)
        return steps[:2][-1], config

    said = sentences("sgd_momentum", sgd_momentum=sgd_momentum)
    assert any(" is the same as next_w of " in s and s.endswith("the result of an earlier call.") for s in said)


def test_a_result_added_to_another_is_told():
    def batchnorm_backward(dout, cache):
        dx, dgamma, dbeta = reference_impl.batchnorm_backward(dout, cache)
        return dx, dgamma - dbeta, dbeta

    said = sentences("batchnorm_backward", batchnorm_backward=batchnorm_backward)
    assert "dgamma is the expected result minus what dbeta should be." in said


def test_what_belongs_to_other_calls_is_no_other_order():
    def affine_backward(dout, cache):
        gradients = kept.setdefault("first", reference_impl.affine_backward(dout, cache))
        return [np.resize(g, r.shape) for g, r in zip(gradients, reference_impl.affine_backward(dout, cache))]

    kept = {}
    assert not any(ORDER in sentence for sentence in sentences("affine_backward", affine_backward=affine_backward))
