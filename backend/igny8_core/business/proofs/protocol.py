"""What ``sandbox.py`` and the process that it starts have agreed on."""

import struct
from collections.abc import Sequence
from enum import IntEnum

LENGTH = struct.Struct("!I")
MAX_PARTS = 64


class Outcome(IntEnum):
    """How the process has ended: its exit code. Python's own, 1, is a process that never began."""

    DONE = 0
    REFUSED = 3  # what it says is a word of ``enums.ProofRefusal``
    FAILED = 4  # what it says is an error, for the log


def packed(parts: Sequence[bytes]) -> bytes:
    """Write parts one behind the other, each behind its length."""
    return b"".join(LENGTH.pack(len(part)) + part for part in parts)


def unpacked(content: bytes) -> list[bytes]:
    """Read parts that were ``packed``, by somebody who is not believed.

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
