"""The course's secret seed stays secret: no generator that a check passes to the student's code gives it away."""

import zlib

import numpy as np
import pytest
from seed_recovery import seed_words, starts_like

from autograder import bank
from autograder.course import SECRET_BITS, Course
from lessonkit.catalogue import exercises
from lessonkit.engine import transcript
from lessonkit.engine.check import checks_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import generator, run

SECRET = 0x5EC12E7_5EC12E7  # at most 63 bits, as courses used to draw it


def by_name(check, seed):
    """Make a generator in the former way, from the seed itself and from names that everyone knows."""
    return np.random.default_rng([seed, zlib.crc32(f"{check.exercise}/{check.name}".encode())])


def handed_over(exercise, seed):
    """Return the first check that passes a generator to the student's code, and that generator in its state at that moment."""
    found = []
    right = bank.reference_names()

    def spy(*args, **kwargs):
        found.extend(value for value in (*args, *kwargs.values()) if isinstance(value, np.random.Generator))
        return right[exercise](*args, **kwargs)

    for check in checks_of(exercise):
        run(check, LocalHost({**right, exercise: spy}), seed)
        if found:
            return check, found[0]
    raise AssertionError(f"no check of {exercise} hands over a generator")


@pytest.fixture
def former(monkeypatch):
    """Make generators in the former way."""
    monkeypatch.setattr(transcript, "generator", by_name)


def test_a_generator_can_be_run_back_to_its_seed():
    rng = np.random.default_rng([1, 2, 3, 2**32 - 1])
    rng.normal(size=200)
    assert seed_words(rng) == [1, 2, 3, 2**32 - 1]


def test_a_seed_in_the_open_comes_back_whole(former):
    """The recovery works: from a generator of lesson 03 it finds the course's seed, and with it the generator of every check."""
    _, rng = handed_over("grad_check_sparse", SECRET)
    low, high, _, _ = seed_words(rng)
    assert low + (high << 32) == SECRET


def test_a_keyed_hash_says_nothing_of_the_seed_and_of_other_checks():
    """What the recovery finds starts this check's generator and no other."""
    check, rng = handed_over("grad_check_sparse", SECRET)
    words = seed_words(rng)
    found = sum(word << 32 * i for i, word in enumerate(words))
    assert not {found, found % 2**64, found % 2**32} & {SECRET, SECRET % 2**32}
    starts = {
        (other.exercise, other.name): generator(other, SECRET) for name in exercises() for other in checks_of(name)
    }
    assert [key for key, start in starts.items() if starts_like(words, start)] == [(check.exercise, check.name)]
    assert len({start.bit_generator.state["state"]["state"] for start in starts.values()}) == len(starts)
    assert SECRET not in np.atleast_1d(
        rng.bit_generator.seed_seq.entropy
    )  # in this process, a generator carries its seed with it


def test_a_drawn_secret_cannot_be_guessed(tmp_path):
    folders = [tmp_path / str(i) for i in range(8)]
    for folder in folders:
        folder.mkdir()
    drawn = [Course(folder).secret_seed() for folder in folders]
    assert SECRET_BITS >= 128 and SECRET_BITS - 16 < max(map(int.bit_length, drawn)) <= SECRET_BITS


def test_the_secret_of_an_older_course_stays(tmp_path):
    (tmp_path / ".secret_seed").write_text("12345\n")
    assert Course(tmp_path).secret_seed() == 12345
