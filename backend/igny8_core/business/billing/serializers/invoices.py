"""Invoices with all that they promised."""

from typing import Any

from rest_framework import serializers

from igny8_core.auth.enums import ChangeCredit, CreditsAtRenewal
from igny8_core.business.billing.enums import InvoicePaymentState
from igny8_core.business.billing.models import Invoice, InvoiceLine
from igny8_core.business.billing.serializers.methods import PromisedMethodSerializer
from igny8_core.business.billing.serializers.payments import PaymentSerializer
from igny8_core.common.http.fields import MoneyField, RateField, SignedMoneyField, TextField
from igny8_core.common.http.kept_fields import KeptFields, KeptItems


class InvoiceLineSerializer(KeptFields, serializers.ModelSerializer[InvoiceLine]):
    unit_price = SignedMoneyField(currency="invoice.currency")
    amount = SignedMoneyField(currency="invoice.currency")

    class Meta:
        model = InvoiceLine
        fields = ["description", "quantity", "unit_price", "amount"]
        read_only_fields = fields


class BillingSnapshotCustomerSerializer(KeptItems, serializers.Serializer[Any]):
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


class BillingSnapshotPlanSerializer(KeptItems, serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    price = serializers.CharField()
    currency = serializers.CharField()
    interval = serializers.CharField()
    included_credits = serializers.IntegerField()
    credits_at_renewal = serializers.ChoiceField(
        choices=CreditsAtRenewal.choices, default=CreditsAtRenewal.ADD
    )
    credits_kept_up_to = serializers.IntegerField(default=None, allow_null=True)
    change_credit = serializers.ChoiceField(choices=ChangeCredit.choices, default=ChangeCredit.DAYS)
    max_sites = serializers.IntegerField()
    max_users = serializers.IntegerField()


class BillingSnapshotSerializer(KeptItems, serializers.Serializer[Any]):
    """Customer and plan as they were at issue."""

    customer = BillingSnapshotCustomerSerializer()
    plan = BillingSnapshotPlanSerializer()


class SellerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.CharField(help_text="Contact address; empty if none is set.")
    website = serializers.CharField(help_text="Empty if none is set.")


class DaysSerializer(KeptFields, serializers.Serializer[Any]):
    """A period's days in the time zone of the business, both included."""

    first_day = serializers.DateField()
    last_day = serializers.DateField()


class InvoiceSerializer(KeptFields, serializers.ModelSerializer[Invoice]):
    payment_state = serializers.ChoiceField(choices=InvoicePaymentState.choices, read_only=True)
    subtotal = MoneyField()
    tax_amount = MoneyField()
    total = MoneyField()
    payable_amount = MoneyField(currency="payable_currency")
    exchange_rate = RateField(help_text="Payable units for one unit of the invoice's currency.")
    payment_method = serializers.CharField(
        source="method.payment_method", read_only=True, default=None, allow_null=True
    )
    payment_instructions = PromisedMethodSerializer(
        read_only=True,
        allow_null=True,
        help_text="As of when the method was chosen. Later edits are not included.",
    )
    payment_reference = serializers.CharField(
        read_only=True, help_text="What the customer enters as the reference of the transfer."
    )
    lines = InvoiceLineSerializer(many=True, read_only=True)
    billing_snapshot = BillingSnapshotSerializer(read_only=True)
    latest_payment = PaymentSerializer(read_only=True, allow_null=True)
    void_reason = serializers.CharField(
        read_only=True, help_text="Why it is void, in the admin's words; otherwise empty."
    )

    class Meta:
        model = Invoice
        fields = [
            "id",
            "number",
            "kind",
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


class ListedInvoiceSerializer(InvoiceSerializer):
    period = DaysSerializer(
        read_only=True,
        allow_null=True,
        help_text="What it pays for; null: it begins with the approval, or there is none.",
    )

    class Meta(InvoiceSerializer.Meta):
        fields = [*InvoiceSerializer.Meta.fields, "period"]
        read_only_fields = fields


class VoidInvoiceSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=1000, help_text="The customer will read it.")
