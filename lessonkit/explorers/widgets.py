"""The widgets of an explorer: controls, and a view of the picture.

The view is a canvas with a point to drag where anywidget is installed, else an HTML widget.
"""

import asyncio
import sys
from pathlib import Path

import ipywidgets
import traitlets

from lessonkit.explorers import stage

try:
    import anywidget
except ImportError:
    anywidget = None

HERE = Path(__file__).parent
REST = 0.03  # seconds between two pieces of a training, for whatever else the kernel has to do

# On a narrow page the names stand above the sliders. Fingers may miss a handle by a little. ipywidgets draws a dark arrow on a dark list.
LOOK = """
.explorer.narrow .widget-slider { flex-wrap: wrap; height: auto; }
.explorer.narrow .widget-slider .widget-label { width: 100% !important; text-align: left; }
.explorer.narrow .widget-dropdown .widget-label { width: 8em !important; text-align: left; }
.explorer.narrow p { padding: 0 4px; }
@media (pointer: coarse) { .explorer .noUi-touch-area { position: absolute; inset: -10px; width: auto; height: auto; } }
.explorer.dark select { background-image: url('data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 18"><path d="M5 7l4 4 4-4" fill="none" stroke="white" stroke-width="2"/></svg>') !important; }
"""


class Html(ipywidgets.HTML):
    """The picture as an HTML image."""

    def show(self, pictures, words):
        self.value = stage.markup(pictures, words)


if anywidget is not None:

    class Canvas(anywidget.AnyWidget):
        """The picture on canvases, which neither flicker nor jump, and with a point to drag.

        Attributes
        ----------
        picture : dict
            "pngs", a list of bytes, and "words".
        areas : list of dict
            Where one may drag: "panel", its number; "left", "top", "right", "bottom" in fractions of its size;
            "x" and "y", whether it goes that way.
        pointer : dict
            Where one drags: "panel", and "x" and "y" in fractions of its size, from the top left.
        room : int
            How wide the page is, in pixels; 0 until it is shown.
        scale : bytes
            The colors that a picture keeps on a dark page.
        """

        _esm = "".join((HERE / name).read_text(encoding="utf-8") for name in ("dark.js", "canvas.js"))
        _css = LOOK
        picture = traitlets.Dict().tag(sync=True)
        areas = traitlets.List().tag(sync=True)
        pointer = traitlets.Dict().tag(sync=True)
        room = traitlets.Int().tag(sync=True)
        scale = traitlets.Bytes().tag(sync=True)

        @traitlets.default("scale")
        def _scale(self):
            return stage.colors_of_maps()

        def show(self, pictures, words):
            self.picture = {"pngs": [png.data for png in pictures], "words": words}


def make_view():
    """A view with a method ``show(pictures, words)``."""
    in_colab = "google.colab" in sys.modules  # which loads anywidget's front end from somewhere else
    return Html() if anywidget is None or in_colab else Canvas()


def make_control(name, control):
    """The widget for ``(low, high, step, start)`` or a list of choices."""
    look = {
        "description": name.replace("_", " "),
        "style": {"description_width": "10em"},
        "layout": {"width": "95%", "max_width": "60em"},
    }
    if isinstance(control, tuple):
        low, high, step, start = control
        kind = ipywidgets.IntSlider if all(isinstance(v, int) for v in control) else ipywidgets.FloatSlider
        return kind(min=low, max=high, step=step, value=start, **look)
    return ipywidgets.Dropdown(options=control, value=control[0], **look)


