"""``python -m autograder report LESSON``: what an instructor wants to know of a class, as one HTML page and a CSV file.

Nothing is graded here: the journal says what the checks found, nbgrader's gradebook what counts in the end. The page holds no script and asks
nothing of any other host.
"""

from autograder.report.gather import read
from autograder.report.write import report, write_flags

__all__ = ["read", "report", "write_flags"]
