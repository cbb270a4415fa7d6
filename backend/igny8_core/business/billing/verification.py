"""The invariants of the design, checked on live data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import connection, models
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Greatest, Now

from igny8_core.auth.enums import (
    LIVE_SUBSCRIPTION_STATUSES,
    AccountStatus,
    SubscriptionStatus,
    UserRole,
)
from igny8_core.auth.models import NOBODYS_DOMAIN, Account, Subscription, User
from igny8_core.business.billing.enums import CreditKind, InvoiceStatus, ObjectType, PaymentStatus
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentEvent,
)

MAX_SHOWN = 5
APPROVED_ONCE = [PaymentStatus.SUCCEEDED, PaymentStatus.REVERSED]


@dataclass(frozen=True)
class CheckResult:
    """One invariant, and which objects break it."""

    sentence: str
    offenders: list[str]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.offenders

    def __str__(self) -> str:
        if self.holds:
            return f"ok    {self.sentence}"
        shown = ", ".join(self.offenders[:MAX_SHOWN])
        more = len(self.offenders) - MAX_SHOWN
        return f"FAIL  {self.sentence}: {shown}" + (f" and {more} more" if more > 0 else "")


def verify_billing() -> list[CheckResult]:
    """Check every invariant; reads only."""
    return [
        CheckResult(sentence, [str(offender) for offender in find()])
        for sentence, find in CHECKS.items()
    ]


def _invoices_with_several(status: PaymentStatus) -> QuerySet[Invoice]:
    counted = Invoice.objects.annotate(found=Count("payments", filter=Q(payments__status=status)))
    return counted.filter(found__gt=1)


def _several_under_review() -> Iterable[object]:
    return _invoices_with_several(PaymentStatus.PENDING_APPROVAL)


def _several_succeeded() -> Iterable[object]:
    return _invoices_with_several(PaymentStatus.SUCCEEDED)


def _payments_without_their_credits() -> Iterable[object]:
    granted = Payment.objects.annotate(
        grants=Count("credittransaction", filter=Q(credittransaction__kind=CreditKind.PLAN_GRANT)),
        granted=Coalesce(
            Sum(
                "credittransaction__amount",
                filter=Q(credittransaction__kind=CreditKind.PLAN_GRANT),
            ),
            0,
        ),
    )
    return granted.filter(
        Q(status__in=APPROVED_ONCE) & ~Q(granted=F("invoice__included_credits"))
        | ~Q(status__in=APPROVED_ONCE) & Q(grants__gt=0)
        | Q(grants__gt=1)
    )


def _reversals_off_their_payment() -> Iterable[object]:
    taken = Payment.objects.annotate(
        taken=Coalesce(
            Sum("credittransaction__amount", filter=Q(credittransaction__kind=CreditKind.REVERSAL)),
            0,
        ),
    )
    return taken.filter(
        ~Q(status=PaymentStatus.REVERSED) & ~Q(taken=0)
        | Q(status=PaymentStatus.REVERSED)
        & (Q(taken__gt=0) | Q(taken__lt=0 - F("invoice__included_credits")))
    )


def _balances_off_the_ledger() -> Iterable[object]:
    summed = Account.objects.annotate(summed=Coalesce(Sum("credit_transactions__amount"), 0))
    return summed.filter(~Q(credits=F("summed")) | Q(credits__lt=0))


def _running_balances_off() -> Iterable[object]:
    previous = (
        CreditTransaction.objects.filter(account=OuterRef("account"), pk__lt=OuterRef("pk"))
        .order_by("-pk")
        .values("balance_after")[:1]
    )
    entries = CreditTransaction.objects.annotate(before=Coalesce(Subquery(previous), 0))
    return entries.exclude(balance_after=F("before") + F("amount"))


def _paid_without_settlement() -> Iterable[object]:
    of_its_amount = Q(payments__amount=F("total"), payments__currency=F("currency")) | Q(
        payments__amount=F("payable_amount"), payments__currency=F("payable_currency")
    )
    counted = Invoice.objects.annotate(
        succeeded=Count("payments", filter=Q(payments__status=PaymentStatus.SUCCEEDED)),
        settled=Count(
            "payments", filter=Q(payments__status=PaymentStatus.SUCCEEDED) & of_its_amount
        ),
    )
    return counted.filter(
        Q(status=InvoiceStatus.PAID) & ~Q(settled=1)
        | ~Q(status=InvoiceStatus.PAID) & Q(succeeded__gt=0)
    )


# Each number that its year's counter has given, and each invoice of the year: both, or it is shown.
NUMBERS_OFF = """
SELECT number FROM (
    SELECT 'INV-' || c.year || '-' || lpad(n::text, greatest(6, length(n::text)), '0') AS number
    FROM billing_invoicenumbercounter c, generate_series(1, c.last_number) AS n
) given
FULL JOIN billing_invoice i USING (number)
WHERE given.number IS NULL OR i.number IS NULL
ORDER BY 1
"""


def _numbers_with_gaps() -> Iterable[object]:
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS_OFF)
        return [number for (number,) in cursor]


def _totals_off_their_lines() -> Iterable[object]:
    lines = (
        InvoiceLine.objects.filter(invoice=OuterRef("pk"))
        .values("invoice")
        .annotate(summed=Sum("amount"))
        .values("summed")
    )
    return Invoice.objects.annotate(summed=Subquery(lines)).exclude(subtotal=F("summed"))


def _states_without_their_event() -> Iterable[object]:
    stateful: dict[ObjectType, type[models.Model]] = {
        ObjectType.ACCOUNT: Account,
        ObjectType.SUBSCRIPTION: Subscription,
        ObjectType.INVOICE: Invoice,
        ObjectType.PAYMENT: Payment,
    }
    for object_type, model in stateful.items():
        last = (
            PaymentEvent.objects.filter(object_type=object_type, object_id=OuterRef("pk"))
            .order_by("-pk")
            .values("to_state")[:1]
        )
        recorded = model._default_manager.annotate(
            recorded=Coalesce(Subquery(last), models.Value(""))
        )
        for row in recorded.exclude(status=F("recorded")):
            yield f"{object_type} {row.pk}"


def _events_that_skip_a_state() -> Iterable[object]:
    previous = (
        PaymentEvent.objects.filter(
            object_type=OuterRef("object_type"),
            object_id=OuterRef("object_id"),
            pk__lt=OuterRef("pk"),
        )
        .order_by("-pk")
        .values("to_state")[:1]
    )
    events = PaymentEvent.objects.annotate(before=Coalesce(Subquery(previous), models.Value("")))
    return events.exclude(from_state=F("before"))


def _accounts_off_their_subscription() -> Iterable[object]:
    live = Count("subscriptions", filter=Q(subscriptions__status__in=LIVE_SUBSCRIPTION_STATUSES))
    counted = Account.objects.annotate(live=live)
    return counted.filter(
        Q(live__gt=1)
        | Q(status=AccountStatus.ACTIVE) & ~Q(live=1)
        | Q(status__in=[AccountStatus.TRIAL, AccountStatus.PENDING_PAYMENT]) & Q(live__gt=0)
    )


def _pending_subscriptions_without_invoice() -> Iterable[object]:
    pending = Count("invoices", filter=Q(invoices__status=InvoiceStatus.PENDING))
    counted = Subscription.objects.annotate(pending=pending, newest=Max("invoices__pk"))
    return counted.filter(
        Q(status=SubscriptionStatus.PENDING_PAYMENT) & ~Q(pending=1) | Q(newest__isnull=True)
    )


def _live_subscriptions_unpaid() -> Iterable[object]:
    paid = Count("invoices", filter=Q(invoices__status=InvoiceStatus.PAID))
    live = Subscription.objects.filter(status__in=LIVE_SUBSCRIPTION_STATUSES)
    return live.annotate(paid=paid).filter(paid=0)


def _paid_periods_that_do_not_run() -> Iterable[object]:
    """Find what is paid for and lasts where neither it nor a newer one is live.

    It lasts beyond this moment, and beyond the last thing that happened in the account.
    """
    last_event = (
        PaymentEvent.objects.filter(account=OuterRef("account"))
        .order_by("-created_at")
        .values("created_at")[:1]
    )
    live = Subscription.objects.filter(
        Q(current_period_start__gt=OuterRef("current_period_start"))
        | Q(current_period_start=OuterRef("current_period_start"), pk__gte=OuterRef("pk")),
        account=OuterRef("account"),
        status__in=LIVE_SUBSCRIPTION_STATUSES,
    )
    return (
        Subscription.objects.filter(invoices__status=InvoiceStatus.PAID)
        .exclude(account__status=AccountStatus.CANCELLED)
        .filter(current_period_end__gt=Greatest(Now(), Subquery(last_event)))
        .exclude(Exists(live))
        .distinct()
    )


def _periods_off_their_invoice() -> Iterable[object]:
    """Find paid periods that last longer or shorter than the interval that was sold."""
    sold = (
        Invoice.objects.filter(subscription=OuterRef("pk"), status=InvoiceStatus.PAID)
        .order_by("-pk")
        .values(interval=KT("billing_snapshot__plan__interval"))[:1]
    )
    once = Func(
        Subquery(sold), template="('1 ' || %(expressions)s)::interval", output_field=DurationField()
    )
    end = ExpressionWrapper(F("current_period_start") + once, output_field=DateTimeField())
    paid = Subscription.objects.filter(
        current_period_start__isnull=False, invoices__status=InvoiceStatus.PAID
    )
    return paid.annotate(sold_until=end).exclude(current_period_end=F("sold_until")).distinct()


def _subscriptions_off_their_invoice() -> Iterable[object]:
    """Find those whose credits and limits are not what their newest invoice says."""
    newest = (
        Invoice.objects.filter(subscription=OuterRef("pk"))
        .order_by("-pk")
        .values("billing_snapshot__plan")[:1]
    )
    return Subscription.objects.annotate(sold=Subquery(newest)).exclude(terms=F("sold"))


def _methods_that_are_not_known() -> Iterable[object]:
    """Find what does not keep the method that it is, or was, to be paid by."""
    kept = Coalesce(Cast(KT("method_snapshot__id"), models.BigIntegerField()), 0)
    chosen = Invoice.objects.filter(payment_method__isnull=False)
    yield from chosen.annotate(kept=kept).exclude(kept=F("payment_method_id"))
    yield from Payment.objects.annotate(kept=kept).exclude(kept=F("method_id"))


def _closed_accounts_with_something_open() -> Iterable[object]:
    closed = Account.objects.filter(status=AccountStatus.CANCELLED)
    return closed.filter(
        Q(subscriptions__in=Subscription.objects.exclude(status=SubscriptionStatus.CANCELLED))
        | Q(invoices__status=InvoiceStatus.PENDING)
        | Q(invoices__payments__status=PaymentStatus.PENDING_APPROVAL)
        | Q(users__is_active=True)
    ).distinct()


def _accounts_without_one_owner() -> Iterable[object]:
    owners = Count("users", filter=Q(users__role=UserRole.OWNER))
    in_use = Account.objects.exclude(status=AccountStatus.CANCELLED)
    return in_use.annotate(owners=owners).exclude(owners=1)


# What a mail told can't become untrue: these states are final, or their mail says more than one.
CONTRADICTED = """
SELECT m.id FROM common_outgoingmail m
LEFT JOIN billing_payment p ON p.id = (m.arguments ->> 'payment_id')::bigint
LEFT JOIN billing_invoice i
    ON i.id = coalesce(p.invoice_id, (m.arguments ->> 'invoice_id')::bigint)
