"""The course, in nbgrader's own words. Every `nbgrader` command run in this folder reads it."""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821

course = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "nn-from-scratch"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
# What lies beside a source notebook is copied into the release: the text of the solutions must not travel.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", "*.py", "*.part", "checkpoints",
]  # fmt: skip

c.Exchange.root = str(course / "exchange")
(course / "exchange").mkdir(exist_ok=True)

c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.Execute.timeout = 180

# A lesson that students have handed in changes by `python -m autograder release`, which keeps its grades.
c.GenerateAssignment.exporter_class = "autograder.nbgrader_plugins.generate.Released"

# Submissions are found whatever they are called, and read whatever an editor made of them.
c.Autograde.exporter_class = "autograder.nbgrader_plugins.converter.Reader"
# They are brought into shape first (edited check cells are graded as released, deleted ones put back), and then run
# in a locked-in process while the checks grade from outside.
c.Autograde.sanitize_preprocessors = [
    "autograder.nbgrader_plugins.autograde.Recognise",
    "nbconvert.preprocessors.ClearOutputPreprocessor",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugins.autograde.GradeOutside",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# One damaged file in the zip file of a class does not keep the others from being collected.
c.ZipCollectApp.extractor_plugin = "autograder.nbgrader_plugins.extractor.Extractor"

# As nbgrader's own CSV, but whole with commas, quotes and accents in names.
c.ExportApp.plugin_class = "autograder.nbgrader_plugins.exporters.Csv"

# Feedback is a page of the course's own: safe whatever a student displays, and with nothing to load from elsewhere.
c.GenerateFeedback.exporter_class = "autograder.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["autograder.feedback.Grades"]
c.ExchangeFactory.release_feedback = "autograder.nbgrader_plugins.exchange.ReleaseFeedback"

# Kernels that nbgrader starts inherit these: one BLAS thread (networks this small lose tenfold with more),
# and where check(..., hidden=True) finds the reference and the secret seed.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("LESSONKIT_LIVE_TRUTH", "autograder.bank.expected")
os.environ["LESSONKIT_COURSE"] = str(course)

# nbgrader calls `alembic` by name; find the one of this environment, activated or not.
scripts = str(Path(sys.executable).parent)
if scripts not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", "")
