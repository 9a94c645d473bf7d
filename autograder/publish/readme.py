"""The parts of the README that the build writes: the badges, and the table of lessons."""

import re
from pathlib import Path

from autograder.course import COURSE, write_whole
from autograder.publish import urls
from lessonkit.catalogue import lessons
from lessonkit.engine.check import points_of


def lesson_table():
    """Return the README's table of lessons."""
    rows = ["| lesson | you build | time | points |", "|---|---|---|---|"]
    for lesson in lessons().values():
        points = sum(points_of(exercise.name) for exercise in lesson.exercises)
        rows.append(f"| {lesson.name[:2]} {lesson.title} | {lesson.builds} | {lesson.minutes} min | {points:g} |")
    return "\n".join(rows)


def update_readme(course=COURSE):
    """Write the badges and the table of lessons between their marks in the README."""
    path = Path(course) / "README.md"
    text = path.read_text(encoding="utf-8")
    for name, content in (("badges", urls.badges(course)), ("lessons", lesson_table())):
        marks = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(
            marks, lambda m, content=content: f"{m[1]}{content and content + chr(10)}{m[2]}", text, flags=re.DOTALL
        )
    write_whole(path, text)
