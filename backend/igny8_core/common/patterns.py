"""Patterns written by admins, and matching text against them.

They use a small dialect that all current engines interpret the same way. RE2 runs them: its time
grows only with the length of the text, whatever the pattern (https://github.com/google/re2).
"""

import re
import unicodedata
from functools import lru_cache

import re2

from igny8_core.common.normal_form import normal_form, without_invisible

MAX_REPEAT = 100  # the maximum length of a reference
MAX_MEMORY = 1 << 20  # bytes of the compiled program
QUANTIFIER = re.compile(r"[*+?]|\{(\d{1,4})(?:,(\d{0,4}))?\}")
ESCAPED = "dDwWsSbB"  # of ASCII in RE2 and in browsers
HINTS = [
    (re.compile(r"\(\?P?[<'=!]"), "Use plain groups, (?:…) or (…): no names, no look-around."),
    (re.compile(r"\(\?[a-zA-Z]"), "Leave flags such as (?i) out: upper and lower case both fit."),
    (re.compile(r"\(\?#"), "Leave comments (?#…) out."),
    (re.compile(r"\(\?(?!:)"), "Use plain groups: (?:…) or (…)."),
]


class PatternNotUsable(ValueError):
    """A pattern isn't in the dialect; the message says what to write instead."""


def check_pattern(pattern: str) -> None:
    r"""Reject patterns that some engine can't parse or interprets differently.

    The dialect: letters, digits and other signs as themselves; ``. ^ $ | ( ) (?: )``; sets such as
    ``[A-Z0-9]``; ``\d \w \s \b`` and their opposites, for ASCII; a backslash before a sign; and
    ``* + ? {n} {n,} {n,m}``, lazy ones too.

    :raises PatternNotUsable: if it isn't in the dialect, or is too large.
    """
    if not pattern.isascii() or not pattern.isprintable():
        message = "Use ASCII only: references are converted to ASCII before they are compared."
        raise PatternNotUsable(message)
    for hint, message in HINTS:
        if hint.search(re.sub(r"\\.", "", pattern)):
            raise PatternNotUsable(message)
    _check_parts(pattern)
    if _compiled(pattern) is None:
        message = "This is not a regular expression, or it repeats too much: check its brackets."
        raise PatternNotUsable(message)


def _check_parts(pattern: str) -> None:
    position, can_repeat = 0, False
    while position < len(pattern):
        quantifier = QUANTIFIER.match(pattern, position)
        if quantifier:
            position = _after_quantifier(pattern, quantifier, can_repeat=can_repeat)
            can_repeat = False
            continue
        sign = pattern[position]
        if sign == "\\":
            position, can_repeat = _after_escape(pattern, position)
        elif sign == "[":
            position, can_repeat = _after_set(pattern, position), True
        elif sign in "{}]":
            message = f"Write \\{sign} for the character {sign} itself, or {{n}} to repeat."
            raise PatternNotUsable(message)
        else:
            position += 3 if pattern.startswith("(?:", position) else 1
            can_repeat = sign not in "(|^$"


def _after_quantifier(pattern: str, found: re.Match[str], *, can_repeat: bool) -> int:
    if not can_repeat:
        message = f"There is nothing for {found[0]} to repeat: put it after a character or set."
        raise PatternNotUsable(message)
    counts = [int(count) for count in found.groups() if count]
    if any(count > MAX_REPEAT for count in counts) or counts != sorted(counts):
        message = (
            f"Repeat {MAX_REPEAT} times at most, the smaller number first: {{2,{MAX_REPEAT}}}."
        )
        raise PatternNotUsable(message)
    end = found.end()
    return end + 1 if pattern.startswith("?", end) else end


def _after_escape(pattern: str, position: int) -> tuple[int, bool]:
    sign = pattern[position + 1 : position + 2]
    if sign == "" or (sign.isalnum() and sign not in ESCAPED):
        message = f"Don't use \\{sign}: the only letters allowed after \\ are d, w, s and b."
        if sign and sign in "AZz":
            message = f"Leave out \\{sign}: the whole reference must match anyway."
        elif sign.isdigit():
            message = f"Leave out \\{sign}: the text of a group can't be repeated."
        raise PatternNotUsable(message)
    return position + 2, sign not in "bB"


def _after_set(pattern: str, position: int) -> int:
    """Return where a set such as ``[A-Z0-9]`` ends."""
    start = position = position + (2 if pattern.startswith("[^", position) else 1)
    while position < len(pattern):
        sign = pattern[position]
        if sign == "]" and position > start:
            return position + 1
        if sign in "[]" or pattern[position : position + 2] in {"&&", "||", "~~", "--"}:
            message = f"Within a set, write \\{sign} for the character {sign} itself."
            raise PatternNotUsable(message)
        if sign == "\\":
            position, _ = _after_escape(pattern, position)
            if pattern[position - 1] in "bB":
                message = "\\b has no meaning within a set: leave it out."
                raise PatternNotUsable(message)
        else:
            position += 1
    message = "A set [ is not closed: add ] at its end."
    raise PatternNotUsable(message)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> "re2._Regexp[str] | None":
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    try:
        return re2.compile(f"(?:{pattern})", options)
    except re2.error:
        return None


def is_usable(pattern: str) -> bool:
    """Tell whether a stored pattern is in the dialect: an old one may not be."""
    try:
        check_pattern(pattern)
    except PatternNotUsable:
        return False
    return True


def fits(pattern: str, text: str) -> bool:
    """Tell whether a whole text matches a pattern, in one of several spellings.

    The spellings are: as typed, with ASCII digits; without spaces; in normal form; each
    unchanged, in capitals and in lower case. An unusable pattern accepts everything, because
    that is the admin's mistake, not the customer's.
    """
    if not is_usable(pattern):
        return True
    compiled = _compiled(pattern)
    return compiled is None or any(compiled.fullmatch(way) for way in _ways_to_type(text))


def _ways_to_type(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", without_invisible(text))
    plain = "".join(str(unicodedata.decimal(character, character)) for character in plain)
    joined = "".join(plain.split())
    ways = (
        way
        for typed in (plain, joined, normal_form(text))
        for way in (typed, typed.upper(), typed.lower())
    )
    return list(dict.fromkeys(ways))
