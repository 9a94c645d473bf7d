"""What a lesson imports: ``check()``, ``progress()``, and the plots and explorers of the course."""

from lessonkit.notebook import check

__all__ = ["check"]
