"""Rejects ambiguous bodies and content types before they reach a view."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from rest_framework import status
from rest_framework.exceptions import UnsupportedMediaType

from igny8_core.api.errors import json_error
from igny8_core.common.http.json_reader import JsonRefused, read_json
from igny8_core.common.http.parsers import BodyTooLarge, too_large

LOG_IN = "/_allauth/"  # its views parse JSON themselves, and fail on what is odd
LONGEST_LOG_IN = 16 * 1024  # bytes: hashing a long password takes long
JSON = "application/json"
CHARSETS = {"utf-8", "utf8"}


class Request(WSGIRequest):
    """A request with any content type: Django's own class fails on some before any view."""

    is_content_type_readable = True

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params = "", {}
            self.is_content_type_readable = False


class BodiesMiddleware:
    """Rejects unreadable content types, and for sign-in every body except strict JSON.

    Only UTF-8 is accepted: many of Python's charsets produce half characters or fail.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Reject the request, or pass it on."""
        return _refusal_of_type(request) or _refusal_of_body(request) or self.get_response(request)


def _refusal_of_type(request: HttpRequest) -> HttpResponse | None:
    charset = (request.content_params or {}).get("charset", "utf-8").strip().lower()
    if charset not in CHARSETS:
        return _unsupported(f"The charset '{charset}' is not read. Send UTF-8.")
    if not getattr(request, "is_content_type_readable", True):
        return _unsupported("The content type can't be read.")
    return None


def _refusal_of_body(request: HttpRequest) -> HttpResponse | None:
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if not request.path.startswith(LOG_IN) or not length:
        return None
    if request.content_type != JSON:
        return _unsupported(f"The body is not read. Send it as {JSON}.")
    if length > LONGEST_LOG_IN:
        detail = too_large(LONGEST_LOG_IN)
        return json_error(BodyTooLarge.default_code, detail, BodyTooLarge.status_code)
    try:
        read = read_json(request.body)
    except JsonRefused as refused:
        kind = "validation_error" if refused.attr else "client_error"
        bad = status.HTTP_400_BAD_REQUEST
        return json_error(refused.code, refused.detail, bad, kind=kind, attr=refused.attr)
    if not isinstance(read, dict):
        detail = "The body has to be a JSON object."
        return json_error("parse_error", detail, status.HTTP_400_BAD_REQUEST)
    return None


def _unsupported(detail: str) -> HttpResponse:
    return json_error(UnsupportedMediaType.default_code, detail, UnsupportedMediaType.status_code)
