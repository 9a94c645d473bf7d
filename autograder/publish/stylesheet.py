"""The look of the grader's pages. Each is one file with one stylesheet, and runs and loads nothing."""

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup


def style(*more):
    """Return a page's stylesheet.

    Parameters
    ----------
    *more : str
        The page's own rules, which follow the shared ones.

    Returns
    -------
    dict
        ``style``, and ``style_hash`` for a Content-Security-Policy that allows only this stylesheet.
    """
    css = "\n".join([(Path(__file__).parent / "stylesheet.css").read_text(encoding="utf-8"), *more])
    return {"style": Markup(css), "style_hash": base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}
