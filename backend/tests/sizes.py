"""How much a test does: a part of it in ``make test``, the whole in ``make check``."""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
THOROUGH = bool(os.environ.get("THOROUGH"))


def size(name: str, *, quick: int, whole: int) -> int:
    """Return how many there are to be: what the environment says, or the default of the target.

    Tests that ask carry the mark ``sized``, so that ``make check`` runs them again.
    """
    return int(os.environ.get(name) or (whole if THOROUGH else quick))


def part(items: Sequence[T], *, of: int, start: int = 0) -> Sequence[T]:
    """Return every so many-th of the items in ``make test``, all of them in ``make check``.

    :param start: begins with another one, so that several parts add up to the whole.
    """
    return items if THOROUGH else items[start % of :: of]
