"""What a lesson imports: ``check()``, ``progress()``, and the plots and explorers of the course."""

from lessonkit.notebook import check
from lessonkit.progress import progress

__all__ = ["check", "progress"]
