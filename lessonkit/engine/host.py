"""The student's side of a check: holds the code under test, calls it, and lets plain values out.

`LocalHost` serves the process it lives in. The autograder serves the same operations (`call`, `map`, `get`,
`set`, `iterate`) from a sandboxed process, so a check cannot tell the difference.
"""

import ast
import contextlib
import copy
import inspect
import io
import itertools
import linecache
import os
import re
import sys
import textwrap
import traceback
import warnings

import numpy as np

from lessonkit.engine.explain import explanation
from lessonkit.engine.values import copy_plain
from lessonkit.time_limit import TimeOver, within

KIT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REFERENCE = os.path.join(os.path.dirname(KIT), "reference_impl")
ITEMS_LIMIT = 10_000
SECONDS = 10  # that one call by a check may take at home
DEFINES = re.compile(r"\s*(async\s+)?def\s|\s*@|.*(?<!\w)lambda[:\s]")
TRAINS = {"make_solver": 180, "elevation": 180}  # exercises whose check trains a network: 6 s on a fast machine


def seconds_for(exercise):
    """How long one call by a check of an exercise may take at home."""
    return TRAINS.get(exercise, SECONDS)


class StudentError(Exception):
    """The code under test raised, is missing, or is still empty.

    Attributes
    ----------
    function : str
        What was called.
    kind : str
        The exception's type (for a student's own type, the built-in one that it derives from), or ``"missing"``, ``"empty"``, ``"returns"``.
    message : str
        One line that says what happened.
    where : str
        The line of the student's code, when known.
    explanation : str
        What the message means, in plain words and the student's names. Mistakes are recognized by their messages, so the explanation is kept apart.
    """

    def __init__(self, function, kind, message, where="", explanation=""):
        super().__init__(message)
        self.function, self.kind, self.message, self.where = function, kind, message, where
        self.explanation = explanation

    @property
    def words(self):
        """The message, followed by what it means."""
        return f"{self.message} {self.explanation}".strip()


class Token:
    """Names an object that stays on the student's side."""

    def __init__(self, number, kind):
        self.number, self.kind = number, kind


class Named:
    """Names a function or class of the student's, to be passed to other code of the student's."""

    def __init__(self, name):
        self.name = name


class OfArgument:
    """A function of the check's that looks at an argument of the call that receives it, as that argument is when the function is called.

    A network's loss is such a function: it depends on the parameters, whatever its argument.
    """

    def __init__(self, function, place):
        self.function, self.place = function, place


