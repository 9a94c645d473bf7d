"""What is different in the browser edition: Matplotlib is loaded by the first cell that draws, because no check needs it."""

import re

DRAWS = re.compile(r"\b(plots|explorers|plt|matplotlib)\b")
IMPORTS = re.compile(r"\s*(from|import)\b")


def settle_in(shell):
    """Let JupyterLite's kernel load Matplotlib before it runs a cell that draws; Python there cannot wait for it inside a cell."""
    shell.kernel.lite_transform_manager.line_transforms.append(load_matplotlib)


async def load_matplotlib(lines):
    """Load Matplotlib if one of the lines draws.

    Parameters
    ----------
    lines : list of str
        A cell's.

    Returns
    -------
    list of str
        The same lines.
    """
    if draws(lines):
        import pyodide_js

        await pyodide_js.loadPackage("matplotlib")
    return lines


def draws(lines):
    """Return whether a cell with these lines draws; to import what draws is not enough."""
    return any(DRAWS.search(line) for line in lines if not IMPORTS.match(line))
