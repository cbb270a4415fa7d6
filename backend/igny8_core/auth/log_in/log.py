"""Notes every sign-in, and logs every failed one as well: who, and from where."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from igny8_core.auth.models import User

logger = logging.getLogger(__name__)
user_logged_in.disconnect(dispatch_uid="update_last_login")  # Django's


@receiver(user_logged_in)
def note_time(user: User, **_more: Any) -> None:
    """Write down when the person signed in, unless their sign-up has."""
    if not user.has_just_signed_up:
        update_last_login(type(user), user)


@receiver(user_logged_in)
def log_success(request: HttpRequest, user: User, **_more: Any) -> None:
    """Log the person's id: logs hold no email address."""
    logger.info("User %s logged in from %s", user.pk, _address(request))


@receiver(user_login_failed)
def log_failure(request: HttpRequest | None, **_more: Any) -> None:
    """Log only that somebody tried."""
    logger.warning("A sign-in failed, from %s", _address(request))


def _address(request: HttpRequest | None) -> str:
    if request is None or "REMOTE_ADDR" not in request.META:
        return "this machine"
    return str(get_adapter().get_client_ip(request))
