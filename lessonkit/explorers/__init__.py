"""Explorers: a figure with sliders, for what moving something teaches better than a paragraph.

A lesson's explorers live in ``lessonkit/explorers/lesson_NN.py``. Each is one call of `explore` with a function
that draws the figure for given slider values and says in words what it shows.
"""

from html import escape

from lessonkit.plots import Picture, image_tag


def explore(draw, **controls):
    """Show a figure that follows its controls; without widgets, show it once for the first values.

    Parameters
    ----------
    draw : callable
        ``draw(**values) -> (figure, alt)``: builds the figure with `lessonkit.plots.figure` and says in one or
        two sentences what it shows. It should take under 100 ms.
    **controls : ipywidgets widget factories or tuples
        By the name of `draw`'s argument: ``(low, high, step, start)`` for a slider, or a list of choices.

    Returns
    -------
    widget
        Sliders above, figure below. Every slider works with the arrow keys, and the words below the figure
        change with it, so a screen reader can follow.
    """
    first = {name: control[3] if isinstance(control, tuple) else control[0] for name, control in controls.items()}
    try:
        import ipywidgets
    except ImportError:
        return Picture(*draw(**first))

    def widget(name, control):
        words = name.replace("_", " ")
        look = {"description": words, "style": {"description_width": "9em"}, "layout": {"width": "95%"}}
        if isinstance(control, tuple):
            low, high, step, start = control
            kind = ipywidgets.IntSlider if all(isinstance(v, int) for v in control) else ipywidgets.FloatSlider
            return kind(min=low, max=high, step=step, value=start, **look)
        return ipywidgets.Dropdown(options=control, value=control[0], **look)

    sliders = {name: widget(name, control) for name, control in controls.items()}
    picture = ipywidgets.HTML()

    def redraw(_=None):
        fig, alt = draw(**{name: slider.value for name, slider in sliders.items()})
        picture.value = f'{image_tag(fig, alt)}<p role="status">{escape(alt)}</p>'

    for slider in sliders.values():
        slider.observe(redraw, "value")
    redraw()
    return ipywidgets.VBox([*sliders.values(), picture])
