"""The former name of `autograder.nbgrader_plugins.autograde`: a course's `nbgrader_config.py` may still use it."""

from autograder.nbgrader_plugins.autograde import GradeOutside, Recognise

__all__ = ["GradeOutside", "Recognise"]
