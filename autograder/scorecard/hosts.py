"""Two hosts for right code: one that lets nothing pass unseen, and one in whose hands right numbers differ a little."""

import numpy as np

from autograder import bank
from lessonkit.host import LocalHost, StudentError, as_student_error
from lessonkit.values import is_number, parts

ULPS = 4


class StrictHost(LocalHost):
    """Runs the code under test bare: what it prints, and a warning that the caller has made an error, shows."""

    @staticmethod
    def _guard(name, action):
        try:
            return action()
        except StudentError:
            raise
        except Exception as error:
            raise as_student_error(name, error) from None


class OtherwiseHost(StrictHost):
    """Holds the reference, and answers as a right answer might that is written otherwise.

    Every floating-point number that comes back is off by a few units in the last place, one up and another down, as
    where sums are taken in another order. Equal numbers stay equal, and what was copied from an argument stays as it
    is. And random numbers are drawn otherwise: a generator that comes in is exchanged for another one, the same for the
    same state.
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
    """A plain value with its floating-point numbers off by a few units in the last place, save those in `given`."""
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
    return float(off) if type(value) is float else off[()]  # a Python float turns no float32 into a float64


def reference(kind=StrictHost, **replaced):
    """A host of the whole reference, with some of its functions replaced."""
    return kind(reference_names(**replaced))


def reference_names(**replaced):
    """The reference's functions by name, with some of them replaced."""
    return {**bank.reference_names(), **replaced}
