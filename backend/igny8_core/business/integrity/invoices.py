"""Checks of invoices: numbers, amounts, promises, and payments of paid ones."""

from collections.abc import Iterator
from decimal import Decimal

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from igny8_core.business.billing.enums import InvoiceStatus, PaymentStatus
from igny8_core.business.billing.models import Invoice, InvoiceLine, Payment
from igny8_core.business.integrity.found import rows, selected


def paid_without_settlement() -> list[str]:
    """Find paid invoices without their payment, and payments of invoices that are not paid."""
    of_its_amount = Q(payments__amount=F("total"), payments__currency=F("currency")) | Q(
        payments__amount=F("payable_amount"), payments__currency=F("payable_currency")
    )
    counted = Invoice.objects.annotate(
        succeeded=Count("payments", filter=Q(payments__status=PaymentStatus.SUCCEEDED)),
        settled=Count(
            "payments", filter=Q(payments__status=PaymentStatus.SUCCEEDED) & of_its_amount
        ),
    )
    return rows(
        counted.filter(
            Q(status=InvoiceStatus.PAID) & ~Q(settled=1)
            | ~Q(status=InvoiceStatus.PAID) & Q(succeeded__gt=0)
        )
    )


PAID_AT_ANOTHER_TIME = """
SELECT i.id FROM billing_invoice i
JOIN billing_payment p ON p.invoice_id = i.id AND p.status = 'succeeded'
WHERE i.paid_at IS DISTINCT FROM p.decided_at
ORDER BY i.id
"""


def paid_at_another_time() -> list[str]:
    """Find invoices whose payment was approved at a different time than they were paid."""
    return selected("invoice", PAID_AT_ANOTHER_TIME)


# Compares the numbers given by each year's counter with the year's invoices.
NUMBERS_OFF = """
SELECT number FROM (
    SELECT 'INV-' || c.year || '-' || lpad(n::text, greatest(6, length(n::text)), '0') AS number
    FROM billing_invoicenumbercounter c, generate_series(1, c.last_number) AS n
) given
FULL JOIN billing_invoice i USING (number)
WHERE given.number IS NULL OR i.number IS NULL
ORDER BY 1
"""


def numbers_with_gaps() -> list[str]:
    """Find numbers without an invoice, and numbers that the counter never gave."""
    return selected("invoice", NUMBERS_OFF)


# The year in the time zone of issue; in UTC for invoices from before zones (adr/0025).
OF_ANOTHER_YEAR = """
SELECT id FROM billing_invoice
WHERE substring(number FROM '^INV-([0-9]{4})-')::numeric IS DISTINCT FROM extract(year FROM
    timezone(coalesce(billing_snapshot #>> '{issue,time_zone}', 'UTC'), issued_at))
ORDER BY id
"""


def numbered_in_another_year() -> list[str]:
    """Find invoices whose number has a different year than their issue."""
    return selected("invoice", OF_ANOTHER_YEAR)


def totals_off_their_lines() -> list[str]:
    """Find invoices whose total isn't the sum of their lines plus tax."""
    lines = (
        InvoiceLine.objects.filter(invoice=OuterRef("pk"))
        .values("invoice")
        .annotate(summed=Sum("amount"))
        .values("summed")
    )
    summed = Invoice.objects.annotate(summed=Coalesce(Subquery(lines), Decimal(0)))
    return rows(summed.exclude(subtotal=F("summed"), total=F("subtotal") + F("tax_amount")))


# What a change of plan takes off are lines below 0.
OFF_ITS_PLAN = """
SELECT i.id FROM billing_invoice i
WHERE (included_credits, currency, subtotal - (
        SELECT coalesce(sum(l.amount), 0) FROM billing_invoiceline l
        WHERE l.invoice_id = i.id AND l.amount < 0)) IS DISTINCT FROM (
    (billing_snapshot #>> '{plan,included_credits}')::bigint,
    billing_snapshot #>> '{plan,currency}',
    (billing_snapshot #>> '{plan,price}')::numeric)
ORDER BY id
"""


def off_the_plan_sold() -> list[str]:
    """Find invoices whose price or contents differ from the plan that they keep."""
    return selected("invoice", OFF_ITS_PLAN)


