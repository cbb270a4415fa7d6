"""Environment variables, parsed strictly: an invalid one stops the start and is named."""

import json
from collections.abc import Collection
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

from igny8_core.common.money import AMOUNT_LIMIT

YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Environment(environ.FileAwareEnv):
    """``NAME``, or the content of the file that ``NAME_FILE`` names; blank counts as unset.

    Plain django-environ reads a misspelt ``true`` as false, and a value that starts with ``$`` as
    the name of another variable.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # django-environ has no types

    def get_value(
        self,
        var: str,
        cast: Any = None,
        default: Any = environ.Env.NOTSET,
        parse_default: bool = False,  # noqa: FBT001, FBT002  (django-environ's)
    ) -> Any:
        """Return a variable's value, or its default.

        :raises ImproperlyConfigured: if it is unset without a default, or can't be parsed.
        """
        text = self._text(var)
        if not text:
            if default is self.NOTSET:
                message = f"{var} is not set. The README says what to set it to."
                raise ImproperlyConfigured(message)
            return default
        try:
            return self.parse_value(text, cast)  # type: ignore[no-untyped-call]
        except (ValueError, TypeError) as error:
            message = f"{var} can't be read: {error}."
            raise ImproperlyConfigured(message) from error

    def flag(self, var: str, default: Any = environ.Env.NOTSET) -> bool:
        """Return a boolean; anything else is rejected."""
        value = self.get_value(var, default=default)
        if not isinstance(value, str):
            return bool(value)
        if value.lower() not in YES + NO:
            message = f"{var} is {value!r}: set it to 'true' or 'false'."
            raise ImproperlyConfigured(message)
        return value.lower() in YES

    def choice(self, var: str, choices: Collection[str], *, default: str) -> str:
        """Return one of the allowed values."""
        value = str(self.get_value(var, default=default))
        if value not in choices:
            message = f"{var} is {value!r}: set it to one of {', '.join(choices)}."
            raise ImproperlyConfigured(message)
        return value

    def time_zone(self, var: str, *, default: str) -> str:
        """Return the name of a time zone in the IANA database."""
        value = str(self.get_value(var, default=default))
        if value != default and value not in available_timezones() - {"Factory", "localtime"}:
            message = f"{var} is {value!r}: set it to a time zone such as 'Asia/Karachi'."
            raise ImproperlyConfigured(message)
        return value

    def number(
        self, var: str, *, default: int, at_least: int = 0, at_most: int = 2_000_000_000
    ) -> int:
        """Return a whole number within bounds."""
        value = self.get_value(var, default=default)
        if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit():
            value = int(value)
        if not isinstance(value, int) or not at_least <= value <= at_most:
            message = f"{var} is {value!r}: set it to a whole number from {at_least} to {at_most}."
            raise ImproperlyConfigured(message)
        return value

    def amount(self, var: str) -> Decimal | None:
        """Return an amount of money, or None if it is unset."""
        value = self.get_value(var, default="")
        if not value:
            return None
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount < AMOUNT_LIMIT:
            message = f"{var} is {value!r}: give an amount in USD, such as 500."
            raise ImproperlyConfigured(message)
        return amount

    def day(self, var: str) -> date | None:
        """Return a date in ISO 8601, or None if it is unset."""
        value = self.get_value(var, default="")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            message = f"{var} is {value!r}: give a day, such as 2026-12-01."
            raise ImproperlyConfigured(message) from error

    def texts(self, var: str, *, default: list[str]) -> list[str]:
        """Return the comma-separated parts, without surrounding blanks."""
        value = self.get_value(var, default=default)
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return list(value)

    def object(self, var: str, *, example: str) -> dict[str, Any]:
        """Return a JSON object; ``{}`` if it is unset."""
        try:
            value = json.loads(self.get_value(var, default="{}"))
        except ValueError:
            value = None
        if not isinstance(value, dict):
            message = f"{var} is no JSON object. Give JSON such as {example}."
            raise ImproperlyConfigured(message)
        return value

    def _text(self, var: str) -> str:
        try:
            return str(self.ENVIRON.get(var) or "").strip()
        except (OSError, UnicodeDecodeError) as error:
            message = f"{var}_FILE names a file that can't be read: {error}."
            raise ImproperlyConfigured(message) from error


def database(url: str, *, password: str) -> dict[str, Any]:
    """Return Django's configuration of a PostgreSQL server.

    :param url: such as ``postgres://user:password@host:5432/name``.
    :param password: replaces the one in the URL; may contain any character.
    :raises ImproperlyConfigured: if the URL can't be parsed, or is for another kind of server.
    """
    message = "DATABASE_URL names no PostgreSQL database: give postgres://user:password@host/name."
    if url.partition("://")[0] not in {"postgres", "postgresql"}:  # others are quoted in warnings
        raise ImproperlyConfigured(message)
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise ImproperlyConfigured(message) from error
    if not config["NAME"]:
        raise ImproperlyConfigured(message)
    return {**config, "PASSWORD": password} if password else config