class LocalHost:
    """Calls the functions of `namespace` in this process, by value.

    Arguments are copied in and results are copied out, so nothing that the code under test does to an array
    can reach the check. What it prints, warns or plots on the way is ignored.

    Parameters
    ----------
    namespace : dict
        The functions and classes under test by name.
    why : callable, optional
        ``why(name, namespace)``: a sentence where a name is missing, or not what was written last; else "".
    seconds : float, optional
        How long a call may take. Default: forever. May be changed for every exercise.
    """

    def __init__(self, namespace, why=None, seconds=None):
        self._namespace, self._why, self.seconds = namespace, why or _nothing_more, seconds
        self._kept, self._lent = {}, {}
        self._endless = {}  # by name: the calls that did not finish, in words
        self._calls = {}  # by the number of a kept object: the call that made it, and that call's arguments
        self._numbers = itertools.count()

    def call(self, target, args=(), kwargs=None, keep=()):
        """Call `target`.

        Parameters
        ----------
        target : str or Token or (Token, str)
            A name, an object that can be called, or an object and the name of its method.
        args, kwargs
            Plain values, tokens, names (`Named`) and the check's callables.
        keep : tuple of int
            Indices of a returned tuple whose items stay on this side whatever they are.

        Returns
        -------
        result
            Plain values, and tokens for what is not plain.
        after : callable
            Returns the positional arguments as they are when it is called: call it before the next call.

        Raises
        ------
        StudentError
            If it is missing, still empty, or raises.
        """
        name = target if isinstance(target, str) else target[1] if isinstance(target, tuple) else target.kind
        function = self._find(target, name)
        args = [self._enter(value) for value in args]
        args = [_looking_at(args, value) if isinstance(value, OfArgument) else value for value in args]
        kwargs = {key: self._enter(value) for key, value in (kwargs or {}).items()}
        result = self._timed(name, lambda: self._leave(function(*args, **kwargs), keep))
        if isinstance(result, Token):
            self._calls[result.number] = name, args
        return result, self._teller(name, args)

    def map(self, name, argument_lists, keep=()):
        """Call `name` once for each tuple of arguments; return the results."""
        return [self.call(name, arguments, {}, keep)[0] for arguments in argument_lists]

    def lend(self, name, function):
        """Replace the student's function by another one; None puts the student's back."""
        if function is not None:
            self._lent.setdefault(name, self._namespace.get(name))
            self._namespace[name] = self._enter(function)
        elif name in self._lent:
            self._namespace[name] = self._lent.pop(name)

    def get(self, token, attribute):
        """The attribute's value; a method or another object as a token."""
        return self._timed(attribute, lambda: self._leave(_attribute(self._kept[token.number], attribute)))

    def set(self, token, attribute, value):
        self._timed(attribute, lambda: setattr(self._kept[token.number], attribute, self._enter(value)))

    def iterate(self, token):
        """All items of an object that can be iterated, at most `ITEMS_LIMIT` of them.

        Returns
        -------
        items : list
        after : callable
            As of `call`, for the call that made the object: a generator works only when it is iterated.
        """
        name, args = self._calls.get(token.number, (token.kind, ()))
        kept = self._kept[token.number]
        items = self._timed(name, lambda: self._leave(list(itertools.islice(iter(kept), ITEMS_LIMIT + 1))))
        if len(items) > ITEMS_LIMIT:
            raise StudentError(name, "endless", f"{name} yields more than {ITEMS_LIMIT} items: does it end?")
        return items, self._teller(name, args)

    def _teller(self, name, args):
        return lambda: self._guard(name, lambda: self._leave(tuple(args)))

    def _find(self, target, name):
        if isinstance(target, str):
            if target in self._lent:
                return self._namespace[target]
            if sentence := self._why(target, self._namespace):
                raise StudentError(name, "missing", sentence)
            if target not in self._namespace:
                message = f"There is no {target} yet. Run the cell that defines it, then this one again."
                raise StudentError(name, "missing", message)
            return self._namespace[target]
        if isinstance(target, tuple):
            owner = self._kept[target[0].number]
            if not hasattr(owner, target[1]):
                raise StudentError(name, "missing", f"Your {target[0].kind} has no {target[1]}.")
            return getattr(owner, target[1])
        return self._kept[target.number]

    def _enter(self, value):
        def resolve(part):
            if isinstance(part, Token):
                return self._kept[part.number]
            if isinstance(part, Named):
                return self._find(part.name, part.name)
            if isinstance(part, np.random.Generator):
                return copy.deepcopy(part)
            if isinstance(part, OfArgument):
                return OfArgument(self._enter(part.function), part.place)
            if callable(part):
                return lambda *args, **kwargs: part(*copy_plain(args, self._keep), **copy_plain(kwargs, self._keep))
            raise TypeError(f"a check cannot hand over {part!r}")

        return copy_plain(value, resolve)

    def _leave(self, result, keep=()):
        if keep and isinstance(result, (tuple, list)):
            parts = [self._keep(v) if i in keep else copy_plain(v, self._keep) for i, v in enumerate(result)]
            return tuple(parts)
        return copy_plain(result, self._keep)

    def _keep(self, value):
        token = Token(next(self._numbers), type(value).__name__)
        self._kept[token.number] = value
        return token

    def _timed(self, name, action):
        """Like `_guard`, but with a time limit; a call that exceeds it is not repeated."""
        if self.seconds is None:
            return self._guard(name, action)
        if name in self._endless:
            raise StudentError(name, "timeout", f"{self._endless[name]} the last time, so it was not called again.")
        try:
            return self._guard(name, lambda: within(self.seconds, action, name))
        except TimeOver as error:
            self._endless[name] = str(error)
            raise StudentError(name, "timeout", f"{error}. Is there a loop in it that never ends?") from None

    @staticmethod
    def _guard(name, action):
        """Run the student's code: silently, and with every exception turned into one `StudentError`."""
        quiet = io.StringIO()
        try:
            with (
                contextlib.redirect_stdout(quiet),
                contextlib.redirect_stderr(quiet),
                warnings.catch_warnings(),
                np.errstate(all="ignore"),
            ):
                warnings.simplefilter("ignore")
                return action()
        except StudentError:
            raise
        except NotImplementedError as error:
            if str(error):
                raise as_student_error(name, error) from None
            raise not_implemented(name, error) from None
        except (Exception, SystemExit) as error:
            raise as_student_error(name, error) from None


