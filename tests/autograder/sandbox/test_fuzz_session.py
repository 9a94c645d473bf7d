"""Whatever a notebook's process sends, the grader's session goes on or says why not, quickly and with little memory.

A fake process answers with frames that are right, changed, cut off, too many, too few, or in the wrong order. Here the
seed is fixed, with about a hundred cases. ``make fuzz`` runs more cases on a fresh seed.
"""

import contextlib
import json
import os
import random
import socket
import struct
import threading
import time
import tracemalloc
from functools import partial
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from autograder.sandbox import session as module
from autograder.sandbox.inside import wire
from autograder.sandbox.inside.lockdown import Limits
from autograder.sandbox.session import Died, Session
from lessonkit.engine.host import Named, OfArgument, StudentError, Token

SEED, CASES = int(os.environ.get("FUZZ_SEED", 18)), int(os.environ.get("FUZZ_CASES", 100))
LIMITS = Limits(cell=0.04, call=0.04, exercise=0.3, notebook=0.5)
GRACE, SLACK = 0.02, 1.0  # seconds; the slack is for a busy machine
MEMORY = 128 * 2**20  # bytes, for a message of a few MB and the objects made from it


def value(rng, depth=0):
    """Return a value that can be sent, nested or not."""
    plain = [
        None, True, rng.randint(-(2**63), 2**64 - 1), rng.choice([0.0, float("nan"), float("inf"), -1e308]), "text" * rng.randint(0, 50),
        "\ud800\0\x1b[31m", complex(1, float("nan")), np.zeros(rng.choice([0, 3, (2, 3), (0, wire.MAX_ENTRIES)])), np.float32(2), Token(rng.randint(-9, 9), "kind"),
        Named("x"), wire.Callback(rng.randint(0, 99)), OfArgument(wire.Callback(3), 0), np.random.default_rng(rng.randint(0, 9)),
    ]  # fmt: skip
    kind = rng.randint(0, 9)
    if depth > 4 or kind < 6:
        return rng.choice(plain)
    parts = [value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return (
        {str(number): part for number, part in enumerate(parts)} if kind == 6 else tuple(parts) if kind == 7 else parts
    )


def outputs(rng):
    """Return what a cell may answer, right or wrong."""
    some = [
        {"output_type": "stream", "name": "stdout", "text": rng.choice(["x", "\ud800", "\0" * 99, 5])},
        {"output_type": "display_data", "data": {"a/json": deep(rng.choice([1, 30, 400, 2000])), "text/html": "<b>"}, "metadata": {}},
        {"output_type": "execute_result", "data": {"text/plain": "5"}, "metadata": {"a": deep(300)}, "execution_count": 10**rng.randint(0, 30)},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": [1, None, deep(9)]}, {"output_type": []}, None, 5,
    ]  # fmt: skip
    rows = [[1, "E", "m"], [10**40, "E" * 999, "\ud800"], [True, "a", "b"], None, []]
    listed = rng.choices(some, k=rng.randint(0, 4)) * rng.choice([1, 1, 300])
    with contextlib.suppress(RecursionError):
        return json.dumps({"outputs": listed, "stops": rng.choices(rows, k=4)})
    return "[" * 10**5


def deep(levels):
    nested = 1
    for _ in range(levels):
        nested = [nested]
    return nested


def callbacks(part):
    """Return the numbers of the functions that a request lends."""
    if isinstance(part, wire.Callback):
        return [part.number]
    if isinstance(part, OfArgument):
        return callbacks(part.function)
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, (tuple, list)) else ()
    return [number for inner in parts for number in callbacks(inner)]


def framed(data, length=None):
    return struct.pack("!I", len(data) if length is None else length) + data


def right(rng, nonce, body):
    answer = {
        "echo": body[1],
        "run": outputs(rng),
        "map": [1.0] * len(body[2]) if body[0] == "map" else 0,
        "after": (1, 2),
    }
    return framed(wire.pack((nonce, ("value", answer.get(body[0], [1.0, 2.0])))))


