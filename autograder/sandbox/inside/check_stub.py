"""`check` inside the sandbox, which has no expected values: it only notes that the check runs outside."""


class Later:
    """Takes the place of a report; as a number it is 0 points."""

    def __init__(self, exercise):
        self.text = f"{exercise} is checked outside this notebook, where it is graded."

    def __float__(self):
        return 0.0

    def __repr__(self):
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text, "text/html": f"<p>{self.text}</p>"}


def check(exercise, hidden=False):
    """Return a note that an exercise is checked later."""
    from lessonkit.catalogue import exercise as find_exercise

    return Later(find_exercise(exercise).name)
