"""The address that a person logs in with: the one place that changes it, for page, desk and API.

There is one, ``User.email``; django-allauth's row mirrors it, and the database holds that they
agree. A new one that the person asks for counts once its link was used; until then it is only
written down, keeps nobody from it, and the present one goes on.
"""

import logging
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from igny8_core.auth import emails
from igny8_core.auth.actors import Actor
from igny8_core.auth.exceptions import EmailAlreadyRegistered, EmailUnchanged, EmailUnusable
from igny8_core.auth.log_in.keys import EMAIL_KEY_LASTS, PersonIsGone, email_of_key
from igny8_core.auth.log_in.sessions import end_sessions
from igny8_core.auth.models import NOBODYS_DOMAIN, Account, EmailChange, User
from igny8_core.auth.selectors import has_verified_address, lock_account
from igny8_core.common.email_form import normal_email

logger = logging.getLogger(__name__)


def usable_email(typed: str) -> str:
    """Return an address in its one form.

    :raises EmailUnusable: if it is one of those that erased people get, or can't be written to: its
        local part has other letters than ASCII's, or is quoted.
    """
    email = normal_email(typed)
    if not email.isascii() or '"' in email or email.endswith(f"@{NOBODYS_DOMAIN}"):
        raise EmailUnusable
    return email


@transaction.atomic
def request_email_change(*, user: User, new_email: str, actor: Actor, now: datetime) -> None:
    """Send a link to a new address, and word to the present one; an earlier request ends.

    Whoever asks has given the password just now.

    :raises EmailUnusable, EmailUnchanged, EmailAlreadyRegistered: if it can't be that address.
    """
    email = usable_email(new_email)
    locked = _lock_user(user.pk)
    if email == locked.email:
        raise EmailUnchanged
    if User.objects.filter(email=email).exists():
        raise EmailAlreadyRegistered
    EmailChange.objects.update_or_create(
        user=locked, defaults={"new_email": email, "requested_at": now}
    )
    emails.send_change_link(user=locked, new_email=email)
    told = email if has_verified_address(locked) else ""
    emails.tell_of_wanted_change(user=locked, new_email=told, actor=actor, now=now)


@transaction.atomic
def cancel_email_change(*, user: User) -> None:
    """Forget a new address that was asked for; its link does nothing any more."""
    EmailChange.objects.filter(user=user).delete()


@transaction.atomic
def confirm_email(*, key: str, actor: Actor, now: datetime) -> None:
    """Do what a link is for: verify the present address, or put the new one in its place.

    :raises LinkInvalid, LinkExpired, LinkUsed: if the key does nothing (any more).
    :raises EmailAlreadyRegistered: if somebody has signed up with the new address meanwhile.
    """
    user, _email = email_of_key(key)
    account = lock_account_of(user)
    locked = _lock_user(user.pk)
    _user, email = email_of_key(key)  # as it is now, under the lock
    if email == locked.email:
        mark_verified(user=locked)
    else:
        _put(locked, account, email, is_verified=True, actor=actor, now=now)


@transaction.atomic
def change_email(*, user_id: int, new_email: str, actor: Actor, now: datetime) -> None:
    """Change somebody's address at once, as an admin may: the old one is out, and so is who is in.

    The new one gets the link that verifies it, the old one word of the change. The password stays.

    :raises EmailUnusable, EmailAlreadyRegistered: if it can't be that address.
    """
    email = usable_email(new_email)
    account = lock_account_of(User.objects.get(pk=user_id))
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if email == user.email:
        return
    _put(user, account, email, is_verified=False, actor=actor, now=now)
    end_sessions(user=user)
    emails.send_verification_link(user=user)


def remove_expired_changes(*, now: datetime) -> None:
    """Forget the addresses whose link has run out."""
    until = now - timedelta(seconds=EMAIL_KEY_LASTS)
    EmailChange.objects.filter(requested_at__lt=until).delete()


def mark_verified(*, user: User) -> None:
    """Note that the person has shown that the address is theirs."""
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)


def forget_billing_consent(account: Account) -> None:
    """Ask anew who reads the billing address: who signed up was not the owner of the address.

    :param account: locked by the caller.
    """
    account.confirmed_billing_email = ""
    account.save(update_fields=["confirmed_billing_email", "updated_at"])


def _put(
    user: User,
    account: Account | None,
    email: str,
    *,
    is_verified: bool,
    actor: Actor,
    now: datetime,
) -> None:
    old, was_verified = user.email, has_verified_address(user)
    user.email = email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
            EmailAddress.objects.filter(user=user).update(email=email, verified=is_verified)
    except IntegrityError as error:
        raise EmailAlreadyRegistered from error
    EmailChange.objects.filter(user=user).delete()
    if account and normal_email(account.billing_email) == old:  # as sign-up has copied it
        account.billing_email = email
        account.save(update_fields=["billing_email", "updated_at"])
    if account and not (was_verified or is_verified):
        forget_billing_consent(account)
    told = email if was_verified else ""
    emails.tell_of_change(user=user, old_email=old, new_email=told, actor=actor, now=now)
    logger.info("User %s has another e-mail, changed from %s", user.pk, actor.ip_address)


def lock_account_of(user: User) -> Account | None:
    """Lock the account first, as everybody does."""
    return lock_account(account_id=user.account_id) if user.account_id else None


def _lock_user(user_id: int) -> User:
    """Lock a person who may log in.

    :raises LinkUsed: if there is no such person any more.
    """
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id, is_active=True).first()
    if user is None:
        raise PersonIsGone
    return user
