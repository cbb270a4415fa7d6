"""Checks of payments: one at a time, of the amount due, and searchable."""

from django.db.models import Count, Q

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Invoice
from igny8_core.business.integrity.found import rows, selected


def _invoices_with_several(status: PaymentStatus) -> list[str]:
    counted = Invoice.objects.annotate(found=Count("payments", filter=Q(payments__status=status)))
    return rows(counted.filter(found__gt=1))


def several_under_review() -> list[str]:
    """Find invoices with several payments under review."""
    return _invoices_with_several(PaymentStatus.PENDING_APPROVAL)


def several_succeeded() -> list[str]:
    """Find invoices with several succeeded payments."""
    return _invoices_with_several(PaymentStatus.SUCCEEDED)


# While a payment is under review, its invoice can't be voided or change its method.
NOT_WHAT_IS_DUE = """
SELECT p.id FROM billing_payment p
JOIN billing_invoice i ON i.id = p.invoice_id
WHERE p.status = 'pending_approval' AND (
    i.status <> 'pending'
    OR (p.amount, p.currency) NOT IN
        ((i.total, i.currency), (i.payable_amount, i.payable_currency)))
ORDER BY p.id
"""


def waiting_for_something_else() -> list[str]:
    """Find payments under review for a wrong amount, or on an invoice that isn't due."""
    return selected("payment", NOT_WHAT_IS_DUE)


# The result of billing_search_text (migration 0009 of billing), computed without locks.
NOT_TO_BE_FOUND = r"""
SELECT p.id FROM billing_payment p
JOIN billing_invoice i ON i.id = p.invoice_id
JOIN igny8_auth_account a ON a.id = i.account_id
JOIN igny8_auth_user u ON u.id = p.submitted_by_id
LEFT JOIN billing_paymentsearch s ON s.payment_id = p.id
WHERE p.reference_key <> billing_reference_key(p.manual_reference)
        AND NOT (p.reference_key = '' AND p.manual_reference = 'erased' AND a.status = 'cancelled')
    OR s.text IS DISTINCT FROM array_to_string(ARRAY[
        normal_words(CASE WHEN p.reference_key = '' THEN '' ELSE p.manual_reference END),
        normal_words(p.manual_notes), normal_words(p.admin_notes), normal_words(i.number),
        normal_words(a.name), normal_words(a.billing_name),
        billing_search_address(a.billing_email), billing_search_address(u.email),
        lower(p.currency), lower(i.payable_currency),
        '=' || trim_scale(p.amount), '=' || trunc(p.amount),
        '=' || trim_scale(i.total), '=' || trunc(i.total),
        '=' || trim_scale(i.payable_amount), '=' || trunc(i.payable_amount)], E'\n')
ORDER BY p.id
"""


def not_to_be_found() -> list[str]:
    """Find payments whose search text or reference key is out of date."""
    return selected("payment", NOT_TO_BE_FOUND)


CHECKS = {
    "1a. no invoice has two payments under review": several_under_review,
    "1b. no invoice has two succeeded payments": several_succeeded,
    "1c. every claim that waits is of what is due": waiting_for_something_else,
    "every payment is found by its own reference and words": not_to_be_found,
}
