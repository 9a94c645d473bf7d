"""The course's configuration for nbgrader. Every `nbgrader` command in this folder reads it."""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821

course = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "nn-from-scratch"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
# Files beside a source notebook are copied into the release, but the text of the solutions must not be.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", "*.py", "*.part", "checkpoints",
]  # fmt: skip

c.Exchange.root = str(course / "exchange")
(course / "exchange").mkdir(exist_ok=True)

c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.Execute.timeout = 180

# After students have handed in a lesson, only `python -m autograder release` changes it, and keeps its grades.
c.GenerateAssignment.exporter_class = "autograder.nbgrader_plugins.generate.Released"

# Submissions are found under any name, and read even if an editor has changed their form.
c.Autograde.exporter_class = "autograder.nbgrader_plugins.converter.Reader"
# They are repaired first (edited check cells are graded as released, deleted ones are put back). Then they run in a sandboxed
# process, and the checks grade from outside.
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

# A damaged file in a class's zip file does not keep the others from being collected.
c.ZipCollectApp.extractor_plugin = "autograder.nbgrader_plugins.extractor.Extractor"

# Like nbgrader's own CSV, but correct for commas, quotes and accents in names.
c.ExportApp.plugin_class = "autograder.nbgrader_plugins.exporters.Csv"

# Feedback is the course's own page: safe for anything that a student displays, and without content from other hosts.
c.GenerateFeedback.exporter_class = "autograder.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["autograder.feedback.Grades"]
c.ExchangeFactory.release_feedback = "autograder.nbgrader_plugins.exchange.ReleaseFeedback"

# Kernels that nbgrader starts inherit these: one BLAS thread (more can make networks this small ten times slower), and where
# check(..., hidden=True) finds the reference and the secret seed.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("LESSONKIT_LIVE_TRUTH", "autograder.bank.expected")
os.environ["LESSONKIT_COURSE"] = str(course)

# nbgrader calls `alembic` by name; find the one of this environment, activated or not.
scripts = str(Path(sys.executable).parent)
if scripts not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", "")
