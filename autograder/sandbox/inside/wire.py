"""Plain values as bytes: a format that cannot carry code.

One message is four bytes of length and a msgpack document. Containers are tagged lists; arrays are dtype, shape and raw
bytes. Decoding trusts nothing: every size, depth, dtype and shape is checked before anything is built from it, and the result
takes at most some hundred MB. Packing applies the same limits, and says which one was exceeded. The text of cells and their
outputs is sent as bytes, to which these limits do not apply.
"""

import math
import struct
import time
from functools import lru_cache

import msgpack
import numpy as np

from lessonkit.engine.host import Named, OfArgument, Token

MAX_MESSAGE = 32 * 2**20
MAX_VALUE = 4 * 2**20  # bytes of the arrays and texts in one message: checks need a tenth of it
MAX_OUTPUT = 6 * 2**20  # bytes of one cell's outputs
MAX_ENTRIES = 2**18  # of one array
MAX_TEXT = 1000  # characters of one text
MAX_DEPTH, MAX_DIMENSIONS = 24, 32
MAX_PARTS = 40_000  # 10,000 items, each a tuple of two
TAGGED = 5  # parts of a message, with tags, that one part of a value becomes
PART = 100  # bytes of memory that a part takes in Python, in addition to its content
MAX_NAME = 100
DTYPES = {
    np.dtype(code).str: np.dtype(code)
    for code in ("?", "b", "h", "i", "q", "B", "H", "I", "Q", "e", "f", "d", "F", "D")
}
ARRAY, SCALAR = 1, 2
PASSED = (type(None), bool, float, bytes)  # msgpack's own; an integer may be too large for it
READ = {
    *PASSED,
    int,
    str,
    np.ndarray,
    *(dtype.type for dtype in DTYPES.values()),
}  # the types in a message, except lists


class WireError(Exception):
    """A message that is too large, too deep, or makes no sense."""


class Callback:
    """A function on the other side of the channel, by its number."""

    def __init__(self, number):
        self.number = number


class Counter:
    """Counts the parts of one message and the bytes of its arrays and texts, up to a limit."""

    def __init__(self, most=MAX_PARTS):
        self.most, self.parts, self.bytes = most, 0, 0

    def add(self, parts, size=0):
        self.parts, self.bytes = self.parts + parts, self.bytes + size
        if self.parts > self.most:
            raise WireError(f"a value has too many parts, more than {self.most:,}")
        if self.bytes > MAX_VALUE:
            raise WireError(f"a value is too large, more than {MAX_VALUE // 2**20} MB")


def pack(value):
    """Return a plain value, with tokens, names and callbacks, as bytes.

    Raises
    ------
    WireError
        If it exceeds a limit.
    """
    try:
        data = msgpack.packb(_encode(value, 0, Counter()), use_bin_type=True, unicode_errors="replace")
    except (ValueError, OverflowError) as error:
        raise WireError(f"a value cannot be sent ({type(error).__name__})") from None
    if len(data) > MAX_MESSAGE:
        raise WireError(f"a message of {len(data) / 2**20:.0f} MB is too large")
    return data


def weight(value):
    """Estimate how many bytes of memory a plain value takes."""
    if isinstance(value, (tuple, list)):
        return PART + sum(map(weight, value))
    if isinstance(value, dict):
        return PART + sum(weight(key) + weight(part) for key, part in value.items())
    size = len(value) if isinstance(value, (str, bytes)) else getattr(value, "nbytes", 0)
    return PART + size


def unpack(data):
    """Return the value that `pack` packed.

    Raises
    ------
    WireError
        If the bytes are not such a value.
    """
    counter = Counter(TAGGED * MAX_PARTS)

    def counted(items):
        counter.add(len(items) + 1)
        return items

    def array(code, content):
        counter.add(1, len(content))
        return _array(code, content)

    try:
        document = msgpack.unpackb(
            data, raw=False, max_array_len=counter.most, max_map_len=0, max_str_len=4 * MAX_TEXT, list_hook=counted,
            ext_hook=array,
        )  # fmt: skip
        return _decode(document, 0)
    except (WireError, MemoryError):
        raise
    except Exception as error:
        raise WireError(f"a message makes no sense ({type(error).__name__})") from None


def send(socket, value):
    """Write one message."""
    send_packed(socket, pack(value))


def send_packed(socket, data):
    """Write one message that `pack` has packed."""
    socket.sendall(struct.pack("!I", len(data)) + data)


def receive(socket, end=None, most=MAX_MESSAGE):
    """Read one message; None at the end of the stream.

    Parameters
    ----------
    socket : socket
    end : float, optional
        When the whole message must have arrived, on `time.monotonic`'s clock.
    most : int
        The most bytes it may have.

    Raises
    ------
    WireError
        If it is too large, cut off, or makes no sense.
    TimeoutError
        If it did not arrive in time.
    """
    head = _read(socket, 4, end)
    if not head:
        return None
    (length,) = struct.unpack("!I", head)
    if length > most:
        raise WireError(f"a message of {length / 2**20:.0f} MB is too large")
    data = _read(socket, length, end)
    if len(data) < length:
        raise WireError("a message was cut off")
    return unpack(data)


def _read(socket, length, end):
    data = bytearray()
    while len(data) < length:
        if end is not None:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            socket.settimeout(left)
        part = socket.recv(min(length - len(data), 2**20))
        if not part:
            if data:
                raise WireError("a message was cut off")
            return b""
        data += part
    return bytes(data)


