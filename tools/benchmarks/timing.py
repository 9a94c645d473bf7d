"""Times things in turn, round after round, so that other work on the machine affects all of them."""

import statistics
import time
from dataclasses import asdict, dataclass, field

UNITS = {"times": 1, "s": 1, "ms": 1e3, "us": 1e6}


@dataclass(frozen=True)
class Figure:
    """A median with its lower and upper quartile, and its target.

    Attributes
    ----------
    median, low, high : float
    unit : {"times", "s", "ms", "us"} or str
        "times" for a ratio.
    at_least, at_most : float or None
        The target, if there is one.
    """

    median: float
    low: float
    high: float
    unit: str = "times"
    at_least: float | None = None
    at_most: float | None = None

    @classmethod
    def of(cls, values, unit="times", at_least=None, at_most=None):
        """Return the figure for some values, which are in this unit."""
        low, median, high = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else 3 * [*values]
        return cls(median, low, high, unit, at_least, at_most)

    @property
    def met(self):
        """Whether the median meets the target."""
        return (self.at_least is None or self.median >= self.at_least) and (
            self.at_most is None or self.median <= self.at_most
        )


@dataclass(frozen=True)
class Row:
    """One case of a part, with its figures by name: "scikit-learn / ours" is how many times as long they take."""

    case: str
    figures: dict[str, Figure] = field(default_factory=dict)

    def plain(self):
        return {
            "case": self.case,
            "figures": {name: asdict(figure) | {"met": figure.met} for name, figure in self.figures.items()},
        }


class Timings:
    """The measurements of `in_turn`.

    Attributes
    ----------
    wall, cpu : dict of str to list of float
        The seconds for each job, by round: wall-clock time, and processor time including its child processes.
    """

    def __init__(self, names):
        self.wall = {name: [] for name in names}
        self.cpu = {name: [] for name in names}

    def ratio(self, over, under, at_least=None, at_most=None, kind="wall"):
        """Return how many times as long one job takes as another, compared within each round."""
        values = getattr(self, kind)
        return Figure.of([a / b for a, b in zip(values[over], values[under])], "times", at_least, at_most)

    def time(self, name, unit="s", per=1, at_least=None, at_most=None, kind="wall"):
        """Return how long one job takes; `per` is how many things it does at once."""
        values = [seconds * UNITS[unit] / per for seconds in getattr(self, kind)[name]]
        return Figure.of(values, unit, at_least, at_most)


def in_turn(jobs, rounds=7, warm_up=1):
    """Run every job once in each round, one after the other: A B A B.

    Parameters
    ----------
    jobs : dict of str to callable
        What to time, by name. Each should take 10 ms or more, so that the clock does not matter.
    rounds : int
        How many rounds are measured.
    warm_up : int
        How many rounds come first and are not measured.

    Returns
    -------
    timings : Timings
    """
    timings = Timings(jobs)
    for number in range(-warm_up, rounds):
        for name, job in jobs.items():
            wall, cpu = time.perf_counter(), _cpu_seconds()
            job()
            wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
            if number >= 0:
                timings.wall[name].append(wall)
                timings.cpu[name].append(cpu)
    return timings


def _cpu_seconds():
    """Return the processor time of this process and of its children that have ended."""
    import resource  # not on Windows, where this module is imported and measures nothing

    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
