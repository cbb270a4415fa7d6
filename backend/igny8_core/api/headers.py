"""Security headers of every response, such as its content security policy."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from igny8_core.api.errors import is_of_programs
from igny8_core.common.http.language import ACCEPT_LANGUAGE

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# Emails need inline styles, because email programs read no others; in development only.
MAIL_PREVIEWS = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
)
POLICIES = {
    "/admin/": PAGES,
    "/api/docs/": PAGES,
    "/mail-previews/": MAIL_PREVIEWS,
}
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera",
        "display-capture",
        "geolocation",
        "microphone",
        "payment",
        "usb",
    )
)


class HeadersMiddleware:
    """Completes the headers of every response, including those that end before any view.

    What a view has said itself stays: a proof's own policy is stricter. Refusals are told in the
    reader's language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle the request and add missing headers."""
        response = self.get_response(request)
        for name, value in _headers(request.path).items():
            response.headers.setdefault(name, value)
        if response.status_code >= HTTPStatus.BAD_REQUEST and is_of_programs(request):
            patch_vary_headers(response, [ACCEPT_LANGUAGE])
        return response


def _headers(path: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": _policy(path),
        "Permissions-Policy": PERMISSIONS,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",  # what may be kept says so itself
        # Django's own, for requests rejected before its middleware.
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }


def _policy(path: str) -> str:
    for start, policy in POLICIES.items():
        if path.startswith(start):
            return policy
    return NOTHING
