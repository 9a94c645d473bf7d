"""What is known about a class: the journal of the last run, and nbgrader's gradebook."""

from dataclasses import dataclass, field
from functools import cached_property

from autograder.flags import first_line
from autograder.grading import history
from autograder.grading.form import form_of
from autograder.grading.penalties import LatePenalties
from autograder.grading.rows import notebook_of
from autograder.grading.spreadsheet import text as cell
from autograder.nbgrader_plugins.scores import scores
from autograder.report import items
from autograder.terminal import printable


@dataclass(frozen=True)
class Class:
    """Everything that is known about a class and a lesson.

    Attributes
    ----------
    run : Run
    names : dict of str to str
        The students' names, for everyone on the roster and everyone who handed something in.
    roster : dict of str to (str, str)
        Last and first names, if the roster has them.
    scores : dict of str to Score
        From nbgrader's gradebook.
    max_score : float
    misnamed : dict of str to str
        What to say about folders that cannot be graded because their names are not valid text.
    excused : set of str
        Students for whom the lesson does not count.
    full : dict of str to float
        The points of dropped exercises that count in full for everyone.
    """

    run: history.Run
    names: dict
    roster: dict
    scores: dict
    max_score: float
    misnamed: dict = field(default_factory=dict)
    excused: frozenset = frozenset()
    full: dict = field(default_factory=dict)

    @cached_property
    def submissions(self):
        """The graded submissions of the students in the class."""
        journal = self.run.submissions
        return {student: journal[student] for student in self.names if student in journal}

    @cached_property
    def grader_memory(self):
        """The peak memory in MB of a grading process and of the recording process; 0 if it was not measured."""
        worker = max((submission.worker_memory for submission in self.submissions.values()), default=0)
        writer = max((submission.writer_memory for submission in self.submissions.values()), default=0)
        return round(worker / 2**20), round(writer / 2**20)

    @cached_property
    def graded(self):
        """The submissions whose notebook was run."""
        return items.ran(self.submissions)

    def score(self, student):
        """Return the score that counts: the gradebook's final score, or the autograder's points if there is no row."""
        return self.scores[student].final if student in self.scores else self.submissions[student].earned

    def state(self, student):
        """Return the state of a student's submission."""
        graded = self.submissions.get(student)
        if student in self.excused:
            return "excused"
        if graded is None:
            return "not graded"
        if graded.ran:
            return "graded"
        return "unreadable" if graded.handed_in else "nothing handed in"


def read(lesson, course):
    """Read the journal and the gradebook.

    Raises
    ------
    CourseError
        If the lesson is not released, or nobody has been graded yet.
    """
    everyone = course.students(lesson)
    run = history.current(course, lesson)
    with course.gradebook() as gradebook:
        roster = {student.id: (student.last_name or "", student.first_name or "") for student in gradebook.students}
        penalties = LatePenalties(course, gradebook, lesson)
        penalties.renew()
        scores_of = scores(gradebook, lesson)
        max_score = gradebook.find_assignment(lesson).max_score
        form = form_of(notebook_of(gradebook, lesson))
        counts_full = {name.removeprefix("check_"): form.points[name] for name in sorted(form.full)}
    names = {}
    for student in everyone:
        last, first = roster.get(student, ("", ""))
        full = f"{first} {last}".strip()
        names[student] = printable(f"{full} ({student})" if full else student)
    return Class(run, names, roster, scores_of, max_score, course.misnamed(), frozenset(penalties.excused), counts_full)


def rows(lesson, group):
    """Yield the rows of the CSV file, one for each student."""
    exercises = [exercise.name for exercise in lesson.exercises if exercise.name not in group.full]
    yield [
        "student_id", "last_name", "first_name", "state", "auto_points", "raw_score", "late_submission_penalty", "score",
        "max_score", "graded_by_hand", "waiting", "seconds", "memory_mb", *exercises, *group.full, "mistakes", "flags",
    ]  # fmt: skip
    for student in group.names:
        graded, score = group.submissions.get(student), group.scores.get(student)
        made = (
            {f"{name}: {outcome.mistake}" for name, outcome in graded.outcomes() if outcome.mistake} if graded else ()
        )
        totals = (*((score.raw, score.penalty, score.final) if score else ("", "", "")), group.max_score)
        yield [
            *map(cell, (student, *group.roster.get(student, ("", "")), group.state(student))),
            graded.earned if graded and graded.points else "",
            *(("", "", "", "") if student in group.excused else totals),
            *map(cell, ("; ".join(sorted(score.manual)), "; ".join(sorted(score.waiting))) if score else ("", "")),
            *((round(graded.seconds, 3), megabytes(graded) or "") if graded else ("", "")),
            *(graded.points.get(f"check_{name}", "") if graded else "" for name in exercises),
            *(points if score and student not in group.excused else "" for points in group.full.values()),
            cell("; ".join(sorted(made))),
            cell("; ".join(map(first_line, graded.flags)) if graded else ""),
        ]


def megabytes(graded):
    """Return a notebook's peak memory in MB; None if it was not measured."""
    return round(graded.memory / 2**20, 1) if graded.memory else None


def needs_a_person(group):
    """Return what a person should look at, with the students that each concerns, most common first."""

    def sentences():
        yield from group.misnamed.items()
        yield from group.run.damaged.items()
        for student in group.names:
            graded, score = group.submissions.get(student), group.scores.get(student)
            if graded is None and student not in group.excused:
                yield student, "not graded yet: run `python -m autograder grade` again"
            for line in dict.fromkeys(map(first_line, graded.flags)) if graded else ():
                yield student, line
            if score and score.waiting:
                yield student, f"still needs your grade: {', '.join(sorted(score.waiting))}"
            if score and score.unconfirmed:
                yield (
                    student,
                    f"graded by you, then again by the autograder: please confirm {', '.join(sorted(score.unconfirmed))}",
                )

    return items.group(sentences())
