"""Redirects for URLs with plain HTTP, a missing slash or an extra slash."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import is_valid_path


class KeepMethodMiddleware:
    """Keeps the request method in Django's redirects to HTTPS and to the URL with a slash.

    After a 301, clients turn POST into GET; after a 308 they send it as it was (RFC 9110, 15.4.9).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with a redirect that keeps the method."""
        response = self.get_response(request)
        moved = response.status_code == HTTPStatus.MOVED_PERMANENTLY
        if moved and request.method not in {"GET", "HEAD"}:
            response.status_code = HTTPStatus.PERMANENT_REDIRECT
        return response


def right_address(request: HttpRequest) -> str:
    """Return the URL without an extra slash at its end; empty if there is none."""
    bare = request.path_info.rstrip("/")
    return bare if bare != request.path_info and is_valid_path(bare) else ""
