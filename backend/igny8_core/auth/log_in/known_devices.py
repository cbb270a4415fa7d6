"""Browsers in which a person has logged in before: guesses of others don't keep it out there.

Guesses at a password are counted for each client address by itself, and all together. Without the
second count, many addresses guess on for ever; with it, they keep the person out. So a browser that
has logged in holds a cookie that says so: its tries are counted by themselves (OWASP, "Slow Down
Online Guessing Attacks with Device Cookies").
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare

from igny8_core.auth.models import User
from igny8_core.common.email_form import normal_email

SALT = "igny8.auth.known_device"
COOKIE = "__Host-known-device" if settings.SESSION_COOKIE_SECURE else "known-device"
LASTS = 180 * 24 * 3600  # seconds
PROGRAMS = "/_allauth/app/"  # they keep no cookies


def known_device(request: HttpRequest, *, email: str) -> str:
    """Return the name of the device that the person with this e-mail has used before, or empty.

    A log-in before the address was confirmed counts no longer than that: it may have been that of
    a stranger who signed up with it.
    """
    try:
        owner, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return ""
    return str(device) if constant_time_compare(owner, _digest(email)) else ""


def asked_by(request: HttpRequest, *, email: str) -> str:
    """Return what mails to a person are counted by: those of a known browser by themselves.

    So nobody who asks for mails to somebody uses up those that the person asks for there.
    """
    email = normal_email(email)
    return f"{email} {known_device(request, email=email)}".strip()


@receiver(user_logged_in)
def note_log_in(request: HttpRequest | None, user: User, **_more: Any) -> None:
    """Keep who has logged in, for the answer."""
    if request is not None:
        request.logged_in_email = user.email  # type: ignore[attr-defined]


class KnownDeviceMiddleware:
    """Gives a browser in which somebody has logged in its cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        email = getattr(request, "logged_in_email", "")
        if email and not request.path.startswith(PROGRAMS):
            device = known_device(request, email=email) or uuid4().hex
            response.set_cookie(
                COOKIE,
                signing.dumps([_digest(email), device], salt=SALT),
                max_age=LASTS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _digest(email: str) -> str:
    """Return what the cookie of a log-in as this person says, as things stand."""
    email = normal_email(email)
    is_confirmed = EmailAddress.objects.filter(email=email, verified=True).exists()
    return sha256(f"{email} {is_confirmed}".encode()).hexdigest()
