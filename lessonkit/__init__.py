"""What a lesson imports: ``check()``, ``progress()``, and the plots and explorers of the course.

Importing it also teaches the notebook to answer a call of an empty exercise with one line: the one thing done here.
"""

from lessonkit import own
from lessonkit.notebook import check, explain_empty_exercises
from lessonkit.progress import progress

__all__ = ["check", "own", "progress"]

explain_empty_exercises()
