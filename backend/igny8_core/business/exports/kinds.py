"""Kinds of exports: each room registers its own with ``export_kind``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from igny8_core.business.exports.models import Export

Writer = Callable[[Export, IO[bytes]], None]


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    :param write: writes it into a binary file.
    :param is_allowed: whether the person may have it now; checked before it is made, when the
        email is sent, and at each download.
    :param url: where the link in the email leads.
    """

    write: Writer
    is_allowed: Callable[[Export], bool]
    url: Callable[[Export], str]


KINDS: dict[str, Kind] = {}


def export_kind(
    *, is_allowed: Callable[[Export], bool], url: Callable[[Export], str]
) -> Callable[[Writer], Writer]:
    """Register the writer of a kind, under the kind's name."""

    def register(write: Writer) -> Writer:
        KINDS[write.__name__] = Kind(write, is_allowed, url)
        return write

    return register
