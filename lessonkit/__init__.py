"""What a lesson imports: ``check()``, ``progress()``, and the plots and explorers of the course."""

from lessonkit.notebook import check, explain_empty_exercises
from lessonkit.progress import progress

__all__ = ["check", "progress"]

explain_empty_exercises()
