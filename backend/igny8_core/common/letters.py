"""The kinds of mails: while what each may be sent, and what it says then.

A kind is one template for each language, ``<room>/email/<language>/<kind>.txt``, with the blocks
``subject``, ``body`` and, where there is something to do next, ``button``. It is rendered three
times, within the layouts ``email/subject.txt``, ``email/layout.txt`` and ``email/layout.html``.

Each room registers its kinds in its module ``letters``, which is read when Django starts.
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
    """A file that goes with a mail."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Letter:
    """What a mail says: a template with its facts.

    :param template: ``<room>/email/{language}/<kind>.txt``.
    :param context: ``seller_name`` in it is who writes; else the environment names the seller.
    :param button_url: where the one button leads; empty for none.
    :param reply_to: the address that gets answers; empty for the sender's.
    """

    template: str
    context: dict[str, Any]
    button_url: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    reply_to: str = ""


class NothingToSend(Exception):
    """What a mail would have told is untrue by now, or nobody is there to read it."""


Writer = Callable[[OutgoingMail], Letter]
Premise = Callable[[OutgoingMail], None]


@dataclass(frozen=True)
class Kind:
    """One kind of mail.

    :param premise: what has to hold when it is sent; raises ``NothingToSend``.
    :param write: says it, from the facts that were kept with the mail.
    """

    premise: Premise
    write: Writer


KINDS: dict[str, Kind] = {}


def letter(*, premise: Premise) -> Callable[[Writer], Writer]:
    """Register the writer of a kind, called as the kind is, with the premise that it stands on.

    :raises ImproperlyConfigured: if there is another writer of that name.
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
    """Stand on nothing: what the mail tells can't become untrue."""


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
    """Write a mail, if what it tells is still true.

    :raises NothingToSend: if it isn't.
    :raises LookupError: if its kind is unknown.
    """
    kind = kind_called(mail.kind)
    kind.premise(mail)
    return kind.write(mail)


def render_letter(letter: Letter, *, language: str) -> dict[str, str]:
    """Return what the three layouts make of a letter; the subject is one line."""
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
