"""Grades submissions: one notebook, one worker's share, a whole class."""
