"""Who sends a request: a browser with its session cookie, or a program with its token."""

from typing import Any

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request


class BrowserSessionAuthentication(SessionAuthentication):
    """Session cookie; every write needs the CSRF token too."""

    def authenticate_header(self, request: Request) -> str:
        """Return a scheme, so that people who aren't signed in get 401 instead of 403."""
        return "Session"

    def enforce_csrf(self, request: Request) -> None:
        """Refuse a write without the token.

        :raises PermissionDenied: with the code ``csrf_failed``.
        """
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            detail = f"{error.detail} Send X-CSRFToken with the token of GET /api/v1/auth/csrf/."
            raise PermissionDenied(detail, code="csrf_failed") from error


class VisitorAuthentication(BrowserSessionAuthentication):
    """Nobody yet: for sign-up, which also signs in. Browsers still have to send the CSRF token.

    Otherwise another site could sign its visitors in to an account of its own. Browsers send the
    site that a write comes from (``Origin``), or cookies; programs send neither.
    """

    def authenticate(self, request: Request) -> None:
        """Check a browser's token.

        :raises PermissionDenied: with the code ``csrf_failed``.
        """
        if request.headers.get("Origin") or request.COOKIES:
            self.enforce_csrf(request)


class ProgramSessionAuthentication(XSessionTokenAuthentication):
    """``X-Session-Token``, as django-allauth's app client hands it out."""

    def authenticate_header(self, request: Request) -> str:
        return "X-Session-Token"


class BrowserSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session cookie in the schema."""

    target_class = BrowserSessionAuthentication
    name = "sessionCookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class ProgramSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session token in the schema."""

    target_class = ProgramSessionAuthentication
    name = "sessionToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-Session-Token"}
