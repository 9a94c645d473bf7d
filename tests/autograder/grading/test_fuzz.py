"""A solved notebook with systematic changes gets full points, or a note to the student and a flag for the instructor.

Here the seed is fixed, with a few hundred cases. ``make fuzz`` runs more cases on a fresh seed.
"""

import copy
import json
import os
import random
import time
from collections import Counter

import nbformat
import pytest
from notebook_changes import CHANGES
from notebook_writing import FILES

from autograder.course import COURSE
from autograder.grading.notebook import about
from autograder.grading.submission import Entry
from autograder.grading.worker import work
from autograder.handed_in import Submission
from autograder.sandbox.inside.lockdown import Limits
from lessonkit.catalogue import lesson
from lessonkit.engine.check import checks_of
from tools.synthetic_class import right, submission

LESSON = "02_mse"
FULL = float(sum(check.points for exercise in lesson(LESSON).exercises for check in checks_of(exercise.name)))
SEED, CASES = int(os.environ.get("FUZZ_SEED", 15)), int(os.environ.get("FUZZ_CASES", 240))
EXERCISES = {exercise.name for exercise in lesson(LESSON).exercises}
LIMITS = Limits(cell=5.0, call=5.0)
LAST = "cells_that_are_none version_odd version_3"
DRAWING = ("plots.", "explorers.")  # figures take longer than everything else


@pytest.fixture(scope="module")
def released():
    notebook = json.loads((COURSE / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if not "".join(cell["source"]).startswith(DRAWING)]
    return notebook


@pytest.fixture(scope="module")
def solved(released):
    notebook = json.loads(submission(json.dumps(released), right(e.name for e in lesson(LESSON).exercises)))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def changed(solved, seed, number):
    """Return the names of the changes in case `number`, and its file. Each change comes alone first, then several together."""
    rng, notebook = random.Random(f"{seed} {number}"), copy.deepcopy(solved)
    kinds = sorted(CHANGES)
    names = [kinds[number % len(kinds)]] if number < 3 * len(kinds) else rng.sample(kinds, rng.choice([1, 2, 2, 3]))
    for name in sorted(names, key=LAST.find):  # comes last, as other changes need a proper notebook
        CHANGES[name](rng, notebook)
    written = rng.choice(sorted(FILES)) if rng.random() < 0.4 or number < len(FILES) else "as_ever"
    return [*names, written], FILES[written](rng, notebook)


def test_an_answer_is_never_lost_in_silence(protected, released, solved):
    bad, kinds = [], Counter()
    for number in range(CASES):
        names, data = changed(solved, SEED, number)
        graded = work(LESSON, Submission(data), released, 7, limits=LIMITS)
        kinds.update(names)
        if graded.failed or (graded.earned != FULL and not (graded.notes and graded.flags)):
            bad.append(f"{number}: {' + '.join(names)}: {graded.earned} {graded.notes} {graded.flags}")
    print(f"seed {SEED}, {CASES} cases:", *(f"{count} {name}" for name, count in kinds.most_common()), sep="\n  ")
    assert not bad, f"With FUZZ_SEED={SEED}:\n" + "\n".join(bad)


ODD = [
    None, True, -1, 0.5, 10**400, float("nan"), float("inf"), "", "\ud800", "\0\x1b[31m\u202e", "x" * 10**5, [], {}, [[]] * 99, {"": {}},
    "nested", "![](attachment:a.png)", {"image/png": 5}, "<script>alert(1)</script>", "__import__('os')._exit(1)", "check('mse_loss')",
]  # fmt: skip


def nested(depth):
    value = "x"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def scrambled(notebook, rng):
    """Return a notebook in which parts of all kinds are replaced, dropped, repeated or renamed, at any depth."""
    for _ in range(rng.randint(1, 6)):
        at = notebook
        for _ in range(rng.randint(0, 6)):
            inner = [
                part
                for part in (at.values() if isinstance(at, dict) else at)
                if isinstance(part, (dict, list)) and part
            ]
            if not inner:
                break
            at = rng.choice(inner)
        key = rng.choice(list(at)) if isinstance(at, dict) else rng.randrange(len(at))
        odd = nested(rng.choice([3, 60, 900])) if (odd := rng.choice(ODD)) == "nested" else odd
        what = rng.choice(["replace", "replace", "drop", "repeat", "add"])
        if what == "replace":
            at[key] = odd
        elif what == "drop":
            del at[key]
        elif isinstance(at, dict):
            at[
                rng.choice(["id", "outputs", "metadata", "nbgrader", "attachments", "cell_type", "source", "x" * 999])
            ] = odd
        else:
            at.insert(key, copy.deepcopy(at[key]) if what == "repeat" else odd)
        if not notebook:
            break
    return notebook


def test_no_notebook_stops_the_grader(protected, released, solved):
    """For any file, there is a result for every exercise, and the journal and the gradebook can store it."""
    bad = []
    for number in range(CASES // 8):
        rng = random.Random(f"scrambled {SEED} {number}")
        data = json.dumps(scrambled(copy.deepcopy(solved), rng)).encode(errors="surrogatepass")
        start, graded = time.monotonic(), work(LESSON, Submission(data), released, 7, limits=LIMITS)
        try:
            Entry.from_record(json.loads(Entry("student", "", 7, graded).to_json()))
            written = json.dumps(about(graded.notebook or released, graded.notes), ensure_ascii=False).encode()
            nbformat.validate(nbformat.reads(written.decode(), nbformat.NO_CONVERT))
        except Exception as error:
            bad.append(f"{number}: {type(error).__name__}: {error}")
        if graded.failed or set(graded.results) != EXERCISES or time.monotonic() - start > 60:
            bad.append(
                f"{number}: {graded.failed} {list(graded.results)} {time.monotonic() - start:.1f} s {graded.flags}"
            )
    assert not bad, f"With FUZZ_SEED={SEED}:\n" + "\n".join(bad)
