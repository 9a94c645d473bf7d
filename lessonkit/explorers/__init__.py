"""Explorers: a picture with controls, for what moving something teaches better than a paragraph.

A lesson's explorers live in ``lessonkit/explorers/lesson_NN.py``. Each is one call of `explore`, with a function that
draws on given axes and says in words what they show, or of `train`, for a training run that is drawn while it trains.
"""

from lessonkit.explorers.explorer import Still, explore, train
from lessonkit.explorers.stage import panel

__all__ = ["Still", "explore", "panel", "train"]