def changed(rng, nonce, body):
    data = bytearray(right(rng, nonce, body))
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(data))
        data[place : place + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
        data = data or bytearray(1)
    return bytes(data)


def callback(rng, nonce, body):
    number = rng.choice(callbacks(body) or [rng.randint(0, 2**48)])
    arguments = rng.choice([(), (1.0,), (value(rng),), tuple(value(rng) for _ in range(5)), [], None])
    return framed(wire.pack(("callback", number, arguments, rng.choice([{}, {}, {}, {"a": value(rng)}, None]))))


def crashing(rng, nonce, body):
    """Return data that is small but claims to be large, or that is deeply nested."""
    empty = wire.pack(np.zeros((0, wire.MAX_ENTRIES)))
    return framed(rng.choice([
        b"\x91" * 10**5, b"\xdd\xff\xff\xff\xff", b"\xdc\xff\xff" * 1000, b"\xc7\xff\x01" + bytes(255), b"\xdc\xff\xff" + b"\x90" * 65535,
        b"\xdc\x27\x10" + empty * 10**4, b"\xdf\x00\x00\x00\x01", b"\xc6\x7f\xff\xff\xff", bytes(2**22), b"\xdc\xff\xfe\xa1l" + b"\xcb" + bytes(8) * 9,
    ]))  # fmt: skip


REPLIES = {
    "right": right,
    "any value": lambda rng, nonce, body: framed(wire.pack((nonce, ("value", value(rng))))),
    "any text": lambda rng, nonce, body: framed(wire.pack((nonce, ("value", outputs(rng))))),
    "an error": lambda rng, nonce, body: framed(wire.pack((nonce, ("student", rng.choice([["a" * 9999] * 5, ["\ud800"] * 5, [1] * 5, "abcde"]))))),
    "in no form": lambda rng, nonce, body: framed(wire.pack(rng.choice([value(rng), (nonce, value(rng)), (value(rng), ("value", 1)), ("broken", value(rng))]))),
    "to another question": lambda rng, nonce, body: right(rng, rng.choice([nonce + 1, float(nonce), True, -1]), body),
    "twice": lambda rng, nonce, body: 2 * right(rng, nonce, body),
    "changed": changed,
    "of another length": lambda rng, nonce, body: framed(right(rng, nonce, body)[4:], rng.choice([0, 1, 9, 10**4, 2**25, 2**32 - 1])),
    "cut off": lambda rng, nonce, body: right(rng, nonce, body)[: rng.randint(0, 8)],
    "noise": lambda rng, nonce, body: framed(rng.randbytes(rng.randint(0, 99))),
    "crashing": crashing,
    "a callback": callback,
    "two callbacks": lambda rng, nonce, body: callback(rng, nonce, body) + callback(rng, nonce, body),
    "a callback before": lambda rng, nonce, body: callback(rng, nonce, body) + right(rng, nonce, body),
    "nothing": lambda rng, nonce, body: b"",
    "the end": lambda rng, nonce, body: None,
}  # fmt: skip


def answer(channel, replies):
    """Play the process: send one reply to each request. After the last of `replies`, each reply is a right one."""
    with channel, contextlib.suppress(OSError, wire.WireError, TypeError, ValueError):
        nonce, body = 0, ("echo", "")
        while (request := wire.receive(channel)) is not None:
            if len(request) == 2 and isinstance(request[0], int):
                nonce, body = request
            kind, number = replies.pop(0) if replies else ("right", 0)
            data = REPLIES[kind](random.Random(number), nonce, body)
            if data is None:
                return
            channel.sendall(data)


CALLS = {
    "run": lambda session, own: session.run("x = 1"),
    "call": lambda session, own: session.call("f", (np.zeros(3), own, {"a": [own]}), {"k": OfArgument(own, 0)})[1](),
    "map": lambda session, own: session.map("f", [(1.0, own), (2.0, own)]),
    "get": lambda session, own: session.get(Token(1, "Net"), "loss"),
    "set": lambda session, own: session.set(Token(1, "Net"), "loss", own),
    "lend": lambda session, own: session.lend("f", own),
    "iterate": lambda session, own: session.iterate(Token(1, "Net"))[1](),
}


@contextlib.contextmanager
def opened(replies):
    ours, theirs = socket.socketpair()
    process = threading.Thread(target=answer, args=(theirs, replies), daemon=True)
    process.start()
    fork_server = SimpleNamespace(limits=LIMITS, end=lambda pid: 0)
    session = Session(fork_server, 1, ours, "/nowhere", time.monotonic() + LIMITS.notebook)
    try:
        yield session
    finally:
        session.close()
        process.join()


def nested(session):
    """Return a function of the check that calls back into the session, as a network's loss does."""
    return lambda *arguments, **keywords: session.call("again", (*arguments, nested(session)))[0]


REPLY = st.tuples(st.sampled_from(["right"] * 3 + list(REPLIES)), st.integers(0, 2**20))


@seed(SEED)
@settings(max_examples=CASES, database=None, deadline=None, suppress_health_check=list(HealthCheck), derandomize=False)
@given(st.lists(st.sampled_from(sorted(CALLS)), min_size=1, max_size=4), st.lists(REPLY, max_size=12), st.booleans())
def hold(calls, replies, is_nested):
    with opened(list(replies)) as session:
        own = nested(session) if is_nested else lambda *arguments, **keywords: arguments
        session.start_exercise()
        start = time.monotonic()
        for name in calls:
            with contextlib.suppress(StudentError, Died):
                result = CALLS[name](session, own)
                if name == "run":
                    nbformat.from_dict({"outputs": result[0]})
                    json.dumps(result[0], indent=1)  # grading reads and writes notebooks like this
        assert time.monotonic() - start < LIMITS.notebook + SLACK
    assert all(isinstance(flag, str) and flag.isprintable() and len(flag) < 300 for flag in session.flags)


def test_a_session_stands_whatever_its_process_sends(monkeypatch):
    monkeypatch.setattr(module, "GRACE", GRACE)
    hold()


@pytest.mark.parametrize("kind", REPLIES)
def test_every_kind_of_reply_has_its_turn(kind, monkeypatch):
    """Each kind of reply answers each call."""
    monkeypatch.setattr(module, "GRACE", GRACE)
    for name in CALLS:
        with opened([(kind, 7)] * 3) as session, contextlib.suppress(StudentError, Died):
            CALLS[name](session, nested(session))


ARRAYS = [np.zeros(0), np.zeros(1), np.zeros(3), np.array([], dtype="f4")]
FORMS = {
    "in place of a number": lambda nonce, array: (array, ("value", 1)),
    "in place of a kind": lambda nonce, array: (nonce, (array, 1)),
    "in place of a callback": lambda nonce, array: (array, 1, (), {}),
    "as the number of a callback": lambda nonce, array: ("callback", array, (), {}),
    "as a value": lambda nonce, array: (nonce, ("value", array)),
    "as a reason": lambda nonce, array: ("broken", array),
    "as an error": lambda nonce, array: (nonce, ("student", array)),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_array_in_place_of_a_word_is_no_answer(form, monkeypatch):
    """Comparing an array with a word gives an array, which is neither true nor false."""
    monkeypatch.setattr(module, "GRACE", GRACE)
    for array in ARRAYS:
        reply = partial(lambda array, rng, nonce, body: framed(wire.pack(FORMS[form](nonce, array))), array)
        monkeypatch.setitem(REPLIES, "an array", reply)
        for name in CALLS:
            for before in range(3):  # a cell's second and third questions test whether the process still listens
                with opened([("right", 0)] * before + [("an array", 0)]) as session:
                    with contextlib.suppress(StudentError, Died):
                        CALLS[name](session, abs)


def test_what_claims_to_be_large_takes_little_memory(monkeypatch):
    monkeypatch.setattr(module, "GRACE", GRACE)
    frames = {crashing(random.Random(number), 1, ()) for number in range(99)}
    tracemalloc.start(1)
    try:
        for frame in frames:
            with pytest.raises((wire.WireError, TimeoutError)):
                wire.unpack(frame[4:])
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