def _looking_at(args, of_argument):
    """What an `OfArgument` is, for a call with these arguments."""
    return lambda *_: of_argument.function(args[of_argument.place])


def _attribute(owner, name):
    """An attribute's value; where there is no such attribute, an error that says whose is missing."""
    try:
        return getattr(owner, name)
    except AttributeError:
        if inspect.getattr_static(owner, name, owner) is not owner:
            raise
        message = f"Your {type(owner).__name__} has no {name}."
        raise StudentError(name, "AttributeError", message) from None


def _nothing_more(name, namespace):
    return ""


def not_implemented(called, error):
    """What a ``raise NotImplementedError()`` says about the function that contains it: the one called, or one that it calls."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    name = last.name if last.name.isidentifier() else called
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    body = _body(frame.f_code)
    if len(body) <= 1:
        return StudentError(name, "empty", f"{name} is still empty.")
    where = f"line {last.lineno}: {last.line}"
    if not any(isinstance(node, ast.Raise) and node.lineno == last.lineno for node in body):
        return StudentError(name, "NotImplementedError", f"{name} raised NotImplementedError.", where)
    message = f"`raise NotImplementedError()` is still in {name}, next to your code. Delete that line."
    return StudentError(name, "NotImplementedError", message, where)


def _body(code):
    """The statements of a function except its docstring, with their lines in the file; none where its text is unknown."""
    try:
        lines, first = _lines(code)
        tree = ast.parse(textwrap.dedent("".join(lines)))
        function = next(node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    except (IndexError, SyntaxError, ValueError, StopIteration):
        return []
    ast.increment_lineno(tree, first - 1)
    return [node for node in function.body if not _is_idle(node)]


def _lines(code):
    """The lines of the definition that holds this code, and the number of the first.

    `inspect.getsourcelines` looks up the module first, and for that the path of every imported file: slow in a browser.
    """
    linecache.checkcache(code.co_filename)
    lines, at = linecache.getlines(code.co_filename), code.co_firstlineno - 1
    while at > 0 and not DEFINES.match(lines[at]):  # a comprehension's code begins in the middle of a function
        at -= 1
    return inspect.getblock(lines[at:]), at + 1


def _is_idle(node):
    """Whether a statement does nothing: a string, ``...`` or ``pass``."""
    return isinstance(node, ast.Pass) or isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def as_student_error(name, error):
    text = " ".join(str(error).split())[:200]
    setup = _of_the_setup(error)
    message = f"{name} raised {type(error).__name__}{': ' + text.rstrip('.') if text else ''}.{setup}"
    kind = next(base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins")
    where = _line_of_student(error)  # first: it looks up the line that the explanation quotes
    return StudentError(name, kind, message, where, "" if setup else explanation(error))


def _of_the_setup(error):
    """Say that the first cell comes first, where a name is not defined that this cell imports."""
    name = error.name if type(error) is NameError else None
    if name and (name in ("np", "plt") or hasattr(sys.modules.get("reference_impl"), name)):
        return f" The cell at the top of the notebook imports {name}: run it first, then your cell and this one."
    return ""


def _line_of_student(error):
    """The deepest line that the student wrote, outside the kit, the reference and the libraries."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not any(folder in frame.filename for folder in (KIT, REFERENCE, "site-packages")):
            line = linecache.getline(frame.filename, frame.lineno).strip()
            if line:  # compiled code has none
                return f"line {frame.lineno}: {line}"
    return ""
