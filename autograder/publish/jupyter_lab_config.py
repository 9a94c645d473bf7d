"""How JupyterLab starts for a student: with the lesson, without nbgrader's tools for instructors."""

FOR_INSTRUCTORS = [f"@jupyter/nbgrader:{name}" for name in ("create-assignment", "formgrader", "course-list", "menu")]


def for_students(handler, page):
    """The page's settings, with what is for instructors left out. nbgrader's button "Validate" stays."""
    return {**page, "disabledExtensions": [*page["disabledExtensions"], *FOR_INSTRUCTORS]}


c.ServerApp.tornado_settings = {"page_config_hook": for_students}  # noqa: F821  Jupyter's own name
