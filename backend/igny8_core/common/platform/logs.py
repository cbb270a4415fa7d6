"""Removes secrets and personal data from log lines.

Our own code logs no personal data. This module removes what libraries put into messages and
tracebacks: the values that PostgreSQL quotes, the arguments of jobs, addresses, and keys in links.
"""

import logging
import re

import re2

WITHHELD = "(withheld)"
RULES = [
    # A violated constraint: "DETAIL:  Key (email)=(someone@example.com) already exists."
    (re2.compile(r"(DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+):.*"), rf"\1: {WITHHELD}"),
    # A job: "deliver_prepared_mail[7](body='… a link that resets a password …')"
    (re2.compile(r"(\w\[(?:\d+|None)\])\(.*\)"), rf"\1{WITHHELD}"),
    (re2.compile(r"/(reset-password|verify-email)/[^\s'\"<>]+"), rf"/\1/{WITHHELD}"),
    (re2.compile(r"[^\s'\"<>(),;:=@]+@[^\s'\"<>(),;:=@]+\.[^\s'\"<>(),;:=@]+"), WITHHELD),
]

# C0 and C1 controls, and other characters that end a line in some log viewers.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def redact(text: str) -> str:
    """Remove what must not be in a log, in linear time (RE2)."""
    text = text.encode("utf-8", "backslashreplace").decode()  # RE2 reads no lone surrogate
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text


def one_line(text: str) -> str:
    """Escape line breaks and other control characters, as Python does."""
    return CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


class RedactingFormatter(logging.Formatter):
    """Redacts a whole record, and prevents it from starting lines that look like other records.

    A message is always one line; the lines of a traceback or a stack are indented.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's name)
        """Return the first line."""
        return one_line(redact(super().formatMessage(record)))

    def format(self, record: logging.LogRecord) -> str:
        first, *more = redact(super().format(record)).split("\n")
        return "\n".join([first, *(f"    {one_line(line)}" for line in more)])
