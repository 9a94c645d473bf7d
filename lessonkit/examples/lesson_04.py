"""Lesson 04 has no small examples: its results are drawn at random, or come from a whole training."""
