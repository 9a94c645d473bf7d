// node compile.mjs PYODIDE SOURCE TARGET LEFT_OUT BYTECODE: copies each archive in SOURCE to TARGET, and compiles its modules with
// Pyodide's own Python. LEFT_OUT is a JSON list of patterns; files that match one of them are left out.
// BYTECODE is the folder where Python looks for the bytecode of modules that keep their source.
import { pathToFileURL } from "node:url";

const [pyodideFolder, source, target, leftOut, bytecode] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodideFolder}/pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: `${pyodideFolder}/` });
for (const [path, root] of [["/source", source], ["/target", target]]) {
  pyodide.FS.mkdirTree(path);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, path);
}
pyodide.globals.set("LEFT_OUT", pyodide.toPy(JSON.parse(leftOut)));
pyodide.globals.set("BYTECODE", bytecode);
pyodide.runPython(`
import importlib.util, sys, warnings, zipfile
from fnmatch import fnmatch
from importlib._bootstrap_external import _code_to_hash_pyc
from pathlib import Path

SITE = "/lib/python3.12/site-packages/"
SHOWN = "lessonkit/"  # a student may read the kit's source, and a traceback shows its lines

def compiled(name, data):
    """Return what the new archive contains for a module: (name, bytes) pairs."""
    try:
        code = compile(data, SITE + name, "exec", dont_inherit=True)
    except SyntaxError:  # some packages contain templates that are not valid Python
        return [(name, data)]
    pyc = _code_to_hash_pyc(code, importlib.util.source_hash(data), False)
    if not name.startswith(SHOWN):
        return [(name + "c", pyc)]
    return [(name, data), (importlib.util.cache_from_source(SITE + name).removeprefix(SITE), pyc)]

warnings.simplefilter("ignore")
sys.pycache_prefix = BYTECODE
for path in sorted(Path("/source").iterdir()):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(Path("/target", path.name), "w") as new:
        for name in sorted(old.namelist()):
            if name.endswith("/") or any(fnmatch(name, pattern) for pattern in LEFT_OUT):
                continue
            data = old.read(name)
            for inside, content in compiled(name, data) if name.endswith(".py") else [(name, data)]:
                new.writestr(zipfile.ZipInfo(inside), content, zipfile.ZIP_DEFLATED)
`);
