"""Who may do what in the admin site: three groups, created by a migration.

An operator may change them afterwards; only missing groups are created.
"""

from typing import Any

BILLING_ADMIN = "Billing admin"
BILLING_VIEWER = "Billing viewer"
SUPPORT = "Support"

_SUPPORT = [
    "view_payment",
    "view_invoice",
    "view_invoiceline",
    "view_paymentevent",
    "view_credittransaction",
    "view_paymentmethodconfig",
    "view_exchangerate",
    "view_settingchange",
    "view_rejectionreason",
    "view_account",
    "view_subscription",
]
_VIEWER = [*_SUPPORT, "view_proof", "view_sellerprofile", "view_outgoingmail"]
_ADMIN = [
    *_VIEWER,
    "decide_payment",
    "reverse_payment",
    "change_subscription",
    "add_credittransaction",
    "change_outgoingmail",
    "add_paymentmethodconfig",
    "change_paymentmethodconfig",
    "add_exchangerate",
    "change_exchangerate",
    "add_rejectionreason",
    "change_rejectionreason",
    "delete_rejectionreason",
    "add_sellerprofile",
    "change_sellerprofile",
]
GROUPS = {BILLING_ADMIN: _ADMIN, BILLING_VIEWER: _VIEWER, SUPPORT: _SUPPORT}


def ensure_groups(apps: Any) -> None:
    """Create the missing groups, with their permissions.

    :param apps: the app registry: a migration's, or Django's own.
    """
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    for name, codenames in GROUPS.items():
        group, created = group_model.objects.get_or_create(name=name)
        if created:
            group.permissions.set(
                permission_model.objects.filter(
                    content_type__app_label__in=["billing", "igny8_auth", "common"],
                    codename__in=codenames,
                )
            )
