"""How much one submission may send to the grader: values for its checks, and outputs for the graded notebook.

The limits for a single value are in `autograder.sandbox.inside.wire`.
"""

import numpy as np

from lessonkit.engine.values import parts

EXERCISE, SUBMISSION = 32 * 2**20, 256 * 2**20  # bytes of values; lesson 04's checks need 4 MB in all
OUTPUTS = 16 * 2**20  # bytes of outputs in the graded notebook; the lessons' own have 1 MB
MOST = 100_000  # numbers passed to a check's function, and the largest whole number among them
MAX_DEPTH = 50  # of JSON in an output: in the notebook's file, each line is indented by its depth


def is_too_much(arguments):
    """Whether a notebook calls a check's function with more numbers than a check would, or with a larger size."""
    leaves = [leaf for _, leaf in parts(arguments)]
    sizes = [abs(int(leaf)) for leaf in leaves if isinstance(leaf, (int, np.integer))]
    return max([sum(map(np.size, leaves)), *sizes]) > MOST


class Budget:
    """What is left of these limits, for one exercise and for the whole submission."""

    def __init__(self):
        self.exercise, self.submission, self.outputs = EXERCISE, SUBMISSION, OUTPUTS
        self.left_out = False  # whether any outputs were left out

    def start_exercise(self):
        self.exercise = EXERCISE

    def spend(self, size):
        """Note that values of so many bytes came in; return the end of a sentence about an exceeded limit, or ""."""
        self.exercise, self.submission = self.exercise - size, self.submission - size
        if self.submission < 0:
            return f"more than the checks of one notebook accept, {SUBMISSION // 2**20} MB in total"
        if self.exercise < 0:
            return f"more than the checks of one exercise accept, {EXERCISE // 2**20} MB in total"
        return ""

    def kept(self, outputs):
        """Return the outputs of a cell that there is still room for, without deeply nested parts."""
        kept = []
        for output in outputs:
            if (size := size_in_file(output)) == float("inf"):
                self.left_out, output = True, _without_deep_parts(output)
                size = size_in_file(output)
            if size > self.outputs:
                self.left_out = True
                continue
            self.outputs -= size
            kept.append(output)
        return kept


def _without_deep_parts(output):
    """Return an output without the deeply nested parts of its data and metadata."""
    return {
        name: {key: part for key, part in value.items() if size_in_file(part, 2) < float("inf")}
        if isinstance(value, dict)
        else value
        for name, value in output.items()
    }


def size_in_file(value, depth=0):
    """Estimate the size of JSON in a notebook's file, whose lines are indented; infinite if it is nested too deeply."""
    if depth > MAX_DEPTH:
        return float("inf")
    if isinstance(value, (dict, list)):
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        return 2 + sum(depth + 2 + size_in_file(part, depth + 1) for part in parts)
    if isinstance(value, str):
        return len(value) if value.isascii() and value.isprintable() else 6 * len(value)
    return len(str(value))
