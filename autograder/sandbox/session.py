"""One sandboxed process that runs one submission's cells, and is the host of its checks.

Only plain values come back (`autograder.sandbox.inside.wire`).
"""

import json
import secrets
import shutil
import time
from dataclasses import dataclass

from autograder.sandbox.budget import Budget, is_too_much
from autograder.sandbox.inside import wire
from lessonkit.engine.host import OfArgument, StudentError
from lessonkit.notebook import RESULT

GRACE = 5  # seconds for a process to notice by itself that it exceeded a limit
MAX_OUTPUTS = 500  # of one cell
MAX_REPLY = wire.MAX_OUTPUT + 1000  # bytes of one incoming message
MAX_NESTED = 3  # calls within calls between the two sides
MAX_STOPS, MAX_LINE = 5, 100_000  # of one cell: how many stops are reported, and the largest line number
SUSPECT = "the notebook's process answered in a way that makes no sense"  # a kind of flag
GONE = "Its process ended early. Did the code exit, or use more than a notebook may use?"


class Died(Exception):
    """The session's process is gone, or can no longer be trusted to answer."""


class Session:
    """The grader's end of a session: runs cells, and is the host of the checks.

    Attributes
    ----------
    alive : bool
    flags : list of str
        What looked like tampering.
    memory : int
        Peak resident memory in bytes, known after it is closed. It includes the libraries shared with the fork server.
    """

    def __init__(self, fork_server, pid, channel, scratch, end, budget=None):
        self._fork_server, self._pid, self._channel, self._scratch, self._end = fork_server, pid, channel, scratch, end
        self._callbacks, self._nested, self.flags = {}, 0, []
        self._exercise_end, self._budget = end, budget or Budget()
        self.alive, self.why, self.memory = True, "", 0

    def run(self, source):
        """Run a cell; return its outputs in nbformat's form, and where it stopped, a list of `Stop`.

        Raises
        ------
        Died
        """
        limits = self._fork_server.limits
        text = self._request(("run", source.encode("utf-8", "replace")), self._until(limits.cell + GRACE))
        self._listen()
        return clean_reply(text, self.flags)

    def _listen(self):
        """Make sure that the process still answers; if it does not, the cell that just ran has broken it."""
        for word in ("once", "and again"):  # an answer that was sent twice is noticed at the second question
            if not _is(self._request(("echo", word), self._until(GRACE)), word):
                self._distrust("did not repeat what it was sent")

    def start_exercise(self):
        """Start the time limit and the size limit for one exercise."""
        self._budget.start_exercise()
        self._exercise_end = self._until(self._fork_server.limits.exercise)

    def _until(self, seconds):
        return min(time.monotonic() + seconds, self._end)

    def call(self, target, args=(), kwargs=None, keep=()):
        result = self._operate("call", target, self._lend(args), self._lend(kwargs or {}), keep)
        return result, lambda: self._after(target)

    def map(self, name, argument_lists, keep=()):
        results = self._operate("map", name, [self._lend(arguments) for arguments in argument_lists], keep)
        if not isinstance(results, list) or len(results) != len(argument_lists):
            self._distrust("answered with the wrong number of results")
        return results

    def get(self, token, attribute):
        return self._operate("get", token, attribute)

    def set(self, token, attribute, value):
        self._operate("set", token, attribute, self._lend(value))

    def lend(self, name, function):
        """Replace a function of the notebook by one of the grader's, called by value; None restores the notebook's."""
        if function is None:
            self._callbacks.clear()  # the notebook may have kept it
        self._operate("lend", name, self._lend(function))

    def iterate(self, token):
        items = self._operate("iterate", token)
        if not isinstance(items, list):
            self._distrust("sent no list of items")
        return items, lambda: self._after(token)

    def _after(self, target):
        arguments = self._operate("after", target)
        return arguments if isinstance(arguments, tuple) else self._distrust("sent no arguments of the call")

    def close(self):
        """End the process and remove its scratch folder."""
        if self.alive:
            self.alive, self.why = False, "it was closed"
        self._channel.close()
        self.memory = self._fork_server.end(self._pid)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _operate(self, *request):
        name = _name_of(request[1])
        try:
            value = self._request(request, min(self._until(self._fork_server.limits.call + GRACE), self._exercise_end))
        except Died as error:
            raise StudentError(name, "died", str(error)) from None
        if too_much := self._budget.spend(wire.weight(value)):
            raise StudentError(
                name, "values", f"The values that your notebook has returned, up to those of {name}, are {too_much}."
            )
        return value

    def _lend(self, value):
        """Replace each of the check's functions by a number that the notebook can call."""
        if isinstance(value, (tuple, list)):
            return type(value)(self._lend(part) for part in value)
        if isinstance(value, dict):
            return {key: self._lend(part) for key, part in value.items()}
        if isinstance(value, OfArgument):
            return OfArgument(self._lend(value.function), value.place)
        if callable(value) and not isinstance(value, (wire.Named, wire.Token)):
            number = secrets.randbits(48)
            self._callbacks[number] = value
            return wire.Callback(number)
        return value

    def _request(self, body, end):
        if not self.alive:
            raise Died(self.why)
        nonce = secrets.randbits(62)
        try:
            self._send((nonce, body), end)
            reply = wire.receive(self._channel, end, MAX_REPLY)
            while isinstance(reply, tuple) and len(reply) == 4 and _is(reply[0], "callback"):
                self._answer(*reply[1:], end)
                reply = wire.receive(self._channel, end, MAX_REPLY)
        except TimeoutError:
            over = time.monotonic() >= self._end
            return self._die(
                "The notebook reached its time limit." if over else "It reached its time limit and was stopped."
            )
        except wire.WireError as error:
            return self._distrust(f"sent a message that cannot be read: {error}")
        except OSError:
            return self._die(GONE)
        except MemoryError:
            return self._die("Its process sent more than the grader has memory for, and was stopped.")
        if reply is None:
            return self._die(GONE)
        if not isinstance(reply, tuple) or len(reply) != 2:
            return self._distrust("answered in an unknown form")
        if _is(reply[0], "broken"):
            return self._die(f"Its process said {quoted(str(reply[1]))}, and ended.")
        if not _is(reply[0], nonce):
            return self._distrust("answered a question that was not asked")
        kind, value = reply[1] if isinstance(reply[1], tuple) and len(reply[1]) == 2 else (None, None)
        if _is(kind, "value"):
            return value
        if (
            _is(kind, "student")
            and isinstance(value, list)
            and len(value) == 5
            and all(isinstance(v, str) for v in value)
        ):
            raise StudentError(*(v[:500] for v in value))
        return self._distrust("answered in an unknown form")

    def _send(self, value, end):
        self._channel.settimeout(max(0.01, end - time.monotonic()))
        wire.send(self._channel, value)

    def _answer(self, number, arguments, keywords, end):
        """Call a check's function for the student's code; the function may look at the session's objects."""
        function = self._callbacks.get(number) if isinstance(number, int) else None
        self._nested += 1
        try:
            if self._nested > MAX_NESTED:
                raise ValueError("the two sides call each other endlessly")
            if function is None or not isinstance(arguments, tuple) or not isinstance(keywords, dict):
                raise ValueError("there is no such function")
            too_much = self._budget.spend(wire.weight((arguments, keywords)))
            if too_much or is_too_much((arguments, keywords)):
                raise ValueError(f"that is {too_much or 'more than a check would pass'}")
            data = wire.pack(("value", function(*arguments, **keywords)))
        except Exception as error:  # the student's code called the check's function in a wrong way
            data = wire.pack(("error", f"{type(error).__name__}: {error}"[:300]))
        finally:
            self._nested -= 1
        if not self.alive:
            raise Died(self.why)
        self._channel.settimeout(max(0.01, end - time.monotonic()))
        wire.send_packed(self._channel, data)

    def _die(self, why):
        self.alive, self.why = False, why
        raise Died(why)

    def _distrust(self, what):
        self.flags.append(f"{SUSPECT}: it {what}")
        return self._die("Its process answered in a way that makes no sense.")


