"""The API of the session, the account and its sites."""

from typing import Any

from django.contrib.auth import logout
from django.db.models import QuerySet
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth import exceptions, openapi_examples, selectors
from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.listing import OwnListView
from igny8_core.auth.log_in.keys import LinkExpired, LinkInvalid, LinkUsed
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
from igny8_core.auth.validators import InvalidDomain
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.describe import (
    LIST_ERRORS,
    READ_ERRORS,
    WRITE_ERRORS,
    answer_example,
    error_responses,
    request_example,
)
from igny8_core.common.http.throttling import ActionThrottle, typed_email
from igny8_core.common.transactions import commit_or_retry


class CsrfTokenSerializer(serializers.Serializer[Any]):
    csrf_token = serializers.CharField(help_text="Send it as X-CSRFToken with every write.")


_SITE_ERRORS = (
    *WRITE_ERRORS,
    exceptions.UnknownIndustry,
    exceptions.DomainAlreadyAdded,
    InvalidDomain,
)


@extend_schema_view(
    get=extend_schema(
        operation_id="get_csrf_token",
        tags=["Session"],
        summary="Get a CSRF token",
        description="Browsers send it as `X-CSRFToken` with every write. It changes at sign-in.",
        responses={200: CsrfTokenSerializer},
        examples=[answer_example({"csrf_token": "kJ3…"})],
        auth=[],
    )
)
class CsrfTokenView(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        return Response({"csrf_token": get_token(request)})


@extend_schema_view(
    post=extend_schema(
        operation_id="log_out_everywhere",
        tags=["Session"],
        summary="Sign out everywhere",
        description="Ends all sessions of the user, in browsers and programs, including this one.",
        request=None,
        responses={204: None, **error_responses(*READ_ERRORS)},
    )
)
class LogOutEverywhereView(APIView):
    def post(self, request: Request) -> Response:
        end_sessions(user=user_of(request))
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    patch=extend_schema(
        operation_id="change_profile",
        tags=["Session"],
        summary="Change your name or language",
        description="Changes only the fields that are sent.",
        request=ProfileSerializer(partial=True),
        responses={
            200: UserSerializer,
            **error_responses(*WRITE_ERRORS, exceptions.AccountNotUsable),
        },
        examples=[
            request_example({"first_name": "Ayesha", "language": "ur"}),
            answer_example(openapi_examples.USER),
        ],
    )
)
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


@extend_schema_view(
    post=extend_schema(
        operation_id="request_email_change",
        tags=["Session"],
        summary="Request a change of the sign-in email",
        description=(
            "Requires the password. The new address gets a link; the current one is notified. "
            "Once the link is used (`POST /_allauth/{client}/v1/auth/email/verify`), the new "
            "address replaces the old one for sign-in and emails; until then it is "
            "`pending_email`. A new request replaces an earlier one, and a password change "
            "cancels it."
        ),
        request=EmailChangeSerializer,
        responses={
            200: UserSerializer,
            **error_responses(
                *WRITE_ERRORS,
                exceptions.PasswordIncorrect,
                exceptions.EmailAlreadyRegistered,
                exceptions.EmailUnchanged,
                exceptions.EmailUnusable,
                exceptions.TooManyAttempts,
                Throttled,
            ),
        },
        examples=[
            request_example(
                {"email": "ayesha@new-address.example", "password": "a-long-passphrase"}
            ),
            answer_example(
                {**openapi_examples.USER, "pending_email": "ayesha@new-address.example"}
            ),
        ],
    ),
    delete=extend_schema(
        operation_id="cancel_email_change",
        tags=["Session"],
        summary="Keep the current email",
        description="Cancels a requested change of the address; its link stops working.",
        request=None,
        responses={204: None, **error_responses(*READ_ERRORS)},
    ),
)
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


@extend_schema_view(
    patch=extend_schema(
        operation_id="change_account",
        tags=["Session"],
        summary="Change the account's name and billing details",
        description=(
            "Changes only the fields that are sent. Only the account's owner can do this. Issued "
            "invoices don't change; the payment methods are those of the new country."
        ),
        request=AccountChangeSerializer(partial=True),
        responses={
            200: AccountSerializer,
            **error_responses(
                *WRITE_ERRORS, exceptions.UnknownCountry, exceptions.AccountNotUsable
            ),
        },
        examples=[
            request_example({"billing_city": "Karachi", "tax_id": "7654321-0"}),
            answer_example(openapi_examples.ACTIVE_ACCOUNT),
        ],
    )
)
class AccountView(APIView):
    permission_classes = [IsAccountOwner]

    def patch(self, request: Request) -> Response:
        body = AccountChangeSerializer(
            data=request.data, partial=True, context={"request": request}
        )
        body.is_valid(raise_exception=True)
        account = commit_or_retry(
            lambda: change_account(account=account_of(request), changes=body.validated_data)
        )
        return Response(AccountSerializer(account).data)


