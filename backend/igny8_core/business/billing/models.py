"""Invoices, the payments that settle them, payment methods, and the ledgers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import (
    ChangeOutcome,
    CreditKind,
    EventName,
    InvoiceKind,
    InvoicePaymentState,
    InvoiceStatus,
    NoticeFrequency,
    ObjectType,
    PaymentMethodKind,
    PaymentStatus,
)
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.periods import Days, days_of
from igny8_core.business.billing.validators import (
    validate_country_code,
    validate_currency,
    validate_details,
    validate_pattern,
    validate_translations,
)
from igny8_core.business.proofs.enums import ProofRefusal, ProofState
from igny8_core.business.proofs.files import names_of
from igny8_core.common.clock import business_day, utc_now
from igny8_core.common.models import TimestampedModel
from igny8_core.common.money import KNOWN_CURRENCIES, Money
from igny8_core.common.search import SearchText, search_index
from igny8_core.common.validators import validate_line, validate_visible

VOIDING = Q(object_type=ObjectType.INVOICE, to_state=InvoiceStatus.VOID)  # events of invoices
MAX_RATE = 100_000_000  # units per USD; at this rate the highest price still fits into a column


def money_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """Return a column for an amount: three decimals are enough for every currency."""
    return models.DecimalField(max_digits=18, decimal_places=3, **options)


class ExchangeRate(TimestampedModel):
    """How many units of a currency are paid for one US dollar; maintained by admins."""

    currency = models.CharField(max_length=3, unique=True, validators=[validate_currency])
    units_per_usd = models.DecimalField(
        "units per USD",
        max_digits=18,
        decimal_places=6,
        validators=[MinValueValidator(Decimal("0.000001")), MaxValueValidator(MAX_RATE)],
    )

    class Meta:
        ordering = ["currency"]
        constraints = [
            models.CheckConstraint(
                condition=Q(units_per_usd__gt=0),
                name="exchange_rate_is_positive",
                violation_error_message="The rate must be above 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"1 USD = {self.units_per_usd.normalize():f} {self.currency}"

    def clean(self) -> None:
        """Reject a rate at which a plan would cost nothing."""
        if not (self.units_per_usd and self.currency in KNOWN_CURRENCIES):
            return  # already reported
        for plan in Plan.objects.filter(price__gt=0):
            price = Money(plan.price, plan.currency)
            if price.converted(rate=self.units_per_usd, currency=self.currency).amount <= 0:
                message = f"At this rate the plan {plan} would cost 0 {self.currency}."
                raise ValidationError({"units_per_usd": message})


def has_rate(currency: str) -> bool:
    """Tell whether an amount can be converted to a currency; prices are stored in USD."""
    return currency == Plan.currency or ExchangeRate.objects.filter(currency=currency).exists()


class PaymentMethodConfig(TimestampedModel):
    """A payment method, with everything that a customer needs to use it.

    :ivar units_per_usd: the current rate of its currency, if there is one and it was read with it.
    """

    units_per_usd: Decimal | None = None

    payment_method = models.SlugField(
        "code", max_length=40, help_text="Such as bank_transfer. Unique within a country."
    )
    kind = models.CharField(max_length=20, choices=PaymentMethodKind.choices)
    display_name = models.CharField(
        "name", max_length=100, validators=[validate_line, validate_visible]
    )
    countries = ArrayField(
        models.CharField(max_length=2, validators=[validate_country_code]),
        default=list,
        blank=True,
        help_text="ISO 3166-1 codes. Leave empty to offer it everywhere.",
    )
    currency = models.CharField(max_length=3, validators=[validate_currency])
    instructions = models.TextField(validators=[validate_visible])
    details = models.JSONField(
        default=list,
        validators=[validate_details],
        help_text='Where the money goes: [{"label": "IBAN", "value": "…", "copyable": true}]',
    )
    reference_label = models.CharField(
        max_length=60,
        validators=[validate_line, validate_visible],
        help_text="What its reference is called.",
    )
    reference_hint = models.CharField(max_length=200, blank=True, validators=[validate_line])
    reference_pattern = models.CharField(
        max_length=200,
        blank=True,
        validators=[validate_pattern],
        help_text="Regular expression that the whole reference must match, such as "
        "[A-Z0-9]{10,12}. Case, spaces and other digits than ASCII's don't matter. "
        "Empty: any text.",
    )
    processing_time = models.CharField(max_length=100, blank=True, validators=[validate_line])
    translations = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_translations],
        help_text="What customers see, by language. English where there is no translation.",
    )
    is_enabled = models.BooleanField(default=True)
    has_example_details = models.BooleanField(
        default=False,
        help_text="Example details: replace before taking money. Cleared when they are edited.",
    )
    order = models.PositiveSmallIntegerField(default=0)
    catalog_key = models.CharField(  # noqa: DJ001  (unique: many methods have none)
        max_length=60,
        unique=True,
        null=True,
        editable=False,
        help_text="Which shipped method this was, whatever it was made into since.",
    )

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "payment method"

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_global(self) -> bool:
        """Whether it is offered in every country."""
        return not self.countries

    def clean(self) -> None:
        """Reject a code already used in one of its countries, and a currency without a rate."""
        if self.is_enabled and not has_rate(self.currency):
            message = (
                f"There is no exchange rate for {self.currency}. Add it under Exchange rates "
                "first, or switch the method off."
            )
            raise ValidationError({"currency": message})
        others = PaymentMethodConfig.objects.filter(payment_method=self.payment_method)
        same_place = Q(countries__overlap=self.countries) if self.countries else Q(countries__len=0)
        if others.filter(same_place).exclude(pk=self.pk).exists():
            where = ", ".join(self.countries) or "all countries"
            message = f"There is already a method '{self.payment_method}' for {where}."
            raise ValidationError({"payment_method": message})


class MethodPlace(models.Model):
    """Records that a method uses its code in a country; without a country, everywhere.

    The database itself writes these rows from the methods, so that no two methods clash.
    """

    method = models.ForeignKey(PaymentMethodConfig, on_delete=models.CASCADE, related_name="places")
    code = models.SlugField(max_length=40)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "country"],
                name="one_method_for_a_code_and_country",
                violation_error_message="This country already has a method with this code.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} in {self.country or 'every country'}"


class SettingChange(models.Model):
    """One change of a setting that affects customers' money; together, its history.

    Settings that tell customers where to send money change when a second admin agrees or, if
    there is none, after a delay; see ``services/setting_changes.py``. Other changes are recorded
    here too, and take effect at once.
    """

    model = models.CharField(max_length=60, help_text="billing.paymentmethodconfig")
    object_id = models.BigIntegerField(null=True, blank=True, help_text="None: to be added.")
    name = models.CharField(max_length=200, help_text="How it was called.")
    before = models.JSONField(default=dict)
    after = models.JSONField()
    needs_consent = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="proposed_changes"
    )
    proposed_at = models.DateTimeField()
    takes_effect_at = models.DateTimeField(
        null=True, blank=True, help_text="Without a second admin, where there is none."
    )
    outcome = models.CharField(max_length=10, choices=ChangeOutcome.choices, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_changes"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, max_length=1000)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "setting change"
        verbose_name_plural = "setting changes"
        indexes = [models.Index(fields=["model", "object_id", "id"], name="setting_change_object")]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_id"],
                condition=Q(outcome=ChangeOutcome.WAITING, object_id__isnull=False),
                name="setting_has_at_most_one_change_that_waits",
                violation_error_message="A change to it is already waiting.",
            ),
            models.CheckConstraint(
                condition=Q(outcome=ChangeOutcome.WAITING, decided_at__isnull=True)
                | (~Q(outcome=ChangeOutcome.WAITING) & Q(decided_at__isnull=False)),
                name="setting_change_has_decided_at_exactly_when_decided",
                violation_error_message="Only decided changes have a decision time.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=ChangeOutcome.APPLIED, needs_consent=True)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")))
                | Q(takes_effect_at__isnull=False, takes_effect_at__lte=F("decided_at")),
                name="nobody_agrees_to_the_own_change",
                violation_error_message="Another admin must approve your change.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.proposed_at:%Y-%m-%d %H:%M}"

    @property
    def waits(self) -> bool:
        """Whether it is still undecided."""
        return self.outcome == ChangeOutcome.WAITING


class RejectionReason(TimestampedModel):
    """A ready-made reason for a rejection; the customer reads it unchanged."""

    text = models.CharField(max_length=500)
    language = models.CharField(
        max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    method = models.ForeignKey(
        PaymentMethodConfig,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rejection_reasons",
        help_text="Leave empty to offer it for every method.",
    )
    order = models.PositiveSmallIntegerField(default=0)
    catalog_key = models.CharField(  # noqa: DJ001  (unique: many reasons have none)
        max_length=60,
        unique=True,
        null=True,
        editable=False,
        help_text="Which shipped reason this was, whatever it was made into since.",
    )

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text


class SellerProfile(TimestampedModel):
    """The seller, printed on new invoices; each invoice keeps its own copy."""

    name = models.CharField(max_length=150)
    address = models.TextField(blank=True, max_length=500)
    email = models.EmailField(blank=True)
    website = models.CharField(max_length=200, blank=True, validators=[URLValidator()])
    tax_id = models.CharField(max_length=50, blank=True)
    tax_label = models.CharField(
        max_length=20, default="Tax", help_text="What the tax line is called: VAT, GST, …"
    )
    footer = models.CharField(
        max_length=300, blank=True, help_text="Last line of each page: registration, bank, thanks."
    )
    is_current = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = "seller"
        verbose_name_plural = "seller"
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"],
                name="there_is_one_seller",
                violation_error_message="There is already a seller: change that entry.",
            ),
            models.CheckConstraint(
                condition=Q(is_current=True),
                name="seller_is_current",
                violation_error_message="There is already a seller: change that entry.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NoticePreference(TimestampedModel):
    """How often a billing admin wants notices about payments waiting for review."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notice_preference")
    frequency = models.CharField(
        max_length=20, choices=NoticeFrequency.choices, default=NoticeFrequency.IMMEDIATELY
    )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_frequency_display()}"


