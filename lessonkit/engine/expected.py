"""The expected values: what the reference yields at each check, and what the known mistakes yield there.

On the student's side they are a recording for the visible seed, one file per lesson: ``recorded/NN_name.npz``, made by
``make build``. It holds an index (JSON text) and arrays: no formula, no code, no reference. It loads without pickle.
"""

import json
import math
import os
from functools import cache
from pathlib import Path

import numpy as np

from lessonkit.catalogue import exercise as find_exercise
from lessonkit.engine.diagnose import Suspect
from lessonkit.engine.near import Change, Fingerprint
from lessonkit.engine.transcript import VISIBLE_SEED, Helper, generator
from lessonkit.engine.values import copy_plain, is_number

FOLDER = Path(__file__).parent.parent / "recorded"
HOW_TO_GET_IT = (
    "Students: unzip the lesson's bundle again. "
    "Instructors: run `make build` in a clone of the course, or install the package again if you have no clone."
)
BITS = 20  # of a mistake's values: the checks compare to one part in 100,000
DIGITS = 9  # enough for every check, and few enough to hide the last bit, which may differ between processors


class Expected:
    """Expected values for one seed, each found when it is first needed.

    A subclass says where they come from: ``find_values(check)``, which gives the values and the helpers, ``find_suspects(exercise)`` and
    ``find_changes(exercise)``.
    """

    def __init__(self, seed):
        self.seed = seed
        self._yielded, self._suspects, self._changes = {}, {}, {}

    def values(self, check):
        """What the reference yields: ``[(name, value), ...]``."""
        return self._found(check)[0]

    def helpers(self, check):
        """What other exercises give in a check, where all are right: a list of `lessonkit.engine.transcript.Helper`."""
        return self._found(check)[1]

    def _found(self, check):
        key = (check.exercise, check.name)
        if key not in self._yielded:
            self._yielded[key] = self.find_values(check)
        return self._yielded[key]

    def suspects(self, exercise):
        """What every known mistake of `exercise` yields."""
        if exercise not in self._suspects:
            self._suspects[exercise] = self.find_suspects(exercise)
        return self._suspects[exercise]

    def changes(self, exercise):
        """What small changes to the formulas of `exercise` yield: a list of `lessonkit.engine.near.Change`."""
        if exercise not in self._changes:
            self._changes[exercise] = self.find_changes(exercise)
        return self._changes[exercise]


class Recorded(Expected):
    """The expected values of one lesson on the student's side, from its recording.

    Parameters
    ----------
    lesson : str
        Full name of the lesson.

    Raises
    ------
    ValueError
        If the recording is missing, damaged, or was made for other checks or another stream of random numbers.
    """

    def __init__(self, lesson):
        super().__init__(VISIBLE_SEED)
        path = FOLDER / f"{lesson}.npz"
        if not path.exists():
            raise ValueError(f"The expected values of lesson {lesson} are missing ({path.name}). {HOW_TO_GET_IT}")
        try:
            with np.load(path, allow_pickle=False) as file:
                self._arrays = {key: file[key] for key in file.files}
            self._index = json.loads(self._arrays.pop("index").tobytes())
        except Exception as error:
            raise ValueError(
                f"The expected values of lesson {lesson} are damaged ({path.name}). Get a fresh copy of that file."
            ) from error

    def find_values(self, check):
        recorded = self._index["checks"].get(f"{check.exercise}/{check.name}")
        if recorded is None:
            raise ValueError(f"Nothing is recorded for the check {check.name!r} of {check.exercise}. {HOW_TO_GET_IT}")
        if recorded["stream"] != stream(check):
            raise ValueError(
                f"NumPy {np.__version__} draws different random numbers from those that the expected values were recorded with. "
                "Install the versions of requirements.txt."
            )
        helpers = [Helper(name, inputs, self._decode(result)) for name, inputs, result in recorded.get("helpers", ())]
        return self._decode_all(recorded["truth"]), helpers

    def find_suspects(self, exercise):
        return [
            Suspect(
                row["name"],
                row["sentence"],
                {
                    check: transcript and self._transcript(f"{exercise}/{check}", *transcript)
                    for check, transcript in row["transcripts"].items()
                },
                row.get("alone", False),
            )
            for row in self._index["mistakes"].get(exercise, ())
        ]

    def _transcript(self, check, names, values, message):
        """A mistake's values with their names: the check's own names, unless others are recorded."""
        names = names or [name for name, _ in self._index["checks"][check]["truth"]]
        return list(zip(names, map(self._decode, values))), message

    def find_changes(self, exercise):
        """One row of the table for each check at which a change is wrong: its number, the check's, the place and the form."""
        recorded = self._index.get("changes", {}).get(exercise)
        if not recorded:
            return []
        where, numbers = self._decode(recorded["where"]), self._decode(recorded["numbers"])
        fingerprints = [{} for _ in recorded["words"]]
        for (change, check, place, form), row in zip(where.tolist(), numbers):
            fingerprints[change][recorded["checks"][check]] = Fingerprint(place, form, row)
        return [Change(words, prints) for words, prints in zip(recorded["words"], fingerprints)]

    def _decode_all(self, values):
        return [(name, self._decode(value)) for name, value in values]

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
    """The recording of a lesson, read once."""
    return Recorded(lesson)


def expected_of(exercise):
    """The recorded expected values for `exercise`."""
    return recorded(find_exercise(exercise).lesson)


