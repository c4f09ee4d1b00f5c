"""Python values through a pipe, each behind its length.

write_message(pipe, ("done", 7)); read_message(other_end) -> ("done", 7)
"""

from __future__ import annotations

import pickle
import struct
from typing import Any, BinaryIO, Final

_LENGTH: Final = struct.Struct(">Q")


def write_message(pipe: BinaryIO, value: object) -> None:
    """Send a value. Raises BrokenPipeError when nobody is there to read it."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def read_message(pipe: BinaryIO) -> Any:
    """The next value. Raises EOFError when the other end was closed, or closed half-way."""
    return pickle.loads(read_bytes(pipe))


def read_bytes(pipe: BinaryIO) -> bytes:
    """The next value as it was sent. Raises EOFError."""
    (length,) = _LENGTH.unpack(_read(pipe, _LENGTH.size))
    return _read(pipe, length)


def _read(pipe: BinaryIO, length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data
