"""Run by every kernel that nbval starts: inspect each figure of a lesson when it is drawn.

A figure may not be cut off at an edge, and its axes may not overlap. Faults go to the file that FIGURE_FAULTS names.
This file stands alone in its folder, because IPython lets the code that it runs import from there.
"""


def _look():
    import os
    from itertools import combinations

    from lessonkit.plots import picture

    draw = picture.image_tag

    def faults(fig):
        renderer, (width, height) = fig.canvas.get_renderer(), fig.get_size_inches()  # it has just been drawn
        whole = fig.get_tightbbox(renderer)
        if whole.x0 < -0.02 or whole.y0 < -0.02 or whole.x1 > width + 0.02 or whole.y1 > height + 0.02:
            yield f"something is cut off: {whole.extents} in {width} x {height}"
        boxes = [box for ax in fig.axes if (box := ax.get_tightbbox(renderer))]
        for one, other in combinations(boxes, 2):
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            down = min(one.y1, other.y1) - max(one.y0, other.y0)
            if across > 2 and down > 2:  # pixels
                yield f"axes overlap by {across:.0f} x {down:.0f} pixels"

    def image_tag(fig, alt):
        image = draw(fig, alt)
        with open(os.environ["FIGURE_FAULTS"], "a", encoding="utf-8") as file:
            file.writelines(f"{fault}: {alt}\n" for fault in faults(fig))
        return image

    picture.image_tag = image_tag


_look()
del _look
