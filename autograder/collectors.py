"""The former name of `autograder.nbgrader_plugins.collectors`: a course's `nbgrader_config.py` may still use it."""

from autograder.nbgrader_plugins.collectors import Canvas, Moodle

__all__ = ["Canvas", "Moodle"]
