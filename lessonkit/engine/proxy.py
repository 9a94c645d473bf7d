"""The check's side of a check: ``code.relu_forward(x)`` reaches the code under test through values alone."""

from dataclasses import dataclass, field

import numpy as np

from lessonkit.catalogue import exercises
from lessonkit.engine.host import Named, StudentError, Token
from lessonkit.engine.values import describe, map_plain


@dataclass
class Call:
    """One call of the code under test: what went in, by argument name, and what came out."""

    function: str
    inputs: dict = field(default_factory=dict)
    result: object = None


class Remote:
    """An object on the student's side: get and set attributes, call methods, iterate."""

    def __init__(self, code, token, origin=None):
        self.__dict__.update(_code=code, _token=token, _origin=origin, kind=token.kind)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        known = self._code._methods
        if (self.kind, name) not in known:
            value = self._code._host.get(self._token, name)
            if not (isinstance(value, Token) and value.kind in ("method", "function", "builtin_function_or_method")):
                return self._code._wrap(value)
            known.add((self.kind, name))
        return lambda *args, **kwargs: self._code._call((self._token, name), args, kwargs)

    def __setattr__(self, name, value):
        self._code._host.set(self._token, name, self._code._unwrap(value))

    def __call__(self, *args, **kwargs):
        return self._code._call(self._token, args, kwargs)

    def __iter__(self):
        items, self._code._after = self._code._host.iterate(self._token)
        return iter(self._code._wrap(items))


class Function:
    """A student's function or class, by name."""

    def __init__(self, code, name):
        self._code, self.name = code, name

    def __call__(self, *args, **kwargs):
        return self._code._call(self.name, args, kwargs)


class Code:
    """The code under test, as a check sees it.

    Attributes
    ----------
    after : tuple
        The positional arguments of the latest call as it left them, or, when it returned a generator that has been
        iterated, as that left them: a check yields these to see that inputs are left alone.
    calls : list of Call
        Every call so far.
    exercise : str
        The name of the exercise that is checked.
    under_test : Function
        The exercise itself, for checks that serve several.

    Parameters
    ----------
    host : LocalHost
        Where the code lives; anything with the same operations works.
    exercise : str
        The name of the exercise that is checked.
    """

    def __init__(self, host, exercise=""):
        self._host = host
        self.exercise = exercise
        self.under_test = Function(self, exercise)
        self._after = ()
        self._methods = set()  # names that turned out to be methods, by class: each is asked for once
        self.calls = []

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self, name)

    @property
    def after(self):
        """Fetched once, when it is needed: few checks need it."""
        if callable(self._after):
            self._after = self._after()
        return self._after

    def map(self, name, argument_lists):
        """Call `name` once for each tuple of arguments, all in one message; return the list of results."""
        contract = exercises().get(name)
        calls = [self._note(name, arguments, {}, contract) for arguments in argument_lists]
        keep = self._kept(name)
        results = self._host.map(name, [self._unwrap(tuple(arguments)) for arguments in argument_lists], keep)
        return [self._checked(name, result, call, contract) for result, call in zip(results, calls)]

    def _call(self, target, args, kwargs):
        name = target if isinstance(target, str) else target[1] if isinstance(target, tuple) else target.kind
        known = _known(target)
        contract = known if isinstance(target, str) or known and len(known.arguments) == len(args) else None
        call = self._note(name, args, kwargs, known)
        keep = self._kept(target)
        result, self._after = self._host.call(target, self._unwrap(args), self._unwrap(kwargs), keep)
        return self._checked(name, result, call, contract)

    def _note(self, name, args, kwargs, contract):
        names = _names(contract.arguments if contract else (), len(args))
        self.calls.append(Call(name, {**dict(zip(names, args)), **kwargs}))
        return self.calls[-1]

    @staticmethod
    def _kept(target):
        contract = exercises().get(target) if isinstance(target, str) else None
        return tuple(i for i, part in enumerate(contract.returns if contract else ()) if part == "cache")

    def _checked(self, name, result, call, contract):
        if contract and contract.returns:
            _require(name, contract.returns, result)
        call.result = self._wrap(result, call)
        return call.result

    def _wrap(self, value, origin=None):
        """A value from the host, which has copied it: only a token is replaced, by a `Remote`."""
        return map_plain(
            value, np.asarray, lambda part: Remote(self, part, origin) if isinstance(part, Token) else part
        )

    def _unwrap(self, value):
        """A value for the host, which copies it: it need not be copied here."""
        if isinstance(value, Remote):
            return value._token
        if isinstance(value, Function):
            return Named(value.name)
        if isinstance(value, (tuple, list)):
            return type(value)(map(self._unwrap, value))
        return {key: self._unwrap(part) for key, part in value.items()} if isinstance(value, dict) else value


def builds_on(code, name):
    """Note that the exercise under test calls another one of its lesson: the check depends on that one, too."""
    code.calls.append(Call(name))


def _known(target):
    """What an exercise, or a method of one, takes and returns, if ``lessons.toml`` says it."""
    if isinstance(target, str):
        return exercises().get(target)
    owner = exercises().get(target[0].kind) if isinstance(target, tuple) else None
    methods = {method.name: method for method in owner.methods} if owner else {}
    return methods.get(target[1]) if methods else None


def _names(arguments, count):
    """A name for each of `count` arguments: those of ``*others`` are others[0], others[1], and so on."""
    names = list(arguments)
    if names and names[-1].startswith("*"):
        rest = names.pop().lstrip("*")
        return names + [f"{rest}[{i}]" for i in range(count - len(names))]
    return names + [f"argument {i + 1}" for i in range(len(names), count)]


def _require(name, returns, result):
    """Raise when `result` is not the number of things that the exercise returns."""
    wanted = ", ".join(returns)
    if result is None:
        advice = f"Does it end with `return {wanted}`? The check sees what you return, not what you print."
        raise StudentError(name, "returns", f"{name} returned None. {advice}")
    if len(returns) == 1:
        return
    if not isinstance(result, (tuple, list)) or len(result) != len(returns):
        raise StudentError(
            name,
            "returns",
            f"{name} must return {len(returns)} things, `return {wanted}`. Yours returned {describe(result)}.",
        )


def inputs_behind(call):
    """The arrays and numbers that went into `call`; for a cache, those that went into the call that made it."""
    inputs = {}
    for name, value in call.inputs.items():
        if isinstance(value, Remote) and value._origin is not None:
            inputs.update(inputs_behind(value._origin))
        elif isinstance(value, (np.ndarray, float, int, np.generic)) and not isinstance(value, bool):
            inputs[name] = value
    return inputs
