"""A headless Chromium, and a JupyterLab from the project's environment for it to look at."""

import contextlib
import functools
import io
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from autograder.course import COURSE

try:
    import fcntl
except ImportError:  # Windows, where each process builds its own
    fcntl = None


@pytest.fixture(scope="session")
def browser():
    """Start Chromium; the tests are skipped only if none is installed."""
    from tools.benchmarks.browser import CHROMIUM

    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


# axe-core's rules. All but one of them look at every element. The contrast of a text depends mostly on the styles of its element
# and of the elements around it, and these repeat across pages, so the contrast rule looks at one element for each look, until it
# has passed one: some it cannot judge, as a single letter, or a text that is partly covered.
RULES = """async ([within, without, known]) => {
    const listed = selectors => selectors.map(selector => [selector]);
    const counts = ['color', 'backgroundColor', 'backgroundImage', 'opacity', 'textShadow', 'fontSize', 'fontWeight',
        'filter', 'mixBlendMode', 'position', 'zIndex', 'display', 'visibility', 'colorScheme'];
    const hash = text => { let sum = 0; for (let i = 0; i < text.length; i++) sum = Math.imul(sum, 31) + text.charCodeAt(i) | 0; return sum; };
    const looks = new Map([[null, innerWidth]]), examples = new Map(), seen = new Set(known);
    const look = element => {
        if (!looks.has(element)) {
            const style = getComputedStyle(element);
            looks.set(element, hash([look(element.parentElement), ...counts.map(name => style[name])].join()));
        }
        return looks.get(element);
    };
    const isText = node => node.nodeType === Node.TEXT_NODE && node.textContent.trim();
    for (const root of document.querySelectorAll(within.join()))
        for (const element of [root, ...root.querySelectorAll('*')])
            if ((element.matches('input, select, textarea')
                    || [...element.childNodes].some(isText) && element.textContent.trim().length > 1)
                && element.checkVisibility() && !(without.length && element.closest(without.join()))
                && !seen.has(look(element)) && !examples.has(look(element)))
                examples.set(look(element), element);
    examples.forEach(element => element.setAttribute('data-example', ''));
    axe.configure({rules: [{id: 'color-contrast', selector: '[data-example]'}]});
    const {violations, passes} = await axe.run({include: listed(within), exclude: listed(without)},
        {resultTypes: ['violations', 'passes'], elementRef: true, rules: {region: {enabled: false}}});  // which is never serious
    examples.forEach(element => element.removeAttribute('data-example'));
    const judged = new Set(passes.filter(rule => rule.id === 'color-contrast').flatMap(rule => rule.nodes.map(node => node.element)));
    const good = [...examples].filter(([, element]) => judged.has(element)).map(([look]) => look);
    return [violations.map(({nodes, ...rest}) => ({...rest, nodes: nodes.map(({html}) => ({html}))})), good];
}"""


@pytest.fixture(scope="session")
def axe():
    """Return ``axe(page)``, which fails if axe-core finds something serious or critical on the page, and says where.

    ``axe(page, without=[".jp-Toolbar"])`` leaves out parts that are not ours; ``within`` restricts it to parts that are.
    """
    from axe_playwright_python.sync_playwright import Axe

    good = set()

    def look(page, without=(), within=("html",)):
        page.evaluate(Axe().axe_script)
        violations, looks = page.evaluate(RULES, [list(within), list(without), list(good)])
        grave = [each for each in violations if each["impact"] in ("serious", "critical")]
        told = [f"{v['id']}: {v['help']}: {[node['html'][:200] for node in v['nodes'][:5]]}" for v in grave]
        assert not told, "\n".join(told)
        good.update(looks)

    return look


class Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for many files, as on published sites

    def send_head(self):
        """A file that is `changed`, or the one that is there."""
        changed = self.server.changed.get(self.path.partition("?")[0].lstrip("/"))
        if changed is None:
            return super().send_head()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path))
        self.send_header("Content-Length", str(len(changed)))
        self.end_headers()
        return io.BytesIO(changed)

    def log_message(self, *_):
        pass


class Site(ThreadingHTTPServer):
    """The course site, served from its folder.

    Attributes
    ----------
    folder : path
        Other processes serve it too, so nothing in it may be changed.
    url : str
    changed : dict of str to bytes
        What is served instead of a file, by its path: a new version of the site.
    """

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        self.folder, self.url, self.changed = folder, f"http://127.0.0.1:{self.server_address[1]}", {}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The course site, built to need no other host, once for all processes that run tests."""
    from autograder.site import build_site
    from autograder.site.packages import PackageError

    together = tmp_path_factory.getbasetemp()
    if fcntl and "PYTEST_XDIST_WORKER" in os.environ:
        together = together.parent
    with only_one(together / "site.lock"):
        if not (together / "site").exists():
            try:
                build_site(offline=True, folder=together / "site")
            except PackageError as error:
                pytest.skip(f"the site's packages cannot be had: {error}")
    with Site(together / "site") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@contextlib.contextmanager
def only_one(path):
    """Within it, this process is the only one here; a process that has ended holds up no other."""
    if fcntl is None:
        yield
        return
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def page(browser, site, request):
    """Open a fresh page that may talk only to the site."""
    with only_the_site(browser, site, **getattr(request, "param", {})) as page:
        yield page


@contextlib.contextmanager
def only_the_site(browser, site, **look):
    """Open a page with its own browser profile, and fail at the end if it asked another host."""
    context = browser.new_context(**look)
    page, foreign = context.new_page(), []
    page.set_default_timeout(90_000)
    context.on(
        "request",
        lambda r: r.url.startswith(("http", "ws")) and not r.url.startswith(site.url) and foreign.append(r.url),
    )
    yield page
    context.close()
    assert not foreign


class Lab:
    """A running JupyterLab, rooted at a folder."""

    def __init__(self, folder, url, token):
        self.folder, self.url, self.token = folder, url, token

    def open(self, browser, path):
        """Return a page with the notebook open and its kernel ready."""
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{self.url}/lab/tree/{path}?token={self.token}")
        self._until_ready(page, path)
        return page

    def show(self, page, path):
        """The page with another notebook, its kernel ready too; the one before is closed, because a full page is slow."""
        page.evaluate(
            """async path => {
                window.jupyterapp.shell.currentWidget.dispose();
                await window.jupyterapp.commands.execute('docmanager:open', {path});
            }""",
            path,
        )
        self._until_ready(page, path)
        return page

    def _until_ready(self, page, path):
        page.wait_for_function(
            """path => {
                const panel = window.jupyterapp?.shell?.currentWidget;
                const session = panel?.sessionContext;
                return session?.isReady && session.session?.kernel?.status === 'idle' && panel.content?.widgets?.length
                    && panel.context.path === path;
            }""",
            arg=path,
            polling=100,
            timeout=120_000,
        )


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Start JupyterLab in a folder of its own, as `make lab` does."""
    from autograder.site.lite import MODULE

    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / ".config"), "HOME": str(folder)}
    environment["JUPYTER_CONFIG_PATH"] = str(COURSE / "autograder" / "publish")
    environment.pop("LESSONKIT_LIVE_TRUTH", None)
    command = [
        sys.executable, "-c", MODULE, "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser",
        f"--port={port}", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}",
        "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    with open(folder / "lab.log", "w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"{url}/api?token={token}", timeout=5) as answer:
                    json.load(answer)
                break
            except OSError:
                assert process.poll() is None, (folder / "lab.log").read_text()[-2000:]
                time.sleep(0.25)
        yield Lab(folder, url, token)
    finally:
        process.terminate()
        process.wait(20)
