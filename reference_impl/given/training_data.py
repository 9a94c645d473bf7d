"""Checks of what a solver relies on before it trains."""

import numpy as np

NAMES = ("X_train", "y_train", "X_val", "y_val")


def check_data(data):
    """Refuse data that no solver can train on, with a message that says what to do."""
    for name in NAMES:
        if name not in data:
            raise ValueError(f"data needs {', '.join(NAMES)}: {name} is missing")
        if len(data[name]) == 0:
            raise ValueError(f"data[{name!r}] is empty: give it at least one example")
        dtype = np.asarray(data[name]).dtype
        if not np.issubdtype(dtype, np.number):
            raise ValueError(f"data[{name!r}] must hold numbers, got {dtype}: convert them first")
        if not np.isfinite(data[name]).all():
            raise ValueError(f"data[{name!r}] holds NaN or infinity: drop or fill these entries first")
    for X, y in ("X_train", "y_train"), ("X_val", "y_val"):
        if len(data[X]) != len(data[y]):
            raise ValueError(f"{X} and {y} must have the same length, got {len(data[X])} and {len(data[y])}")


def check_at_least(least, **counts):
    """Refuse a count that is too small; None means no limit."""
    for name, value in counts.items():
        if value is not None and value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
