"""Keys in links of emails: signed, so that used keys can be told from unknown ones."""

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.core import signing

from igny8_core.auth.models import EmailChange, User
from igny8_core.common.exceptions import InvalidInput, Words

RESET = "igny8.auth.reset"
BILLING_EMAIL = "igny8.auth.billing_email"
A_WEEK = 7 * 24 * 3600  # seconds
EMAIL = "igny8.auth.email"
EMAIL_KEY_LASTS = 3 * 24 * 3600  # seconds


class LinkInvalid(InvalidInput):
    """The key of a link is not one of ours, or not all of it."""

    code = "link_invalid"
    attr = "key"
    words = Words(
        en="This link is not complete. Open it from the email, or ask for another one.",
        ur="یہ لنک مکمل نہیں۔ اسے میل سے کھولیں یا نیا منگوائیں۔",
    )


class LinkExpired(InvalidInput):
    """The link was sent too long ago."""

    code = "link_expired"
    attr = "key"
    words = Words(
        en="This link has expired. Ask for another one.",
        ur="اس لنک کی مدت ختم ہو گئی۔ نیا منگوائیں۔",
    )


class LinkUsed(InvalidInput):
    """The link has done what it was for, or something since has made it void."""

    code = "link_used"
    attr: ClassVar[str | None] = "key"


class ResetLinkUsed(LinkUsed):
    """It has set a password, or the person has logged in or changed the password since."""

    words = Words(
        en="This link was already used, or a sign-in or a newer password has made it void. Ask "
        "for another one.",
        ur="یہ لنک استعمال ہو چکا ہے، یا بعد کے لاگ اِن یا نئے پاس ورڈ سے بے کار ہو گیا ہے۔ نیا "
        "منگوائیں۔",
    )


class AddressAlreadyConfirmed(LinkUsed):
    """It has confirmed the address."""

    words = Words(
        en="This link was already used: the address is confirmed.",
        ur="یہ لنک استعمال ہو چکا ہے: پتے کی تصدیق ہو چکی ہے۔",
    )


class AddressNotWanted(LinkUsed):
    """Another address, or none, was asked for since."""

    words = Words(
        en="This link was for an address that is no longer wanted. Ask for another one.",
        ur="یہ لنک ایسے پتے کا تھا جو اب نہیں چاہیے۔ نیا منگوائیں۔",
    )


class NotTheBillingEmail(LinkUsed):
    """The account has another billing email since."""

    words = Words(
        en="This link was for an address that is no longer the account's billing email. Ask for "
        "another one.",
        ur="یہ لنک ایسے پتے کا تھا جو اب اس اکاؤنٹ کا بلنگ ای میل نہیں۔ نیا منگوائیں۔",
    )


class LinkOfClosedAccount(LinkUsed):
    """The account was closed since."""

    words = Words(
        en="This link was for an account that is closed.",
        ur="یہ لنک ایسے اکاؤنٹ کا تھا جو بند ہو چکا ہے۔",
    )


class PersonIsGone(LinkUsed):
    """The account was closed at this moment."""

    attr = None
    words = Words(en="This account is closed.", ur="یہ اکاؤنٹ بند ہے۔")


def reset_key(user: User) -> str:
    """Return a key with which its holder can set a new password, once.

    Signing in, or changing the password or email, makes it void.
    """
    return signing.dumps([user.pk, _state(user)], salt=RESET)


def user_of_reset_key(key: str) -> User:
    """Find whose password a key may set.

    :raises LinkInvalid: if we didn't make it.
    :raises LinkExpired: after ``PASSWORD_RESET_TIMEOUT``.
    :raises LinkUsed: if it is void.
    """
    pk, state = _payload(key, salt=RESET, seconds=settings.PASSWORD_RESET_TIMEOUT)
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or _state(user) != state:
        raise ResetLinkUsed
    return user


def billing_email_key(*, account_id: int, address: str) -> str:
    """Return the key with which a billing address agrees to get an account's emails."""
    return signing.dumps([account_id, address], salt=BILLING_EMAIL)


def billing_email_of_key(key: str) -> tuple[int, str]:
    """Return the account's id and the address that a key is for.

    :raises LinkInvalid: if we didn't make it.
    :raises LinkExpired: after a week.
    """
    account_id, address = _payload(key, salt=BILLING_EMAIL, seconds=A_WEEK)
    return account_id, address


def email_key(user: User, email: str) -> str:
    """Return a key that verifies a person's address: the current one, or a new one.

    The key for a new address is void after a password change: the request used the old password.
    """
    return signing.dumps([user.pk, _digest_of_address(user, email)], salt=EMAIL)


def email_of_key(key: str) -> tuple[User, str]:
    """Find the person and the address that a key confirms: the current one, or the new one.

    :raises LinkInvalid: if we didn't make it.
    :raises LinkExpired: after ``EMAIL_KEY_LASTS``.
    :raises LinkUsed: if there is nothing to confirm any more.
    """
    pk, digest = _payload(key, salt=EMAIL, seconds=EMAIL_KEY_LASTS)
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None:
        raise LinkOfClosedAccount
    if digest == _digest_of_address(user, user.email):
        if user.emailaddress_set.filter(verified=True).exists():
            raise AddressAlreadyConfirmed
        return user, user.email
    wanted = EmailChange.objects.filter(user=user).first()
    if wanted is None or digest != _digest_of_address(user, wanted.new_email):
        raise AddressNotWanted
    return user, wanted.new_email


def _payload(key: str, *, salt: str, seconds: int) -> Any:
    try:
        return signing.loads(key, salt=salt, max_age=seconds)
    except signing.SignatureExpired as error:
        raise LinkExpired from error
    except signing.BadSignature as error:
        raise LinkInvalid from error


def _state(user: User) -> str:
    """Return a digest of what using the key changes, including the password's hash."""
    parts = (user.password, user.email, user.last_login and user.last_login.isoformat())
    return _digest("\n".join(map(str, parts)))


def _digest_of_address(user: User, email: str) -> str:
    return _digest(email if email == user.email else f"{email}\n{user.password}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
