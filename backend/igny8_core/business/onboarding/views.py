"""The API of registration and of the session."""

from typing import Any

from allauth.account.internal.flows.signup import complete_signup
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.authentication import VisitorAuthentication
from igny8_core.auth.models import User
from igny8_core.auth.permissions import user_of
from igny8_core.auth.selectors import live_subscription, pending_subscription
from igny8_core.auth.serializers import RegisterSerializer
from igny8_core.auth.services.accounts import BILLING_FIELDS, OwnerDetails
from igny8_core.business.billing.selectors import last_decision, open_invoice
from igny8_core.business.onboarding import openapi
from igny8_core.business.onboarding.serializers import MeSerializer, RegistrationResultSerializer
from igny8_core.business.onboarding.services import Registration, register_account
from igny8_core.common.clock import utc_now
from igny8_core.common.idempotency import AccountAnswer, run_once
from igny8_core.common.throttling import ActionThrottle


class RegisterThrottle(ActionThrottle):
    action = "register"

    def identity(self, request: Request) -> str:
        """Return the e-mail that signs up."""
        typed = request.data.get("email", "") if isinstance(request.data, dict) else ""
        return str(typed).strip().lower().encode(errors="replace").decode()


@openapi.REGISTER
class RegisterView(APIView):
    permission_classes = [AllowAny]
    authentication_classes = [VisitorAuthentication]
    throttle_classes = [RegisterThrottle]

    def post(self, request: Request) -> Response:
        body = RegisterSerializer(data=request.data)
        body.is_valid(raise_exception=True)

        def register() -> AccountAnswer:
            registered = register_account(
                registration=_registration(body.validated_data),
                ip_address=actor_from_request(request).ip_address,
                now=utc_now(),
            )
            answer = RegistrationResultSerializer(registered)
            return AccountAnswer(
                answer.data,
                account_id=registered.account.pk,
                status=status.HTTP_201_CREATED,
            )

        response = run_once(request, register)
        _log_in(request, User.objects.get(pk=response.data["user"]["id"]))
        return response


@openapi.ME
class MeView(APIView):
    def get(self, request: Request) -> Response:
        user = user_of(request)
        account = user.account
        answer = MeSerializer(
            {
                "user": user,
                "account": account,
                "subscription": account and live_subscription(account=account),
                "pending_subscription": account and pending_subscription(account=account),
                "open_invoice": account and open_invoice(account=account),
                "last_decision": account and last_decision(account=account),
            }
        )
        return Response(answer.data)


def _registration(data: dict[str, Any]) -> Registration:
    return Registration(
        owner=OwnerDetails(
            email=data["email"],
            password=data["password"],
            first_name=data["first_name"],
            last_name=data["last_name"],
            language=data["language"],
        ),
        plan_slug=data["plan_slug"],
        country=data["country"],
        payment_method=data["payment_method"],
        account_name=data["account_name"],
        billing={field: data[field] for field in BILLING_FIELDS},
    )


def _log_in(request: Request, user: User) -> None:
    """Log in and ask for the e-mail to be verified; after a replay of a lost answer as well."""
    complete_signup(request._request, user=user)
