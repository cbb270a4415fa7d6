"""Log lines without what nobody but its owner should read.

Our own code logs no personal datum. What others put into messages and tracebacks is withheld
here: the values that PostgreSQL quotes, the arguments of jobs, addresses, and keys in links.
"""

import logging
import re

WITHHELD = "(withheld)"
RULES = [
    # A violated constraint: "DETAIL:  Key (email)=(someone@example.com) already exists."
    (re.compile(r"(DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+):.*"), rf"\1: {WITHHELD}"),
    # A job: "deliver_prepared_mail[7](body='… a link that resets a password …')"
    (re.compile(r"(\w\[(?:\d+|None)\])\(.*\)"), rf"\1{WITHHELD}"),
    (re.compile(r"/(reset-password|verify-email)/[^\s'\"<>]+"), rf"/\1/{WITHHELD}"),
    (re.compile(r"[^\s'\"<>(),;:=@]+@[^\s'\"<>(),;:=@]+\.[^\s'\"<>(),;:=@]+"), WITHHELD),
]


def redact(text: str) -> str:
    """Withhold what must not be in a log."""
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Redacts the whole of a record: its message, its traceback and its stack."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or lines."""
        return redact(super().format(record))
