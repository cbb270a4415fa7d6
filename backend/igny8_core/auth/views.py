"""The API of the session, the account and its sites."""

from django.contrib.auth import logout
from django.db.models import QuerySet
from django.middleware.csrf import get_token
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth import openapi, selectors
from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.listing import OwnListView
from igny8_core.auth.log_in.own_password import require_own_password
from igny8_core.auth.log_in.sessions import end_sessions
from igny8_core.auth.models import Account, Site
from igny8_core.auth.permissions import HasAccount, IsAccountOwner, account_of, user_of
from igny8_core.auth.serializers import (
    AccountChangeSerializer,
    AccountSerializer,
    BillingEmailKeySerializer,
    ConfirmedBillingEmailSerializer,
    EmailChangeSerializer,
    ProfileSerializer,
    SiteChangeSerializer,
    SiteSerializer,
    UserSerializer,
)
from igny8_core.auth.services.accounts import change_account, change_profile
from igny8_core.auth.services.billing_email import confirm_billing_email
from igny8_core.auth.services.email_addresses import cancel_email_change, request_email_change
from igny8_core.auth.services.sites import add_site, change_site, remove_site
from igny8_core.common.clock import utc_now
from igny8_core.common.http.throttling import ActionThrottle, typed_email
from igny8_core.common.transactions import commit_or_retry


@openapi.CSRF_TOKEN
class CsrfTokenView(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        return Response({"csrf_token": get_token(request)})


@openapi.LOG_OUT_EVERYWHERE
class LogOutEverywhereView(APIView):
    def post(self, request: Request) -> Response:
        end_sessions(user=user_of(request))
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


@openapi.CHANGE_PROFILE
class ProfileView(APIView):
    def patch(self, request: Request) -> Response:
        body = ProfileSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        user = commit_or_retry(
            lambda: change_profile(user=user_of(request), changes=body.validated_data)
        )
        return Response(UserSerializer(user).data)


class EmailThrottle(ActionThrottle):
    action = "change_email"

    def identity(self, request: Request) -> str:
        """Return the new address, to which a mail would go."""
        return typed_email(request)


@openapi.EMAIL
class EmailView(APIView):
    def post(self, request: Request) -> Response:
        body = EmailChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        require_own_password(request._request, password=body.validated_data["password"])
        throttle = EmailThrottle()
        if not throttle.allow_request(request, self):  # what was refused above has sent no mail
            self.throttled(request, throttle.wait())
        user = user_of(request)
        request_email_change(
            user=user,
            new_email=body.validated_data["email"],
            actor=actor_from_request(request),
            now=utc_now(),
        )
        return Response(UserSerializer(user).data)

    def delete(self, request: Request) -> Response:
        cancel_email_change(user=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@openapi.CHANGE_ACCOUNT
class AccountView(APIView):
    permission_classes = [IsAccountOwner]

    def patch(self, request: Request) -> Response:
        body = AccountChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        account = commit_or_retry(
            lambda: change_account(account=account_of(request), changes=body.validated_data)
        )
        return Response(AccountSerializer(account).data)


class ConfirmBillingEmailThrottle(ActionThrottle):
    action = "confirm_billing_email"


@openapi.CONFIRM_BILLING_EMAIL
class ConfirmBillingEmailView(APIView):
    permission_classes = [AllowAny]
    throttle_classes = [ConfirmBillingEmailThrottle]

    def post(self, request: Request) -> Response:
        body = BillingEmailKeySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        address = commit_or_retry(lambda: confirm_billing_email(**body.validated_data))
        return Response(ConfirmedBillingEmailSerializer({"billing_email": address}).data)


@openapi.SITES
class SiteListView(OwnListView[Site]):
    model = Site
    serializer_class = SiteSerializer

    def select(self, account: Account) -> QuerySet[Site]:
        """Return the sites that the user works on."""
        return selectors.sites_for(user=user_of(self.request), account=account)

    def post(self, request: Request) -> Response:
        body = SiteChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        site = commit_or_retry(
            lambda: add_site(
                account=account_of(request), creator=user_of(request), **body.changes()
            )
        )
        return Response(SiteSerializer(site).data, status=status.HTTP_201_CREATED)


@openapi.SITE
class SiteDetailView(APIView):
    permission_classes = [HasAccount]

    def get(self, request: Request, site_id: int) -> Response:
        site = selectors.site_for(
            user=user_of(request), account=account_of(request), site_id=site_id
        )
        return Response(SiteSerializer(site).data)

    def patch(self, request: Request, site_id: int) -> Response:
        body = SiteChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        site = commit_or_retry(
            lambda: change_site(
                site_id=site_id,
                user=user_of(request),
                account=account_of(request),
                changes=body.changes(),
            )
        )
        return Response(SiteSerializer(site).data)

    def delete(self, request: Request, site_id: int) -> Response:
        commit_or_retry(
            lambda: remove_site(site_id=site_id, user=user_of(request), account=account_of(request))
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
