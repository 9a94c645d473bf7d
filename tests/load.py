"""How busy the machine is, for tests that assert how long something may take."""

import os


def slower():
    """Return how many times as long something may take as on an idle machine: twice, if one other process runs on each processor."""
    return max(1, os.getloadavg()[0] / os.cpu_count() + 1) if hasattr(os, "getloadavg") else 1