class InvoiceNumberCounter(models.Model):
    """The last invoice number of a year; locking its row prevents gaps."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last_number}"


class Invoice(TimestampedModel):
    """What is owed, by whom (as of issue), and how to pay it."""

    number = models.CharField(max_length=20, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="invoices")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="invoices"
    )
    kind = models.CharField(
        max_length=10,
        choices=InvoiceKind.choices,
        default=InvoiceKind.INITIAL,
        db_default=InvoiceKind.INITIAL,
    )
    period_index = models.PositiveIntegerField(
        null=True,
        blank=True,
        default=0,
        db_default=0,
        help_text="The number of the period that it pays for.",
    )
    dunning_plan = models.JSONField(
        null=True, blank=True, help_text="Its deadlines, as the settings were when it was issued."
    )
    status = models.CharField(max_length=10, choices=InvoiceStatus.choices)
    currency = models.CharField(max_length=3)
    subtotal = money_field()
    tax_amount = money_field(default=0)
    total = money_field()
    payment_method = models.ForeignKey(
        PaymentMethodConfig, on_delete=models.PROTECT, null=True, blank=True
    )
    method_snapshot = models.JSONField(
        null=True, blank=True, help_text="The payment method as it was when it was chosen."
    )
    payable_amount = money_field(help_text="What is due in the method's currency.")
    payable_currency = models.CharField(max_length=3)
    exchange_rate = models.DecimalField(
        max_digits=18, decimal_places=6, help_text="Payable units for one unit of the currency."
    )
    included_credits = models.PositiveIntegerField(help_text="Granted when it is paid.")
    billing_snapshot = models.JSONField(
        help_text="Customer, plan and seller as they were at issue."
    )
    issued_at = models.DateTimeField()
    due_date = models.DateField()
    paid_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        indexes = [
            models.Index(fields=["issued_at"], name="invoice_by_time"),
            models.Index(
                fields=["status", "due_date"],
                condition=Q(kind=InvoiceKind.RENEWAL),
                name="renewal_by_due_date",
            ),
            search_index("invoice_search", SearchText("number"), often_written=True),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=InvoiceStatus.values),
                name="invoice_status_is_known",
                violation_error_message="Invalid invoice status.",
            ),
            models.CheckConstraint(
                condition=Q(total__gt=0),
                name="invoice_total_is_positive",
                violation_error_message="The total must be above 0.",
            ),
            models.CheckConstraint(
                condition=Q(total=F("subtotal") + F("tax_amount")),
                name="invoice_total_is_subtotal_plus_tax",
                violation_error_message="The total must be the subtotal plus tax.",
            ),
            models.CheckConstraint(
                condition=Q(payable_amount__gt=0, exchange_rate__gt=0),
                name="invoice_payable_amount_is_positive",
                violation_error_message="The amount to pay must be above 0.",
            ),
            models.CheckConstraint(
                condition=Q(status=InvoiceStatus.PAID, paid_at__isnull=False)
                | (~Q(status=InvoiceStatus.PAID) & Q(paid_at__isnull=True)),
                name="invoice_has_paid_at_exactly_when_paid",
                violation_error_message="Only paid invoices have a payment time.",
            ),
            models.CheckConstraint(
                condition=Q(payment_method__isnull=True, method_snapshot__isnull=True)
                | Q(payment_method__isnull=False, method_snapshot__isnull=False),
                name="invoice_keeps_its_payment_method",
                violation_error_message="A chosen payment method is kept as it was promised.",
            ),
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(status=InvoiceStatus.PENDING),
                name="subscription_has_at_most_one_pending_invoice",
                violation_error_message="One of its invoices is already waiting for payment.",
            ),
            models.UniqueConstraint(
                fields=["subscription", "period_index"],
                condition=~Q(status=InvoiceStatus.VOID) & ~Q(kind=InvoiceKind.MANUAL),
                name="period_is_invoiced_once",
                violation_error_message="This period has an invoice already.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=InvoiceKind.values)
                & (Q(kind=InvoiceKind.MANUAL) ^ Q(period_index__isnull=False)),
                name="invoice_kind_is_known",
                violation_error_message="All but manual invoices pay for a period.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def due(self) -> Money:
        """The amount owed, in the invoice's own currency."""
        return Money(self.total, self.currency)

    @property
    def payable(self) -> Money:
        """The amount owed, in the currency of the chosen method."""
        return Money(self.payable_amount, self.payable_currency)

    def day_of(self, moment: datetime) -> date:
        """Return the date of a moment in the time zone that the invoice was issued in."""
        zone = self.billing_snapshot.get("issue", {}).get("time_zone", "UTC")
        return moment.astimezone(ZoneInfo(zone)).date()

    @property
    def method(self) -> PromisedMethod | None:
        """How to pay it, as the customer was told; None until a method is chosen."""
        kept = self.method_snapshot
        return None if kept is None else PromisedMethod.from_json(kept)

    @property
    def payment_instructions(self) -> PromisedMethod | None:
        """The same, without details that must not be shown."""
        return self.method.shown() if self.method else None

    @property
    def plan(self) -> PlanTerms:
        """What it promises: the plan's interval, credits and limits when it was issued."""
        return PlanTerms.from_json(self.billing_snapshot["plan"])

    @property
    def period(self) -> Days | None:
        """The days that it pays for; None if they begin with its approval, or if it is void.

        Uses the periods and the subscription that were read with it, if they were.
        """
        return days_of(self)

    @property
    def payment_reference(self) -> str:
        """What the customer writes into the transfer, so that it can be found."""
        return self.number

    @property
    def latest_payment(self) -> "Payment | None":
        """The newest payment; uses prefetched payments if there are any."""
        return max(self.payments.all(), key=lambda payment: payment.pk, default=None)

    @property
    def void_reason(self) -> str:
        """The reason for voiding it, as entered; empty if it isn't void."""
        if self.status != InvoiceStatus.VOID:
            return ""
        read = getattr(self, "voidings", None)
        voidings = list(self.events.filter(VOIDING)) if read is None else read
        return voidings[-1].note if voidings else ""

    @property
    def payment_state(self) -> InvoicePaymentState:
        """What the invoice waits for, from the customer's point of view."""
        if self.status != InvoiceStatus.PENDING:
            return InvoicePaymentState(self.status)
        latest = self.latest_payment
        if latest and latest.status == PaymentStatus.PENDING_APPROVAL:
            return InvoicePaymentState.UNDER_REVIEW
        if latest and latest.status == PaymentStatus.FAILED:
            return InvoicePaymentState.REJECTED
        is_late = business_day(utc_now()) > self.due_date
        return InvoicePaymentState.OVERDUE if is_late else InvoicePaymentState.DUE


