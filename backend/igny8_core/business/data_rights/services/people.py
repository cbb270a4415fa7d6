"""Erasing the people of a closed account. Billing keeps what they owed and paid."""

from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from igny8_core.auth.enums import UserRole
from igny8_core.auth.log_in.sessions import end_sessions
from igny8_core.auth.models import NOBODYS_DOMAIN, Account, EmailChange, User
from igny8_core.auth.services.accounts import BILLING_FIELDS
from igny8_core.common.http.answers import forget_answers


def blank_account(account: Account) -> tuple[str, ...]:
    """Blank the personal data of a locked account; its country stays, for tax.

    :returns: the fields that the caller has to save.
    """
    account.name = f"Closed account {account.pk}"
    for field in BILLING_FIELDS:
        setattr(account, field, "")
    account.confirmed_billing_email = ""
    return ("name", "confirmed_billing_email", *BILLING_FIELDS)


def erase_people(*, account: Account) -> None:
    """Erase an account's sites and people, in the caller's transaction, which holds the account.

    Nobody can sign in as one of them again. Staff keep their sign-in, and leave the account.
    """
    account.sites.all().delete()
    people = list(account.users.select_for_update(of=("self",)).order_by("pk"))
    staff = [user for user in people if user.is_staff or user.is_superuser]
    for user in staff:
        user.account, user.role = None, UserRole.MEMBER
        user.save(update_fields=["account", "role"])
    customers = [user for user in people if user not in staff]
    for user in customers:
        _erase_person(user)
    _erase_names_in_admin_log(account, customers)
    forget_answers(account_id=account.pk)


def _erase_person(user: User) -> None:
    end_sessions(user=user)
    EmailAddress.objects.filter(user=user).delete()
    EmailChange.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.email = f"closed-{uuid4().hex}@{NOBODYS_DOMAIN}"  # nobody else can have this address
    user.first_name = user.last_name = ""
    user.is_active = False
    user.last_login = None
    user.set_unusable_password()
    user.save(
        update_fields=["email", "first_name", "last_name", "is_active", "last_login", "password"]
    )


def _erase_names_in_admin_log(account: Account, users: list[User]) -> None:
    """Erase names in the admin log, which repeats objects' names when staff changed them."""
    for model, ids in ((Account, [account.pk]), (User, [user.pk for user in users])):
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model),
            object_id__in=[str(pk) for pk in ids],
        )
        entries.update(object_repr="erased")
