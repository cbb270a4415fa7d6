"""The seller, as printed on invoices."""

from django.conf import settings
from django.db.models import QuerySet

from igny8_core.business.billing.models import SellerProfile
from igny8_core.common.compiled import compiled

PRINTED = ("name", "address", "email", "website", "tax_id", "tax_label", "footer")


def seller_snapshot() -> dict[str, str]:
    """Return the current seller, to be kept with an invoice.

    It is what an admin has entered; until then, what the environment says.
    """
    profile = next(iter(_profiles()), None) or SellerProfile(
        name=settings.BILLING_SELLER_NAME, address=settings.BILLING_SELLER_ADDRESS
    )
    return {field: getattr(profile, field) for field in PRINTED}


@compiled
def _profiles() -> QuerySet[SellerProfile]:
    return SellerProfile.objects.order_by("pk")[:1]
