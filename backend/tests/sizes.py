"""How much a test does: a part of it in ``make test``, the whole in ``make check``."""

import os

THOROUGH = bool(os.environ.get("THOROUGH"))


def size(name: str, *, quick: int, whole: int) -> int:
    """Return how many there are to be: what the environment says, or the default of the target.

    Tests that ask carry the mark ``sized``, so that ``make check`` runs them again.
    """
    return int(os.environ.get(name) or (whole if THOROUGH else quick))
