"""What a lesson imports: ``check()``, ``progress()``, and the plots and explorers of the course.

Importing it also lets the kit follow the notebook's cells (`settle_in`). Nothing else happens at import.
"""

from lessonkit import own
from lessonkit.notebook import check, settle_in
from lessonkit.progress import progress

__all__ = ["check", "own", "progress"]

settle_in()
