"""What `check` is inside the sandbox, which holds no expected values: a note that the check is run from outside."""


class Later:
    """Stands where a report would: as a number, no points."""

    def __init__(self, exercise):
        self.text = f"{exercise} is checked outside this notebook, where it is graded."

    def __float__(self):
        return 0.0

    def __repr__(self):
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text, "text/html": f"<p>{self.text}</p>"}


def check(exercise, hidden=False):
    """Check an exercise: later."""
    from lessonkit.catalogue import exercise as find_exercise

    return Later(find_exercise(exercise).name)