WHERE m.sent_at IS NOT NULL AND (
    m.kind = 'payment_approved' AND p.status NOT IN ('succeeded', 'reversed')
    OR m.kind = 'payment_rejected' AND p.status <> 'failed'
    OR m.kind = 'payment_reversed' AND p.status <> 'reversed'
    OR m.kind = 'invoice_voided' AND i.status <> 'void'
    OR m.arguments -> 'facts' ->> 'number' <> i.number
    OR (m.arguments ->> 'account_id')::bigint <> i.account_id)
ORDER BY m.id
"""


def _mails_that_contradict_what_they_tell() -> Iterable[object]:
    with connection.cursor() as cursor:
        cursor.execute(CONTRADICTED)
        return [f"mail {mail_id}" for (mail_id,) in cursor]


def _proofs_without_their_file() -> Iterable[object]:
    """Find payments whose file is gone; each folder is listed once, however many it has."""
    kept: dict[str, dict[str, int]] = {}
    for pk, name in Payment.objects.exclude(proof="").values_list("pk", "proof").order_by("pk"):
        folder, _, file = str(name).rpartition("/")
        kept.setdefault(folder, {})[file] = pk
    for folder, files in kept.items():
        try:
            stored = set(default_storage.listdir(folder)[1])
        except FileNotFoundError:
            stored = set()
        yield from (f"payment {pk}" for file, pk in files.items() if file not in stored)


def _people_off_their_address() -> Iterable[object]:
    """Find who logs in with another address than ``User.email``, with several or with none."""
    own = Count(
        "emailaddress", filter=Q(emailaddress__email=F("email"), emailaddress__primary=True)
    )
    counted = User.objects.annotate(own=own, addresses=Count("emailaddress"))
    is_erased = Q(email__endswith=f"@{NOBODYS_DOMAIN}")
    right = Q(is_erased, addresses=0) | Q(~is_erased, own=1, addresses=1)
    return counted.exclude(right)


CHECKS: dict[str, Callable[[], Iterable[object]]] = {
    "1a. no invoice has two payments under review": _several_under_review,
    "1b. no invoice has two succeeded payments": _several_succeeded,
    "2. every approval granted its plan's credits exactly once": _payments_without_their_credits,
    "2b. credits are taken back for reversals alone, and no more than were granted": (
        _reversals_off_their_payment
    ),
    "3a. every balance is its ledger's sum, and not negative": _balances_off_the_ledger,
    "3b. every ledger entry continues the one before it": _running_balances_off,
    "4a. every paid invoice has one succeeded payment of its amount": _paid_without_settlement,
    "4b. invoice numbers have no gaps": _numbers_with_gaps,
    "4c. every invoice is the sum of its lines": _totals_off_their_lines,
    "every account fits its subscription": _accounts_off_their_subscription,
    "every pending subscription has its invoice": _pending_subscriptions_without_invoice,
    "every live subscription is paid for": _live_subscriptions_unpaid,
    "every plan that is paid for and lasts runs, or a newer one does": (
        _paid_periods_that_do_not_run
    ),
    "7a. every period is as long as its invoice says": _periods_off_their_invoice,
    "7b. every subscription promises what its invoice says": _subscriptions_off_their_invoice,
    "7c. every invoice and payment keeps its payment method": _methods_that_are_not_known,
    "everybody logs in with one address, that of the person": _people_off_their_address,
    "every closed account has nothing open and nobody who can log in": (
        _closed_accounts_with_something_open
    ),
    "every open account has one owner": _accounts_without_one_owner,
    "5a. no mail that was sent contradicts what it tells of": (
        _mails_that_contradict_what_they_tell
    ),
    "5b. every proof's file is there": _proofs_without_their_file,
    "6a. every state has its event": _states_without_their_event,
    "6b. no event skips a state": _events_that_skip_a_state,
}
