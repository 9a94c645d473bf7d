"""The checks, one module a lesson, and what several lessons' checks share."""

from lessonkit.checks.caches import as_it_was, contents
from lessonkit.checks.gradient import numerical_gradient
from lessonkit.checks.inputs import (
    away_from_zero,
    different_sizes,
    generators,
    in_floats,
    layer,
    network_params,
    two_sizes,
    whole_numbers,
)
from lessonkit.engine.proxy import builds_on

__all__ = [
    "as_it_was",
    "away_from_zero",
    "builds_on",
    "contents",
    "different_sizes",
    "generators",
    "in_floats",
    "layer",
    "network_params",
    "numerical_gradient",
    "two_sizes",
    "whole_numbers",
]
