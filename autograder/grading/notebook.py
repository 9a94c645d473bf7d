"""Grades one notebook from outside: its cells run in a session, and the checks run here."""

import html
import re
import time
from dataclasses import asdict, dataclass, field

from autograder.flags import Telling
from autograder.grading.how_computed import how_computed, of_source
from autograder.grading.lending import grade_with_right_ones
from autograder.grading.memory import limited
from autograder.sandbox.budget import OUTPUTS, Budget
from autograder.sandbox.session import Died, quoted
from lessonkit import report
from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import Outcome, Result, grade
from lessonkit.engine.expected import expected_of
from lessonkit.notebook import ERROR_ELSEWHERE, RESULT, conceal

FINAL = ("SyntaxError", "IndentationError", "TabError", "CellTimeout")  # after these, the rest of the cell was not run
LATER = {"empty", "waits", "undefined", "kept"}  # kinds of failures that a definition further down may repair
MAX_STOPS = 20  # how many are reported for one notebook
STOPPED, CUT = "a cell stopped", "outputs were left out"  # kinds of flags
TOO_MUCH = "Some of this notebook's output was left out: there is more than {} MB, or it is nested too deeply."
NO_ROOM = "The values it returned need more memory than the grader has for one notebook."
MORE = "Cells also stopped at other lines. Run the notebook from top to bottom to see them all."


