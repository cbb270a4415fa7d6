"""Reads of billing, each within its tenant, and the locks that transitions take."""

from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db.models import (
    Case,
    Count,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)

from igny8_core.auth.enums import UserRole
from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.auth.rights import holders, lately_at_the_desk
from igny8_core.auth.selectors import lock_account, lock_subscriptions
from igny8_core.business.billing.enums import (
    AMONG_ADMINS,
    DECIDED_PAYMENT_STATUSES,
    CreditKind,
    EventName,
    InvoiceStatus,
    ObjectType,
    PaymentStatus,
)
from igny8_core.business.billing.examples import are_withheld
from igny8_core.business.billing.exceptions import UnknownPaymentMethod
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import (
    VOIDING,
    Consent,
    CreditTransaction,
    ExchangeRate,
    Invoice,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
    PaymentSearch,
    RejectionReason,
    SellerProfile,
    SettingChange,
)
from igny8_core.business.billing.rights import DECIDE, right_to_change
from igny8_core.business.proofs.enums import ProofState
from igny8_core.common.exceptions import NotFound
from igny8_core.common.models import OutgoingMail
from igny8_core.common.patterns import is_usable
from igny8_core.common.search import text_holds

ADMIN_MAILS = ("payment_waiting", "payments_waiting")
COUNTED_UP_TO = 10_000  # beyond, "10,000+" is all that anybody needs to know
INVOICE_PARTS = (
    "lines",
    Prefetch("payments", Payment.objects.select_related("method")),
    Prefetch("events", PaymentEvent.objects.filter(VOIDING), to_attr="voidings"),
)
TOLD_TO_CUSTOMER = ~Q(event__in=AMONG_ADMINS)


# Ways to pay


def payment_methods_for(*, country: str) -> list[PaymentMethodConfig]:
    """The enabled methods of a country, its own and the global ones, in order.

    A country's own method hides the global one of the same code. Methods that still have their
    example details are offered in development alone, and none without a rate for its currency:
    nobody could be told how much to pay.

    :param country: ISO 3166-1 alpha-2, or empty for the global ones alone.
    """
    priced = {Plan.currency, *exchange_rates()}
    return [method for method in _methods_of(country) if method.currency in priced]


def _methods_of(country: str) -> list[PaymentMethodConfig]:
    places = Q(countries__contains=[country]) | Q(countries__len=0)
    offered = [
        method
        for method in PaymentMethodConfig.objects.filter(places, is_enabled=True)
        if not are_withheld(is_example=method.has_example_details)
    ]
    own_codes = {method.payment_method for method in offered if not method.is_global}
    return [
        method
        for method in offered
        if not (method.is_global and method.payment_method in own_codes)
    ]


def payment_method_for(*, code: str, country: str) -> PaymentMethodConfig:
    """Find the method that a code names in a country.

    :raises UnknownPaymentMethod: if none is offered there.
    """
    methods = _methods_of(country)
    found = next((method for method in methods if method.payment_method == code), None)
    if found is None:
        offered = ", ".join(method.payment_method for method in methods)
        advice = f"Choose one of: {offered}." if offered else "None is set up: write to support."
        detail = f"There is no payment method '{code}' for this country. {advice}"
        raise UnknownPaymentMethod(detail, attr="payment_method")
    return found


def method_for_payment(*, code: str, invoice: Invoice, country: str) -> PromisedMethod:
    """Find the method that a code names for an invoice that is being paid.

    The code of the invoice's own method names just that, as it was promised: whether it is
    offered any more, where, and with which details does not matter. Any other code names what
    is offered now.

    :param country: of the account now.
    :raises UnknownPaymentMethod: if the code names neither.
    """
    own = invoice.method
    if own and own.payment_method == code:
        return own
    return PromisedMethod.of_row(payment_method_for(code=code, country=country))


def exchange_rates() -> dict[str, ExchangeRate]:
    """All rates, by currency."""
    return {rate.currency: rate for rate in ExchangeRate.objects.all()}


