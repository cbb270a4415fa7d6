"""Parses the JSON of requests: one strict and bounded parser for every endpoint.

It is stricter than RFC 8259. Parsers disagree about duplicate names, about numbers that no column
holds, and about half of a surrogate pair: all of these are rejected before anything else sees
them.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

MAX_DEPTH = 32  # nested lists and objects
MAX_NUMBER = 350  # digits of a number: any that floating point holds can be written out
# These can only come from escapes: the bytes are UTF-8, and control characters must be escaped.
ESCAPED = re.compile(rb"\\u(?:[dD][89abABcdefCDEF]|0000)")
UNFIT = re.compile("[\x00\ud800-\udfff]")


class JsonRefused(Exception):
    """A rejected body.

    :param code: ``parse_error``, or the code of a forbidden character.
    :param attr: the path of the invalid value, such as ``items.0.name``, if it is one value.
    """

    def __init__(self, detail: str, *, code: str = "parse_error", attr: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.attr = attr


def read_json(body: bytes) -> Any:
    """Return the parsed body.

    :raises JsonRefused: if it isn't JSON in UTF-8, is nested deeper than ``MAX_DEPTH``, or has a
        duplicate name, a number out of range, a NUL or half of a surrogate pair.
    """
    try:
        read = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        detail = "The body is not UTF-8."
        raise JsonRefused(detail) from error
    except json.JSONDecodeError as error:
        detail = f"JSON parse error - {error}"
        raise JsonRefused(detail) from error
    except RecursionError as error:
        raise _too_deep() from error
    _check_depth(read)
    if ESCAPED.search(body):
        _check_texts(read)
    return read


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        detail = "A name stands twice in one object."
        raise JsonRefused(detail)
    return found


def _whole_number(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _number(digits: str) -> Decimal:
    """Parse a number exactly, so that an amount loses nothing."""
    _check_length(digits)
    number = Decimal(digits)
    if abs(number.adjusted()) > MAX_NUMBER:
        raise _too_long()
    return number


def _check_length(digits: str) -> None:
    if len(digits) > MAX_NUMBER:
        raise _too_long()


def _too_long() -> JsonRefused:
    return JsonRefused(f"A number has more than {MAX_NUMBER} digits.")


def _refuse_constant(name: str) -> NoReturn:
    detail = f"JSON has no number {name}."
    raise JsonRefused(detail)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole_number,
    parse_float=_number,
    parse_constant=_refuse_constant,
)


def _check_depth(read: Any) -> None:
    level = [read]
    for _ in range(MAX_DEPTH):
        level = [item for value in level for _name, item in _parts(value)]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> JsonRefused:
    return JsonRefused(f"The JSON is nested more than {MAX_DEPTH} deep.")


def _check_texts(read: Any) -> None:
    waiting: list[tuple[str, Any]] = [("", read)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            _check_text(value, attr=path or None)
        for name, item in _parts(value):
            _check_text(str(name), attr=path or None)
            waiting.append((f"{path}.{name}".lstrip("."), item))


def _check_text(text: str, *, attr: str | None) -> None:
    found = UNFIT.search(text)
    if not found:
        return
    if found[0] == "\x00":
        detail, code = "A text can't hold the character NUL.", "control_characters_not_allowed"
    else:
        detail = "A text can't hold half of a surrogate pair."
        code = "surrogate_characters_not_allowed"
    raise JsonRefused(detail, code=code, attr=attr)


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
