"""What a lesson imports: ``check()``, ``progress()``, and the plots and explorers of the course."""

from lessonkit import assemble as own
from lessonkit.notebook import check, explain_empty_exercises
from lessonkit.progress import progress

__all__ = ["check", "own", "progress"]

explain_empty_exercises()
