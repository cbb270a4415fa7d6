"""What admins decide with, and what follows from it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from igny8_core.auth.models import Account
from igny8_core.auth.selectors import terms_of
from igny8_core.auth.serializers import AccountSerializer, SubscriptionSerializer, plan_answer
from igny8_core.business.billing.enums import InvoiceStatus
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.selectors.events import timeline_of
from igny8_core.business.billing.selectors.invoices import read_lines
from igny8_core.business.billing.selectors.people import has_confirmed_billing_email
from igny8_core.business.billing.serializers.invoices import InvoiceSerializer
from igny8_core.business.billing.serializers.payments import (
    PaymentEventSerializer,
    PaymentSerializer,
)
from igny8_core.common.http.fields import TextField
from igny8_core.common.http.kept_fields import KeptFields


class ApprovePaymentSerializer(serializers.Serializer[Any]):
    admin_notes = TextField(
        max_length=1000,
        required=False,
        default="",
        allow_blank=True,
        help_text="The customer can read these notes.",
    )


class RejectPaymentSerializer(serializers.Serializer[Any]):
    admin_notes = TextField(max_length=1000, help_text="The reason. The customer will read it.")


class ReversePaymentSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=1000, help_text="The customer will read it.")
    invoice_becomes = serializers.ChoiceField(
        choices=[(InvoiceStatus.PENDING.value, "Due again"), (InvoiceStatus.VOID.value, "Void")],
        help_text="Whether the invoice is due again or void.",
    )
    force = serializers.BooleanField(
        default=False,
        help_text="Reverse even if credits of the payment are spent; superusers only.",
    )


class AdminPaymentSerializer(PaymentSerializer):
    """A payment as admins see it."""

    account_id = serializers.IntegerField(source="invoice.account_id", read_only=True)
    account_name = serializers.CharField(source="invoice.account.name", read_only=True)
    country = serializers.CharField(
        source="invoice.billing_snapshot.customer.country",
        read_only=True,
        help_text="Country of the customer on the invoice.",
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
        help_text="Who gave the first approval, if two are needed.",
    )
    reversal_marked_by = serializers.EmailField(
        source="reversal_marked_by.email",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="Who asked to reverse the approval, if two admins are needed.",
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
    events = serializers.SerializerMethodField(help_text="Timeline, oldest first.")

    class Meta(AdminPaymentSerializer.Meta):
        fields = [*AdminPaymentSerializer.Meta.fields, "events"]
        read_only_fields = fields

    @extend_schema_field(PaymentEventSerializer(many=True))
    def get_events(self, payment: Payment) -> list[dict[str, Any]]:
        return list(PaymentEventSerializer(timeline_of(payment=payment), many=True).data)


@extend_schema_field(AccountSerializer)
class AccountInHandSerializer(AccountSerializer):
    """The account of an act, with its subscriptions: the same, from what the act has read."""

    def get_billing_email_confirmed(self, account: Account) -> bool:
        return has_confirmed_billing_email(account=account)

    def get_plan(self, account: Account) -> dict[str, Any]:
        terms = terms_of(account=account, subscriptions=account.subscriptions.all())
        return plan_answer(terms)


@extend_schema_field(InvoiceSerializer)
class InvoiceInHandSerializer(InvoiceSerializer):
    """The invoice of an act: the same, but its lines are read by a compiled statement."""

    def to_representation(self, instance: Invoice) -> dict[str, Any]:
        read_lines(instance)
        return super().to_representation(instance)


class DecisionSerializer(KeptFields, serializers.Serializer[Any]):
    """A decided payment and everything that changed with it."""

    payment = AdminPaymentSerializer()
    invoice = InvoiceInHandSerializer(source="billing.invoice")
    subscription = SubscriptionSerializer(source="billing.subscription")
    account = AccountInHandSerializer(source="billing.account")
