"""Unsafe settings that stop production from starting: each rule says what to set instead.

These are plain functions of plain values, so tests don't need a process for each.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

MIN_KEY_LENGTH = 50
MIN_DIFFERENT = 10  # characters: a random key of hexadecimal digits has about 15
MAX_IN_STEP = 1 / 2  # of all neighbours, as in "aaa", "123", "cba"; 1 in 6 for random hexadecimal
MIN_DIFFERENT_THREES = 3 / 4  # of all groups of three characters: fewer means repeated text
PLACEHOLDER = re.compile(
    r"insecure|change.?me|change.?this|placeholder|replace|example|default|password|your.{0,3}key"
    r"|secret.?key|django|development",
    re.IGNORECASE,
)
GUESSED_PASSWORDS = {"igny8", "postgres", "password", "changeme", "secret", "admin", "root"}
MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' makes one"


def unsafe(settings: Mapping[str, Any]) -> list[str]:
    """Return what is unsafe about production's settings, one sentence each.

    :param settings: all of them, by name.
    """
    return [
        *_keys(settings),
        *_debugging(settings),
        *_hosts(settings["ALLOWED_HOSTS"]),
        *_addresses(settings),
        *_cookies(settings),
        *_mail(settings),
        *_database(settings["DATABASES"]["default"]),
    ]


def weakness_of(key: str) -> str:
    """Return why a secret key can be guessed; empty if it looks random.

    It can't prove that a key is random. It rejects what people type instead of generating one:
    short keys, placeholders, repeated text, parts of the alphabet.
    """
    neighbours = [abs(ord(b) - ord(a)) <= 1 for a, b in pairwise(key)]
    threes = [key[at : at + 3] for at in range(len(key) - 2)]
    if len(key) < MIN_KEY_LENGTH:
        return f"has {len(key)} characters and needs {MIN_KEY_LENGTH}"
    if PLACEHOLDER.search(key):
        return "is a placeholder"
    if len(set(key)) < MIN_DIFFERENT:
        return "has too few different characters"
    if sum(neighbours) > MAX_IN_STEP * len(neighbours):
        return "follows the alphabet or repeats a character"
    if len(set(threes)) < MIN_DIFFERENT_THREES * len(threes):
        return "repeats itself"
    return ""


def _keys(settings: Mapping[str, Any]) -> Iterable[str]:
    if weakness := weakness_of(settings["SECRET_KEY"]):
        yield f"SECRET_KEY {weakness}. Set it to a random string: {MAKE_ONE}."
    for number, key in enumerate(settings["SECRET_KEY_FALLBACKS"], start=1):
        if weakness := weakness_of(key):
            yield (
                f"SECRET_KEY_FALLBACKS: key {number} {weakness}. Remove it: what such a key signs "
                "can be forged."
            )


def _debugging(settings: Mapping[str, Any]) -> Iterable[str]:
    if settings["DEBUG"]:
        yield "DEBUG is on: error pages would show code and settings. Remove the variable."


def _hosts(hosts: list[str]) -> Iterable[str]:
    if not hosts:
        yield "ALLOWED_HOSTS is not set: name the app's host names, comma-separated."
    for host in hosts:
        labels = host.strip(".").split(".")
        if "*" in host or not labels[0]:
            yield f"ALLOWED_HOSTS has {host!r}: name the hosts; '.example.com' means all below it."
        elif host.startswith(".") and len(labels) == 1:
            yield f"ALLOWED_HOSTS has {host!r}: a whole top-level domain. Name the hosts."
        elif "/" in host:
            yield f"ALLOWED_HOSTS has {host!r}: give the host's name without scheme and path."


def _addresses(settings: Mapping[str, Any]) -> Iterable[str]:
    for name in ("FRONTEND_URL", "BACKEND_URL"):
        if not _is_origin(settings[name]):
            yield (
                f"{name} is {settings[name]!r}: give an https:// address without a path, such as "
                "https://billing.example.com. Links in emails carry keys."
            )
    for name in ("CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS"):
        for origin in settings[name]:
            if origin != settings["FRONTEND_URL"] and not _is_origin(origin):
                yield (
                    f"{name} has {origin!r}: give https://host without path and wildcard. Pages "
                    "there act for people who are signed in."
                )


def _is_origin(origin: str) -> bool:
    parts = urlsplit(origin)
    return (
        parts.scheme == "https"
        and bool(parts.hostname)
        and "*" not in origin
        and origin == f"https://{parts.netloc}"
        and parts.username is None
    )


def _cookies(settings: Mapping[str, Any]) -> Iterable[str]:
    if not settings["SESSION_COOKIE_SECURE"]:
        yield (
            "SESSION_COOKIE_SECURE is off: sessions would be sent over plain HTTP. Remove the "
            "variable."
        )
    if not settings["SECURE_SSL_REDIRECT"] and not settings["ALLAUTH_TRUSTED_PROXY_COUNT"]:
        yield (
            "SECURE_SSL_REDIRECT is off and TRUSTED_PROXY_COUNT is 0: passwords would be taken "
            "over plain HTTP. Remove the variable, or say how many proxies are in front."
        )


def _mail(settings: Mapping[str, Any]) -> Iterable[str]:
    kind = settings["EMAIL_BACKEND"].rpartition(".")[0].rpartition(".")[2]
    if kind in {"console", "dummy", "filebased", "locmem"}:
        yield (
            "EMAIL_URL names no mail server: no emails would be sent. Give "
            "smtp+tls://user:password@host:587."
        )


def _database(database: Mapping[str, Any]) -> Iterable[str]:
    over_network = bool(database.get("HOST")) and not str(database["HOST"]).startswith("/")
    password = str(database.get("PASSWORD") or "")
    if over_network and password and password.lower() in GUESSED_PASSWORDS | {database["USER"]}:
        yield "The database's password can be guessed: choose a random one."
