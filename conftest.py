"""Settings for every test: one BLAS thread, and kernels that find the truth for hidden checks."""

import os
import sys

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("LESSONKIT_LIVE_TRUTH", "autograder.truth")

# nbgrader calls `alembic` by name: find the one of this environment, activated or not.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
