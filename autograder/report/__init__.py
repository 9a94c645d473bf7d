"""``python -m autograder report LESSON``: what an instructor wants to know about a class, as one HTML page and a CSV file.

Nothing is graded here. The journal has the results of the checks, and nbgrader's gradebook the final points. The page contains no script
and loads nothing from other hosts.
"""

from autograder.report.gather import read
from autograder.report.write import report, write_flags

__all__ = ["read", "report", "write_flags"]
