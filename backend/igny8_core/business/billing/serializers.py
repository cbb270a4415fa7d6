"""What the API reads and writes of billing."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from igny8_core.auth.serializers import AccountSerializer, SubscriptionSerializer
from igny8_core.business.billing.enums import InvoicePaymentState, InvoiceStatus
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
)
from igny8_core.business.billing.selectors.events import timeline_of
from igny8_core.business.billing.services.confirmation import Claim
from igny8_core.business.proofs.enums import ProofRefusal
from igny8_core.common.http.fields import (
    LineField,
    MoneyField,
    RateField,
    ReferenceField,
    TextField,
)


class PaymentMethodDetailSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # DRF has the name too
    value = serializers.CharField()
    copyable = serializers.BooleanField()


class MethodTextsSerializer(serializers.Serializer[Any]):
    """What customers read of a method in one language; what is not there, they read in English."""

    display_name = serializers.CharField(required=False)
    instructions = serializers.CharField(required=False)
    labels = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="For the labels of the details: each in English, and in the language.",
    )
    reference_label = serializers.CharField(required=False)
    reference_hint = serializers.CharField(required=False)
    processing_time = serializers.CharField(required=False)


class PaymentMethodSerializer(serializers.ModelSerializer[PaymentMethodConfig]):
    """A method, as it is or as it was promised."""

    details = PaymentMethodDetailSerializer(many=True, read_only=True)
    is_example = serializers.BooleanField(source="has_example_details", read_only=True)
    translations = serializers.DictField(
        child=MethodTextsSerializer(),
        read_only=True,
        help_text="Its texts in other languages, by their codes of ISO 639-1.",
    )

    class Meta:
        model = PaymentMethodConfig
        fields = [
            "id",
            "payment_method",
            "display_name",
            "kind",
            "currency",
            "countries",
            "instructions",
            "details",
            "reference_label",
            "reference_hint",
            "reference_pattern",
            "processing_time",
            "translations",
            "is_example",
            "order",
        ]
        read_only_fields = fields

    def to_representation(self, method: PaymentMethodConfig) -> dict[str, Any]:
        """Withhold example details outside of development."""
        shown: Any = PromisedMethod.of_row(method).shown()
        answer: dict[str, Any] = super().to_representation(shown)
        return answer


class InvoiceLineSerializer(serializers.ModelSerializer[InvoiceLine]):
    unit_price = MoneyField(currency="invoice.currency")
    amount = MoneyField(currency="invoice.currency")

    class Meta:
        model = InvoiceLine
        fields = ["description", "quantity", "unit_price", "amount"]
        read_only_fields = fields


class ProofRefusalSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=ProofRefusal.choices)
    detail = serializers.CharField(help_text="A sentence for people.")


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    invoice_id = serializers.IntegerField(read_only=True)
    invoice_number = serializers.CharField(source="invoice.number", read_only=True)
    payment_method = serializers.CharField(source="paid_by.payment_method", read_only=True)
    payment_method_name = serializers.CharField(source="paid_by.display_name", read_only=True)
    payment_method_names = serializers.DictField(
        source="paid_by.names",
        child=serializers.CharField(),
        read_only=True,
        help_text="The name in other languages, by their codes of ISO 639-1.",
    )
    amount = MoneyField()
    has_proof = serializers.SerializerMethodField(help_text="Whether it can be fetched.")
    proof_refusal = serializers.SerializerMethodField(
        help_text="Why the file was refused; null unless `proof_state` is `refused`."
    )
    proof_url = serializers.SerializerMethodField(
        help_text="Where the proof can be fetched with the same log-in; null without one."
    )

    proof_view = "payment-proof"

    class Meta:
        model = Payment
        fields = [
            "id",
            "invoice_id",
            "invoice_number",
            "payment_method",
            "payment_method_name",
            "payment_method_names",
            "amount",
            "currency",
            "manual_reference",
            "manual_notes",
            "paid_on",
            "status",
            "has_proof",
            "proof_url",
            "proof_state",
            "proof_refusal",
            "submitted_at",
            "decided_at",
            "admin_notes",
        ]
        read_only_fields = fields

    @extend_schema_field(bool)
    def get_has_proof(self, payment: Payment) -> bool:
        return bool(payment.proof)

    @extend_schema_field(ProofRefusalSerializer(allow_null=True))
    def get_proof_refusal(self, payment: Payment) -> dict[str, str] | None:
        if not payment.proof_refusal:
            return None
        refusal = ProofRefusal(payment.proof_refusal)
        return {"code": refusal.value, "detail": str(refusal.label)}

    @extend_schema_field({"type": ["string", "null"], "format": "uri-reference"})
    def get_proof_url(self, payment: Payment) -> str | None:
        return reverse(self.proof_view, args=[payment.pk]) if payment.proof else None


class PaymentEventSerializer(serializers.ModelSerializer[PaymentEvent]):
    actor = serializers.SerializerMethodField(help_text="customer, admin or system.")

    class Meta:
        model = PaymentEvent
        fields = ["event", "from_state", "to_state", "note", "actor", "created_at"]
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": ["customer", "admin", "system"]})
    def get_actor(self, event: PaymentEvent) -> str:
        if event.actor is None:
            return "system"
        return "customer" if event.actor.account_id == event.account_id else "admin"


class PaymentDetailSerializer(PaymentSerializer):
    """A payment of ``payments_with_events_of``."""

    events = PaymentEventSerializer(
        source="told_events", many=True, help_text="What happened to it, oldest first."
    )

    class Meta(PaymentSerializer.Meta):
        fields = [*PaymentSerializer.Meta.fields, "events"]
        read_only_fields = fields


class BillingSnapshotCustomerSerializer(serializers.Serializer[Any]):
    account_name = serializers.CharField()
    country = serializers.CharField()
    billing_name = serializers.CharField()
    billing_email = serializers.CharField()
    billing_address_line1 = serializers.CharField()
    billing_address_line2 = serializers.CharField()
    billing_city = serializers.CharField()
    billing_state = serializers.CharField()
    billing_postal_code = serializers.CharField()
    tax_id = serializers.CharField()


class BillingSnapshotPlanSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    price = serializers.CharField()
    currency = serializers.CharField()
    interval = serializers.CharField()
    included_credits = serializers.IntegerField()
    max_sites = serializers.IntegerField()
    max_users = serializers.IntegerField()


class BillingSnapshotSerializer(serializers.Serializer[Any]):
    """Customer and plan as they were at issue."""

    customer = BillingSnapshotCustomerSerializer()
    plan = BillingSnapshotPlanSerializer()


class SellerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.CharField(help_text="For questions; empty if none is set.")
    website = serializers.CharField(help_text="Empty if none is set.")


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    payment_state = serializers.ChoiceField(choices=InvoicePaymentState.choices, read_only=True)
    subtotal = MoneyField()
    tax_amount = MoneyField()
    total = MoneyField()
    payable_amount = MoneyField(currency="payable_currency")
    exchange_rate = RateField(help_text="Payable units for one unit of the invoice's currency.")
    payment_method = serializers.CharField(
        source="method.payment_method", read_only=True, default=None, allow_null=True
    )
    payment_instructions = PaymentMethodSerializer(
        source="method",
        read_only=True,
        allow_null=True,
        help_text="As they were when the method was chosen; what is edited later is not in them.",
    )
    payment_reference = serializers.CharField(
        read_only=True, help_text="What the customer writes into the transfer."
    )
    lines = InvoiceLineSerializer(many=True, read_only=True)
    billing_snapshot = BillingSnapshotSerializer(read_only=True)
    latest_payment = PaymentSerializer(read_only=True, allow_null=True)
    void_reason = serializers.CharField(
        read_only=True, help_text="Why it is void, as the admin wrote; else empty."
    )

    class Meta:
        model = Invoice
        fields = [
            "id",
            "number",
            "status",
            "payment_state",
            "currency",
            "subtotal",
            "tax_amount",
            "total",
            "payable_amount",
            "payable_currency",
            "exchange_rate",
            "issued_at",
            "due_date",
            "paid_at",
            "voided_at",
            "void_reason",
            "payment_method",
            "payment_instructions",
            "payment_reference",
            "lines",
            "billing_snapshot",
            "latest_payment",
        ]
        read_only_fields = fields


class CreditTransactionSerializer(serializers.ModelSerializer[CreditTransaction]):
    invoice_number = serializers.CharField(
        source="payment.invoice.number", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = CreditTransaction
        fields = [
            "id",
            "kind",
            "amount",
            "balance_after",
            "description",
            "invoice_number",
            "created_at",
        ]
        read_only_fields = fields


class CreditBalanceSerializer(serializers.Serializer[Any]):
    balance = serializers.IntegerField(help_text="Credits left.")


# Requests


class ConfirmPaymentSerializer(serializers.Serializer[Any]):
    invoice_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    payment_method = LineField(max_length=40, help_text="Code of the method used.")
    amount = serializers.DecimalField(
        max_digits=18, decimal_places=3, help_text="Exactly what is due, in `currency`."
    )
    manual_reference = ReferenceField(
        max_length=100, help_text="The reference that bank or wallet gave."
    )
    manual_notes = TextField(max_length=1000, required=False, default="", allow_blank=True)
    currency = LineField(
        max_length=3,
        required=False,
        default="",
        allow_blank=True,
        help_text="The invoice's currency (default) or its payable one.",
    )
    paid_on = serializers.DateField(
        required=False, default=None, allow_null=True, help_text="Day of the payment."
    )
    proof = serializers.FileField(
        required=False,
        default=None,
        allow_null=True,
        allow_empty_file=False,
        help_text="JPEG, PNG, WebP or PDF, 5 MB at most (multipart only).",
    )


def claim_of(sent: dict[str, Any]) -> Claim:
    """Return what the customer claims.

    :param sent: what ``ConfirmPaymentSerializer`` has validated, with the file that was put aside.
    """
    return Claim(
        method_code=sent["payment_method"],
        amount=sent["amount"],
        currency=sent["currency"].upper(),
        reference=sent["manual_reference"],
        notes=sent["manual_notes"],
        paid_on=sent["paid_on"],
        proof=sent["proof"],
    )


class SendProofSerializer(serializers.Serializer[Any]):
    proof = serializers.FileField(
        allow_empty_file=False, help_text="JPEG, PNG, WebP or PDF, 5 MB at most."
    )


class ChoosePaymentMethodSerializer(serializers.Serializer[Any]):
    payment_method = LineField(max_length=40)


class ApprovePaymentSerializer(serializers.Serializer[Any]):
    admin_notes = TextField(
        max_length=1000,
        required=False,
        default="",
        allow_blank=True,
        help_text="The customer can read them.",
    )


class RejectPaymentSerializer(serializers.Serializer[Any]):
    admin_notes = TextField(
        max_length=1000, help_text="The reason, in words that the customer will read."
    )


class ReversePaymentSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=1000, help_text="The customer will read it.")
    invoice_becomes = serializers.ChoiceField(
        choices=[(InvoiceStatus.PENDING.value, "Due again"), (InvoiceStatus.VOID.value, "Void")],
        help_text="Whether the invoice is due again, or nothing is owed on it any more.",
    )
    force = serializers.BooleanField(
        default=False,
        help_text="Also if credits of the payment are spent; for superusers.",
    )


class VoidInvoiceSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=1000, help_text="The customer will read it.")


# Answers made of several objects


class AdminPaymentSerializer(PaymentSerializer):
    """A payment as the admins see it."""

    account_id = serializers.IntegerField(source="invoice.account_id", read_only=True)
    account_name = serializers.CharField(source="invoice.account.name", read_only=True)
    country = serializers.CharField(
        source="invoice.billing_snapshot.customer.country",
        read_only=True,
        help_text="Of the customer, as the invoice has it.",
    )
    submitted_by = serializers.EmailField(source="submitted_by.email", read_only=True)
    decided_by = serializers.EmailField(
        source="decided_by.email", read_only=True, default=None, allow_null=True
    )
    first_approved_by = serializers.EmailField(
        source="first_approved_by.email",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="Who has given the first of two approvals, where two are needed.",
    )
    reversal_marked_by = serializers.EmailField(
        source="reversal_marked_by.email",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="Who wants the approval taken back, where two are needed.",
    )

    proof_view = "admin-payment-proof"

    class Meta(PaymentSerializer.Meta):
        fields = [
            *PaymentSerializer.Meta.fields,
            "account_id",
            "account_name",
            "country",
            "submitted_by",
            "decided_by",
            "first_approved_by",
            "reversal_marked_by",
        ]
        read_only_fields = fields


class AdminPaymentDetailSerializer(AdminPaymentSerializer):
    events = serializers.SerializerMethodField(help_text="What happened to it, oldest first.")

    class Meta(AdminPaymentSerializer.Meta):
        fields = [*AdminPaymentSerializer.Meta.fields, "events"]
        read_only_fields = fields

    @extend_schema_field(PaymentEventSerializer(many=True))
    def get_events(self, payment: Payment) -> list[dict[str, Any]]:
        return list(PaymentEventSerializer(timeline_of(payment=payment), many=True).data)


class DecisionSerializer(serializers.Serializer[Any]):
    """A decided payment with all that followed from it."""

    payment = AdminPaymentSerializer()
    invoice = InvoiceSerializer(source="billing.invoice")
    subscription = SubscriptionSerializer(source="billing.subscription")
    account = AccountSerializer(source="billing.account")
