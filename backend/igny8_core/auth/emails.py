"""Emails about signing in. Their text is in ``templates/auth/email``.

These emails hold links that are keys: their text is kept only in the job, until it is sent.
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings

from igny8_core.auth.actors import Actor
from igny8_core.auth.log_in.keys import email_key
from igny8_core.auth.models import User
from igny8_core.common.letters import Letter
from igny8_core.common.mail import queue_prepared_mail, write_mail

RESET_PAGE = settings.HEADLESS_FRONTEND_URLS["account_reset_password"]
LETTERS = ("confirm_new_email", "email_change_asked", "email_changed", "verify_email")


def send_letter(
    name: str, *, kind: str, recipient: str, language: str, context: dict[str, Any], button: str
) -> None:
    """Queue one of the letters of ``templates/auth/email``."""
    letter = Letter(
        template=f"auth/email/{{language}}/{name}.txt", context=context, button_url=button
    )
    message = write_mail(letter, recipient=recipient, language=language)
    html = next(iter(message.alternatives), None)
    queue_prepared_mail(
        kind=kind,
        about=uuid4().hex,
        recipient=recipient,
        language=language,
        subject=str(message.subject),
        body=str(message.body),
        html=str(html[0]) if html else "",
    )


def send_verification_link(*, user: User) -> None:
    """Send the link with which a person verifies their address."""
    send_letter(
        "verify_email",
        kind="email_confirmation",
        recipient=user.email,
        language=user.language,
        context={},
        button=_confirmation_page(user, user.email),
    )


def send_change_link(*, user: User, new_email: str) -> None:
    """Send the link that makes a new address the one to sign in with."""
    send_letter(
        "confirm_new_email",
        kind="confirm_new_email",
        recipient=new_email,
        language=user.language,
        context={"new_email": new_email},
        button=_confirmation_page(user, new_email),
    )


def tell_of_wanted_change(*, user: User, new_email: str, actor: Actor, now: datetime) -> None:
    """Tell the current address that another one will replace it.

    :param new_email: empty if the current one isn't confirmed: it gets no text typed by a stranger.
    """
    _tell("email_change_asked", user, user.email, new_email, actor, now)


def tell_of_change(
    *, user: User, old_email: str, new_email: str, actor: Actor, now: datetime
) -> None:
    """Tell the previous address that it can't be used to sign in any more.

    :param new_email: as in ``tell_of_wanted_change``.
    """
    _tell("email_changed", user, old_email, new_email, actor, now)


def _tell(
    name: str, user: User, recipient: str, to_email: str, actor: Actor, now: datetime
) -> None:
    context = {"to_email": to_email, "timestamp": now, "ip": actor.ip_address or ""}
    send_letter(
        name,
        kind=name,
        recipient=recipient,
        language=user.language,
        context=context,
        button=RESET_PAGE,
    )


def _confirmation_page(user: User, email: str) -> str:
    page: str = settings.HEADLESS_FRONTEND_URLS["account_confirm_email"]
    return page.format(key=quote(email_key(user, email)))
