"""How django-allauth fits in: closed sign-up, and mails through the queue."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest

from igny8_core.auth.tasks import send_prepared_email


class Sender(NamedTuple):
    """Whom allauth's mails speak for; it calls this the current site."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):
    """allauth with this project's choices."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse allauth's own sign-up: ``POST auth/register/`` makes the account too."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail, so that no request waits for a mail server."""
        sender = Sender(settings.BILLING_SELLER_NAME, urlsplit(settings.FRONTEND_URL).netloc)
        message: EmailMessage = self.render_mail(
            template_prefix, email, {"current_site": sender, **context}
        )
        html = next(iter(getattr(message, "alternatives", [])), None)
        send_prepared_email.defer(
            subject=str(message.subject),
            body=str(message.body),
            html=html[0] if html else "",
            recipient=email,
        )