def _encode(value, depth, counter):
    if depth > MAX_DEPTH:
        raise WireError("a value is nested too deeply")
    counter.add(1)
    kind = type(value)
    if kind in PASSED:
        return value
    if kind is str:
        return _short(value, counter)
    if isinstance(value, (np.ndarray, np.generic)):
        return _as_bytes(value, counter)
    if kind is int:
        return value if -(2**63) <= value < 2**64 else _float(value)
    if kind is complex:
        return ["c", value.real, value.imag]
    if isinstance(value, (tuple, list)):
        return ["t" if isinstance(value, tuple) else "l", *[_encode(part, depth + 1, counter) for part in value]]
    if isinstance(value, dict):
        return ["d", *[part for k, v in value.items() for part in (_key(k, counter), _encode(v, depth + 1, counter))]]
    if isinstance(value, Token):
        return ["o", value.number, value.kind[:MAX_NAME]]
    if isinstance(value, Named):
        return ["n", value.name]
    if isinstance(value, Callback):
        return ["f", value.number]
    if isinstance(value, OfArgument):
        return ["a", value.function.number, value.place]
    if isinstance(value, np.random.Generator):
        return ["r", *_state(value)]
    raise WireError(f"a value of type {kind.__name__} cannot be sent")


def _short(text, counter):
    if len(text) > MAX_TEXT:
        raise WireError(f"a text of {len(text):,} characters is too long")
    counter.add(0, len(text) * (1 if text.isascii() else 4))
    return text


def _key(key, counter):
    """Return a dict's key as text or a whole number; `True` becomes 1, which is equal."""
    return _short(str(key), counter) if isinstance(key, str) else int(key)


def _as_bytes(value, counter):
    """Return a NumPy array or number as dtype, shape and raw bytes."""
    array = np.asarray(value)
    _check_shape(array.shape)
    counter.add(0, array.nbytes)
    if array.dtype.str not in DTYPES:
        array = array.astype(complex if array.dtype.kind == "c" else array.dtype.newbyteorder("="))
        array = array if array.dtype.str in DTYPES else array.astype(float)
    head = _head(array.dtype.str, array.shape)
    return msgpack.ExtType(ARRAY if isinstance(value, np.ndarray) else SCALAR, head + array.tobytes())


@lru_cache(maxsize=256)
def _head(dtype, shape):
    head = msgpack.packb([dtype, list(shape)])
    return bytes([len(head)]) + head


def _float(number):
    """Return an integer of any size as a float; no expected value is that large."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _state(generator):
    """Return a PCG64 generator's state: its two 128-bit numbers as text, and a half-used draw."""
    state = generator.bit_generator.state
    inner = state["state"]
    return [f"{inner['state']:x}", f"{inner['inc']:x}", state["has_uint32"], state["uinteger"]]


def _generator(state, inc, has_uint32, uinteger):
    generator = np.random.Generator(
        np.random.PCG64(int(state, 16))
    )  # with a seed, because the generators that it spawns depend on it
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": int(state, 16), "inc": int(inc, 16)},
        "has_uint32": has_uint32,
        "uinteger": uinteger,
    }
    return generator


def _decode(value, depth):
    if depth > MAX_DEPTH:
        raise WireError("a value is nested too deeply")
    if type(value) in READ:
        return value
    if type(value) is not list:
        raise WireError("a value is not plain")
    tag, *parts = value
    if tag in ("t", "l"):
        items = [part if type(part) in READ else _decode(part, depth + 1) for part in parts]
        return tuple(items) if tag == "t" else items
    if tag == "d":
        keys = parts[::2]
        if len(parts) % 2 or not all(type(key) in (str, int) for key in keys):
            raise WireError("a dict makes no sense")
        return {key: _decode(part, depth + 1) for key, part in zip(keys, parts[1::2])}
    if tag == "c":
        return complex(*_typed(parts, float, float))
    if tag == "o":
        number, kind = _typed(parts, int, str)
        return Token(number, kind[:MAX_NAME])
    if tag == "n":
        return Named(*_typed(parts, str))
    if tag == "f":
        return Callback(*_typed(parts, int))
    if tag == "a":
        number, place = _typed(parts, int, int)
        return OfArgument(Callback(number), place)
    if tag == "r":
        return _generator(*_typed(parts, str, str, int, int))
    raise WireError("an unknown tag")


def _typed(parts, *types):
    if [type(part) for part in parts] != list(types):
        raise WireError("a part has the wrong type")
    return parts


def _array(code, data):
    if code not in (ARRAY, SCALAR):
        raise WireError("an unknown kind of value")
    start = 1 + data[0]
    dtype, shape, size = _read_head(data[1:start])
    if size != len(data) - start:
        raise WireError("an array with a wrong size")
    array = np.ndarray(shape, dtype, data, start).copy() if size else np.empty(shape, dtype)
    return array if code == ARRAY else array[()]


@lru_cache(maxsize=256)
def _read_head(head):
    """Return an array's dtype, shape and number of bytes."""
    code, shape = msgpack.unpackb(head, max_array_len=64)
    dtype = DTYPES.get(code)
    if dtype is None or not all(type(n) is int and n >= 0 for n in shape):
        raise WireError("an array of a type that cannot be sent")
    _check_shape(shape)
    return dtype, tuple(shape), math.prod(shape) * dtype.itemsize


def _check_shape(shape):
    if len(shape) > MAX_DIMENSIONS:
        raise WireError(f"an array has too many axes, {len(shape)}")
    entries = math.prod(max(n, 1) for n in shape)  # an empty array can claim any shape in no bytes
    if entries > MAX_ENTRIES:
        raise WireError(f"an array of {entries:,} entries is too large")
