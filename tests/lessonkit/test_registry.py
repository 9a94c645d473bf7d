"""What is registered for each exercise: loaded on demand, kept in order, and with advice if it is missing."""

import importlib

import pytest

import lessonkit
from lessonkit.catalogue import UnknownName
from lessonkit.engine import registry
from lessonkit.engine.check import checks_of, points_of


def test_a_lesson_without_a_module_says_what_to_do(monkeypatch):
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    checks = registry.Registry("lessonkit.checks", "open that lesson's own bundle")
    with pytest.raises(ValueError, match="no checks for lesson 01_activations: open that lesson's own bundle"):
        checks.of("relu_forward")


def test_items_keep_their_order_and_belong_to_an_exercise():
    items = registry.Registry("lessonkit.checks", "")
    for item in (3, 1, 2):
        items.add("relu_forward", item)
    assert items.of("relu_forward") == (3, 1, 2) and items.of("relu_backward") == ()
    with pytest.raises(UnknownName, match="relu_forward"):
        items.add("relu_forwards", 4)


def test_points_are_the_sum_over_the_checks():
    assert points_of("relu_forward") == sum(check.points for check in checks_of("relu_forward")) > 0


def test_own_can_be_imported_either_way():
    assert importlib.import_module("lessonkit.own") is lessonkit.own
    assert callable(lessonkit.own.assemble)
