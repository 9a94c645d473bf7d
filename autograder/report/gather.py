"""What is known of a class: the journal of the last run, and what nbgrader's gradebook says."""

from dataclasses import dataclass
from functools import cached_property

from autograder.grading import history
from autograder.nbgrader_plugins.exporters import text as cell
from autograder.nbgrader_plugins.scores import scores
from autograder.report import items

NOTHING = "Nothing was handed in."


@dataclass(frozen=True)
class Class:
    """All that is known of a class and a lesson.

    Attributes
    ----------
    run : Run
    names : dict of str to str
        What students are called, for everyone on the roster and everyone who handed something in.
    people : dict of str to (str, str)
        Last and first names, where the roster has them.
    scores : dict of str to Score
        From nbgrader's gradebook.
    max_score : float
    """

    run: history.Run
    names: dict
    people: dict
    scores: dict
    max_score: float

    @cached_property
    def entries(self):
        """The journal of those who are in the class."""
        return {student: self.run.entries[student] for student in self.names if student in self.run.entries}

    @cached_property
    def graded(self):
        """The journal of those whose notebook was run."""
        return items.ran(self.entries)

    def score(self, student):
        """What counts: the gradebook's final score, or, for who has no row there, the autograder's points."""
        return self.scores[student].final if student in self.scores else items.points(self.entries[student])


def read(lesson, course):
    """Read the journal and the gradebook.

    Raises
    ------
    CourseError
        If the lesson is not released, or nobody is graded yet.
    """
    from nbgrader.api import Gradebook

    everyone = course.students(lesson)
    run = history.current(course, lesson)
    with Gradebook(course.db_url) as gradebook:
        people = {each.id: (each.last_name or "", each.first_name or "") for each in gradebook.students}
        found = scores(gradebook, lesson)
        most = gradebook.find_assignment(lesson).max_score
    names = {}
    for student in everyone:
        last, first = people.get(student, ("", ""))
        full = f"{first} {last}".strip()
        names[student] = f"{full} ({student})" if full else student
    return Class(run, names, people, found, most)


def rows(lesson, group):
    """The CSV file: a row for each student."""
    exercises = [each.name for each in lesson.exercises]
    yield [
        "student_id", "last_name", "first_name", "state", "auto_points", "raw_score", "late_submission_penalty", "score",
        "max_score", "graded_by_hand", "waiting", "seconds", "memory_mb", *exercises, "mistakes", "flags",
    ]  # fmt: skip
    for student in group.names:
        entry, score = group.entries.get(student), group.scores.get(student)
        made = {f"{e}: {row['mistake']}" for e, row in items.outcomes(entry or {"results": {}}) if row["mistake"]}
        points = [entry["points"].get(f"check_{name}", "") for name in exercises] if entry else [""] * len(exercises)
        yield [
            *map(cell, (student, *group.people.get(student, ("", "")), state(entry))),
            items.points(entry) if entry else "",
            *((score.raw, score.penalty, score.final) if score else ("", "", "")),
            group.max_score,
            *map(cell, ("; ".join(sorted(score.manual)), "; ".join(sorted(score.waiting))) if score else ("", "")),
            *((round(entry["seconds"], 3), megabytes(entry) or "") if entry else ("", "")),
            *points,
            cell("; ".join(sorted(made))),
            cell("; ".join(line.splitlines()[0] for line in entry["flags"]) if entry else ""),
        ]


def state(entry):
    """How far a submission came."""
    if entry is None:
        return "not graded"
    if entry["seconds"] > 0:
        return "graded"
    return "nothing handed in" if NOTHING in entry["notes"] else "unreadable"


def megabytes(entry):
    """The peak of a notebook's memory in MB; None where it was not measured."""
    return round(entry["memory"] / 2**20, 1) if entry.get("memory") else None


def needs_a_person(group):
    """What a person should look at, each with whom it concerns, most common first."""

    def found():
        for student in group.names:
            entry, score = group.entries.get(student), group.scores.get(student)
            if entry is None:
                yield student, "not graded yet: run `python -m autograder grade` again"
            elif state(entry) == "unreadable":
                yield student, f"could not be graded: {entry['notes'][0]}"
            for line in dict.fromkeys(flag.splitlines()[0] for flag in entry["flags"]) if entry else ():
                yield student, line
            if score and score.waiting:
                yield student, f"no grade yet, waits for yours: {', '.join(sorted(score.waiting))}"
            if score and score.unconfirmed:
                yield (
                    student,
                    f"graded by you, and again by the autograder: confirm {', '.join(sorted(score.unconfirmed))}",
                )

    return items.group(found())
