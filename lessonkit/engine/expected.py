"""The recorded truth: what the reference and the known mistakes yield for the visible seed, as arrays and names.

One file a lesson, ``recorded/NN_name.npz``, made by ``make build``. It holds an index (JSON text) and arrays:
no formula, no code, no reference. It loads without pickle.
"""

import json
import math
import os
from functools import cache
from pathlib import Path

import numpy as np

from lessonkit.catalogue import exercise as find_exercise
from lessonkit.engine.diagnose import Suspect
from lessonkit.engine.transcript import VISIBLE_SEED, generator
from lessonkit.engine.values import copy_plain, is_number

FOLDER = Path(__file__).parent.parent / "recorded"
DIGITS = 9  # enough for every check, and few enough that the last bit of another processor does not show


class Recorded:
    """The truth for one lesson on the student's side.

    Parameters
    ----------
    lesson : str
        Full name of the lesson.

    Raises
    ------
    ValueError
        If the recording is missing, damaged, or was made for other checks or another stream of random numbers.
    """

    seed = VISIBLE_SEED

    def __init__(self, lesson):
        path = FOLDER / f"{lesson}.npz"
        if not path.exists():
            raise ValueError(
                f"The recorded truth of lesson {lesson} is missing ({path.name}). "
                "Students: unzip the lesson's bundle again. Instructors: run `make build`."
            )
        try:
            with np.load(path, allow_pickle=False) as file:
                self._arrays = {key: file[key] for key in file.files}
            self._index = json.loads(str(self._arrays.pop("index")))
        except Exception as error:
            raise ValueError(
                f"The recorded truth of lesson {lesson} is damaged ({path.name}). Get a fresh copy of it."
            ) from error

    def values(self, check):
        """What the reference yielded: ``[(name, value), ...]``."""
        recorded = self._index["checks"].get(f"{check.exercise}/{check.name}")
        if recorded is None:
            raise ValueError(
                f"No truth is recorded for the check {check.name!r} of {check.exercise}: run `make build`."
            )
        if recorded["stream"] != stream(check):
            raise ValueError(
                f"NumPy {np.__version__} draws other random numbers than the recorded truth was made with. "
                "Install the versions of requirements.txt."
            )
        return [(name, self._decode(value)) for name, value in recorded["truth"]]

    def suspects(self, exercise):
        """The known mistakes of `exercise`."""
        return [
            Suspect(
                row["name"],
                row["sentence"],
                {
                    check: recorded and ([(name, self._decode(v)) for name, v in recorded[0]], recorded[1])
                    for check, recorded in row["transcripts"].items()
                },
            )
            for row in self._index["mistakes"].get(exercise, ())
        ]

    def _decode(self, value):
        if isinstance(value, dict):
            if "array" in value:
                dtype, start, shape, scalar = value["array"]
                array = self._arrays[dtype][start : start + math.prod(shape)].reshape(shape)
                return array[()] if scalar else array
            if "tuple" in value:
                return tuple(self._decode(part) for part in value["tuple"])
            return {key: self._decode(part) for key, part in value["dict"]}
        return [self._decode(part) for part in value] if isinstance(value, list) else value


@cache
def recorded(lesson):
    """The recorded truth of a lesson, read once."""
    return Recorded(lesson)


def expected_of(exercise):
    """The recorded truth for `exercise`."""
    return recorded(find_exercise(exercise).lesson)


def stream(check):
    """A probe of the check's random numbers: recordings hold only where the stream is the same."""
    rng = generator(check, VISIBLE_SEED)
    return [round(float(v), 6) for v in (rng.normal(), rng.uniform(), rng.integers(1000), rng.permutation(100)[0])]


def save(path, checks, mistakes):
    """Write a recording.

    Parameters
    ----------
    path : Path
        The file to write; it is replaced only once it is complete.
    checks : dict
        ``(check, [(name, value), ...])`` by ``"exercise/check"``.
    mistakes : dict
        List of `Suspect` by exercise.
    """
    pieces = {}  # all arrays of one dtype end to end: thousands of small ones would cost more than they hold

    def encode(value):
        if is_number(value) and not isinstance(value, (bool, int)):
            array = np.asarray(value)
            kept = pieces.setdefault(array.dtype.name, [])
            start = sum(piece.size for piece in kept)
            kept.append(_rounded(array).ravel())
            return {"array": [array.dtype.name, start, array.shape, not isinstance(value, np.ndarray)]}
        if isinstance(value, tuple):
            return {"tuple": [encode(part) for part in value]}
        if isinstance(value, list):
            return [encode(part) for part in value]
        if isinstance(value, dict):
            return {"dict": [[key, encode(part)] for key, part in value.items()]}
        return copy_plain(value, repr)

    def encode_all(values):
        return [[key, encode(value)] for key, value in values]

    index = {
        "checks": {
            name: {"stream": stream(check), "truth": encode_all(values)} for name, (check, values) in checks.items()
        },
        "mistakes": {
            exercise: [
                {
                    "name": each.name,
                    "sentence": each.sentence,
                    "transcripts": {
                        check: transcript and [encode_all(transcript[0]), transcript[1]]
                        for check, transcript in each.transcripts.items()
                    },
                }
                for each in suspects
            ]
            for exercise, suspects in mistakes.items()
        },
    }
    arrays = {name: np.concatenate(kept) for name, kept in pieces.items()}
    half = path.with_name(path.name + ".part")
    try:
        with open(half, "wb") as file:
            np.savez_compressed(file, index=np.array(json.dumps(index)), **arrays)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def _rounded(array):
    """Floating entries to `DIGITS` significant digits, so that two machines write the same file."""
    if array.dtype.kind != "f":
        return array
    with np.errstate(all="ignore"):
        size = np.where((array == 0) | ~np.isfinite(array), 1.0, np.abs(array).astype(float))
        scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(size)))
        rounded = np.where(np.isfinite(scale * array), np.round(array * scale) / scale, array)
    return rounded.astype(array.dtype)
