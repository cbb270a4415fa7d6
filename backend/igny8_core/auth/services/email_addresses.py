"""The address that a person signs in with. Page, desk and API change it only here.

There is one, ``User.email``; django-allauth's row mirrors it, and the database enforces that
they agree. A new one that the person asks for counts once its link was used; until then it is only
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
    """Return an address in its normal form.

    :raises EmailUnusable: if it is one given to erased people, or can't get emails: its local
        part has non-ASCII letters, or is quoted.
    """
    email = normal_email(typed)
    if not email.isascii() or '"' in email or email.endswith(f"@{NOBODYS_DOMAIN}"):
        raise EmailUnusable
    return email


@transaction.atomic
def request_email_change(*, user: User, new_email: str, actor: Actor, now: datetime) -> None:
    """Send a link to a new address, and a notice to the current one; replaces earlier requests.

    The caller has just checked the password.

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
    """Cancel the request for a new address; its link stops working."""
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
    _user, email = email_of_key(key)  # read again under the lock
    if email == locked.email:
        mark_verified(user=locked)
    else:
        _put(locked, account, email, is_verified=True, actor=actor, now=now)


@transaction.atomic
def change_email(*, user_id: int, new_email: str, actor: Actor, now: datetime) -> None:
    """Change somebody's address at once, as an admin may: the old one is out, and so is who is in.

    The new address gets a verification link, the old one a notice. The password stays.

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
    """Remove requests for new addresses whose link has expired."""
    until = now - timedelta(seconds=EMAIL_KEY_LASTS)
    EmailChange.objects.filter(requested_at__lt=until).delete()


def mark_verified(*, user: User) -> None:
    """Record that the person has verified the address."""
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)


def forget_billing_consent(account: Account) -> None:
    """Require a new confirmation of the billing address: the person who signed up didn't own it.

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
    if account and normal_email(account.billing_email) == old:  # copied at sign-up
        account.billing_email = email
        account.save(update_fields=["billing_email", "updated_at"])
    if account and not (was_verified or is_verified):
        forget_billing_consent(account)
    told = email if was_verified else ""
    emails.tell_of_change(user=user, old_email=old, new_email=told, actor=actor, now=now)
    logger.info("User %s has another e-mail, changed from %s", user.pk, actor.ip_address)


def lock_account_of(user: User) -> Account | None:
    """Lock the account first, as everywhere."""
    return lock_account(account_id=user.account_id) if user.account_id else None


def _lock_user(user_id: int) -> User:
    """Lock a person who may sign in.

    :raises LinkUsed: if there is no such person any more.
    """
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id, is_active=True).first()
    if user is None:
        raise PersonIsGone
    return user