def enabled_methods_with_example_details() -> QuerySet[PaymentMethodConfig]:
    """Methods that are switched on and that nobody has filled in yet."""
    return PaymentMethodConfig.objects.filter(is_enabled=True, has_example_details=True)


def methods_with_unusable_pattern() -> list[PaymentMethodConfig]:
    """Methods whose stored pattern is outside of the dialect, and lets all references through."""
    having = PaymentMethodConfig.objects.exclude(reference_pattern="")
    return [method for method in having if not is_usable(method.reference_pattern)]


# One account's own


def invoices_of(*, account: Account) -> QuerySet[Invoice]:
    """An account's invoices with their lines and payments, newest first."""
    return (
        Invoice.objects.filter(account=account)
        .select_related("payment_method")
        .prefetch_related(*INVOICE_PARTS)
        .order_by("-issued_at", "-pk")
    )


def invoice_of(*, account: Account, invoice_id: int) -> Invoice:
    """Find one of an account's invoices.

    :raises NotFound: if the account has none of this id.
    """
    invoice = invoices_of(account=account).filter(pk=invoice_id).first()
    if invoice is None:
        detail = f"There is no invoice {invoice_id}."
        raise NotFound(detail, attr="invoice_id")
    return invoice


def open_invoice(*, account: Account) -> Invoice | None:
    """The invoice that the account has to pay now, if any."""
    return invoices_of(account=account).filter(status=InvoiceStatus.PENDING).first()


def payments_of(*, account: Account) -> QuerySet[Payment]:
    """An account's payments, newest first."""
    return (
        Payment.objects.filter(invoice__account=account)
        .select_related("method", "invoice")
        .order_by("-submitted_at", "-pk")
    )


def payments_with_events_of(*, account: Account) -> QuerySet[Payment]:
    """The same, each with what happened to it and a customer is told: ``told_events``."""
    events = PaymentEvent.objects.filter(TOLD_TO_CUSTOMER, object_type=ObjectType.PAYMENT)
    told = Prefetch("events", events.select_related("actor").order_by("pk"), to_attr="told_events")
    return payments_of(account=account).prefetch_related(told)


def payment_of(*, account: Account, payment_id: int) -> Payment:
    """Find one of an account's payments.

    :raises NotFound: if the account has none of this id.
    """
    payment = payments_with_events_of(account=account).filter(pk=payment_id).first()
    if payment is None:
        detail = f"There is no payment {payment_id}."
        raise NotFound(detail)
    return payment


def is_being_checked(*, payment_id: int, upload: str) -> bool:
    """Whether a claim waits for a file to be looked at: this one, and no other by now."""
    return Payment.objects.filter(pk=payment_id, proof_upload=upload).exists()


def waiting_for_their_check(*, submitted_before: datetime) -> QuerySet[Payment]:
    """Claims whose file nobody has looked at, those that wait longest first."""
    waiting = Payment.objects.exclude(proof_upload="").filter(submitted_at__lt=submitted_before)
    return waiting.order_by("submitted_at", "pk")


def kept_without_pictures() -> QuerySet[Payment]:
    """Payments with a proof from before there were pictures."""
    return Payment.objects.filter(proof_state=ProofState.KEPT, proof_pages=None).order_by("pk")


def known_proof_files(names: list[str]) -> set[str]:
    """Those of some names that a payment has as its proof, or as the file to be looked at."""
    kept = Payment.objects.filter(proof__in=names).values_list("proof", flat=True)
    uploads = Payment.objects.filter(proof_upload__in=names).values_list("proof_upload", flat=True)
    return {*kept, *uploads}


def last_notice(*, payment: Payment) -> datetime | None:
    """When billing admins heard last of another confirmation of the same account, if ever."""
    others = Payment.objects.filter(invoice__account=payment.invoice.account_id)
    ids = others.exclude(pk=payment.pk).values_list("pk", flat=True)
    told = OutgoingMail.objects.filter(key__in=[f"payment_waiting:{pk}" for pk in ids])
    newest: datetime | None = told.aggregate(at=Max("created_at"))["at"]
    return newest


