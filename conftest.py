"""Settings for every test: what `nbgrader_config.py` sets for a kernel holds for the tests too."""

import os

from traitlets.config.loader import PyFileConfigLoader

PyFileConfigLoader("nbgrader_config.py", path=os.path.dirname(__file__)).load_config()
os.environ.pop("LESSONKIT_COURSE")  # a test that has a course of its own names it
