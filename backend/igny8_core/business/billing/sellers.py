"""Who sells, as invoices print it."""

from dataclasses import asdict, dataclass

from django.conf import settings

from igny8_core.business.billing.models import SellerProfile

FIELDS = ("name", "address", "email", "website", "tax_id", "tax_label", "footer")


@dataclass(frozen=True)
class Seller:
    """The seller at one moment; an invoice keeps its own."""

    name: str
    address: str = ""
    email: str = ""
    website: str = ""
    tax_id: str = ""
    tax_label: str = "Tax"
    footer: str = ""


def current_seller() -> Seller:
    """Return what an admin has entered; until then, what the environment says."""
    profile = SellerProfile.objects.first()
    if profile is None:
        return Seller(name=settings.BILLING_SELLER_NAME, address=settings.BILLING_SELLER_ADDRESS)
    return Seller(**{field: getattr(profile, field) for field in FIELDS})


def seller_snapshot() -> dict[str, str]:
    """Return the current seller, to be kept with an invoice."""
    return asdict(current_seller())
