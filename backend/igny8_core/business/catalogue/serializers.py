"""What a visitor chooses from."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.business.billing.serializers.methods import PaymentMethodSerializer
from igny8_core.common.http.fields import RateField
from igny8_core.common.money import currency_decimals


class OfferedPaymentMethodSerializer(PaymentMethodSerializer):
    """A method in a list of choices, with the rate at which its local amount would be locked.

    Needs ``exchange_rates`` in its context.
    """

    exchange_rate = serializers.SerializerMethodField(
        help_text="Units of the method's currency for 1 USD; null if none is set."
    )
    currency_decimals = serializers.SerializerMethodField(
        help_text="Number of decimals to which a local amount is rounded, half up."
    )

    class Meta(PaymentMethodSerializer.Meta):
        fields = [*PaymentMethodSerializer.Meta.fields, "exchange_rate", "currency_decimals"]
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"], "format": "decimal", "examples": ["281.5"]})
    def get_exchange_rate(self, method: PaymentMethodConfig) -> str | None:
        if method.currency == "USD":
            return "1"
        rate = self.context["exchange_rates"].get(method.currency)
        return RateField().to_representation(rate.units_per_usd) if rate else None

    def get_currency_decimals(self, method: PaymentMethodConfig) -> int:
        return currency_decimals(method.currency)
