"""Whom billing tells."""

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet

from igny8_core.auth.enums import UserRole
from igny8_core.auth.models import Account, User
from igny8_core.auth.rights import holders, lately_at_the_desk
from igny8_core.business.billing.models import SellerProfile, SettingChange
from igny8_core.business.billing.rights import DECIDE, right_to_change


def billing_admins() -> QuerySet[User]:
    """Who may decide on payments, with how they want to hear of them."""
    return holders(DECIDE).select_related("notice_preference").order_by("pk")


def owner_of(*, account: Account) -> User | None:
    """The user who owns the account; a closed one may have lost its."""
    return account.users.filter(role=UserRole.OWNER).first()


def readers_of_change(*, change: SettingChange) -> dict[str, str]:
    """Who is told of a change of a setting: addresses, each with its language.

    All who may change it, or were at the desk until shortly before, and the seller, at the address
    of before and of now: a thief may have seen to it that nobody else reads.
    """
    right = right_to_change(apps.get_model(change.model))
    seller = SellerProfile.objects.first()
    sellers = {change.before.get("email", ""), seller.email if seller else ""} - {""}
    languages = dict.fromkeys(sorted(sellers), settings.LANGUAGE_CODE)
    languages |= lately_at_the_desk(change.proposed_at)
    return languages | dict(holders(right).order_by("pk").values_list("email", "language"))