class Period(models.Model):
    """A period of a subscription that began, and what paid for it: kept for good.

    It loses its effect if its payment is reversed; its subscription may then begin the same one
    anew.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="periods")
    index = models.PositiveIntegerField(help_text="Its number, counted from 0.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="The first moment after it.")
    invoice = models.ForeignKey(
        Invoice,
        on_delete=models.PROTECT,
        null=True,
        related_name="periods",
        help_text="What paid for it; none if it was given.",
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["subscription", "index", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "index"],
                condition=Q(revoked_at=None),
                name="period_begins_once",
                violation_error_message="This period has begun already.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="period_ends_after_its_start",
                violation_error_message="The period must end after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription}: {self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"


class InvoiceLine(models.Model):
    """One thing that an invoice charges for."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    description = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(default=1)
    unit_price = money_field()
    amount = money_field()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=F("quantity") * F("unit_price")),
                name="invoice_line_amount_is_quantity_times_price",
                violation_error_message="The amount must be the quantity times the price.",
            ),
        ]

    def __str__(self) -> str:
        return self.description


def proof_path(_payment: "Payment", filename: str) -> str:
    """Return the proof's name; ``proofs.files`` stores it before its payment refers to it."""
    return filename


class Payment(TimestampedModel):
    """A payment as confirmed by the customer, with the admin's decision."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    method = models.ForeignKey(PaymentMethodConfig, on_delete=models.PROTECT)
    method_snapshot = models.JSONField(help_text="The method as it was told to the customer.")
    status = models.CharField(max_length=20, choices=PaymentStatus.choices)
    amount = money_field()
    currency = models.CharField(max_length=3)
    manual_reference = models.CharField(max_length=100)
    reference_key = models.CharField(
        max_length=100,
        default="",
        db_default="",
        editable=False,
        help_text="Normal form of the reference, by which payments are compared; "
        "kept by the database.",
    )
    manual_notes = models.TextField(blank=True, max_length=1000)
    paid_on = models.DateField(null=True, blank=True)
    proof = models.FileField(upload_to=proof_path, blank=True)
    proof_content_type = models.CharField(max_length=40, blank=True)
    proof_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file, in hex.")
    proof_size = models.PositiveIntegerField(default=0, help_text="In bytes, as it is kept.")
    proof_state = models.CharField(
        max_length=10,
        choices=ProofState.choices,
        default=ProofState.NONE,
        db_default=ProofState.NONE,
    )
    proof_refusal = models.CharField(
        max_length=20, choices=ProofRefusal.choices, blank=True, default="", db_default=""
    )
    proof_upload = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="Name of the file as it was sent, until it is made anew.",
    )
    proof_pages = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of how many there are pictures; null: none drawn yet."
    )
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="submitted_payments"
    )
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_payments"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    admin_notes = models.TextField(blank=True, max_length=1000)

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        permissions = [
            ("decide_payment", "Can approve and reject payments"),
            ("reverse_payment", "Can reverse an approved payment"),
            ("view_proof", "Can see the proof files of payments"),
        ]
        indexes = [
            models.Index(fields=["status", "submitted_at", "id"], name="payment_queue"),
            models.Index(fields=["submitted_at", "id"], name="payment_by_time"),
            models.Index(fields=["decided_at"], name="payment_by_decision"),
            models.Index(fields=["amount", "id"], name="payment_by_amount"),
            models.Index(
                fields=["reference_key", "id"],
                condition=~Q(reference_key=""),
                name="payment_reference",
            ),
            models.Index(
                fields=["proof_sha256"], condition=~Q(proof_sha256=""), name="payment_proof"
            ),
            models.Index(fields=["proof"], condition=~Q(proof=""), name="payment_proof_name"),
            models.Index(
                fields=["proof_upload"], condition=~Q(proof_upload=""), name="payment_proof_upload"
            ),
            models.Index(
                fields=["id"],
                condition=Q(proof_state=ProofState.KEPT, proof_pages=None),
                name="payment_proof_without_pictures",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=PaymentStatus.values),
                name="payment_status_is_known",
                violation_error_message="Invalid payment status.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="payment_amount_is_positive",
                violation_error_message="The amount must be above 0.",
            ),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(status=PaymentStatus.PENDING_APPROVAL),
                name="invoice_has_at_most_one_payment_under_review",
                violation_error_message="A payment for this invoice is already under review.",
            ),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(status=PaymentStatus.SUCCEEDED),
                name="invoice_has_at_most_one_succeeded_payment",
                violation_error_message="A payment for this invoice was already approved.",
            ),
            models.CheckConstraint(
                condition=Q(status=PaymentStatus.PENDING_APPROVAL, decided_at__isnull=True)
                | (~Q(status=PaymentStatus.PENDING_APPROVAL) & Q(decided_at__isnull=False)),
                name="payment_has_decided_at_exactly_when_decided",
                violation_error_message="Only decided payments have a decision time.",
            ),
            models.CheckConstraint(
                condition=Q(proof_state=ProofState.NONE, proof="", proof_upload="")
                | Q(proof_state=ProofState.CHECKING, proof="") & ~Q(proof_upload="")
                | Q(proof_state=ProofState.KEPT, proof_upload="") & ~Q(proof="")
                | Q(proof_state=ProofState.REFUSED, proof="", proof_upload=""),
                name="payment_has_the_files_of_its_proof_state",
                violation_error_message="The files don't match this state.",
            ),
            models.CheckConstraint(
                condition=Q(proof_state=ProofState.REFUSED) & ~Q(proof_refusal="")
                | ~Q(proof_state=ProofState.REFUSED) & Q(proof_refusal=""),
                name="payment_says_why_its_proof_is_refused",
                violation_error_message="Say why the file is refused, and only then.",
            ),
        ]

    def __str__(self) -> str:
        return f"Payment {self.pk} of {self.invoice}"

    @property
    def paid_by(self) -> PromisedMethod:
        """The method that was used, as the customer was told it."""
        return PromisedMethod.from_json(self.method_snapshot)

    @property
    def money(self) -> Money:
        """The amount claimed, with its currency."""
        return Money(self.amount, self.currency)

    @property
    def account_id(self) -> int:
        """The account whose invoice it pays."""
        return self.invoice.account_id

    @property
    def is_of_the_amount_due(self) -> bool:
        """Whether it is exactly the amount due, in either currency of the invoice."""
        return self.money in (self.invoice.due, self.invoice.payable)

    @property
    def proof_files(self) -> list[str]:
        """The names of all files of the proof, as sent or as kept."""
        if self.proof_upload:
            return [self.proof_upload]
        return names_of(str(self.proof), self.proof_pages or 0) if self.proof else []

    @property
    def may_get_another_proof(self) -> bool:
        """Whether the customer may send a proof: there is none yet, or it was refused."""
        return self.status == PaymentStatus.PENDING_APPROVAL and self.proof_state in (
            ProofState.NONE,
            ProofState.REFUSED,
        )

    @property
    def first_approved_by(self) -> User | None:
        """Who approved first, if two have to."""
        return self._first_to_consent(EventName.APPROVE)

    @property
    def reversal_marked_by(self) -> User | None:
        """Who asked for the reversal first, if two have to."""
        return self._first_to_consent(EventName.REVERSE, EventName.REVERSE_AND_VOID)

    def _first_to_consent(self, *events: EventName) -> User | None:
        """Use the prefetched consents if there are any."""
        consents = [item for item in self.consents.all() if item.event in events]
        first = min(consents, key=lambda item: item.pk, default=None)
        return first.admin if first else None


class Consent(models.Model):
    """One admin's consent to a decision on a payment that two admins have to agree to."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="consents")
    event = models.CharField(max_length=20, choices=EventName.choices)
    is_forced = models.BooleanField(default=False, help_text="Even if its credits are spent.")
    admin = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "event", "is_forced", "admin"],
                name="admin_consents_to_an_act_once",
                violation_error_message="You have already agreed to this.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.admin}: {self.get_event_display()} ({self.payment})"


