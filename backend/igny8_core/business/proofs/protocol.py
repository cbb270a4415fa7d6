"""The protocol between ``sandbox.py`` and the process that it starts."""

import struct
from collections.abc import Sequence
from enum import IntEnum

LENGTH = struct.Struct("!I")
MAX_PARTS = 64


class Outcome(IntEnum):
    """The exit code of the process. Python's own, 1, means that it never started."""

    DONE = 0
    REFUSED = 3  # its output is a value of ``enums.ProofRefusal``
    FAILED = 4  # its output is an error, for the log


def packed(parts: Sequence[bytes]) -> bytes:
    """Write parts one after another, each after its length."""
    return b"".join(LENGTH.pack(len(part)) + part for part in parts)


def unpacked(content: bytes) -> list[bytes]:
    """Read ``packed`` parts from an untrusted process.

    :raises ValueError: if it is anything else.
    """
    parts: list[bytes] = []
    place = 0
    while place < len(content):
        if len(parts) == MAX_PARTS or len(content) - place < LENGTH.size:
            message = "There are too many parts, or half of one."
            raise ValueError(message)
        (length,) = LENGTH.unpack_from(content, place)
        place += LENGTH.size
        if length > len(content) - place:
            message = "A part is shorter than it says."
            raise ValueError(message)
        parts.append(content[place : place + length])
        place += length
    return parts
