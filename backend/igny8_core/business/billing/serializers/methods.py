"""Ways to pay, as the API tells of them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.common.http.fields import LineField
from igny8_core.common.http.kept_fields import KeptFields, KeptItems


class PaymentMethodDetailSerializer(KeptItems, serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # DRF has the name too
    value = serializers.CharField()
    copyable = serializers.BooleanField()


class MethodTextsSerializer(KeptItems, serializers.Serializer[Any]):
    """What customers see of a method in one language; missing texts are shown in English."""

    display_name = serializers.CharField(required=False)
    instructions = serializers.CharField(required=False)
    labels = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="Labels of the details: the English label and its translation.",
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
        help_text="Its texts in other languages, by ISO 639-1 code.",
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


@extend_schema_field(PaymentMethodSerializer)
class PromisedMethodSerializer(KeptFields, PaymentMethodSerializer):
    """A method of which example details are withheld already."""


class ChoosePaymentMethodSerializer(serializers.Serializer[Any]):
    payment_method = LineField(max_length=40)
