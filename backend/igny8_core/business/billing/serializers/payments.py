"""What customers claim, and what became of it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.services.confirmation import Claim
from igny8_core.business.proofs.enums import ProofRefusal
from igny8_core.common.http.fields import LineField, MoneyField, ReferenceField, TextField
from igny8_core.common.http.kept_fields import KeptFields


class ProofRefusalSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=ProofRefusal.choices)
    detail = serializers.CharField(help_text="A sentence for people.")


def proof_refusal_of(code: str) -> dict[str, str] | None:
    """Say why a file was refused; None if it wasn't."""
    if not code:
        return None
    refusal = ProofRefusal(code)
    return {"code": refusal.value, "detail": str(refusal.label)}


class PaymentSerializer(KeptFields, serializers.ModelSerializer[Payment]):
    invoice_id = serializers.IntegerField(read_only=True)
    invoice_number = serializers.CharField(source="invoice.number", read_only=True)
    payment_method = serializers.CharField(source="paid_by.payment_method", read_only=True)
    payment_method_name = serializers.CharField(source="paid_by.display_name", read_only=True)
    payment_method_names = serializers.DictField(
        source="paid_by.names",
        child=serializers.CharField(),
        read_only=True,
        help_text="The name in other languages, by ISO 639-1 code.",
    )
    amount = MoneyField()
    has_proof = serializers.SerializerMethodField(help_text="Whether there is a proof to download.")
    proof_refusal = serializers.SerializerMethodField(
        help_text="Why the file was refused; null unless `proof_state` is `refused`."
    )
    proof_url = serializers.SerializerMethodField(
        help_text="Where to download the proof with the same session; null without one."
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
        return proof_refusal_of(payment.proof_refusal)

    @extend_schema_field({"type": ["string", "null"], "format": "uri-reference"})
    def get_proof_url(self, payment: Payment) -> str | None:
        return reverse(self.proof_view, args=[payment.pk]) if payment.proof else None


class PaymentEventSerializer(KeptFields, serializers.ModelSerializer[PaymentEvent]):
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
        source="told_events", many=True, help_text="Timeline, oldest first."
    )

    class Meta(PaymentSerializer.Meta):
        fields = [*PaymentSerializer.Meta.fields, "events"]
        read_only_fields = fields


class ConfirmPaymentSerializer(serializers.Serializer[Any]):
    invoice_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    payment_method = LineField(max_length=40, help_text="Code of the payment method used.")
    amount = serializers.DecimalField(
        max_digits=18, decimal_places=3, help_text="The exact amount due, in `currency`."
    )
    manual_reference = ReferenceField(
        max_length=100, help_text="The reference from the bank or wallet."
    )
    manual_notes = TextField(max_length=1000, required=False, default="", allow_blank=True)
    currency = LineField(
        max_length=3,
        required=False,
        default="",
        allow_blank=True,
        help_text="The invoice's currency (default) or its payable currency.",
    )
    paid_on = serializers.DateField(
        required=False, default=None, allow_null=True, help_text="Date of the payment."
    )
    proof = serializers.FileField(
        required=False,
        default=None,
        allow_null=True,
        allow_empty_file=False,
        help_text="JPEG, PNG, WebP or PDF, up to 5 MB (multipart only).",
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
        allow_empty_file=False, help_text="JPEG, PNG, WebP or PDF, up to 5 MB."
    )
