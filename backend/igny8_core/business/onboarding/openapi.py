"""How registration and the session are described."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, Throttled

from igny8_core.auth import exceptions
from igny8_core.auth import openapi_examples as auth_example
from igny8_core.auth.serializers import RegisterSerializer
from igny8_core.business.billing import openapi_examples as billing_example
from igny8_core.business.billing.exceptions import ExchangeRateMissing, UnknownPaymentMethod
from igny8_core.business.onboarding.serializers import MeSerializer, RegistrationResultSerializer
from igny8_core.common.http.describe import (
    BODY_ERRORS,
    IDEMPOTENCY_ERRORS,
    IDEMPOTENCY_HEADER,
    answer_example,
    error_responses,
    request_example,
)

_FREE_ACCOUNT = {
    **auth_example.PENDING_ACCOUNT,
    "status": "trial",
    "credits": 1000,
    "plan": {**auth_example.PLAN, "slug": "free", "name": "Free", "price": "0.00", "is_free": True},
}

REGISTER = extend_schema_view(
    post=extend_schema(
        operation_id="register",
        tags=["Session"],
        summary="Sign up",
        description=(
            "Makes a user and an account and logs in. A free plan starts a trial with its credits; "
            "a paid one makes a pending subscription and the invoice to pay. Browsers get the "
            "session cookie; programs log in at `/_allauth/app/v1/auth/login` afterwards."
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
ME = extend_schema_view(
    get=extend_schema(
        operation_id="show_me",
        tags=["Session"],
        summary="Show where the customer stands",
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
