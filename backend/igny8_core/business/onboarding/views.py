"""The API of registration and of the session."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.signup import complete_signup
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth import exceptions
from igny8_core.auth import openapi_examples as auth_example
from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.log_in.adapter import send_first_link
from igny8_core.auth.log_in.authentication import VisitorAuthentication
from igny8_core.auth.log_in.sessions import has_sign_up_session, mark_sign_up
from igny8_core.auth.models import User
from igny8_core.auth.permissions import user_of
from igny8_core.auth.serializers import RegisterSerializer
from igny8_core.auth.services.accounts import BILLING_FIELDS, OwnerDetails
from igny8_core.business.billing import openapi_examples as billing_example
from igny8_core.business.billing.exceptions import ExchangeRateMissing, UnknownPaymentMethod
from igny8_core.business.onboarding.selectors import state_of
from igny8_core.business.onboarding.serializers import MeSerializer, RegistrationResultSerializer
from igny8_core.business.onboarding.services import Registered, Registration, register_account
from igny8_core.common.clock import utc_now
from igny8_core.common.http.describe import (
    BODY_ERRORS,
    IDEMPOTENCY_ERRORS,
    IDEMPOTENCY_HEADER,
    answer_example,
    error_responses,
    request_example,
)
from igny8_core.common.http.idempotency import REPLAYED, AccountAnswer, run_once
from igny8_core.common.http.throttling import ActionThrottle
from igny8_core.common.models import put_in_hand

_FREE_ACCOUNT = {
    **auth_example.PENDING_ACCOUNT,
    "status": "trial",
    "credits": 1000,
    "plan": {**auth_example.PLAN, "slug": "free", "name": "Free", "price": "0.00", "is_free": True},
}


REPLAY_LOGS_IN_FOR = timedelta(hours=1)


class RegisterThrottle(ActionThrottle):
    action = "register"


@extend_schema_view(
    post=extend_schema(
        operation_id="register",
        tags=["Session"],
        summary="Sign up",
        description=(
            "Creates a user and an account, and signs in. A free plan starts a trial with its "
            "credits; a paid one creates a pending subscription and an invoice to pay. Browsers "
            "get the session cookie; programs sign in at `/_allauth/app/v1/auth/login` "
            "afterwards."
        ),
        parameters=[IDEMPOTENCY_HEADER],
        request=RegisterSerializer,
        responses={
            201: RegistrationResultSerializer,
            **error_responses(
                *BODY_ERRORS,
                exceptions.EmailAlreadyRegistered,
                exceptions.EmailUnusable,
                exceptions.UnknownPlan,
                exceptions.PlanChanged,
                exceptions.UnknownCountry,
                UnknownPaymentMethod,
                ExchangeRateMissing,
                *IDEMPOTENCY_ERRORS,
                PermissionDenied,
                Throttled,
            ),
        },
        examples=[
            request_example(auth_example.REGISTER_REQUEST, "Paid plan"),
            request_example(
                {
                    "email": "ayesha@lahore-textiles.example",
                    "password": "a-long-passphrase",
                    "plan_slug": "free",
                },
                "Free plan",
            ),
            answer_example(
                {
                    "user": auth_example.USER,
                    "account": auth_example.PENDING_ACCOUNT,
                    "subscription": auth_example.PENDING_SUBSCRIPTION,
                    "invoice": billing_example.INVOICE,
                },
                "Paid plan",
                status=201,
            ),
            answer_example(
                {
                    "user": auth_example.USER,
                    "account": _FREE_ACCOUNT,
                    "subscription": None,
                    "invoice": None,
                },
                "Free plan",
                status=201,
            ),
        ],
        auth=[],
    )
)
class RegisterView(APIView):
    permission_classes = [AllowAny]
    authentication_classes = [VisitorAuthentication]
    throttle_classes = [RegisterThrottle]
    registered: Registered

    def post(self, request: Request) -> Response:
        body = RegisterSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)

        now = utc_now()

        def register() -> AccountAnswer:
            self.registered = register_account(
                registration=_registration(body.validated_data, now=now),
                ip_address=actor_from_request(request).ip_address,
                now=now,
                welcome=partial(send_first_link, request._request),
            )
            _say_that_nothing_is_verified(self.registered.user)
            return AccountAnswer(
                RegistrationResultSerializer(self.registered).data,
                account_id=self.registered.account.pk,
                status=status.HTTP_201_CREATED,
            )

        response = run_once(request, register)
        if REPLAYED in response.headers:
            _log_in_again(request, response, password=body.validated_data["password"])
        else:
            _log_in(request, self.registered.user)
        return response


@extend_schema_view(
    get=extend_schema(
        operation_id="show_me",
        tags=["Session"],
        summary="Show the customer's current state",
        description="User, account, subscriptions, the open invoice and the last decision.",
        responses={200: MeSerializer, **error_responses(NotAuthenticated)},
        examples=[
            answer_example(
                {
                    "user": auth_example.USER,
                    "account": auth_example.PENDING_ACCOUNT,
                    "subscription": None,
                    "pending_subscription": auth_example.PENDING_SUBSCRIPTION,
                    "open_invoice": billing_example.INVOICE,
                    "last_decision": None,
                }
            )
        ],
    )
)
class MeView(APIView):
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(state_of(user=user_of(request))).data)


def _registration(data: dict[str, Any], *, now: datetime) -> Registration:
    return Registration(
        owner=OwnerDetails(
            email=data["email"],
            password=data["password"],
            first_name=data["first_name"],
            last_name=data["last_name"],
            language=data["language"],
            signed_in_at=now,
        ),
        plan_slug=data["plan_slug"],
        offer=data["offer"],
        country=data["country"],
        payment_method=data["payment_method"],
        account_name=data["account_name"],
        billing={field: data[field] for field in BILLING_FIELDS},
    )


def _say_that_nothing_is_verified(user: User) -> None:
    """Spare the reading of a new person's verified address, and of another one that they want."""
    put_in_hand(user, "emailaddress_set", [])
    change: Any = User._meta.get_field("email_change")
    change.set_cached_value(user, None)


def _log_in(request: Request, user: User) -> None:
    """Sign in somebody new, who can't have a second factor yet."""
    get_adapter().login(request._request, user)
    mark_sign_up(request._request.session)


def _log_in_again(request: Request, response: Response, *, password: str) -> None:
    """Sign in as well, if the sign-up was sent again because its answer was lost.

    Whoever has an old request is not let in by it: the session that it began has to be there still,
    so that neither a log-out nor "log out everywhere" is undone, and the password has to be right.
    """
    user = User.objects.get(pk=response.data["user"]["id"])
    is_fresh = user.is_active and utc_now() - user.date_joined < REPLAY_LOGS_IN_FOR
    if not (is_fresh and has_sign_up_session(user=user) and user.check_password(password)):
        return
    complete_signup(request._request, user=user)
    if request._request.user.is_authenticated:  # not so, where signing in needs a code
        mark_sign_up(request._request.session)
