"""Measures what is not up to date, and saves each number with the fingerprint of the code that it belongs to."""

import json
from functools import cache
from pathlib import Path

from autograder.course import write_whole
from lessonkit.catalogue import exercises
from tools.scorecard import fingerprint, measure

FILE = Path(__file__).with_name("results.json")
SEEDS = {
    "mistakes": 5,
    "variants": 200,
    "mutants": 5,
    "combinations": 1,
    "flakiness": 10_000,
    "empty": 1,
    "slips": 1,
    "sentences": 1,
}
LEAST = {**SEEDS, "variants": 10, "flakiness": 50}  # the fewest seeds after a change; the rest follows later
DIAGNOSIS = (
    "diagnose",
    "evidence",
    "near",
    "facts",
    "together",
    "points",
)  # the engine's modules that find out what is wrong
BLOCK = 1_000  # seeds measured at a time
TOOLS = {
    "mistakes": "hosts",
    "variants": "float32",
    "combinations": "combine",
    "flakiness": "hosts",
    "sentences": "sentences",
}


def load():
    """Load all results: ``results[exercise][part]`` is a dict of numbers with a fingerprint and the number of seeds."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def save(results):
    """Write all results, in the order of the course."""
    ordered = {
        exercise: {part: results[exercise][part] for part in SEEDS if part in results[exercise]}
        for exercise in exercises()
        if exercise in results
    }
    write_whole(FILE, json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")


@cache
def fingerprint_of(exercise, part):
    """Return the fingerprint of what the numbers of one part depend on."""
    reached = [fingerprint.of_exercise(exercise)]
    if part in ("mistakes", "combinations", "sentences"):
        reached.append(fingerprint.of_bank("mistakes", exercise))
    if part == "variants":
        reached.append(fingerprint.of_bank("variants", exercise))
    if part in ("mistakes", "sentences"):
        reached.append(fingerprint.of_modules(*(f"lessonkit.engine.{name}" for name in DIAGNOSIS)))
    if part in ("mutants", "sentences"):
        reached.append(fingerprint.of_modules("autograder.bank.mutants", "autograder.bank.wording"))
    if part in TOOLS:
        reached.append(fingerprint.of_modules(f"tools.scorecard.{TOOLS[part]}"))
    return fingerprint.digest(*reached)


def seeds_to_do(results, exercise, part, wanted=SEEDS):
    """Return the next seeds to measure; an empty range if enough of them are up to date."""
    known = results.get(exercise, {}).get(part, {})
    done = known["seeds"] if known.get("fingerprint") == fingerprint_of(exercise, part) else 0
    return range(done, min(max(LEAST[part], done + BLOCK * bool(done)), wanted[part]))


def stale(results, wanted=LEAST):
    """Return what is not up to date, as pairs of an exercise and a part."""
    return [
        (exercise, part) for exercise in exercises() for part in SEEDS if seeds_to_do(results, exercise, part, wanted)
    ]


def measured(exercise, part, seeds):
    """Measure one part for some seeds; return the numbers with the exercise, the part and the seeds."""
    return exercise, part, seeds, getattr(measure, part)(exercise, seeds)


def update(results, exercise, part, seeds, numbers):
    """Store numbers, or add the numbers for further seeds to the stored ones."""
    if seeds.start:
        numbers = _added(results[exercise][part], numbers)
    known = {"fingerprint": fingerprint_of(exercise, part), "seeds": seeds.stop}
    results.setdefault(exercise, {})[part] = {**known, **numbers}


def _added(before, numbers):
    """Combine the numbers for some seeds and for further seeds: counts are added, dicts are merged."""
    if "refused" in numbers:
        return {**numbers, "refused": {**numbers["refused"], **before["refused"]}}
    first = (before["first"] + numbers["first"])[: measure.SHOWN]
    return {**numbers, "failures": before["failures"] + numbers["failures"], "first": first}


def measure_what_is_stale(jobs, wanted=SEEDS, say=print):
    """Bring all results up to date, several at a time; finished numbers are kept if this is stopped."""
    from joblib import Parallel, delayed

    results = load()
    with Parallel(n_jobs=jobs, return_as="generator_unordered") as parallel:
        while todo := stale(results, wanted):
            tasks = [(*pair, seeds_to_do(results, *pair, wanted)) for pair in todo]
            for count, done in enumerate(parallel(delayed(measured)(*task) for task in tasks), start=1):
                update(results, *done)
                save(results)
                exercise, part, seeds, _ = done
                say(f"{count} of {len(tasks)}: {exercise}, {part}, seeds {seeds.start} to {seeds.stop - 1}")
    return results
