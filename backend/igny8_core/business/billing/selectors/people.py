"""Who gets billing emails."""

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet

from igny8_core.auth.enums import UserRole
from igny8_core.auth.models import Account, User
from igny8_core.auth.rights import holders, lately_at_the_desk
from igny8_core.business.billing.models import SellerProfile, SettingChange
from igny8_core.business.billing.rights import DECIDE, right_to_change


def billing_admins() -> QuerySet[User]:
    """Everybody who may decide on payments, with their notice preferences."""
    return holders(DECIDE).select_related("notice_preference").order_by("pk")


def owner_of(*, account: Account) -> User | None:
    """The user who owns the account; a closed account may have none."""
    return account.users.filter(role=UserRole.OWNER).first()


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
