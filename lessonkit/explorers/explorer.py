"""The two calls that make an explorer, and what is shown where no widgets run."""

from lessonkit.explorers.stage import Run, Stage, markup

try:
    from lessonkit.explorers.widgets import Explorer, Trainer
except ImportError:  # no ipywidgets: the first picture is all there is
    Explorer = Trainer = None


class Still:
    """What is shown where no widgets run: the picture and its words, or the words alone."""

    def __init__(self, pictures, words):
        self.pictures, self.words = pictures, words

    def __repr__(self):
        return f"Figure: {self.words}" if self.pictures else self.words

    def _repr_html_(self):
        return markup(self.pictures, self.words)


def explore(draw, *axes, moves=None, **controls):
    """Show a picture that follows its controls; without widgets, show it once for the first values.

    Parameters
    ----------
    draw : callable
        ``draw(**values) -> words``: adds to the axes what depends on the values, and says in one or two sentences
        what there is to see. What it added is taken away before it draws again.
    *axes : matplotlib axes
        Made by `panel`. What they hold now, their scales and their labels are rendered once and stay.
    moves : dict, optional
        By one of the axes, two names: of the sliders, or None, that a point dragged in it moves along x and along y.
    **controls : tuple or list
        By the name of `draw`'s argument: ``(low, high, step, start)`` for a slider, or a list of choices.

    Returns
    -------
    widget or Still
        Controls above, picture and words below. Every control works with the keyboard. Where a student's function
        fails, one line that says what to do.
    """
    stage = Stage(draw, axes)
    pictures, words = stage.at(_first(controls))
    if Explorer is None or not pictures:
        return Still(pictures, words)
    return Explorer(stage, controls, pictures, words, moves or {})


def train(start, advance, draw, *axes, first=1, **controls):
    """Show a training run that can be started, paused and begun again; without widgets, show its beginning.

    Parameters
    ----------
    start : callable
        ``start(**values) -> run``: begins a run with the values of the controls.
    advance : callable
        ``advance(run) -> more``: trains for some 50 ms, and tells whether there is more to do.
    draw : callable
        ``draw(run, **values) -> words``: as for `explore`.
    *axes, **controls
        As for `explore`. A new choice begins a new run.
    first : int
        How often the first run is advanced before it is drawn: it is all that one sees without widgets.

    Returns
    -------
    widget or Still
    """
    run = Run(start, advance, draw, first)
    stage = Stage(run.draw_now, axes)
    pictures, words = stage.at(_first(controls))
    if Explorer is None or not pictures:
        return Still(pictures, words)
    return Trainer(stage, controls, pictures, words, run)


def _first(controls):
    """The value that each control begins with."""
    return {name: control[3] if isinstance(control, tuple) else control[0] for name, control in controls.items()}
