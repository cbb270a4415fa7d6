"""Billing in the Django admin. States change by the workflow's functions alone."""

from django.contrib import admin

from igny8_core.business.billing.admin import (
    catalog,
    documents,
    payments,
    sellers,
    setting_changes,
)

admin.site.index_template = "admin/billing/numbers.html"
admin.site.index_title = "Numbers"

__all__ = ["catalog", "documents", "payments", "sellers", "setting_changes"]
