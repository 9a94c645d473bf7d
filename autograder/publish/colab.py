"""Copies of the lessons for Google Colab, in ``colab/``, made where the course is published: their first cell gets the kit."""

import json
import shutil
from pathlib import Path

from autograder.course import COURSE, write_whole
from autograder.publish import urls
from lessonkit.catalogue import lessons


def kit_source(lesson):
    """Return the first code cell of a copy, which installs what the lesson imports on Google Colab."""
    return (
        "# Google Colab gets the course's kit here. Anywhere else this cell does nothing.\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f"    %pip install --quiet {urls.site()}/{urls.kit(lesson.name)}"
    )


def copy(lesson, released):
    """Return the text of a lesson's copy, from the text of the released notebook."""
    nb = json.loads(released)
    kit = {"id": f"{lesson.name}-kit", "metadata": {"tags": ["kit"]}, "outputs": [], "source": kit_source(lesson)}
    nb["cells"].insert(1, {"cell_type": "code", "execution_count": None, **kit})
    return json.dumps(nb, ensure_ascii=False, indent=1) + "\n"


def write_copies(course=COURSE):
    """Write the copies of all released lessons; remove them where the course is not published."""
    folder = Path(course) / "colab"
    if not urls.repository(course):
        shutil.rmtree(folder, ignore_errors=True)
        return
    for lesson in lessons().values():
        released = Path(course) / "lessons" / lesson.name / f"{lesson.name}.ipynb"
        if released.exists():
            text = copy(lesson, released.read_text(encoding="utf-8"))
            write_whole(folder / lesson.name / f"{lesson.name}.ipynb", text)