def last_decision(*, account: Account) -> Payment | None:
    """The payment of the account that an admin decided on last, if any."""
    return (
        payments_of(account=account)
        .filter(status__in=DECIDED_PAYMENT_STATUSES)
        .order_by("-decided_at", "-pk")
        .first()
    )


def events_of(*, object_type: ObjectType, object_id: int) -> QuerySet[PaymentEvent]:
    """What happened to an object itself, oldest first."""
    return (
        PaymentEvent.objects.filter(object_type=object_type, object_id=object_id)
        .select_related("actor")
        .order_by("pk")
    )


def timeline_of(*, payment: Payment) -> QuerySet[PaymentEvent]:
    """What happened to a payment itself, oldest first."""
    return events_of(object_type=ObjectType.PAYMENT, object_id=payment.pk)


def timeline_of_invoice(*, invoice: Invoice) -> QuerySet[PaymentEvent]:
    """What happened in an invoice's course, whatever object it moved, oldest first."""
    return PaymentEvent.objects.filter(invoice=invoice).select_related("actor").order_by("pk")


def events_for_customer(*, account: Account) -> QuerySet[PaymentEvent]:
    """All that happened in an account, oldest first; not what admins settle among themselves."""
    return (
        PaymentEvent.objects.filter(TOLD_TO_CUSTOMER, account=account)
        .select_related("actor")
        .order_by("pk")
    )


def ledger_of(*, account: Account) -> QuerySet[CreditTransaction]:
    """An account's credit entries, newest first."""
    return (
        CreditTransaction.objects.filter(account=account)
        .select_related("payment__invoice")
        .order_by("-created_at", "-pk")
    )


def credits_taken_back(*, payment: Payment) -> int:
    """How many credits the reversal of a payment took back; 0 without one."""
    taken = payment.credittransaction_set.filter(kind=CreditKind.REVERSAL)
    return -(taken.aggregate(amount=Sum("amount"))["amount"] or 0)


def mails_about(*, account: Account) -> QuerySet[OutgoingMail]:
    """The mails that tell of an account, to whomever, those of earlier versions too."""
    invoices = list(account.invoices.values_list("pk", flat=True))
    payments = list(payments_of(account=account).values_list("pk", flat=True))
    return OutgoingMail.objects.filter(
        Q(arguments__account_id=account.pk)
        | Q(arguments__invoice_id__in=invoices)
        | Q(arguments__payment_id__in=payments)
    ).order_by("pk")


def mails_after(mail: OutgoingMail) -> QuerySet[OutgoingMail]:
    """Return the later mails of the same kind to the same reader."""
    return OutgoingMail.objects.filter(pk__gt=mail.pk, kind=mail.kind, recipient=mail.recipient)


def mails_of(*, account: Account) -> QuerySet[OutgoingMail]:
    """The mails to an account's people and to its billing addresses, old ones too."""
    told = mails_about(account=account).exclude(kind__in=ADMIN_MAILS)
    people = account.users.filter(is_staff=False, is_superuser=False).values("email")
    return OutgoingMail.objects.filter(
        Q(pk__in=told.order_by().values("pk")) | Q(recipient__in=people)
    ).order_by("pk")


# The admins' view


def every_invoice() -> QuerySet[Invoice]:
    """Every account's invoices with what the desk's page shows of them."""
    return Invoice.objects.select_related("account", "payment_method").prefetch_related(
        *INVOICE_PARTS
    )


def payment_queue() -> QuerySet[Payment]:
    """Every account's payments, those that wait longest first."""
    return (
        Payment.objects.select_related("method", "invoice__account", "submitted_by", "decided_by")
        .prefetch_related("consents__admin")
        .order_by("submitted_at", "pk")
    )


def marked_reversals() -> QuerySet[Payment]:
    """Payments whose approval one of two admins wants taken back."""
    marked = Consent.objects.filter(event__in=[EventName.REVERSE, EventName.REVERSE_AND_VOID])
    return payment_queue().filter(
        status=PaymentStatus.SUCCEEDED, pk__in=marked.values("payment_id")
    )


