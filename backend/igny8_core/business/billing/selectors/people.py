"""Who gets billing emails."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from igny8_core.auth.enums import UserRole
from igny8_core.auth.models import Account, User
from igny8_core.auth.rights import holders, lately_at_the_desk
from igny8_core.business.billing.models import SellerProfile, SettingChange
from igny8_core.business.billing.rights import DECIDE, right_to_change
from igny8_core.common.compiled import IsOneOf, compiled

VERIFIED = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)


def billing_admins() -> QuerySet[User]:
    """Everybody who may decide on payments, with their notice preferences."""
    return holders(DECIDE).select_related("notice_preference").order_by("pk")


def read_people(accounts: Iterable[Account]) -> None:
    """Read who may get the emails of these accounts, in one statement; once for each object."""
    unread = [account for account in accounts if not hasattr(account, "people")]
    if not unread:
        return
    by_account: defaultdict[int, list[User]] = defaultdict(list)
    for user in _people_of(account_ids=[account.pk for account in unread]):
        by_account[user.account_id or 0].append(user)
    for account in unread:
        account.people = by_account[account.pk]  # type: ignore[attr-defined]


def put_first_owner_in_hand(account: Account, owner: User) -> None:
    """Say who may get a new account's emails: its owner alone, whose address isn't verified yet."""
    owner.is_verified = False  # type: ignore[attr-defined]  # as ``_people_of`` reads it
    account.people = [owner]  # type: ignore[attr-defined]


@compiled
def _people_of(account_ids: Collection[int]) -> QuerySet[User]:
    """The accounts' owners, and whoever has their billing addresses."""
    has_billing_address = Q(email=Lower(F("account__billing_email")))
    return (
        User.objects.filter(Q(role=UserRole.OWNER) | has_billing_address)
        .filter(IsOneOf("account", account_ids))
        .annotate(is_verified=Subquery(VERIFIED.values("verified")[:1]))
        .only("account", "email", "language", "role")
    )


def owner_of(*, account: Account) -> User | None:
    """The user who owns the account; a closed account may have none."""
    return next((user for user in _people(account) if user.role == UserRole.OWNER), None)


def has_confirmed_billing_email(*, account: Account) -> bool:
    """Tell whether an account's billing address is confirmed: ``is_confirmed_address`` of it."""
    address = account.billing_email
    if address and address == account.confirmed_billing_email:
        return True
    people = _people(account)
    return any(user.is_verified and user.email == address.lower() for user in people)


def addresses_of(*, account: Account) -> list[str]:
    """Who gets an account's emails: its owner, and its billing address once confirmed."""
    owner = owner_of(account=account)
    billing = account.billing_email if has_confirmed_billing_email(account=account) else ""
    return list(dict.fromkeys(filter(None, [owner.email if owner else "", billing])))


def _people(account: Account) -> list[Any]:
    read_people([account])
    return account.people  # type: ignore[attr-defined,no-any-return]  # of ``read_people``


def readers_of_change(*, change: SettingChange) -> dict[str, str]:
    """Who gets emails about a change of a setting: addresses, each with its language.

    Everybody who may change it or worked at the desk until recently, and the seller, at the old and
    the new address: a thief may have cut off everybody else.
    """
    right = right_to_change(apps.get_model(change.model))
    seller = SellerProfile.objects.first()
    sellers = {change.before.get("email", ""), seller.email if seller else ""} - {""}
    languages = dict.fromkeys(sorted(sellers), settings.LANGUAGE_CODE)
    languages |= lately_at_the_desk(change.proposed_at)
    return languages | dict(holders(right).order_by("pk").values_list("email", "language"))
