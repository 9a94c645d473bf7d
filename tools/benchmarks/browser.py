"""The browser edition: how long a newcomer waits, and for how many bytes.

Chromium opens lesson 00 from this machine, with nothing in its cache and then with everything, runs the cell that imports what the
lesson needs, and checks the first exercise. All times are wall-clock times, from the click. The target for the first check's answer
is 30 s with an empty cache and 15 s with a full one. The bytes are those of the site's files; a server that compresses sends fewer.

Where the time goes: on a first visit, most of it goes into Python itself, which the browser compiles, and into unpacking and importing
the packages. The packages are compiled to bytecode when the site is built; when the browser compiled them, that took longer than
everything else. The widgets come with the kit, when the first cell imports it, and Matplotlib comes
with the first cell that draws; scikit-learn does not come at all.
"""

import functools
import re
import shutil
import tempfile
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from autograder.course import CourseError
from autograder.publish import urls
from autograder.site import build_site
from autograder.site.pages import write_pages
from lessonkit.catalogue import lessons
from tools.benchmarks.timing import Figure, Row

# The first has no window: it renders the same pages with less work.
CHROMIUMS = "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"
CHROMIUM = next(filter(None, map(shutil.which, CHROMIUMS)), None)
LESSON, EXERCISE = "00_welcome", "standardize"
COLD, WARM = 30, 15  # s
PANEL = "window.jupyterapp?.shell?.currentWidget"
STEPS = {  # what a newcomer waits for, as a condition in the page
    "the lesson": f"() => {PANEL}?.content?.widgets?.length > 1",
    "its kernel": f"() => {PANEL}.sessionContext?.session?.kernel?.status === 'idle'",
}
RUN = f"""async start => {{
    const notebook = {PANEL}.content;
    notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.sharedModel.source.startsWith(start));
    await window.jupyterapp.commands.execute('notebook:run-cell');
}}"""
KINDS = {
    "JupyterLab": "lite/build/", "Python": "pyodide.asm", "its library": "python_stdlib", "NumPy": "numpy-", "Matplotlib": "matplotlib-",
    "the kit": "lessonkit-", "other packages": ".whl", "the rest": "",
}  # fmt: skip


class Counting(SimpleHTTPRequestHandler):
    """Serves a folder and adds up the bytes of what is asked for, by kind."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def log_request(self, code="-", size="-"):
        path = Path(self.translate_path(self.path))
        if code == 200 and path.is_file():
            kind = next(kind for kind, part in KINDS.items() if part in self.path)
            self.server.sent[kind] = self.server.sent.get(kind, 0) + path.stat().st_size


def measure(quick):
    yield first_page(list(lessons().values())[: 1 if quick else None])
    if CHROMIUM is None:
        yield "There is no Chromium on this machine."
    if quick or CHROMIUM is None:
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        try:
            site = build_site(offline=True, folder=Path(folder) / "site")
        except CourseError as error:
            yield f"The site could not be built: {error}"
            return
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Counting, directory=site))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            yield from visits(browser, server)
            browser.close()
        server.shutdown()


def first_page(chosen):
    """The bytes of the first page of a site with the chosen lessons: what comes before anybody asks for Python."""
    with tempfile.TemporaryDirectory() as folder:
        write_pages(chosen, folder, offline=True)
        page = Path(folder) / "index.html"
        named = set(re.findall(r'(?:href|src)="([^"#]+[.](?:png|js|css|svg))"', page.read_text(encoding="utf-8")))
        sizes = [path.stat().st_size for path in (page, *(Path(folder) / name for name in named))]
    return Row("bytes of the first page", {"all": Figure.of([sum(sizes) / 1e6], "MB", at_most=1)})


def visits(browser, server, rounds=3):
    """A row for the first visits of new browser profiles, one for their second visits, one for the bytes."""
    laps = {"an empty cache": [], "a full cache": []}
    for _ in range(rounds):
        context, server.sent = browser.new_context(), {}
        laps["an empty cache"].append(visit(context, server))
        sent, server.sent = server.sent, {}
        laps["a full cache"].append(visit(context, server))
        context.close()
    for (case, visited), limit in zip(laps.items(), (COLD, WARM)):
        figures = {step: Figure.of([lap[step] for lap in visited], "s") for step in visited[0]}
        last = "the first check's answer"
        figures[last] = Figure.of([lap[last] for lap in visited], "s", at_most=limit)
        yield Row(case, figures)
    total = {"all": sum(sent.values())} | {kind: sent.get(kind, 0) for kind in KINDS}
    yield Row("bytes of a first visit", {kind: Figure.of([size / 1e6], "MB") for kind, size in total.items()})


def visit(context, server):
    """Open the lesson and check its first exercise; the seconds until each step is done."""
    page, start, lap = context.new_page(), time.perf_counter(), {}
    page.set_default_timeout(180_000)
    page.goto(f"http://127.0.0.1:{server.server_address[1]}/{urls.browser_edition(LESSON)}")
    for step, holds in STEPS.items():
        page.wait_for_function(holds)
        lap[step] = time.perf_counter() - start
    for step, cell in (("the kit imported", "import numpy"), ("the first check's answer", f'check("{EXERCISE}")')):
        page.evaluate(RUN, cell)
        lap[step] = time.perf_counter() - start
    page.close()
    return lap