def payment_for_admin(*, payment_id: int) -> Payment:
    """Find any payment.

    :raises NotFound: if there is none of this id.
    """
    payment = payment_queue().filter(pk=payment_id).first()
    if payment is None:
        detail = f"There is no payment {payment_id}."
        raise NotFound(detail)
    return payment


def matching_payments(term: str) -> Q:
    """Match payments by what an admin has at hand, typed in any way: see ``PaymentSearch``."""
    found = PaymentSearch.objects.filter(text_holds(term, text=F("text")))
    return Q(pk__in=found.values("payment_id"))


def count_in(status: PaymentStatus) -> int:
    """How many payments are in a status; no further than just above ``COUNTED_UP_TO``."""
    return Payment.objects.filter(status=status)[: COUNTED_UP_TO + 1].count()


def counts_by_status(payments: QuerySet[Payment]) -> dict[str, int]:
    """How many of these payments are in each status."""
    counted = payments.order_by().values("status").annotate(number=Count("pk"))
    return {row["status"]: row["number"] for row in counted}


def before_in_time(
    payments: QuerySet[Payment], *, submitted_at: datetime, pk: int
) -> QuerySet[Payment]:
    """Those that stand before a place in the order of time."""
    earlier = payments.filter(submitted_at__lte=submitted_at)
    return earlier.exclude(submitted_at=submitted_at, pk__gte=pk)


def after_in_time(
    payments: QuerySet[Payment], *, submitted_at: datetime, pk: int
) -> QuerySet[Payment]:
    """Those that stand after a place in the order of time."""
    later = payments.filter(submitted_at__gte=submitted_at)
    return later.exclude(submitted_at=submitted_at, pk__lte=pk)


def neighbours_in_queue(*, payment: Payment) -> tuple[int | None, int | None]:
    """Ids of the waiting payments before and after this one."""
    waiting = Payment.objects.filter(status=PaymentStatus.PENDING_APPROVAL)
    before = before_in_time(waiting, submitted_at=payment.submitted_at, pk=payment.pk)
    after = after_in_time(waiting, submitted_at=payment.submitted_at, pk=payment.pk)
    return (
        before.order_by("-submitted_at", "-pk").values_list("pk", flat=True).first(),
        after.order_by("submitted_at", "pk").values_list("pk", flat=True).first(),
    )


def earlier_payments(*, payment: Payment) -> QuerySet[Payment]:
    """What else the same account has claimed, newest first."""
    return payments_of(account=payment.invoice.account).exclude(pk=payment.pk)


def rejection_reasons(*, payment: Payment, language: str) -> QuerySet[RejectionReason]:
    """Ready-made reasons for a payment's method, those in the customer's language first."""
    return (
        RejectionReason.objects.filter(Q(method=payment.method_id) | Q(method=None))
        .annotate(is_own_language=Case(When(language=language, then=0), default=1))
        .order_by("is_own_language", "order", "pk")
    )


def waiting_payments() -> QuerySet[Payment]:
    """What waits for a decision, longest first."""
    return payment_queue().filter(status=PaymentStatus.PENDING_APPROVAL)


def replaced_and_paid(*, account: Account) -> set[int]:
    """Ids of the account's subscriptions that an upgrade has replaced and that are paid still."""
    last_event = (
        PaymentEvent.objects.filter(object_type=ObjectType.SUBSCRIPTION, object_id=OuterRef("pk"))
        .order_by("-pk")
        .values("event")[:1]
    )
    replaced = (
        Subscription.objects.filter(account=account, invoices__status=InvoiceStatus.PAID)
        .annotate(last_event=Subquery(last_event))
        .filter(last_event=EventName.SUPERSEDE)
    )
    return set(replaced.values_list("pk", flat=True))