class ConfirmBillingEmailThrottle(ActionThrottle):
    action = "confirm_billing_email"


@extend_schema_view(
    post=extend_schema(
        operation_id="confirm_billing_email",
        tags=["Session"],
        summary="Confirm a billing email",
        description=(
            "Uses the key from the link that was sent to the address; no sign-in needed. From "
            "then on the address gets the account's emails."
        ),
        request=BillingEmailKeySerializer,
        responses={
            200: ConfirmedBillingEmailSerializer,
            **error_responses(*WRITE_ERRORS, LinkInvalid, LinkExpired, LinkUsed, Throttled),
        },
        examples=[
            request_example({"key": "WzEsImFjY…"}),
            answer_example({"billing_email": "accounts@lahore-textiles.example"}),
        ],
    )
)
class ConfirmBillingEmailView(APIView):
    permission_classes = [AllowAny]
    throttle_classes = [ConfirmBillingEmailThrottle]

    def post(self, request: Request) -> Response:
        body = BillingEmailKeySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        address = commit_or_retry(lambda: confirm_billing_email(**body.validated_data))
        return Response(ConfirmedBillingEmailSerializer({"billing_email": address}).data)


@extend_schema_view(
    get=extend_schema(
        operation_id="list_sites",
        tags=["Sites"],
        summary="List the account's sites",
        description=(
            "Sorted by name, paginated. The owner sees all sites, a member only those they have "
            "access to."
        ),
        responses={200: SiteSerializer(many=True), **error_responses(*LIST_ERRORS)},
        examples=[answer_example(openapi_examples.SITE)],
    ),
    post=extend_schema(
        operation_id="add_site",
        tags=["Sites"],
        summary="Add a site",
        description=(
            "The creator gets access to it immediately. The account must be on trial or active, "
            "and the plan's site limit applies."
        ),
        request=SiteChangeSerializer,
        responses={
            201: SiteSerializer,
            **error_responses(
                *_SITE_ERRORS,
                exceptions.SiteLimitReached,
                exceptions.AccountNotUsable,
                exceptions.AccountSuspended,
            ),
        },
        examples=[
            request_example(openapi_examples.SITE_REQUEST),
            answer_example(openapi_examples.SITE, status=201),
        ],
    ),
)
class SiteListView(OwnListView[Site]):
    model = Site
    serializer_class = SiteSerializer

    def select(self, account: Account) -> QuerySet[Site]:
        """Return the sites that the user works on."""
        return selectors.sites_for(user=user_of(self.request), account=account)

    def post(self, request: Request) -> Response:
        body = SiteChangeSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        site = commit_or_retry(
            lambda: add_site(
                account=account_of(request), creator=user_of(request), **body.changes()
            )
        )
        return Response(SiteSerializer(site).data, status=status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(
        operation_id="show_site",
        tags=["Sites"],
        summary="Show a site",
        description="One of the account's sites.",
        responses={200: SiteSerializer, **error_responses(*READ_ERRORS, NotFound)},
        examples=[answer_example(openapi_examples.SITE)],
    ),
    patch=extend_schema(
        operation_id="change_site",
        tags=["Sites"],
        summary="Change a site",
        description="Changes only the fields that are sent.",
        request=SiteChangeSerializer(partial=True),
        responses={
            200: SiteSerializer,
            **error_responses(
                *_SITE_ERRORS,
                exceptions.AccountNotUsable,
                exceptions.AccountSuspended,
                NotFound,
            ),
        },
        examples=[request_example({"name": "New shop"}), answer_example(openapi_examples.SITE)],
    ),
    delete=extend_schema(
        operation_id="remove_site",
        tags=["Sites"],
        summary="Remove a site",
        description="Deletes the site and all access to it.",
        responses={
            204: None,
            **error_responses(
                *READ_ERRORS, exceptions.AccountNotUsable, exceptions.AccountSuspended, NotFound
            ),
        },
    ),
)
class SiteDetailView(APIView):
    permission_classes = [HasAccount]

    def get(self, request: Request, site_id: int) -> Response:
        site = selectors.site_for(
            user=user_of(request), account=account_of(request), site_id=site_id
        )
        return Response(SiteSerializer(site).data)

    def patch(self, request: Request, site_id: int) -> Response:
        body = SiteChangeSerializer(data=request.data, partial=True, context={"request": request})
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
