"""Keyed digests of request bodies: they identify a repeated request without storing passwords.

A digest is made with ``SECRET_KEY``. Digests made with keys of ``SECRET_KEY_FALLBACKS`` also match,
so that a client that repeats its request after a key rotation gets its response.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "igny8.idempotency"
VERSION = "2:"
LENGTH = 64  # of the column


def current(body: Any) -> str:
    """Return the fingerprint of a body with the current key.

    :param body: the parsed JSON or form; reads the form's files.
    """
    return _versioned(_canonical(body), settings.SECRET_KEY)


def matches(stored: str, body: Any) -> bool:
    """Tell whether a stored fingerprint matches this body, with the current or an older key."""
    if stored.startswith(VERSION):
        canonical = _canonical(body)
        made = (_versioned(canonical, key) for key in _keys())
    else:  # from the previous release: gone within IDEMPOTENCY_RETENTION_DAYS
        made = (_hmac(_untyped(body), key) for key in _keys())
    return any(constant_time_compare(stored, one) for one in made)


def _keys() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def _versioned(canonical: str, key: str) -> str:
    return f"{VERSION}{_hmac(canonical, key)}"[:LENGTH]


def _hmac(canonical: str, key: str) -> str:
    return salted_hmac(SALT, canonical, secret=key, algorithm="sha256").hexdigest()


def _canonical(body: Any) -> str:
    """Serialize a body with its types: null isn't "None", and 1 isn't "1"."""
    if isinstance(body, QueryDict):
        return "form " + json.dumps(dict(body.lists()), sort_keys=True, default=_file)
    return "json " + json.dumps(body, sort_keys=True, default=_number)


def _number(value: Any) -> dict[str, str]:
    """Serialize a non-integer number, the only parsed value that needs it."""
    return {"number": str(value)}


def _file(value: Any) -> dict[str, str]:
    """Serialize a form's file: all other values of a form are strings, so none looks like it."""
    return {"sha256": _digest(value)}


def _untyped(body: Any) -> str:
    values = dict(body.lists()) if isinstance(body, QueryDict) else body
    return json.dumps(_texts(values), sort_keys=True)


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return _digest(value) if isinstance(value, UploadedFile) else str(value)


def _digest(file: UploadedFile[bytes]) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest
