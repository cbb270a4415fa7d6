"""What registration and the session answer."""

from typing import Any

from rest_framework import serializers

from igny8_core.auth.serializers import AccountSerializer, SubscriptionSerializer, UserSerializer
from igny8_core.business.billing.serializers.invoices import InvoiceSerializer
from igny8_core.business.billing.serializers.payments import PaymentSerializer


class RegistrationResultSerializer(serializers.Serializer[Any]):
    user = UserSerializer()
    account = AccountSerializer()
    subscription = SubscriptionSerializer(allow_null=True)
    invoice = InvoiceSerializer(allow_null=True)


class MeSerializer(serializers.Serializer[Any]):
    """All that a page needs to say where the customer stands."""

    user = UserSerializer()
    account = AccountSerializer(allow_null=True, help_text="Null for admins without one.")
    subscription = SubscriptionSerializer(allow_null=True, help_text="The one that is paid for.")
    pending_subscription = SubscriptionSerializer(
        allow_null=True, help_text="The one that waits for its payment."
    )
    open_invoice = InvoiceSerializer(allow_null=True, help_text="What is to be paid now.")
    last_decision = PaymentSerializer(
        allow_null=True, help_text="The payment that was approved or rejected last."
    )
