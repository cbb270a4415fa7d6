"""The sidebar: the queue first, each person's own part of the rest."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.selectors.queue import COUNTED_UP_TO, count_in

GROUPS: list[tuple[str, list[tuple[str, str, str, str]]]] = [
    (
        "",
        [
            ("Numbers", "monitoring", "admin:index", "billing.view_payment"),
            ("Payments", "fact_check", "admin:billing_payment_changelist", "billing.view_payment"),
            (
                "Invoices",
                "receipt_long",
                "admin:billing_invoice_changelist",
                "billing.view_invoice",
            ),
            (
                "Credits",
                "toll",
                "admin:billing_credittransaction_changelist",
                "billing.view_credittransaction",
            ),
            (
                "Audit trail",
                "history",
                "admin:billing_paymentevent_changelist",
                "billing.view_paymentevent",
            ),
            ("Mails", "mail", "admin:common_outgoingmail_changelist", "common.view_outgoingmail"),
        ],
    ),
    (
        "Customers",
        [
            (
                "Accounts",
                "apartment",
                "admin:igny8_auth_account_changelist",
                "igny8_auth.view_account",
            ),
            (
                "Subscriptions",
                "autorenew",
                "admin:igny8_auth_subscription_changelist",
                "igny8_auth.view_subscription",
            ),
            ("Users", "person", "admin:igny8_auth_user_changelist", "igny8_auth.view_user"),
            ("Sites", "language", "admin:igny8_auth_site_changelist", "igny8_auth.view_site"),
        ],
    ),
    (
        "Settings",
        [
            (
                "Payment methods",
                "account_balance",
                "admin:billing_paymentmethodconfig_changelist",
                "billing.view_paymentmethodconfig",
            ),
            (
                "Exchange rates",
                "currency_exchange",
                "admin:billing_exchangerate_changelist",
                "billing.view_exchangerate",
            ),
            (
                "Changes of settings",
                "published_with_changes",
                "admin:billing_settingchange_changelist",
                "billing.view_settingchange",
            ),
            (
                "Rejection reasons",
                "quickreply",
                "admin:billing_rejectionreason_changelist",
                "billing.view_rejectionreason",
            ),
            (
                "Seller",
                "storefront",
                "admin:billing_sellerprofile_changelist",
                "billing.view_sellerprofile",
            ),
            ("Plans", "sell", "admin:igny8_auth_plan_changelist", "igny8_auth.view_plan"),
            (
                "Industries",
                "category",
                "admin:igny8_auth_industry_changelist",
                "igny8_auth.view_industry",
            ),
            ("Groups", "groups", "admin:auth_group_changelist", "auth.view_group"),
            (
                "My notices",
                "notifications",
                "admin:billing_payment_notices",
                "billing.decide_payment",
            ),
            ("Second factor", "lock", "admin:second_factor", ""),
        ],
    ),
]
PAYMENTS = "admin:billing_payment_changelist"


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar of the one who asks."""
    groups = [
        {"title": title, "separator": bool(title), "items": _items(request, items)}
        for title, items in GROUPS
    ]
    return [group for group in groups if group["items"]]


def _items(request: HttpRequest, items: list[tuple[str, str, str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "icon": icon,
            "link": reverse(name),
            **({"badge": _waiting()} if name == PAYMENTS else {}),
        }
        for title, icon, name, permission in items
        if not permission or request.user.has_perm(permission)
    ]


def _waiting() -> str:
    return capped(count_in(PaymentStatus.PENDING_APPROVAL))


def capped(count: int) -> str:
    """Say a count of ``count_in``."""
    limit = COUNTED_UP_TO
    return f"{limit:,}+" if count > limit else f"{count:,}"
