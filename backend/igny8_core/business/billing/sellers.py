"""The seller, as printed on invoices."""

from django.conf import settings

from igny8_core.business.billing.models import SellerProfile

PRINTED = ("name", "address", "email", "website", "tax_id", "tax_label", "footer")


def seller_snapshot() -> dict[str, str]:
    """Return the current seller, to be kept with an invoice.

    It is what an admin has entered; until then, what the environment says.
    """
    profile = SellerProfile.objects.first() or SellerProfile(
        name=settings.BILLING_SELLER_NAME, address=settings.BILLING_SELLER_ADDRESS
    )
    return {field: getattr(profile, field) for field in PRINTED}