def _is(value, expected):
    """Whether a received value is the expected one; comparing an array with `==` alone would give an array."""
    return type(value) is type(expected) and value == expected


def _one_line(text):
    """Return a text as one printable line."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def _name_of(target):
    """Return the name of a request's function, for messages."""
    return str(target[1] if isinstance(target, tuple) else getattr(target, "kind", target))[:60]


OUTPUT_FIELDS = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
    "error": {"ename": str, "evalue": str, "traceback": list},
}


@dataclass(frozen=True)
class Stop:
    """Where a cell stopped: the line of the cell (0 if unknown), the kind of error, and its message."""

    line: int
    kind: str
    message: str

    def __str__(self):
        where = f" at line {self.line}: " if self.line else ": "
        words = self.message.rstrip(".")
        return where + quoted(words if " " in words else f"{self.kind}: {words}".rstrip(": "))


def quoted(text, most=300):
    """Return the words of a notebook's process as one line in quotation marks, so that they cannot pass for the grader's."""
    line = _one_line(text[: 2 * most]).replace('"', "'")
    return f'"{line[:most]}{"..." * (len(line) > most)}"'


def clean_reply(text, flags):
    """Return the outputs of a cell and where it stopped, from a process's reply."""
    try:
        reply = (
            json.loads(text, parse_constant=lambda name: None)
            if isinstance(text, (str, bytes)) and len(text) <= wire.MAX_OUTPUT
            else None
        )
    except (ValueError, RecursionError, MemoryError):
        reply = None
    reply = reply if isinstance(reply, dict) else {}
    stops = filter(None, map(_clean_stop, _list(reply.get("stops"))[:MAX_STOPS]))
    return clean_outputs(reply.get("outputs"), flags), list(stops)


def _clean_stop(row):
    """Return a `Stop` if a row has three values of the right types, else None; its texts become one printable line."""
    if not isinstance(row, list) or [type(part) for part in row] != [int, str, str]:
        return None
    line, kind, message = row
    kind, message = _one_line(kind[:400]), _one_line(message[:400])
    return Stop(line if 0 < line <= MAX_LINE else 0, kind[:100], message[:200])


def _list(value):
    return value if isinstance(value, list) else []


def clean_outputs(outputs, flags):
    """Rebuild the outputs that a notebook's process sent, with only the fields that nbformat knows."""
    if not isinstance(outputs, list):
        flags.append(f"{SUSPECT}: it sent outputs that cannot be read")
        return []
    kept = []
    for output in outputs[:MAX_OUTPUTS]:
        kind = output.get("output_type") if isinstance(output, dict) else None
        fields = OUTPUT_FIELDS.get(kind) if isinstance(kind, str) else None
        if not fields or not all(isinstance(output.get(name), expected) for name, expected in fields.items()):
            continue
        clean = {"output_type": kind, **{name: output[name] for name in fields}}
        if clean.get("execution_count", 0) < 0:
            continue
        if "data" in clean:  # only the grader may say how a check went
            clean["data"] = {k: v for k, v in clean["data"].items() if _is_mime(k, v) and k != RESULT}
        if "traceback" in clean:
            clean["traceback"] = [line for line in clean["traceback"] if isinstance(line, str)]
        if clean.get("name", "stdout") in ("stdout", "stderr"):
            kept.append(clean)
    return kept


def _is_mime(kind, value):
    return isinstance(value, str) or (isinstance(value, (dict, list)) and kind.endswith("json"))