class Explorer(ipywidgets.VBox):
    """Controls above, the picture below; as HTML, the picture as it stands."""

    def __init__(self, stage, controls, pictures, words, moves=None):
        self.stage, self.pictures, self.held = stage, pictures, False
        self.controls = {name: make_control(name, control) for name, control in controls.items()}
        self.view = make_view()
        self.show(pictures, words)
        for control in self.controls.values():
            control.observe(self.changed, "value")
        self.moves = {stage.axes.index(ax): (ax, names) for ax, names in (moves or {}).items()}
        if hasattr(self.view, "pointer"):
            self.view.areas = self.areas()
            self.view.observe(self.follow, "pointer")
            self.view.observe(self.fit, "room")
        super().__init__([*self.controls.values(), *self.buttons(), self.view])
        self.add_class("explorer")

    def buttons(self):
        """What stands between controls and picture."""
        return []

    def show(self, pictures, words):
        """Put a picture in the place of the one before; without one, change the words alone."""
        self.pictures, self.words = pictures or self.pictures, words
        self.view.show(self.pictures, self.words)

    def redraw(self):
        """Draw for the values that the controls have now; return whether that worked."""
        pictures, words = self.stage.at({name: control.value for name, control in self.controls.items()})
        self.show(pictures, words)
        return bool(pictures)

    def areas(self):
        """Where one may drag."""
        return [_area(panel, *move) for panel, move in self.moves.items()]

    def fit(self, change):
        """Draw for a page as wide as this one is now."""
        if self.stage.fit(change["new"]):
            self.view.areas = self.areas()
            self.redraw()

    def changed(self, _):
        """A control has a new value."""
        if not self.held:
            self.redraw()

    def follow(self, change):
        """Move the sliders to where the point is dragged, then draw once."""
        pointer = change["new"]
        ax, names = self.moves[pointer["panel"]]
        width, height = ax.figure.canvas.get_width_height()
        values = ax.transData.inverted().transform((pointer["x"] * width, (1 - pointer["y"]) * height))
        self.held = True
        for name, value in zip(names, values):
            if name is not None:
                slider = self.controls[name]
                nearest = slider.min + round((value - slider.min) / slider.step) * slider.step
                slider.value = min(max(round(nearest, 9), slider.min), slider.max)
        self.held = False
        self.redraw()

    def _repr_mimebundle_(self, **options):
        bundle = super()._repr_mimebundle_(**options)
        still = {"text/plain": f"Figure: {self.words}", "text/html": stage.markup(self.pictures, self.words)}
        return {**bundle, **still}


class Trainer(Explorer):
    """An explorer of a training run, which it trains a little, draws, and trains on.

    Between two pieces the kernel does other things: this is a task of the kernel's own loop, so it needs no thread.
    """

    running = None  # the one that trains now: where there is one kernel, there is one at a time

    def __init__(self, stage, controls, pictures, words, run):
        self.run, self.task = run, None
        super().__init__(stage, controls, pictures, words)
        if Trainer.running:  # from an earlier run of the cell
            Trainer.running.pause()

    def buttons(self):
        self.button = ipywidgets.Button(description="Train")
        again = ipywidgets.Button(description="Start again")
        self.button.on_click(lambda _: self.pause() if self.task else self.go_on())
        again.on_click(self.changed)
        return [ipywidgets.HBox([self.button, again])]

    def changed(self, _):
        """Begin a new run."""
        self.run.forget()
        if self.redraw():
            self.go_on()

    def go_on(self):
        """Train until there is nothing more to do, or `pause`."""
        if Trainer.running:
            Trainer.running.pause()
        if not self.run.more:
            self.run.forget()
        try:
            self.task = asyncio.get_running_loop().create_task(self.train())
        except RuntimeError:  # no loop that could do other things meanwhile
            while self.piece():
                pass
        else:
            Trainer.running, self.button.description = self, "Pause"

    def pause(self):
        """Stop where it is."""
        self.task.cancel()
        self.stopped()

    def stopped(self):
        self.task, Trainer.running, self.button.description = None, None, "Train"

    async def train(self):
        while self.piece():
            await asyncio.sleep(REST)
        self.stopped()

    def piece(self):
        """Train a little and draw; return whether to go on."""
        try:
            self.run.go_on()
        except Exception as error:  # noqa: BLE001  a student's function may raise anything
            self.show([], stage.explain(error))
            return False
        return self.redraw() and self.run.more


def _area(panel, ax, names):
    """Where in a panel one may drag."""
    (left, bottom), (right, top) = ax.get_position().get_points()
    x, y = (name is not None for name in names)
    return {"panel": panel, "left": left, "right": right, "top": 1 - top, "bottom": 1 - bottom, "x": x, "y": y}
