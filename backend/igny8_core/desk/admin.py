"""All pages of the desk; Django looks for them here. Only services change states."""

from django.contrib import admin

from igny8_core.desk import (
    accounts,
    catalogue,
    mails,
    payments,
    people,
    records,
    sellers,
    setting_changes,
    subscriptions,
)

admin.site.index_template = "admin/billing/numbers.html"
admin.site.index_title = "Numbers"

__all__ = [
    "accounts",
    "catalogue",
    "mails",
    "payments",
    "people",
    "records",
    "sellers",
    "setting_changes",
    "subscriptions",
]
