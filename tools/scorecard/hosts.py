"""Two hosts for correct code: one that hides no warning, and one that changes numbers slightly."""

import numpy as np

import reference_impl
from lessonkit.engine.host import LocalHost, StudentError, as_student_error
from lessonkit.engine.values import is_number, parts

ULPS = 4


class StrictHost(LocalHost):
    """Runs the code under test directly, so that its output and its warnings show."""

    @staticmethod
    def _guard(name, action):
        try:
            return action()
        except StudentError:
            raise
        except Exception as error:
            raise as_student_error(name, error) from None


class OtherwiseHost(StrictHost):
    """Runs the reference, but returns values like a correct answer that is written differently.

    Every floating-point number in a result is off by a few units in the last place, some up and some down, as if sums were
    taken in another order. Equal numbers stay equal, and numbers copied from an argument stay unchanged. Random draws also
    differ: each generator is replaced by another one, always the same for the same state.
    """

    def call(self, target, args=(), kwargs=None, keep=()):
        result, after = super().call(target, args, kwargs, keep)
        given = [np.ravel(leaf) for _, leaf in parts((list(args), kwargs or {})) if is_number(leaf)]
        return otherwise(result, np.concatenate(given) if given else np.empty(0)), after

    def get(self, token, attribute):
        return otherwise(super().get(token, attribute), np.empty(0))

    def _enter(self, value):
        if isinstance(value, np.random.Generator):
            value = np.random.default_rng(super()._enter(value).integers(2**63))
        return super()._enter(value)


def otherwise(value, given):
    """Return a plain value with its floating-point numbers off by a few units in the last place, except those in `given`."""
    if isinstance(value, (tuple, list)):
        return type(value)(otherwise(part, given) for part in value)
    if isinstance(value, dict):
        return {key: otherwise(part, given) for key, part in value.items()}
    array = np.asarray(value)
    if not is_number(value) or array.dtype.kind != "f":
        return value
    last_bit = np.ascontiguousarray(array).view(f"u{array.itemsize}").reshape(array.shape) & 1
    sides = 1 - 2 * last_bit.astype(array.dtype)
    off = array * (1 + sides * ULPS * np.finfo(array.dtype).eps).astype(array.dtype)
    off = np.where(np.isin(array, given), array, off)
    if isinstance(value, np.ndarray):
        return off
    return float(off) if type(value) is float else off[()]  # a Python float does not turn float32 into float64


def reference(kind=StrictHost, **replaced):
    """Return a host for the whole reference, with some of its functions replaced."""
    return kind(reference_names(**replaced))


def reference_names(**replaced):
    """Return the reference's functions by name, with some of them replaced."""
    return {**{name: getattr(reference_impl, name) for name in reference_impl.__all__}, **replaced}
