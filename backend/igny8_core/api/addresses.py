"""Addresses written in another way than they are: by plain HTTP, a slash too few or too many."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import is_valid_path


class KeepingRedirect(HttpResponsePermanentRedirect):
    """A redirect that keeps the method and the body: after a 301, clients turn POST into GET.

    RFC 9110, 15.4.9.
    """

    status_code = 308


class HttpsMiddleware(SecurityMiddleware):
    """Django's, whose redirect to HTTPS loses no request."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Redirect what came by plain HTTP, if it has to."""
        redirect = super().process_request(request)
        if redirect is None or request.method in {"GET", "HEAD"}:
            return redirect
        return KeepingRedirect(redirect.headers["Location"])


class SlashMiddleware(CommonMiddleware):
    """Django's, whose redirect to the address with its slash loses no request."""

    response_redirect_class = KeepingRedirect


def right_address(request: HttpRequest) -> str:
    """Return the address that was meant where a slash at its end is one too many, or empty."""
    bare = request.path_info.rstrip("/")
    return bare if bare != request.path_info and is_valid_path(bare) else ""
