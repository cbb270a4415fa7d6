"""The API of subscriptions: what the account has, and asking for another plan."""

from rest_framework.request import Request
from rest_framework.views import APIView

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.exceptions import PlanChanged, UnknownPlan
from igny8_core.auth.listing import OwnListView
from igny8_core.auth.models import Subscription
from igny8_core.auth.openapi_examples import ACTIVE_SUBSCRIPTION
from igny8_core.auth.permissions import IsAccountOwner, account_of
from igny8_core.auth.selectors import subscriptions_of
from igny8_core.auth.serializers import SubscriptionSerializer
from igny8_core.business.billing import openapi_examples as example
from igny8_core.business.billing.exceptions import (
    AccountClosed,
    ExchangeRateMissing,
    UnknownPaymentMethod,
)
from igny8_core.business.billing.services.periods import StartedSubscription
from igny8_core.business.subscriptions.exceptions import (
    AlreadyOnPlan,
    PlanNotPayable,
    UpgradeAlreadyPending,
)
from igny8_core.business.subscriptions.serializers import (
    UpgradeResultSerializer,
    UpgradeSerializer,
)
from igny8_core.business.subscriptions.upgrade import request_upgrade
from igny8_core.common.clock import utc_now
from igny8_core.common.http.acts import Sent, act
from igny8_core.common.http.describe import LIST_ERRORS, describe_read
from igny8_core.common.http.throttling import PayThrottle


@describe_read(
    "list_subscriptions",
    "Subscriptions",
    "List the account's subscriptions",
    "Newest first, paginated.",
    SubscriptionSerializer(many=True),
    ACTIVE_SUBSCRIPTION,
    *LIST_ERRORS,
)
class SubscriptionListView(OwnListView[Subscription]):
    model = Subscription
    select = staticmethod(subscriptions_of)
    serializer_class = SubscriptionSerializer


class UpgradeView(APIView):
    permission_classes = [IsAccountOwner]
    throttle_classes = [PayThrottle]

    @act(
        "upgrade_subscription",
        tag="Subscriptions",
        summary="Order a paid plan",
        description=(
            "Issues an invoice. Nothing changes for the account until the payment is approved."
        ),
        sent=UpgradeSerializer,
        examples={"Request": {"plan_slug": "growth", "payment_method": "bank_transfer"}},
        answer=UpgradeResultSerializer,
        shown=example.UPGRADE,
        status=201,
        refusals=(
            UnknownPlan,
            PlanChanged,
            PlanNotPayable,
            AlreadyOnPlan,
            UnknownPaymentMethod,
            ExchangeRateMissing,
            UpgradeAlreadyPending,
            AccountClosed,
        ),
    )
    def post(self, request: Request, sent: Sent) -> StartedSubscription:
        return request_upgrade(
            account=account_of(request),
            plan_slug=sent["plan_slug"],
            offer=sent["offer"],
            method_code=sent["payment_method"],
            actor=actor_from_request(request),
            now=utc_now(),
        )
