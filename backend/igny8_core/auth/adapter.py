"""How django-allauth fits in: closed sign-up, one count of tries, and mails through the queue."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db.models import Q
from django.http import HttpRequest

from igny8_core.auth.keys import reset_key
from igny8_core.auth.models import User
from igny8_core.common.letters import Letter
from igny8_core.common.mail import queue_prepared_mail, write_mail

OWN_MAILS = {  # allauth's name: the template of ours, and where in the context its link is
    "account/email/email_confirmation_signup": ("verify_email", "activate_url"),
    "account/email/email_confirmation": ("verify_email", "activate_url"),
    "account/email/password_reset_key": ("password_reset", "password_reset_url"),
    "account/email/unknown_account": ("unknown_account", "signup_url"),
    "account/email/password_changed": ("password_changed", "reset_url"),
    "account/email/password_reset": ("password_changed", "reset_url"),
    "account/email/password_set": ("password_changed", "reset_url"),
    "account/email/email_changed": ("email_changed", "reset_url"),
    "account/email/email_deleted": ("email_removed", "reset_url"),
    "mfa/email/totp_activated": ("second_factor_on", "reset_url"),
    "mfa/email/totp_deactivated": ("second_factor_off", "reset_url"),
    "mfa/email/recovery_codes_generated": ("recovery_codes_made", "reset_url"),
}


class Sender(NamedTuple):
    """Whom allauth's mails speak for; it calls this the current site."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):
    """allauth with this project's choices."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse allauth's own sign-up: ``POST auth/register/`` makes the account too."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Name who is at the other end, where a request has not come through all the proxies."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            return str(request.META["REMOTE_ADDR"])

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person that how they log in was changed, and what to do if it was not them."""
        link = {"reset_url": settings.HEADLESS_FRONTEND_URLS["account_reset_password"]}
        super().send_notification_mail(template_prefix, user, {**(context or {}), **link}, email)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count by the e-mail alone: allauth's key holds the host too, which the client names."""
        return str(credentials.get("email", "")).lower()

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """Send the link to the address on record, whatever spelling of it was typed."""
        assert isinstance(user, User)  # noqa: S101  (there are no others)
        url = self.get_reset_password_from_key_url(reset_key(user))
        super().send_password_reset_mail(user, user.email, {**context, "password_reset_url": url})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail, so that no request waits for a mail server."""
        language = language_of(email)
        message = self._write(template_prefix, email, context, language)
        html = next(iter(getattr(message, "alternatives", [])), None)
        queue_prepared_mail(
            kind=template_prefix.rpartition("/")[2],
            about=uuid4().hex,
            recipient=email,
            language=language,
            subject=str(message.subject),
            body=str(message.body),
            html=html[0] if html else "",
        )

    def _write(
        self, template_prefix: str, email: str, context: dict[str, Any], language: str
    ) -> EmailMessage:
        if template_prefix in OWN_MAILS:
            name, link = OWN_MAILS[template_prefix]
            letter = Letter(
                template=f"auth/email/{{language}}/{name}.txt",
                context=context,
                button_url=context[link],
            )
            return write_mail(letter, recipient=email, language=language)
        sender = Sender(settings.BILLING_SELLER_NAME, urlsplit(settings.FRONTEND_URL).netloc)
        message: EmailMessage = self.render_mail(
            template_prefix, email, {"current_site": sender, **context}
        )
        return message


def language_of(email: str) -> str:
    """Return the language of the person with this address; the default one for a stranger."""
    owns = Q(email=email.lower()) | Q(emailaddress__email=email.lower())
    found = User.objects.filter(owns).values_list("language", flat=True).first()
    return found or settings.LANGUAGE_CODE