def stream(check):
    """A probe of the check's random numbers: a recording is valid only for the same stream."""
    rng = generator(check, VISIBLE_SEED)
    return [round(float(v), 6) for v in (rng.normal(), rng.uniform(), rng.integers(1000), rng.permutation(100)[0])]


def save(path, checks, mistakes, changes):
    """Write a recording.

    Parameters
    ----------
    path : Path
        The file to write; it is replaced only once it is complete.
    checks : dict
        ``(check, [(name, value), ...], [Helper, ...])`` by ``"exercise/check"``.
    mistakes : dict
        List of `Suspect` by exercise.
    changes : dict
        List of `lessonkit.engine.near.Change` by exercise.
    """
    arrays = _Arrays()
    index = {
        "checks": {
            name: {
                "stream": stream(check),
                "truth": arrays.encode_all(values),
                "helpers": [
                    [helper.function, _short(helper.inputs), arrays.encode(helper.result)] for helper in helpers
                ],
            }
            for name, (check, values, helpers) in checks.items()
        },
        "mistakes": {
            exercise: [
                {
                    "name": suspect.name,
                    "sentence": suspect.sentence,
                    **({"alone": True} if suspect.alone else {}),
                    "transcripts": {
                        check: transcript and _as_recorded(transcript, checks[f"{exercise}/{check}"][1], arrays)
                        for check, transcript in suspect.transcripts.items()
                    },
                }
                for suspect in suspects
            ]
            for exercise, suspects in mistakes.items()
        },
        "changes": {exercise: _table(found, arrays) for exercise, found in changes.items() if found},
    }
    half = path.with_name(path.name + ".part")
    try:
        with open(half, "wb") as file:
            words = json.dumps(
                index, separators=(",", ":")
            ).encode()  # as text, NumPy would give each letter four bytes
            np.savez_compressed(file, index=np.frombuffer(words, np.uint8), **arrays.end_to_end())
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def _as_recorded(transcript, expected, arrays):
    """A mistake's transcript: its names where they differ from the check's, its values in few bits, and its error."""
    values, message = transcript
    names, usual = [name for name, _ in values], [name for name, _ in expected]
    return [
        None if names == usual[: len(names)] else names,
        [arrays.encode(value, _coarse) for _, value in values],
        message,
    ]


class _Arrays:
    """Collects the arrays of a recording; plain values become JSON that points to their arrays."""

    def __init__(self):
        self.pieces = {}

    def encode_all(self, values):
        return [[name, self.encode(value)] for name, value in values]

    def encode(self, value, rounded=None):
        if is_number(value) and not isinstance(value, (bool, int)):
            array = (rounded or _rounded)(np.asarray(value))
            pieces = self.pieces.setdefault(array.dtype.name, [])
            start = sum(piece.size for piece in pieces)
            pieces.append(array.ravel())
            return {"array": [array.dtype.name, start, array.shape, not isinstance(value, np.ndarray)]}
        if isinstance(value, tuple):
            return {"tuple": [self.encode(part, rounded) for part in value]}
        if isinstance(value, list):
            return [self.encode(part, rounded) for part in value]
        if isinstance(value, dict):
            return {"dict": [[key, self.encode(part, rounded)] for key, part in value.items()]}
        return copy_plain(value, repr)

    def end_to_end(self):
        """One long array for each dtype: thousands of small ones would cost more than they hold."""
        return {dtype: np.concatenate(pieces) for dtype, pieces in self.pieces.items()}


def _table(changes, arrays):
    """Changes as two arrays and their words: see `Recorded.find_changes`."""
    checks = list(dict.fromkeys(check for change in changes for check in change.fingerprints))
    rows = [(i, check, p) for i, change in enumerate(changes) for check, p in change.fingerprints.items()]
    where = [(i, checks.index(check), p.place, p.form) for i, check, p in rows]
    numbers = [p.numbers if p.place >= 0 else (0, 0, 0) for *_, p in rows]
    return {
        "words": [change.words for change in changes],
        "checks": checks,
        "where": arrays.encode(np.array(where, dtype=np.int64)),
        "numbers": arrays.encode(np.array(numbers, dtype=np.float32), _coarse),
    }


def _short(numbers):
    return [float(f"{number:.{DIGITS}g}") for number in numbers]


def _rounded(array):
    """Floating entries to `DIGITS` significant digits, so that two machines write the same file."""
    if array.dtype.kind != "f":
        return array
    with np.errstate(all="ignore"):
        size = np.where((array == 0) | ~np.isfinite(array), 1.0, np.abs(array).astype(float))
        scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(size)))
        rounded = np.where(np.isfinite(scale * array), np.round(array * scale) / scale, array)
    return rounded.astype(array.dtype)


def _coarse(array):
    """Floating entries as float32 of `BITS` bits, where that can hold them: enough to recognize a mistake, in a third of the bytes."""
    if array.dtype.kind != "f":
        return array
    with np.errstate(all="ignore"):
        single = array.astype(np.float32)
    if not np.array_equal(np.isfinite(single) & (single != 0), np.isfinite(array) & (array != 0)):
        return _rounded(array)  # too large or too small for it
    mantissa, exponent = np.frexp(single)
    with np.errstate(all="ignore"):
        return np.where(np.isfinite(single), np.ldexp(np.round(mantissa * 2**BITS), exponent - BITS), single).astype(
            np.float32
        )
