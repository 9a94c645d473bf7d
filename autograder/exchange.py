"""The former name of `autograder.nbgrader_plugins.exchange`: a course's `nbgrader_config.py` may still use it."""

from autograder.nbgrader_plugins.exchange import ReleaseFeedback

__all__ = ["ReleaseFeedback"]
