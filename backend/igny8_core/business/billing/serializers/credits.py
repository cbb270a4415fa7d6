"""The credit ledger."""

from typing import Any

from rest_framework import serializers

from igny8_core.business.billing.models import CreditTransaction


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
            "plan_amount",
            "balance_after",
            "description",
            "invoice_number",
            "created_at",
        ]
        read_only_fields = fields


class CreditBalanceSerializer(serializers.Serializer[Any]):
    balance = serializers.IntegerField(help_text="Credits left.")
    plan_credits = serializers.IntegerField(
        help_text="How many of them the plan brought: they are used first, and may expire."
    )