def any_invoice(*, invoice_id: int) -> Invoice:
    """Find an invoice of whatever account, with its account and its payments.

    :raises Invoice.DoesNotExist: if there is none of this id.
    """
    return Invoice.objects.select_related("account").prefetch_related("payments").get(pk=invoice_id)


def billing_admins() -> QuerySet[User]:
    """Who may decide on payments, with how they want to hear of them."""
    return holders(DECIDE).select_related("notice_preference").order_by("pk")


def owner_of(*, account: Account) -> User | None:
    """The user who owns the account; a closed one may have lost its."""
    return account.users.filter(role=UserRole.OWNER).first()


# Locks: always account, subscriptions, invoice, payments, each by primary key, so that two
# transitions of one account wait for each other and never deadlock.


@dataclass(frozen=True)
class LockedBilling:
    """The rows of one invoice's course, locked until the transaction ends."""

    account: Account
    subscriptions: list[Subscription]
    invoice: Invoice
    payments: list[Payment]

    @property
    def subscription(self) -> Subscription:
        """The one that the invoice is for."""
        return next(item for item in self.subscriptions if item.pk == self.invoice.subscription_id)

    def payment(self, payment_id: int) -> Payment:
        """The payment of this id."""
        return next(item for item in self.payments if item.pk == payment_id)


def lock_billing_of_invoice(*, invoice_id: int) -> LockedBilling:
    """Lock all that a transition of this invoice may touch.

    :raises NotFound: if there is no such invoice.
    """
    account_id = Invoice.objects.filter(pk=invoice_id).values_list("account_id", flat=True).first()
    if account_id is None:
        detail = f"There is no invoice {invoice_id}."
        raise NotFound(detail, attr="invoice_id")
    account = lock_account(account_id=account_id)
    subscriptions = lock_subscriptions(account_id=account_id)
    invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice_id)
    invoice.account = account
    payments = list(
        Payment.objects.select_for_update(of=("self",))
        .filter(invoice_id=invoice_id)
        .select_related("method")
        .order_by("pk")
    )
    for payment in payments:
        payment.invoice = invoice
    return LockedBilling(account, subscriptions, invoice, payments)


@dataclass(frozen=True)
class LockedAccount:
    """All that an account has in billing, locked until the transaction ends."""

    account: Account
    subscriptions: list[Subscription]
    invoices: list[Invoice]
    payments: list[Payment]


def lock_billing_of_account(*, account_id: int) -> LockedAccount:
    """Lock everything of an account.

    :raises Account.DoesNotExist: if there is none.
    """
    account = lock_account(account_id=account_id)
    subscriptions = lock_subscriptions(account_id=account_id)
    invoices = Invoice.objects.select_for_update(of=("self",)).filter(account_id=account_id)
    invoices = invoices.order_by("pk")
    payments = Payment.objects.select_for_update(of=("self",)).filter(
        invoice__account_id=account_id
    )
    return LockedAccount(account, subscriptions, list(invoices), list(payments.order_by("pk")))


def lock_billing_of_payment(*, payment_id: int) -> LockedBilling:
    """Lock all that a transition of this payment may touch.

    :raises NotFound: if there is no such payment.
    """
    invoice_id = Payment.objects.filter(pk=payment_id).values_list("invoice_id", flat=True).first()
    if invoice_id is None:
        detail = f"There is no payment {payment_id}."
        raise NotFound(detail)
    return lock_billing_of_invoice(invoice_id=invoice_id)


def readers_of_change(*, change: SettingChange) -> dict[str, str]:
    """Who is told of a change of a setting: addresses, each with its language.

    All who may change it, or were at the desk until shortly before, and the seller, at the address
    of before and of now: a thief may have seen to it that nobody else reads.
    """
    right = right_to_change(apps.get_model(change.model))
    seller = SellerProfile.objects.first()
    sellers = {change.before.get("email", ""), seller.email if seller else ""} - {""}
    languages = dict.fromkeys(sorted(sellers), settings.LANGUAGE_CODE)
    languages |= lately_at_the_desk(change.proposed_at)
    return languages | dict(holders(right).order_by("pk").values_list("email", "language"))
