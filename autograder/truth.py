"""The former name of `autograder.bank.expected`: a course's `nbgrader_config.py` may still use it."""

from autograder.bank.expected import live_expected
from autograder.bank.expected import live_expected as live_truth

__all__ = ["live_expected", "live_truth"]
