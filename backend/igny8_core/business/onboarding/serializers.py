"""What registration and the session answer."""

from typing import Any

from rest_framework import serializers

from igny8_core.auth.serializers import AccountSerializer, SubscriptionSerializer, UserSerializer
from igny8_core.business.billing.serializers.decisions import AccountInHandSerializer
from igny8_core.business.billing.serializers.invoices import InvoiceSerializer
from igny8_core.business.billing.serializers.payments import PaymentSerializer
from igny8_core.common.http.kept_fields import KeptFields


class RegistrationResultSerializer(KeptFields, serializers.Serializer[Any]):
    user = UserSerializer()
    account = AccountInHandSerializer()
    subscription = SubscriptionSerializer(allow_null=True)
    invoice = InvoiceSerializer(allow_null=True)


class MeSerializer(KeptFields, serializers.Serializer[Any]):
    """Everything a page needs to show the customer's current state."""

    user = UserSerializer()
    account = AccountSerializer(allow_null=True, help_text="Null for admins without an account.")
    subscription = SubscriptionSerializer(allow_null=True, help_text="The paid subscription.")
    pending_subscription = SubscriptionSerializer(
        allow_null=True, help_text="The subscription waiting for payment."
    )
    open_invoice = InvoiceSerializer(allow_null=True, help_text="The invoice to pay now.")
    last_decision = PaymentSerializer(
        allow_null=True, help_text="The most recently approved or rejected payment."
    )
