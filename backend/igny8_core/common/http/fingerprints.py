"""Keyed digests of request bodies: by them a request is known again, and nobody reads a password.

A digest is made with ``SECRET_KEY``; one made with an older key of ``SECRET_KEY_FALLBACKS`` is
known as well, so that a client which sends its request again after a rotation gets its answer.
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
    """Return the fingerprint of a body, as it is stored from now on.

    :param body: as the parser made it: of JSON or of a form, whose files are read.
    """
    return _versioned(_canonical(body), settings.SECRET_KEY)


def matches(stored: str, body: Any) -> bool:
    """Tell whether a stored fingerprint is of this body, by the present key or an older one."""
    if stored.startswith(VERSION):
        canonical = _canonical(body)
        made = (_versioned(canonical, key) for key in _keys())
    else:  # of the release before: they go within IDEMPOTENCY_RETENTION_DAYS
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
    """Write a body with its types: null is no "None", and 1 no "1"."""
    if isinstance(body, QueryDict):
        return "form " + json.dumps(dict(body.lists()), sort_keys=True, default=_file)
    return "json " + json.dumps(body, sort_keys=True, default=_number)


def _number(value: Any) -> dict[str, str]:
    """Write a number that is not whole: the reader of JSON makes no other value that needs it."""
    return {"number": str(value)}


def _file(value: Any) -> dict[str, str]:
    """Write a form's file: a form's other values are texts, so that none is like it."""
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
