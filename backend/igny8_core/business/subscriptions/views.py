"""The API of subscriptions: what the account has, what comes, and changing it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.exceptions import PlanChanged, UnknownPlan
from igny8_core.auth.listing import OwnListView
from igny8_core.auth.models import Subscription
from igny8_core.auth.openapi_examples import ACTIVE_SUBSCRIPTION
from igny8_core.auth.permissions import HasAccount, MaySettle, account_of
from igny8_core.auth.selectors import subscriptions_of
from igny8_core.auth.serializers import SubscriptionSerializer
from igny8_core.business.billing.exceptions import (
    AccountClosed,
    CancellationLimitReached,
    ExchangeRateMissing,
    PaymentAlreadyUnderReview,
    UnknownPaymentMethod,
)
from igny8_core.business.billing.openapi_examples import UPGRADE
from igny8_core.business.billing.services.periods import StartedSubscription
from igny8_core.business.subscriptions import openapi_examples as example
from igny8_core.business.subscriptions.current import (
    Current,
    current_subscription,
    invoice_in_detail,
)
from igny8_core.business.subscriptions.exceptions import (
    AlreadyNextPlan,
    AlreadyOnPlan,
    BillingParked,
    NoNextPlan,
    NoSubscription,
    NotCancelled,
    NothingToPay,
    PaidAhead,
    PlanEnds,
    PlanNotPayable,
    RenewalAlreadyOpen,
    TooManyPlanChanges,
    UpgradeAlreadyPending,
)
from igny8_core.business.subscriptions.serializers import (
    CancelSerializer,
    CurrentSubscriptionSerializer,
    InvoiceDetailSerializer,
    NextPlanSerializer,
    PlanChangeSerializer,
    UpgradeResultSerializer,
    UpgradeSerializer,
)
from igny8_core.business.subscriptions.services import customer
from igny8_core.business.subscriptions.services.plan_changes import plan_changes
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.acts import Sent, act
from igny8_core.common.http.describe import (
    LIST_ERRORS,
    READ_ERRORS,
    Refusal,
    answer_example,
    describe_read,
    error_responses,
)
from igny8_core.common.http.queries import require_single
from igny8_core.common.http.throttling import PayThrottle
from igny8_core.common.transactions import one_moment

_PLAN_ERRORS: tuple[Refusal, ...] = (UnknownPlan, PlanChanged, PlanNotPayable, AlreadyOnPlan)


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


@describe_read(
    "show_current_subscription",
    "Subscriptions",
    "Show the plan, what is paid, and what comes",
    "Everything that a customer has to know about the plan, in one answer. `stage` says what "
    "comes first, `coming` what happens on which day if nobody pays.",
    CurrentSubscriptionSerializer,
    example.CURRENT,
)
class CurrentView(APIView):
    permission_classes = [HasAccount]

    def get(self, request: Request) -> Response:
        current = current_subscription(account=account_of(request), now=utc_now())
        return Response(CurrentSubscriptionSerializer(current).data)


class CancelView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]

    @act(
        "cancel_subscription",
        tag="Subscriptions",
        summary="Cancel the plan",
        description=(
            "It ends with the time that is paid for, and an unpaid renewal is void. A plan that "
            "is past due ends at once. Refused while a payment of the renewal is under review: "
            "withdraw that first."
        ),
        sent=CancelSerializer,
        examples={"Request": {"reason": "We close the shop"}},
        answer=CurrentSubscriptionSerializer,
        shown=example.ENDING,
        refusals=(NoSubscription, BillingParked, PlanEnds, PaymentAlreadyUnderReview),
    )
    def post(self, request: Request, sent: Sent) -> Current:
        return customer.cancel_at_period_end(
            account=account_of(request),
            reason=sent["reason"],
            actor=actor_from_request(request),
            now=utc_now(),
        )


class KeepView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]

    @act(
        "keep_subscription",
        tag="Subscriptions",
        summary="Keep a cancelled plan",
        description="Possible until it has ended. The next period is invoiced as usual.",
        answer=CurrentSubscriptionSerializer,
        shown=example.CURRENT,
        refusals=(NoSubscription, BillingParked, NotCancelled, TooManyPlanChanges),
    )
    def post(self, request: Request, _sent: Sent) -> Current:
        return customer.keep(
            account=account_of(request), actor=actor_from_request(request), now=utc_now()
        )


class RenewEarlyView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]

    @act(
        "renew_early",
        tag="Subscriptions",
        summary="Invoice the next period now",
        description=(
            "For who wants to pay before the invoice comes by itself. The period begins when the "
            "present one ends, however early it is paid. `open_invoice` is the new invoice."
        ),
        answer=CurrentSubscriptionSerializer,
        shown=example.CURRENT,
        refusals=(
            NoSubscription,
            BillingParked,
            PlanEnds,
            RenewalAlreadyOpen,
            PaidAhead,
            UpgradeAlreadyPending,
        ),
    )
    def post(self, request: Request, _sent: Sent) -> Current:
        return customer.renew_early(
            account=account_of(request), actor=actor_from_request(request), now=utc_now()
        )


class NextPlanView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]

    @act(
        "choose_next_plan",
        tag="Subscriptions",
        summary="Choose the plan of the next period",
        description=(
            "Takes effect when the paid time ends. If the next period is invoiced already, that "
            "invoice is void, and a new one with the same due day is issued; once a day. Refused "
            "while a payment of it is under review: withdraw that first."
        ),
        sent=NextPlanSerializer,
        examples={"Request": {"plan_slug": "growth"}},
        answer=CurrentSubscriptionSerializer,
        shown=example.CHANGES_NEXT_PLAN,
        refusals=(
            *_PLAN_ERRORS,
            AlreadyNextPlan,
            NoSubscription,
            BillingParked,
            PlanEnds,
            PaidAhead,
            PaymentAlreadyUnderReview,
            TooManyPlanChanges,
        ),
    )
    def post(self, request: Request, sent: Sent) -> Current:
        return customer.choose_next_plan(
            account=account_of(request),
            plan_slug=sent["plan_slug"],
            offer=sent["offer"],
            actor=actor_from_request(request),
            now=utc_now(),
        )

    @act(
        "drop_next_plan",
        tag="Subscriptions",
        summary="Stay on the present plan",
        description="Takes the choice of another plan for the next period back.",
        answer=CurrentSubscriptionSerializer,
        shown=example.CURRENT,
        refusals=(
            NoSubscription,
            BillingParked,
            NoNextPlan,
            PlanEnds,
            PaidAhead,
            PaymentAlreadyUnderReview,
            TooManyPlanChanges,
        ),
    )
    def delete(self, request: Request, _sent: Sent) -> Current:
        return customer.drop_next_plan(
            account=account_of(request), actor=actor_from_request(request), now=utc_now()
        )


@extend_schema_view(
    get=extend_schema(
        operation_id="list_plan_changes",
        tags=["Subscriptions"],
        summary="List what changing the plan costs",
        description=(
            "For each plan on offer: the price of changing to it now, less the unused days of "
            "what is paid for, and the day on which it could begin otherwise. `refused` is the "
            "code with which the change would be refused."
        ),
        parameters=[
            OpenApiParameter(
                "method", str, description="Code of the payment method that `payable` is for."
            )
        ],
        responses={
            200: PlanChangeSerializer(many=True),
            **error_responses(
                *READ_ERRORS, ValidationError, UnknownPaymentMethod, ExchangeRateMissing
            ),
        },
        examples=[answer_example(example.PLAN_CHANGE)],
    )
)
class PlanChangesView(APIView):
    permission_classes = [HasAccount]

    @one_moment()
    def get(self, request: Request) -> Response:
        require_single(request.GET)
        changes = plan_changes(
            account=account_of(request), method_code=request.GET.get("method", ""), now=utc_now()
        )
        return Response(PlanChangeSerializer(changes, many=True).data)


class UpgradeView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]

    @act(
        "upgrade_subscription",
        tag="Subscriptions",
        summary="Order a paid plan",
        description=(
            "Issues an invoice for the plan, less the unused days of what is paid for. Nothing "
            "changes for the account until the payment is approved: then the new plan's credits "
            "come, and those that the unused days brought go. An earlier order that isn't paid is "
            "void."
        ),
        sent=UpgradeSerializer,
        examples={"Request": {"plan_slug": "growth", "payment_method": "bank_transfer"}},
        answer=UpgradeResultSerializer,
        shown=UPGRADE,
        status=201,
        refusals=(
            *_PLAN_ERRORS,
            NothingToPay,
            UnknownPaymentMethod,
            ExchangeRateMissing,
            UpgradeAlreadyPending,
            CancellationLimitReached,
            BillingParked,
            AccountClosed,
        ),
    )
    def post(self, request: Request, sent: Sent) -> StartedSubscription:
        return customer.change_plan_now(
            account=account_of(request),
            plan_slug=sent["plan_slug"],
            offer=sent["offer"],
            method_code=sent["payment_method"],
            actor=actor_from_request(request),
            now=utc_now(),
        )


@describe_read(
    "show_invoice",
    "Invoices",
    "Show an invoice",
    "Includes its lines, the snapshot taken at issue, how to pay it, its latest payment, and what "
    "happens when if it stays unpaid.",
    InvoiceDetailSerializer,
    example.INVOICE_DETAIL,
    NotFound,
)
class InvoiceDetailView(APIView):
    permission_classes = [HasAccount]

    @one_moment()
    def get(self, request: Request, invoice_id: int) -> Response:
        detail = invoice_in_detail(
            account=account_of(request), invoice_id=invoice_id, now=utc_now()
        )
        shown = InvoiceDetailSerializer(detail)  # type: ignore[arg-type]  # it is like an invoice
        return Response(shown.data)