@dataclass
class GradedNotebook(Telling):
    """The result of grading one notebook.

    Attributes
    ----------
    outputs : dict
        Outputs of each code cell, by its number.
    results : dict of str to Result
        By exercise.
    flags : list of str
        What a person should look at.
    notes : list of str
        What went wrong, in plain words for the student.
    seconds : float
    memory : int
        Peak resident memory in bytes.
    stops : int
        At how many lines the student's own cells have stopped.
    budget : Budget
        How much the notebook may still send.
    transcripts : dict of str to dict
        By exercise and check.
    labels : dict of int to str
        What to call each code cell, by its number.
    """

    outputs: dict = field(default_factory=dict)
    results: dict = field(default_factory=dict)
    flags: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    seconds: float = 0.0
    memory: int = 0
    stops: int = 0
    budget: Budget = field(default_factory=Budget)
    transcripts: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)

    def label(self, number):
        """Return what to call a code cell."""
        return self.labels.get(number, f"Code cell {number + 1}")

    def tell_stops(self, cell, stops):
        """Say where a student's own cell stopped, except at an empty exercise: its check says that."""
        for stop in stops if cell is not None else ():
            if stop.kind == "NotImplementedError":
                continue
            self.stops += 1
            if self.stops > MAX_STOPS:
                self.tell(STOPPED, MORE) if self.stops == MAX_STOPS + 1 else None
                continue
            rest = "" if stop.kind in FINAL else " Everything that does not need that line was run."
            self.tell(STOPPED, f"{cell} stopped{stop}.{rest}", f"{cell}{stop}.{rest}")

    def show(self, number, outputs):
        """Keep the outputs of a cell, by its number, as long as there is room."""
        self.outputs[number] = self.budget.kept(outputs)
        sentence = TOO_MUCH.format(OUTPUTS // 2**20)
        if self.budget.left_out and sentence not in self.notes:
            self.tell(CUT, sentence, sentence.partition(": ")[2])

    def watching(self, grade_one, expected):
        """Return a function that grades one exercise as `grade_one` does, and keeps its transcripts."""

        def watched(exercise, session):
            self.transcripts[exercise] = {}
            return grade_one(exercise, session, expected, self.transcripts[exercise])

        return watched

    def tell_how(self, cells, own, expected, session):
        """Tell the instructor how answers were computed; called at the end, since it may lend correct functions."""
        names = own or {number: self.label(number) for number in range(len(cells))}
        sources = [
            (names[number], source)
            for number, (source, exercise) in enumerate(cells)
            if number in names and not exercise
        ]
        self.flags += [sentence for name, source in sources if (sentence := of_source(name, source))]
        for exercise, transcripts in self.transcripts.items() if session.alive else ():
            session.start_exercise()
            self.flags += how_computed(self.results[exercise], transcripts, expected, session)

    def add(self, result, number):
        """Keep the result of a check cell, by the cell's number."""
        self.results[result.exercise] = result
        self.outputs[number] = [output_of(result, number + 1)]

    def closed(self, session):
        """Close a session, and keep its flags and its peak memory."""
        session.close()
        self.flags += session.flags
        self.memory = max(self.memory, session.memory)


def grade_notebook(fork_server, cells, expected, secretly=True, own=None, labels=None):
    """Run a notebook's cells and grade its check cells.

    Parameters
    ----------
    fork_server : ForkServer
    cells : list of (str, str or None)
        Each code cell: its source and, for a check cell, the exercise that it checks.
    expected : Live
        The expected values on the secret seed.
    secretly : bool
        Whether the results go to students, so that they must not show numbers of the secret seed.
    own : dict of int to str, optional
        A label for each cell that differs from the lesson's, by number. If one of them stops, student and instructor are
        told.
    labels : dict of int to str, optional
        What to call each code cell, by number.

    Returns
    -------
    GradedNotebook
    """
    fork_server = fork_server.for_cells(cells)
    graded, start = GradedNotebook(dict(enumerate(fork_server.opened())), labels=labels or {}), time.monotonic()
    with limited():
        one = _within_memory(graded.watching(grade_secretly if secretly else grade, expected))
        sessions = _Sessions(fork_server, graded)
        try:
            _run(graded, sessions, cells, one, own)
            graded.tell_how(cells, own, expected, sessions.current)
        finally:
            graded.closed(sessions.current)
    graded.seconds = time.monotonic() - start
    return graded


def _within_memory(one):
    """Return ``grade_one(exercise, session)``, which gives no points to an exercise whose values need too much memory."""

    def grade_one(exercise, session):
        try:
            return one(exercise, session)
        except MemoryError:
            return nothing_to_grade(exercise, checks_of(exercise), NO_ROOM)

    return grade_one


class _Sessions:
    """The sessions of one notebook: if one has ended, a fresh one follows, as long as there is time."""

    def __init__(self, fork_server, graded):
        self.fork_server, self.graded = fork_server, graded
        self.end = time.monotonic() + fork_server.limits.notebook
        self.done = []  # the cells that have run
        self.current = fork_server.session(self.end, graded.budget)

    def living(self):
        """Return the current session, or a fresh one that has run the same cells again, except those that now end it."""
        while not self.current.alive and time.monotonic() < self.end:
            self._renew()
        return self.current

    def with_time_left(self):
        """Return a living session with enough time for one exercise, however much time the others have used."""
        end = time.monotonic() + self.fork_server.limits.exercise
        if end > self.end:
            self.end = end
            self._renew()
        return self.living()

    def _renew(self):
        self.graded.closed(self.current)
        self.current = self.fork_server.session(self.end, self.graded.budget)
        for source in list(self.done):
            try:
                self.current.run(source)
            except Died:
                self.done.remove(source)
                break


def _run(graded, sessions, cells, one, own):
    """Run the cells and the checks, and keep their results in `graded`."""
    for number, (source, exercise) in list(enumerate(cells))[len(sessions.fork_server.opening) :]:
        session = sessions.living()
        if exercise is not None:
            session.start_exercise()
            graded.add(one(exercise, session), number)
            continue
        if time.monotonic() > sessions.end:
            cell = graded.label(number).lower()
            words = f"The time limit for the whole notebook was reached before {cell}."
            graded.tell("the time limit was reached", words, f"before {cell}.")
            break
        try:
            outputs, stops = session.run(source)
        except Died as error:
            graded.outputs[number] = [_error("NotebookStopped", str(error))]
            cell = graded.label(number)
            graded.tell("a cell stopped the notebook", f"{cell} stopped the notebook. {error}", f"{cell}. {error}")
        else:
            graded.tell_stops((own or {}).get(number), stops)
            graded.show(number, outputs)
            if not any(output.get("ename") == "CellTimeout" for output in outputs):
                sessions.done.append(source)
    _grade_again(graded, cells, sessions.current, one, own)
    numbers = {exercise: number for number, (_, exercise) in enumerate(cells) if exercise}
    for result in grade_with_right_ones(graded.results, sessions.with_time_left, one):
        graded.add(result, numbers[result.exercise])


def _grade_again(graded, cells, session, grade_one, own):
    """Grade again at the end the exercises whose checks need a later definition; report the others that could not be graded."""
    for number, exercise in ((number, exercise) for number, (_, exercise) in enumerate(cells) if exercise):
        result = graded.results.get(exercise)
        if result is None or not {outcome.kind for outcome in result.outcomes} & LATER:
            continue
        if session.alive and any(place > number for place in own or ()):
            session.start_exercise()
            again = grade_one(exercise, session)
            if again.points > result.points:
                graded.add(again, number)
                why = "because something it needs is defined below its check."
                graded.tell(
                    "an exercise was graded at the end",
                    f"{exercise} was graded at the end of the notebook, {why}",
                    f"{exercise}, {why}",
                )
                continue
        kept = next((outcome for outcome in result.outcomes if outcome.kind == "kept"), None)
        if kept and own is not None:
            said = (
                kept.sentence
                if kept.sentence == ERROR_ELSEWHERE
                else f"The notebook's process says {quoted(kept.sentence.rstrip('.'), 500)}."
            )
            graded.tell(
                "an answer could not be graded as it is",
                f"{exercise} could not be graded as it is. {said}",
                f"{exercise}. {said}",
            )
    results = graded.results.values()
    if own and results and not any(result.points or result.empty for result in results):
        graded.tell(
            "no check passes",
            "No check passes, although there are answers. A single line may be causing all the failures.",
            "There are answers. A single line may be causing all the failures.",
        )


def grade_secretly(exercise, session, expected, seen=None):
    """Grade one exercise on the secret seed; show numbers only if the visible seed shows the same failure."""
    result = grade(exercise, session, expected, seen)
    if result.passed or not session.alive:
        return result
    visible = grade(exercise, session, expected_of(exercise))
    return Result(exercise, tuple(conceal(h, v) for h, v in zip(result.outcomes, visible.outcomes)))


def _error(name, message):
    """Return an error as a cell's output."""
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [message]}


def nothing_to_grade(exercise, checks, why):
    """Return the result of an exercise that could not be graded at all."""
    outcomes = tuple(Outcome(c.name, c.title, c.points, False, "error", why) for c in checks)
    return Result(exercise, outcomes)


def output_of(result, count):
    """Return a check cell's output: the points for nbgrader, the report for the reader."""
    data = {"text/plain": repr(float(result.points)), "text/html": report.html(result), RESULT: asdict(result)}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": count}


def _inert(note):
    """Return a note as Markdown; text in quotation marks is somebody's words, so its markup is escaped."""
    parts = html.escape(note, quote=False).split('"')
    parts[1::2] = [re.sub(r"([\\`*_\[\]#|~$!:])", r"\\\1", part) for part in parts[1::2]]
    return '"'.join(parts)


def about(notebook, notes):
    """Return the notebook with a first cell that contains the notes for the student."""
    if not notes:
        return notebook
    text = "\n".join(["**About your submission**", "", *(f"- {_inert(' '.join(note.split()))}" for note in notes)])
    cell = {"cell_type": "markdown", "id": "about", "metadata": {}, "source": text}
    return {**notebook, "cells": [cell, *notebook["cells"]]}