class PaymentSearch(models.Model):
    """The search text of a payment, one line per field; only triggers write it.

    Reference, notes, invoice number, the account's names and address, the submitter's, amounts.
    """

    payment = models.OneToOneField(
        Payment, on_delete=models.CASCADE, primary_key=True, related_name="search"
    )
    text = models.TextField()

    class Meta:
        indexes = [search_index("payment_search", "text")]

    def __str__(self) -> str:
        return f"Search of payment {self.payment_id}"


class CreditTransaction(models.Model):
    """One entry of the credit ledger. Append-only: the database refuses anything else."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="credit_transactions"
    )
    kind = models.CharField(max_length=20, choices=CreditKind.choices)
    amount = models.IntegerField(help_text="Credits; negative when removed.")
    plan_amount = models.IntegerField(
        default=0, db_default=0, help_text="How many of them are credits of a plan."
    )
    balance_after = models.BigIntegerField()
    description = models.CharField(max_length=200)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="credit_entry_is_not_zero",
                violation_error_message="An entry can't have 0 credits.",
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0),
                name="credit_balance_is_not_negative",
                violation_error_message="The balance can't be below 0.",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(kind=CreditKind.PLAN_GRANT),
                name="payment_grants_credits_once",
                violation_error_message="This payment's credits were already granted.",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(kind=CreditKind.TRIAL_GRANT),
                name="account_gets_trial_credits_once",
                violation_error_message="The account already has its trial credits.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=CreditKind.PLAN_GRANT) | Q(payment__isnull=False),
                name="plan_credits_come_from_a_payment",
                violation_error_message="Plan credits need a payment.",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(kind=CreditKind.REVERSAL),
                name="payment_takes_credits_back_once",
                violation_error_message="This payment's credits were already removed.",
            ),
            models.CheckConstraint(
                condition=Q(plan_amount=0)
                | Q(plan_amount__gt=0, plan_amount__lte=F("amount"))
                | Q(plan_amount__lt=0, plan_amount__gte=F("amount")),
                name="credit_entry_contains_its_plan_part",
                violation_error_message="A plan's part can't be more than all of the entry.",
            ),
            models.CheckConstraint(
                condition=Q(plan_amount__lte=0)
                | Q(kind__in=[CreditKind.PLAN_GRANT, CreditKind.REVERSAL]),
                name="plan_credits_are_granted_by_plans_alone",
                violation_error_message="Only a plan brings credits that may expire.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=CreditKind.EXPIRY) | Q(plan_amount=F("amount"), amount__lt=0),
                name="plan_credits_alone_expire",
                violation_error_message="Only a plan's credits may expire.",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(kind=CreditKind.EXPIRY),
                name="payment_lets_credits_expire_once",
                violation_error_message="Credits expired already when this period began.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d} {self.get_kind_display()}"


class PaymentEvent(models.Model):
    """One line of the audit trail. Append-only: the database refuses anything else.

    ``invoice`` and ``payment`` are those that the event belongs to, whichever object changed.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payment_events")
    event = models.CharField(max_length=20, choices=EventName.choices)
    object_type = models.CharField(max_length=20, choices=ObjectType.choices)
    object_id = models.BigIntegerField()
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="event_object"),
            models.Index(
                fields=["created_at"],
                condition=Q(event__in=[EventName.SUSPEND, EventName.LAPSE])
                | Q(from_state=AccountStatus.SUSPENDED),
                name="event_of_a_pause",
            ),
            search_index("event_search", SearchText("note"), often_written=True),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}: {self.from_state or 'new'} → {self.to_state}"
