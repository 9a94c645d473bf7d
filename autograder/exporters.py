"""The former name of `autograder.nbgrader_plugins.exporters`: a course's `nbgrader_config.py` may still use it."""

from autograder.nbgrader_plugins.exporters import Canvas, Csv, Moodle

__all__ = ["Canvas", "Csv", "Moodle"]
