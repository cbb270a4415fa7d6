"""The kinds of emails: when each may be sent, and what it says.

A kind has one template per language, ``<room>/email/<language>/<kind>.txt``, with the blocks
``subject``, ``body`` and, if there is something to do next, ``button``. It is rendered three
times, with the layouts ``email/subject.txt``, ``email/layout.txt`` and ``email/layout.html``.

Each room registers its kinds in its module ``letters``, which is loaded when Django starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.utils import timezone, translation

from igny8_core.common.clock import business_zone
from igny8_core.common.models import OutgoingMail


@dataclass(frozen=True)
class Attachment:
    """A file attached to an email."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Letter:
    """The content of an email: a template with its facts.

    :param template: ``<room>/email/{language}/<kind>.txt``.
    :param context: ``seller_name`` in it is the sender; the default comes from the environment.
    :param button_url: where the button leads; empty for no button.
    :param reply_to: the address for replies; empty for the sender's.
    """

    template: str
    context: dict[str, Any]
    button_url: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    reply_to: str = ""


class NothingToSend(Exception):
    """The email is no longer true, or there is nobody to read it."""


Writer = Callable[[OutgoingMail], Letter]
Premise = Callable[[OutgoingMail], None]


@dataclass(frozen=True)
class Kind:
    """One kind of email.

    :param premise: the condition for sending; raises ``NothingToSend``.
    :param write: writes it, from the facts that were stored with the email.
    """

    premise: Premise
    write: Writer


KINDS: dict[str, Kind] = {}


def letter(*, premise: Premise) -> Callable[[Writer], Writer]:
    """Register the writer of a kind, under the kind's name, with the condition for sending.

    :raises ImproperlyConfigured: if there is another writer with that name.
    """

    def register(write: Writer) -> Writer:
        name = write.__name__
        if name in KINDS:
            others = f"{KINDS[name].write.__module__} and {write.__module__}"
            message = f"Two writers of mails are called {name}: in {others}."
            raise ImproperlyConfigured(message)
        KINDS[name] = Kind(premise, write)
        return write

    return register


def always(_mail: OutgoingMail) -> None:
    """Require nothing: the email can't become untrue."""


def kind_called(name: str) -> Kind:
    """Find a kind.

    :raises LookupError: if no room has registered it.
    """
    try:
        return KINDS[name]
    except KeyError as error:
        message = f"Nothing writes mails of the kind {name!r}: see the modules called letters."
        raise LookupError(message) from error


def letter_for(mail: OutgoingMail) -> Letter:
    """Write an email, if what it says is still true.

    :raises NothingToSend: if it isn't.
    :raises LookupError: if its kind is unknown.
    """
    kind = kind_called(mail.kind)
    kind.premise(mail)
    return kind.write(mail)


def render_letter(letter: Letter, *, language: str) -> dict[str, str]:
    """Render a letter with the three layouts; the subject is one line."""
    context = {
        "seller_name": settings.BILLING_SELLER_NAME,
        **letter.context,
        "frontend_url": settings.FRONTEND_URL,
        "button_url": letter.button_url,
        "direction": "rtl" if translation.get_language_info(language)["bidi"] else "ltr",
    }
    template = letter.template.format(language=language)
    with translation.override(language), timezone.override(business_zone()):
        texts = {
            layout: render_to_string(template, {**context, "layout": f"email/{layout}"})
            for layout in ("subject.txt", "layout.txt", "layout.html")
        }
    return {**texts, "subject.txt": " ".join(texts["subject.txt"].split())}
