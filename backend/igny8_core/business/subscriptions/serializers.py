"""What the acts of subscriptions take, and what they give."""

from typing import Any

from rest_framework import serializers

from igny8_core.auth.enums import SubscriptionStatus
from igny8_core.auth.serializers import OfferField, PlanSerializer, SubscriptionSerializer
from igny8_core.business.billing.borders import LatePayment
from igny8_core.business.billing.enums import InvoiceKind
from igny8_core.business.billing.serializers.decisions import AccountInHandSerializer
from igny8_core.business.billing.serializers.invoices import (
    DaysSerializer,
    InvoiceSerializer,
    ListedInvoiceSerializer,
)
from igny8_core.business.subscriptions.enums import ComingStep, Stage
from igny8_core.common.http.fields import LineField, MoneyField, TextField
from igny8_core.common.http.kept_fields import KeptFields


class UpgradeSerializer(serializers.Serializer[Any]):
    plan_slug = LineField(max_length=50)
    offer = OfferField()
    payment_method = LineField(max_length=40, required=False, default="", allow_blank=True)


class UpgradeResultSerializer(serializers.Serializer[Any]):
    account = AccountInHandSerializer()
    subscription = SubscriptionSerializer()
    invoice = InvoiceSerializer()


class CancelSerializer(serializers.Serializer[Any]):
    reason = TextField(
        max_length=1000,
        required=False,
        default="",
        allow_blank=True,
        help_text="Why, if the customer wants to say it.",
    )


class NextPlanSerializer(serializers.Serializer[Any]):
    plan_slug = LineField(max_length=50)
    offer = OfferField()


class AmountSerializer(serializers.Serializer[Any]):
    amount = MoneyField()
    currency = serializers.CharField(help_text="ISO 4217 code.")


class RunningPeriodSerializer(DaysSerializer):
    """The period that runs: its instants, and its days in the time zone of the business."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="The first moment after it.")


class OpenInvoiceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=InvoiceKind.choices)
    due = AmountSerializer()
    payable = AmountSerializer(help_text="The same in the currency of the chosen method.")
    due_date = serializers.DateField()
    period = DaysSerializer(
        allow_null=True, help_text="What it pays for; null: it begins with the approval."
    )


class WaitingClaimSerializer(serializers.Serializer[Any]):
    submitted_on = serializers.DateField()
    amount = AmountSerializer()


class ComingStepSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    what = serializers.ChoiceField(
        choices=ComingStep.choices, help_text="A step of billing, or an email by its kind."
    )


class PriceChangeSerializer(serializers.Serializer[Any]):
    price = AmountSerializer()
    first_day = serializers.DateField(help_text="Of the first period that costs it.")


class MayDoSerializer(serializers.Serializer[Any]):
    """Which acts the state allows; who may call them is another question."""

    renew_early = serializers.BooleanField()
    cancel = serializers.BooleanField()
    keep = serializers.BooleanField()
    choose_plan = serializers.BooleanField(help_text="From the next period.")


class CurrentSubscriptionSerializer(KeptFields, serializers.Serializer[Any]):
    plan = PlanSerializer(
        allow_null=True, help_text="As promised at purchase; null: the account has no plan."
    )
    status = serializers.ChoiceField(
        choices=SubscriptionStatus.choices,
        allow_null=True,
        help_text="Of the subscription that runs, or waits for its first payment; null: none does.",
    )
    stage = serializers.ChoiceField(
        choices=Stage.choices, help_text="What the customer has to know first."
    )
    current_period = RunningPeriodSerializer(allow_null=True)
    paid_until_day = serializers.DateField(allow_null=True, help_text="The last paid day.")
    cancel_at_period_end = serializers.BooleanField()
    next_plan = PlanSerializer(allow_null=True, help_text="From the next period.")
    price_change = PriceChangeSerializer(
        allow_null=True, help_text="What the plan will cost, if that is known to be another price."
    )
    open_invoice = OpenInvoiceSerializer(
        allow_null=True,
        help_text="What is to be paid: the renewal, or else the order.",
    )
    claim = WaitingClaimSerializer(
        allow_null=True, help_text="The confirmation of the open invoice that is under review."
    )
    late_payment = serializers.ChoiceField(
        choices=[choice.value for choice in LatePayment],
        help_text="What becomes of a pause when the renewal is paid: its days don't count, a whole "
        "period begins on that day, or the period keeps its dates.",
    )
    suspended_on = serializers.DateField(allow_null=True)
    suspends_on = serializers.DateField(
        allow_null=True, help_text="When the account is suspended, if nobody pays."
    )
    ends_on = serializers.DateField(
        allow_null=True, help_text="When the plan ends, if nobody pays, or because it is cancelled."
    )
    coming = ComingStepSerializer(
        many=True, help_text="What comes if nobody does anything, in order."
    )
    may = MayDoSerializer()


class ChangeNowSerializer(serializers.Serializer[Any]):
    """A change of plan that takes effect when its invoice is paid."""

    credit = AmountSerializer(help_text="For the unused days of what is paid for.")
    total = AmountSerializer(help_text="The plan's price less the credit; at least 0.")
    payable = AmountSerializer(
        allow_null=True,
        help_text="The same in the currency of the method; null without a method, or if refused.",
    )
    refused = serializers.CharField(
        allow_null=True, help_text="The code with which the order would be refused."
    )


class ChangeNextPeriodSerializer(serializers.Serializer[Any]):
    """A change of plan that takes effect with the next period."""

    starts_on = serializers.DateField(allow_null=True)
    refused = serializers.CharField(
        allow_null=True, help_text="The code with which the choice would be refused."
    )


class PlanChangeSerializer(KeptFields, serializers.Serializer[Any]):
    plan = PlanSerializer()
    now = ChangeNowSerializer()
    next_period = ChangeNextPeriodSerializer()


class InvoiceDetailSerializer(ListedInvoiceSerializer):
    coming = ComingStepSerializer(
        many=True,
        read_only=True,
        help_text="What happens when, if nobody pays; empty unless it is open.",
    )

    class Meta(ListedInvoiceSerializer.Meta):
        fields = [*ListedInvoiceSerializer.Meta.fields, "coming"]
        read_only_fields = fields
