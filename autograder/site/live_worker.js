// Runs the exercise on the first page in this browser, with Python, NumPy and the course's kit, but without a notebook.
const PYODIDE = new URL("lite/static/pyodide/", self.location.href).href;

// Pyodide waits for ever for a file that does not come.
const { fetch } = self;
self.fetch = (...request) =>
  fetch(...request).catch((error) => {
    postMessage({ failed: String(error) });
    throw error;
  });

const GRADE = `
import traceback
from lessonkit import check

def report_of(source, exercise):
    """Return what the check says about the source as HTML, and whether it passes."""
    namespace = {"np": np, "check": check, "__name__": "__main__"}
    try:
        exec(compile(source, "your code", "exec"), namespace)
    except BaseException as error:
        where = next((frame.lineno for frame in reversed(traceback.extract_tb(error.__traceback__)) if frame.filename == "your code"), None)
        line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else where
        return {"error": f"{type(error).__name__}{f' in line {line}' if line else ''}: {getattr(error, 'msg', None) or error}"}
    namespace["check"] = check  # the code may have used this name for something else
    try:
        shown = eval(f"check({exercise!r})", namespace)
    except BaseException as error:  # for example, the code has replaced a function of NumPy
        return {"error": f"The check stopped, {type(error).__name__}: {error}", "broken": True}
    return {"html": shown._repr_mimebundle_()["text/html"], "passed": shown.result.passed}
`;

async function start() {
  const { loadPyodide } = await import(`${PYODIDE}pyodide.mjs`);
  const kit = self.fetch(`${PYODIDE}lessonkit-1-py3-none-any.whl`).then((answer) => answer.arrayBuffer());
  const env = { PYTHONPYCACHEPREFIX: "/lib/python3.12/site-packages/bytecode" }; // the kit's, compiled
  const pyodide = await loadPyodide({ indexURL: PYODIDE, packages: ["numpy"], env, stdout: () => {}, stderr: () => {} });
  pyodide.unpackArchive(await kit, "wheel");
  pyodide.runPython(`import numpy as np\n${GRADE}`);
  postMessage({ ready: true });
  return pyodide;
}

const started = start();
started.catch((error) => postMessage({ failed: String(error) }));

self.onmessage = async ({ data: { source, exercise } }) => {
  const pyodide = await started;
  try {
    const report = pyodide.globals.get("report_of")(source, exercise);
    postMessage(report.toJs({ dict_converter: Object.fromEntries }));
  } catch (error) {
    postMessage({ error: `Your code stopped Python itself: ${String(error).trim().split("\n").at(-1)}`, broken: true });
  }
};
