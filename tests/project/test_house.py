"""No module and no function is longer than a reader can keep in mind, and every ``__init__.py`` only exports."""

import ast

from autograder.course import COURSE

MODULE, BODY = 400, 40  # lines
PACKAGES = ("autograder", "lessonkit", "reference_impl", "tools", "tests")
# The bank consists of many small, similar things, one below the other.
LONG_BY_NATURE = ("autograder/bank/mistakes/", "autograder/bank/variants/")
EXPORTS = (ast.Import, ast.ImportFrom, ast.Assign)
# When a notebook imports the kit, it says in words where an exercise is still empty.
WORK = {"lessonkit/__init__.py": ["settle_in()"]}


def modules():
    """Return the text of every module of the project, by its path."""
    paths = [path for package in PACKAGES for path in sorted((COURSE / package).rglob("*.py"))]
    texts = {path.relative_to(COURSE).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return {path: text for path, text in texts.items() if not path.startswith(LONG_BY_NATURE)}


def undocumented(node):
    """Return the statements of a module or function, without its docstring."""
    return node.body[ast.get_docstring(node, clean=False) is not None :]


def length(function):
    """Return the number of lines in a function's body, without its docstring."""
    statements = undocumented(function)
    return statements[-1].end_lineno - statements[0].lineno + 1 if statements else 0


def work(path, text):
    """Return what an ``__init__.py`` does besides importing and exporting."""
    statements = [node for node in undocumented(ast.parse(text)) if not isinstance(node, EXPORTS)]
    assigned = [node for node in ast.parse(text).body if isinstance(node, ast.Assign)]
    allowed = [*WORK.get(path, ()), "__all__"]
    done = [ast.unparse(node) for node in statements] + [ast.unparse(node.targets[0]) for node in assigned]
    return [line.splitlines()[0] for line in done if line not in allowed]


def test_no_module_is_long():
    lengths = {path: len(text.splitlines()) for path, text in modules().items()}
    assert not {path: lines for path, lines in lengths.items() if lines > MODULE}


def test_no_function_is_long():
    functions = [(path, node) for path, text in modules().items() for node in ast.walk(ast.parse(text))]
    lengths = {f"{path}: {f.name}": length(f) for path, f in functions if isinstance(f, ast.FunctionDef)}
    assert not {name: lines for name, lines in lengths.items() if lines > BODY}


def test_an_init_exports_and_does_not_work():
    inits = {path: text for path, text in modules().items() if path.endswith("__init__.py")}
    assert not {path: lines for path, text in inits.items() if (lines := work(path, text))}
