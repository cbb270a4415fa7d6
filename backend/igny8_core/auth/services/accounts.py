"""Making and changing accounts and their owners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from igny8_core.auth.enums import AccountStatus, UserRole
from igny8_core.auth.exceptions import AccountIsClosed, AccountSuspended, EmailAlreadyRegistered
from igny8_core.auth.models import Account, Plan, User
from igny8_core.auth.selectors import lock_account
from igny8_core.auth.services.billing_email import send_billing_email_link
from igny8_core.auth.services.email_addresses import usable_email
from igny8_core.auth.terms import PlanTerms
from igny8_core.common.clock import utc_now
from igny8_core.common.rows import insert_rows
from igny8_core.common.transactions import in_transaction

BILLING_FIELDS = (
    "billing_name",
    "billing_email",
    "billing_address_line1",
    "billing_address_line2",
    "billing_city",
    "billing_state",
    "billing_postal_code",
    "tax_id",
)


def require_not_suspended(account: Account) -> None:
    """Check that an account isn't paused for a debt.

    :raises AccountSuspended: if it is.
    """
    if account.status == AccountStatus.SUSPENDED:
        raise AccountSuspended(account)


@dataclass(frozen=True)
class OwnerDetails:
    """The person who signs up.

    :param signed_in_at: the time, if that signs them in as well.
    """

    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    language: str = settings.LANGUAGE_CODE
    signed_in_at: datetime | None = None


@in_transaction
def create_account_with_owner(
    *,
    owner: OwnerDetails,
    plan: Plan,
    status: AccountStatus,
    country: str,
    account_name: str,
    billing: Mapping[str, str],
) -> User:
    """Create an account and the user who owns it.

    :param status: the account's first state; its event is recorded by the caller, who knows why.
    :param billing: any of ``BILLING_FIELDS``.
    :raises EmailAlreadyRegistered: if the email is taken, even by a simultaneous sign-up.
    :raises EmailUnusable: if nobody can have this address.
    """
    email = usable_email(owner.email)
    if User.objects.filter(email=email).exists():
        raise EmailAlreadyRegistered
    full_name = f"{owner.first_name} {owner.last_name}".strip()
    account = Account(
        name=account_name or full_name or email.partition("@")[0],
        plan=plan,
        trial_terms=(PlanTerms.of_plan(plan).as_json() if status == AccountStatus.TRIAL else None),
        status=status,
        country=country,
        **_billing_details(billing=billing, full_name=full_name, email=email),
    )
    insert_rows([account])
    try:
        user = User.objects.create_user(
            email,
            owner.password,
            first_name=owner.first_name,
            last_name=owner.last_name,
            language=owner.language,
            account=account,
            role=UserRole.OWNER,
            last_login=owner.signed_in_at,
        )
    except IntegrityError as error:
        raise EmailAlreadyRegistered from error
    user.has_just_signed_up = owner.signed_in_at is not None
    if account.billing_email.lower() != email:
        send_billing_email_link(account=account, now=utc_now())
    return user


@transaction.atomic
def change_account(*, account: Account, changes: Mapping[str, str]) -> Account:
    """Change an account's name, country or billing details; issued invoices keep theirs.

    :param changes: any of ``name``, ``country`` and ``BILLING_FIELDS``.
    :raises AccountNotUsable: if it was closed meanwhile: nothing may be written to it.
    """
    locked = lock_account(account_id=account.pk)
    if locked.status == AccountStatus.CANCELLED:
        raise AccountIsClosed(state=locked.status)
    for field, value in changes.items():
        setattr(locked, field, value)
    locked.save(update_fields=[*changes, "updated_at"])
    if "billing_email" in changes:
        send_billing_email_link(account=locked, now=utc_now())
    return locked


@transaction.atomic
def change_profile(*, user: User, changes: Mapping[str, str]) -> User:
    """Change a user's name or language.

    :param changes: any of ``first_name``, ``last_name`` and ``language``.
    :raises AccountNotUsable: if the account was closed meanwhile.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not locked.is_active:
        raise AccountIsClosed(state=AccountStatus.CANCELLED)
    for field, value in changes.items():
        setattr(locked, field, value)
    locked.save(update_fields=[*changes])
    return locked


def hand_over(*, account: Account, new_owner: User) -> list[User]:
    """Make room for a new owner: the current owner of the account becomes a member.

    Runs in the caller's transaction, which saves the new owner.

    :param account: locked by the caller.
    :returns: the previous owner.
    """
    former = list(account.users.filter(role=UserRole.OWNER).exclude(pk=new_owner.pk))
    for user in former:
        user.role = UserRole.MEMBER
        user.save(update_fields=["role"])
    return former


def _billing_details(*, billing: Mapping[str, str], full_name: str, email: str) -> dict[str, str]:
    details = {field: billing.get(field, "") for field in BILLING_FIELDS}
    details["billing_name"] = details["billing_name"] or full_name
    details["billing_email"] = details["billing_email"] or email
    return details
