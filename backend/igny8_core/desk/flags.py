"""What an admin should check twice before approving: each flag says what and why.

A page of payments takes the same few queries as one payment.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Count, Q

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Payment
from igny8_core.common.places.countries import country_name

YOUNG_ACCOUNT = timedelta(hours=1)
MANY_REFUSALS = 3
MAX_NAMED = 3
MAX_COUNTED = 20  # many payments may use a reference such as "cash"
BEFORE_ISSUE = timedelta(days=1)  # the customer's time zone may still have the day before


class Severity(StrEnum):
    """How serious a flag is."""

    DANGER = "danger"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Flag:
    """One thing to check.

    :param code: stable, for tests and clients.
    :param label: a few words for a list.
    :param detail: a sentence for the review.
    """

    code: str
    severity: Severity
    label: str
    detail: str


def flags_of(payments: Sequence[Payment]) -> dict[int, list[Flag]]:
    """Find what is suspicious about payments, worst first, by payment id.

    :param payments: with invoice, account, method and submitter, as in ``payment_queue``.
    """
    found: dict[int, list[Flag]] = {payment.pk: [] for payment in payments}
    for payment_id, flag in (
        *_reused_references(payments),
        *_reused_proofs(payments),
        *_refusals(payments),
        *_unverified(payments),
    ):
        found[payment_id].append(flag)
    for payment in payments:
        found[payment.pk] += _own_flags(payment)
    order = list(Severity)
    return {
        payment_id: sorted(flags, key=lambda flag: order.index(flag.severity))
        for payment_id, flags in found.items()
    }


def _own_flags(payment: Payment) -> Iterable[Flag]:
    """Yield flags that only depend on the payment and its account."""
    invoice, account, method = payment.invoice, payment.invoice.account, payment.paid_by
    if not payment.is_of_the_amount_due:
        yield Flag(
            "amount_off",
            Severity.DANGER,
            "Amount differs",
            f"Claimed: {payment.money}. Due: {invoice.due} or {invoice.payable}.",
        )
    elif payment.currency != method.currency:
        yield Flag(
            "currency_off",
            Severity.INFO,
            f"In {payment.currency}",
            f"Claimed in {payment.currency}; {method} receives {method.currency}.",
        )
    country = invoice.billing_snapshot["customer"]["country"]
    if method.countries and country not in method.countries:
        where = country_name(country) if country else "no country"
        yield Flag(
            "country_differs",
            Severity.WARNING,
            "Other country",
            f"The customer is in {where}; {method} is for {', '.join(method.countries)}.",
        )
    if payment.paid_on and payment.paid_on < invoice.day_of(invoice.issued_at) - BEFORE_ISSUE:
        yield Flag(
            "paid_before_issue",
            Severity.WARNING,
            "Paid before the invoice",
            f"Reported as paid on {payment.paid_on}; {invoice} was issued on "
            f"{invoice.day_of(invoice.issued_at)}.",
        )
    if payment.submitted_at - account.created_at < YOUNG_ACCOUNT:
        yield Flag(
            "account_young",
            Severity.INFO,
            "New account",
            "The account was less than an hour old when the payment was confirmed.",
        )
    if payment.first_approved_by and payment.status == PaymentStatus.PENDING_APPROVAL:
        yield Flag(
            "first_approval",
            Severity.INFO,
            "1 of 2 approvals",
            f"Approved by {payment.first_approved_by}; a second admin must approve it.",
        )
    if payment.reversal_marked_by and payment.status == PaymentStatus.SUCCEEDED:
        yield Flag(
            "first_reversal",
            Severity.WARNING,
            "1 of 2 reversals",
            f"{payment.reversal_marked_by} asked to reverse the approval; a second admin must "
            "agree.",
        )


# Each reference, or proof, looks up only a few others: so the rest of the page doesn't crowd it
# out, and a common one ("cash") costs no more than any other.
OTHERS = """
SELECT wanted.payment_id, other.id, other.status, i.number, a.name
FROM unnest(%(ids)s::bigint[], %(invoices)s::bigint[], %(keys)s::text[])
    AS wanted(payment_id, invoice_id, key)
