"""Billing in the Django admin. States change by the workflow's functions alone."""

from igny8_core.business.billing.admin import catalog, documents, payments, sellers

__all__ = ["catalog", "documents", "payments", "sellers"]
