"""What an upgrade takes, and what it gives."""

from typing import Any

from rest_framework import serializers

from igny8_core.auth.serializers import OfferField, SubscriptionSerializer
from igny8_core.business.billing.serializers.decisions import AccountInHandSerializer
from igny8_core.business.billing.serializers.invoices import InvoiceSerializer
from igny8_core.common.http.fields import LineField


class UpgradeSerializer(serializers.Serializer[Any]):
    plan_slug = LineField(max_length=50)
    offer = OfferField()
    payment_method = LineField(max_length=40, required=False, default="", allow_blank=True)


class UpgradeResultSerializer(serializers.Serializer[Any]):
    account = AccountInHandSerializer()
    subscription = SubscriptionSerializer()
    invoice = InvoiceSerializer()
