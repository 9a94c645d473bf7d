"""Plain values as bytes: a format that cannot carry code.

One message is four bytes of length and a msgpack document. Containers are tagged lists, arrays are dtype, shape and raw
bytes. Decoding trusts nothing: every size, depth, dtype and shape is checked before anything is built from it, and what
is built takes at most some hundred MB.
"""

import math
import struct
import time
from functools import lru_cache

import msgpack
import numpy as np

from lessonkit.engine.host import Named, OfArgument, Token

MAX_MESSAGE = 32 * 2**20
MAX_DEPTH = 24
MAX_PARTS = 100_000
MAX_NAME = 100
DTYPES = {
    np.dtype(code).str: np.dtype(code)
    for code in ("?", "b", "h", "i", "q", "B", "H", "I", "Q", "e", "f", "d", "F", "D")
}
ARRAY, SCALAR = 1, 2
PASSED = (type(None), bool, float, str)  # msgpack's own; an integer may be too large for it
READ = {*PASSED, int, np.ndarray, *(dtype.type for dtype in DTYPES.values())}  # what a message holds, lists apart


class WireError(Exception):
    """A message that is too large, too deep, or makes no sense."""


class Callback:
    """Names a function on the other side of the channel."""

    def __init__(self, number):
        self.number = number


def pack(value):
    """A plain value, with tokens, names and callbacks, as bytes."""
    try:
        data = msgpack.packb(_encode(value, 0), use_bin_type=True, unicode_errors="replace")
    except (ValueError, OverflowError) as error:
        raise WireError(f"a value cannot cross ({type(error).__name__})") from None
    if len(data) > MAX_MESSAGE:
        raise WireError(f"a message of {len(data) / 2**20:.0f} MB is too large")
    return data


def unpack(data):
    """The value that `pack` packed.

    Raises
    ------
    WireError
        If the bytes are no such value.
    """
    left = MAX_PARTS

    def counted(items):
        nonlocal left
        left -= len(items) + 1
        if left < 0:
            raise WireError("a value has too many parts")
        return items

    def array(code, content):
        nonlocal left
        left -= 1
        if left < 0:
            raise WireError("a value has too many parts")
        return _array(code, content)

    try:
        document = msgpack.unpackb(
            data, raw=False, max_array_len=MAX_PARTS, max_map_len=0, list_hook=counted, ext_hook=array
        )
        return _decode(document, 0)
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"a message makes no sense ({type(error).__name__})") from None


def send(socket, value):
    """Write one message."""
    send_packed(socket, pack(value))


def send_packed(socket, data):
    """Write one message that `pack` packed."""
    socket.sendall(struct.pack("!I", len(data)) + data)


def receive(socket, end=None):
    """Read one message; None at the end of the stream.

    Parameters
    ----------
    socket : socket
    end : float, optional
        When the whole message must be there, on `time.monotonic`'s clock.

    Raises
    ------
    WireError
        If it is too large, cut off, or makes no sense.
    TimeoutError
        If it did not come in time.
    """
    head = _read(socket, 4, end)
    if not head:
        return None
    (length,) = struct.unpack("!I", head)
    if length > MAX_MESSAGE:
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


def _encode(value, depth):
    if depth > MAX_DEPTH:
        raise WireError("a value is nested too deeply")
    kind = type(value)
    if kind in PASSED:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return _as_bytes(value)
    if kind is int:
        return value if -(2**63) <= value < 2**64 else _float(value)
    if kind is complex:
        return ["c", value.real, value.imag]
    if isinstance(value, (tuple, list)):
        return ["t" if isinstance(value, tuple) else "l", *[_encode(part, depth + 1) for part in value]]
    if isinstance(value, dict):
        return ["d", *[part for k, v in value.items() for part in (k, _encode(v, depth + 1))]]
    if isinstance(value, Token):
        return ["o", value.number, value.kind]
    if isinstance(value, Named):
        return ["n", value.name]
    if isinstance(value, Callback):
        return ["f", value.number]
    if isinstance(value, OfArgument):
        return ["a", value.function.number, value.place]
    if isinstance(value, np.random.Generator):
        return ["r", *_state(value)]
    raise WireError(f"a {kind.__name__} cannot cross")


def _as_bytes(value):
    """An array or a number of NumPy's: dtype and shape, then the raw bytes."""
    array = np.asarray(value)
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
    """An integer of any size as a float: no expected value is that large."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _state(generator):
    """A PCG64 generator's state: its two numbers of 128 bits as text, and a half-used draw."""
    state = generator.bit_generator.state
    inner = state["state"]
    return [f"{inner['state']:x}", f"{inner['inc']:x}", state["has_uint32"], state["uinteger"]]


def _generator(state, inc, has_uint32, uinteger):
    generator = np.random.Generator(np.random.PCG64(int(state, 16)))  # a seed of its own: what it spawns depends on it
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
        raise WireError("an array whose size is not what it says")
    array = np.ndarray(shape, dtype, data, start).copy() if size else np.empty(shape, dtype)
    return array if code == ARRAY else array[()]


@lru_cache(maxsize=256)
def _read_head(head):
    """Dtype and shape of an array, and how many bytes it has."""
    code, shape = msgpack.unpackb(head, max_array_len=64)
    dtype = DTYPES.get(code)
    if dtype is None or len(shape) > 32 or not all(type(n) is int and n >= 0 for n in shape):
        raise WireError("an array of a kind that cannot cross")
    if math.prod(max(n, 1) for n in shape) > MAX_MESSAGE:  # an empty array can claim any shape in no bytes
        raise WireError("an array of a size that cannot cross")
    return dtype, tuple(shape), math.prod(shape) * dtype.itemsize