CROSS JOIN LATERAL (
    SELECT id, status, invoice_id FROM billing_payment
    WHERE {column} = wanted.key AND {column} <> '' AND invoice_id <> wanted.invoice_id
    ORDER BY id LIMIT %(limit)s
) other
JOIN billing_invoice i ON i.id = other.invoice_id JOIN igny8_auth_account a ON a.id = i.account_id
ORDER BY wanted.payment_id, other.id
"""


def _reused_references(payments: Sequence[Payment]) -> Iterable[tuple[int, Flag]]:
    """Yield payments whose reference another invoice's payment also has, in any spelling."""
    return _shared(
        payments,
        column="reference_key",
        code="reference_reused",
        label="Reference used before",
        sentence="The same reference appears on",
    )


def _reused_proofs(payments: Sequence[Payment]) -> Iterable[tuple[int, Flag]]:
    """Yield payments whose proof is identical to that of another invoice's payment."""
    return _shared(
        payments,
        column="proof_sha256",
        code="proof_reused",
        label="Proof used before",
        sentence="The same file was used as proof for",
    )


def _shared(
    payments: Sequence[Payment], *, column: str, code: str, label: str, sentence: str
) -> Iterable[tuple[int, Flag]]:
    """Yield payments that share a column's value with payments of other invoices."""
    others: dict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            OTHERS.format(column=column),
            {
                "ids": [payment.pk for payment in payments],
                "invoices": [payment.invoice_id for payment in payments],
                "keys": [getattr(payment, column) for payment in payments],
                "limit": MAX_COUNTED + 1,
            },
        )
        for payment_id, other_id, status, number, account in cursor:
            state = PaymentStatus(status).label.lower()
            others[payment_id].append(f"payment {other_id} of {account} ({number}, {state})")
    for payment_id, found in others.items():
        detail = f"{sentence} {', '.join(found[:MAX_NAMED])}{_and_more(len(found))}."
        yield payment_id, Flag(code, Severity.DANGER, label, detail)


def _and_more(count: int) -> str:
    if count <= MAX_NAMED:
        return ""
    return f" and {count - MAX_NAMED} more" if count <= MAX_COUNTED else " and many more"


def _refusals(payments: Sequence[Payment]) -> Iterable[tuple[int, Flag]]:
    """Yield payments of accounts with many rejections or withdrawals."""
    accounts = {payment.invoice.account_id for payment in payments}
    counts = {
        row["invoice__account"]: [row["rejections"], row["withdrawals"]]
        for row in Payment.objects.filter(invoice__account__in=accounts)
        .values("invoice__account")
        .annotate(
            rejections=Count("pk", filter=Q(status=PaymentStatus.FAILED)),
            withdrawals=Count("pk", filter=Q(status=PaymentStatus.WITHDRAWN)),
        )
    }
    for payment in payments:
        found = counts.get(payment.invoice.account_id, [0, 0])
        for name, what, count in zip(
            ("rejections", "withdrawals"), ("rejected", "withdrawn"), found, strict=True
        ):
            if count >= MANY_REFUSALS:
                detail = f"{count} payments of this account were {what}."
                yield (
                    payment.pk,
                    Flag(f"many_{name}", Severity.WARNING, f"{count} {name}", detail),
                )


def _unverified(payments: Sequence[Payment]) -> Iterable[tuple[int, Flag]]:
    """Yield payments whose submitter hasn't verified their email address."""
    submitters = {payment.submitted_by_id for payment in payments}
    verified = set(
        EmailAddress.objects.filter(user__in=submitters, primary=True, verified=True).values_list(
            "user", flat=True
        )
    )
    for payment in payments:
        if payment.submitted_by_id not in verified:
            yield (
                payment.pk,
                Flag(
                    "email_unverified",
                    Severity.INFO,
                    "Email not confirmed",
                    f"{payment.submitted_by} has not confirmed their email address.",
                ),
            )
