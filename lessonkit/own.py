"""``own.assemble()``, as lesson 10 calls it."""

from lessonkit.assemble import Own, Part, assemble

__all__ = ["Own", "Part", "assemble"]