# Unused days are credited when the plan changes: never more than was paid up to then, nor than the
# plans cost whose periods weren't over. A payment counts until it is reversed. Which came first,
# the events' ids tell: each has the time of its request, which may have waited for the other one's.
CREDITED_TOO_MUCH = """
SELECT i.id FROM billing_invoice i
JOIN billing_invoiceline l ON l.invoice_id = i.id AND l.amount < 0
WHERE i.kind NOT IN ('initial', 'change') OR EXISTS (
    SELECT FROM billing_invoiceline credit WHERE credit.invoice_id = i.id AND credit.amount < 0
    HAVING -sum(credit.amount) > (
        SELECT least(coalesce(sum(paid.total), 0), coalesce(sum(
            (paid.billing_snapshot #>> '{plan,price}')::numeric) FILTER (WHERE NOT EXISTS (
                SELECT FROM billing_period over WHERE over.invoice_id = paid.id
                    AND over.ends_at <= i.issued_at
                    AND (over.revoked_at IS NULL OR over.revoked_at > i.issued_at))), 0))
        FROM billing_invoice paid
        JOIN billing_payment p ON p.invoice_id = paid.id
        WHERE paid.account_id = i.account_id AND 'succeeded' = (
            SELECT e.to_state FROM billing_paymentevent e
            WHERE e.object_type = 'payment' AND e.object_id = p.id AND e.id < (
                SELECT min(issue.id) FROM billing_paymentevent issue
                WHERE issue.object_type = 'invoice' AND issue.object_id = i.id)
            ORDER BY e.id DESC LIMIT 1)))
GROUP BY i.id
ORDER BY i.id
"""


def crediting_too_much() -> list[str]:
    """Find invoices that credit more than was paid, or that are for no change of plan."""
    return selected("invoice", CREDITED_TOO_MUCH)


# Library versions disagree on the number of decimals of some currencies (at most 3). Invoices from
# before methods were kept have a later copy of their method.
OFF_ITS_RATE = """
SELECT id FROM billing_invoice
WHERE payable_amount NOT IN (
        round(total * exchange_rate), round(total * exchange_rate, 1),
        round(total * exchange_rate, 2), round(total * exchange_rate, 3))
    OR payable_currency = currency AND exchange_rate <> 1
    OR payable_currency <> currency AND method_snapshot IS NULL
    OR payable_currency <> method_snapshot ->> 'currency'
        AND billing_snapshot -> 'issue' IS NOT NULL
ORDER BY id
"""


def off_the_rate_kept() -> list[str]:
    """Find invoices whose payable currency or rate differs from what they keep."""
    return selected("invoice", OFF_ITS_RATE)


def methods_that_are_not_known() -> Iterator[str]:
    """Find invoices and payments without a copy of their method."""
    kept = Coalesce(Cast(KT("method_snapshot__id"), models.BigIntegerField()), 0)
    chosen = Invoice.objects.filter(payment_method__isnull=False)
    yield from rows(chosen.annotate(kept=kept).exclude(kept=F("payment_method_id")))
    yield from rows(Payment.objects.annotate(kept=kept).exclude(kept=F("method_id")))


def for_another_account() -> list[str]:
    """Find invoices of one account for a subscription of another."""
    return rows(Invoice.objects.exclude(account=F("subscription__account")))


CHECKS = {
    "4a. every paid invoice has one succeeded payment of its amount": paid_without_settlement,
    "4b. invoice numbers have no gaps": numbers_with_gaps,
    "4c. every invoice is the sum of its lines": totals_off_their_lines,
    "4d. every invoice was paid when its payment was approved": paid_at_another_time,
    "4e. every invoice has a number of the year of its issue": numbered_in_another_year,
    "every invoice is for a subscription of its own account": for_another_account,
    "7c. every invoice and payment keeps its payment method": methods_that_are_not_known,
    "7d. every invoice costs and brings what its plan did": off_the_plan_sold,
    "7f. no change of plan credits more than was paid": crediting_too_much,
    "7e. every invoice is payable at the rate that it keeps": off_the_rate_kept,
}
