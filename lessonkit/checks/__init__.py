"""The checks, one module a lesson, and what several lessons' checks share."""

from lessonkit.checks.gradient import numerical_gradient
from lessonkit.checks.inputs import away_from_zero, different_sizes, generators, layer, network_params, two_sizes
from lessonkit.engine.proxy import builds_on

__all__ = [
    "away_from_zero",
    "builds_on",
    "different_sizes",
    "generators",
    "layer",
    "network_params",
    "numerical_gradient",
    "two_sizes",
]
