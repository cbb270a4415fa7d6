"""What an admin should look at twice before approving: each flag says what and why.

A page of payments takes the same few queries as one payment.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.db.models import Count
from django.db.models.functions import Upper

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Payment
from igny8_core.common.countries import country_name

YOUNG_ACCOUNT = timedelta(hours=1)
MANY_REJECTIONS = 3
MAX_NAMED = 3
MAX_COMPARED = 500  # a reference such as "cash" may be everybody's


class Severity(StrEnum):
    """How much a flag should stop one."""

    DANGER = "danger"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Flag:
    """One thing to look at.

    :param code: stable, for tests and clients.
    :param label: a few words for a list.
    :param detail: a sentence for the review.
    """

    code: str
    severity: Severity
    label: str
    detail: str


def flags_of(payments: Sequence[Payment]) -> dict[int, list[Flag]]:
    """Find what is odd about payments, the worst first, by the payments' ids.

    :param payments: with invoice, account, method and submitter, as ``payment_queue`` has them.
    """
    found: dict[int, list[Flag]] = {payment.pk: [] for payment in payments}
    for payment_id, flag in (
        *_reused_references(payments),
        *_reused_proofs(payments),
        *_rejections(payments),
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
    """Yield what the payment and its account say by themselves."""
    invoice, account, method = payment.invoice, payment.invoice.account, payment.paid_by
    if not payment.is_of_the_amount_due:
        yield Flag(
            "amount_off",
            Severity.DANGER,
            "Amount off",
            f"{payment.money} is claimed; due is {invoice.due} or {invoice.payable}.",
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
    if payment.submitted_at - account.created_at < YOUNG_ACCOUNT:
        yield Flag(
            "account_young",
            Severity.INFO,
            "New account",
            "The account was less than an hour old when the payment was confirmed.",
        )
    if payment.first_approved_by_id and payment.status == PaymentStatus.PENDING_APPROVAL:
        yield Flag(
            "first_approval",
            Severity.INFO,
            "1 of 2 approvals",
            f"Approved by {payment.first_approved_by}; a second admin has to approve, too.",
        )


def _reused_references(payments: Sequence[Payment]) -> Iterable[tuple[int, Flag]]:
    """Yield payments whose reference another invoice's payment has, in any case of letters."""
    wanted = {payment.manual_reference.upper() for payment in payments}
    others = (
        Payment.objects.annotate(upper=Upper("manual_reference"))
        .filter(upper__in=wanted)
        .select_related("invoice__account")
        .order_by("pk")[:MAX_COMPARED]
    )
    return _shared(
        payments,
        others=others,
        key=lambda payment: payment.manual_reference.upper(),
        code="reference_reused",
        label="Reference used before",
        sentence="The same reference is on",
    )


def _reused_proofs(payments: Sequence[Payment]) -> Iterable[tuple[int, Flag]]:
    """Yield payments whose proof is, byte by byte, that of another invoice's payment."""
    wanted = {payment.proof_sha256 for payment in payments} - {""}
    others = (
        Payment.objects.filter(proof_sha256__in=wanted)
        .exclude(proof_sha256="")
        .select_related("invoice__account")
        .order_by("pk")[:MAX_COMPARED]
    )
    return _shared(
        payments,
        others=others,
        key=lambda payment: payment.proof_sha256,
        code="proof_reused",
        label="Proof used before",
        sentence="The same file is the proof of",
    )


def _shared(
    payments: Sequence[Payment],
    *,
    others: Iterable[Payment],
    key: Callable[[Payment], str],
    code: str,
    label: str,
    sentence: str,
) -> Iterable[tuple[int, Flag]]:
    by_key: dict[str, list[Payment]] = defaultdict(list)
    for other in others:
        by_key[key(other)].append(other)
    for payment in payments:
        shared = [item for item in by_key[key(payment)] if item.invoice_id != payment.invoice_id]
        if key(payment) and shared:
            named = ", ".join(
                f"payment {item.pk} of {item.invoice.account} ({item.invoice}, "
                f"{item.get_status_display().lower()})"
                for item in shared[:MAX_NAMED]
            )
            more = len(shared) - MAX_NAMED
            detail = f"{sentence} {named}" + (f" and {more} more." if more > 0 else ".")
            yield payment.pk, Flag(code, Severity.DANGER, label, detail)


def _rejections(payments: Sequence[Payment]) -> Iterable[tuple[int, Flag]]:
    """Yield payments of accounts that had many rejected."""
    accounts = {payment.invoice.account_id for payment in payments}
    counts = dict(
        Payment.objects.filter(invoice__account__in=accounts, status=PaymentStatus.FAILED)
        .values("invoice__account")
        .annotate(rejections=Count("pk"))
        .values_list("invoice__account", "rejections")
    )
    for payment in payments:
        rejections = counts.get(payment.invoice.account_id, 0)
        if rejections >= MANY_REJECTIONS:
            yield (
                payment.pk,
                Flag(
                    "many_rejections",
                    Severity.WARNING,
                    f"{rejections} rejections",
                    f"{rejections} payments of this account were rejected.",
                ),
            )


def _unverified(payments: Sequence[Payment]) -> Iterable[tuple[int, Flag]]:
    """Yield payments whose submitter has not shown that the e-mail address is theirs."""
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
                    "E-mail unverified",
                    f"{payment.submitted_by} has not confirmed the e-mail address.",
                ),
            )
