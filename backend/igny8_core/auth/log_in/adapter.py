"""Our settings for django-allauth: no sign-up, one count of attempts, queued emails."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from igny8_core.auth.emails import send_letter, send_verification_link
from igny8_core.auth.log_in.keys import reset_key
from igny8_core.auth.log_in.known_devices import known_device
from igny8_core.auth.models import User
from igny8_core.auth.services.passwords import change_password
from igny8_core.common.email_form import normal_email

OWN_MAILS = {  # allauth's name: our template, and where in the context its link is
    "account/email/password_reset_key": ("password_reset", "password_reset_url"),
    "account/email/unknown_account": ("unknown_account", "signup_url"),
    "account/email/password_changed": ("password_changed", "reset_url"),
    "account/email/password_reset": ("password_changed", "reset_url"),
    "account/email/password_set": ("password_changed", "reset_url"),
    "mfa/email/totp_activated": ("second_factor_on", "reset_url"),
    "mfa/email/totp_deactivated": ("second_factor_off", "reset_url"),
    "mfa/email/recovery_codes_generated": ("recovery_codes_made", "reset_url"),
}
TRANSLATED = IPv6Network("64:ff9b::/96")


class AccountAdapter(DefaultAccountAdapter):
    """allauth with this project's choices."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Turn off allauth's own sign-up: ``POST auth/register/`` also makes the account."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the peer's address if a request didn't come through all proxies."""
        try:
            return plain_address(str(super().get_client_ip(request)))
        except ImproperlyConfigured:
            return plain_address(str(request.META["REMOTE_ADDR"]))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person that their sign-in was changed, and what to do if it wasn't them."""
        link = {"reset_url": settings.HEADLESS_FRONTEND_URLS["account_reset_password"]}
        super().send_notification_mail(template_prefix, user, {**(context or {}), **link}, email)

    def clean_email(self, email: str) -> str:
        """Return a typed address in its normal form."""
        return normal_email(email)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Look up a person by the normal form of their address."""
        if email := credentials.get("email"):
            credentials["email"] = normal_email(str(email))
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return user

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count by email and by who guesses it: a known device, or an IP address.

        allauth's key contains the host instead, which the client can choose.
        """
        email = normal_email(str(credentials.get("email", "")))
        return f"{email} {known_device(request, email=email) or get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt; also count a person's attempts from all known devices together, and
        from all other devices: each sign-in makes a device known, so one person can have many.

        :raises ValidationError: if there were too many.
        """
        super().pre_authenticate(request, **credentials)
        email = normal_email(str(credentials.get("email", "")))
        action = "guesses_known" if known_device(request, email=email) else "guesses"
        counted = ratelimit.consume(request, app="allauth.account", action=action, key=email)
        if not counted:
            refusal = "too_many_login_attempts"
            raise self.validation_error(refusal)
        if tries := self._login_failed_rl_usage:  # given back after a sign-in
            tries.usage.extend(counted.usage)

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """Send the link to the stored address, however it was typed."""
        assert isinstance(user, User)  # noqa: S101  (there are no others)
        url = self.get_reset_password_from_key_url(reset_key(user))
        super().send_password_reset_mail(user, user.email, {**context, "password_reset_url": url})

    def send_confirmation_mail(
        self,
        request: HttpRequest,
        emailconfirmation: Any,
        signup: bool,  # noqa: FBT001  (allauth's)
    ) -> None:
        """Send our own link: its key, unlike allauth's, shows when it is used twice."""
        send_verification_link(user=emailconfirmation.email_address.user)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a new password without overwriting other changes made meanwhile."""
        assert isinstance(user, User)  # noqa: S101  (there are no others)
        change_password(user=user, password=password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the email, so that no request waits for an email server."""
        name, link = OWN_MAILS[template_prefix]
        send_letter(
            name,
            kind=template_prefix.rpartition("/")[2],
            recipient=email,
            language=language_of(email),
            context=context,
            button=context[link],
        )


def send_first_link(request: HttpRequest, user: User) -> None:
    """Send somebody new the link that verifies their address: the first by its own limit."""
    if ratelimit.consume(request, app="allauth.account", action="confirm_email", key=user.email):
        send_verification_link(user=user)


def plain_address(address: str) -> str:
    """Return the IPv4 address inside an IPv6 one: otherwise they would all share one count.

    Sockets map it (RFC 4291, 2.5.5.2), and translators embed it (RFC 6052, 2.1).
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        if parsed in TRANSLATED:
            return str(IPv4Address(int(parsed) & 0xFFFFFFFF))
    return str(parsed)


def language_of(email: str) -> str:
    """Return the language of the person with this address; the default for strangers."""
    known = User.objects.filter(email=normal_email(email))
    found = known.values_list("language", flat=True).first()
    return found or settings.LANGUAGE_CODE
