"""Browsers a person has signed in with before: other people's guesses don't lock these out.

Password guesses are counted per client address, and all together. Without the second count, many
addresses could go on guessing; with it, they can lock the person out. So a browser that has signed
in keeps a cookie that says so, and its attempts are counted separately (OWASP, "Slow Down Online
Guessing Attacks with Device Cookies").
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
from igny8_core.auth.selectors import has_verified_address
from igny8_core.common.email_form import normal_email

SALT = "igny8.auth.known_device"
COOKIE = "__Host-known-device" if settings.SESSION_COOKIE_SECURE else "known-device"
LASTS = 180 * 24 * 3600  # seconds
PROGRAMS = "/_allauth/app/"  # they keep no cookies


def known_device(request: HttpRequest, *, email: str) -> str:
    """Return the device's name if the person with this email has used it before, or empty.

    A sign-in before the address was confirmed only counts until it is confirmed: it may have been
    a stranger's, who signed up with the address.
    """
    try:
        owner, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return ""
    return str(device) if constant_time_compare(owner, _digest(email)) else ""


def asked_by(request: HttpRequest, *, email: str) -> str:
    """Return the key for counting emails to a person; a known browser's are counted separately.

    So other people's requests don't use up the emails that the person requests there.
    """
    email = normal_email(email)
    return f"{email} {known_device(request, email=email)}".strip()


@receiver(user_logged_in)
def note_log_in(request: HttpRequest | None, user: User, **_more: Any) -> None:
    """Remember who has signed in, for the response."""
    if request is not None:
        request.logged_in = user  # type: ignore[attr-defined]


class KnownDeviceMiddleware:
    """Sets the cookie in a browser where somebody has signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        user: User | None = getattr(request, "logged_in", None)
        if user and not request.path.startswith(PROGRAMS):
            device = known_device(request, email=user.email) or uuid4().hex
            response.set_cookie(
                COOKIE,
                signing.dumps([_digest(user.email, user), device], salt=SALT),
                max_age=LASTS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _digest(email: str, user: User | None = None) -> str:
    """Return the cookie's content for this person's current sign-in details.

    :param user: the person, if they were read; somebody new comes with what is verified: nothing.
    """
    email = normal_email(email)
    if user:
        is_confirmed = has_verified_address(user)
    else:
        is_confirmed = EmailAddress.objects.filter(email=email, verified=True).exists()
    return sha256(f"{email} {is_confirmed}".encode()).hexdigest()
