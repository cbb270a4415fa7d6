"""The API of an account's data: all of it in a file, and its end."""

from django.contrib.auth import logout
from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.exceptions import PasswordIncorrect, TooManyAttempts
from igny8_core.auth.log_in.own_password import require_own_password
from igny8_core.auth.permissions import MaySettle, account_of, user_of
from igny8_core.auth.serializers import OwnPasswordSerializer
from igny8_core.business.billing.exceptions import AccountClosed, PaymentAlreadyUnderReview
from igny8_core.business.data_rights import exceptions
from igny8_core.business.data_rights.exceptions import ConfirmationMismatch
from igny8_core.business.data_rights.export import (
    CONTENT_TYPE,
    account_data,
    request_account_export,
)
from igny8_core.business.data_rights.serializers import (
    CloseAccountSerializer,
    ClosedSerializer,
    ExportSerializer,
)
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.exports.downloads import export_of, file_response, require_made
from igny8_core.business.exports.models import Export
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.describe import (
    READ_ERRORS,
    WRITE_ERRORS,
    answer_example,
    error_responses,
    request_example,
)
from igny8_core.common.transactions import commit_or_retry

_CHECKED = (*WRITE_ERRORS, PasswordIncorrect, TooManyAttempts)


@extend_schema_view(
    post=extend_schema(
        operation_id="export_account",
        tags=["Data rights"],
        summary="Export all data of the account",
        description=(
            "For the account's owner, who gets a link by email when the file is ready: a ZIP with "
            "`account.json` (people, sites, subscriptions, invoices, payments, credits, events, "
            "emails), the invoices as PDF, and the proofs. Requires the password. A second "
            "request while the file is being created changes nothing."
        ),
        request=OwnPasswordSerializer,
        responses={
            202: ExportSerializer,
            **error_responses(*_CHECKED, exceptions.ExportLimitReached),
        },
        examples=[
            request_example({"password": "a-long-passphrase"}),
            answer_example(
                {
                    "mailed_to": "ayesha@lahore-textiles.example",
                    "kept_until": "2026-12-01T10:00:00Z",
                },
                status=202,
            ),
        ],
    )
)
class ExportView(APIView):
    permission_classes = [MaySettle]

    def post(self, request: Request) -> Response:
        body = OwnPasswordSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        require_own_password(request._request, password=body.validated_data["password"])
        export = commit_or_retry(
            lambda: request_account_export(user=user_of(request), now=utc_now())
        )
        return Response(ExportSerializer(export).data, status=status.HTTP_202_ACCEPTED)


@extend_schema_view(
    get=extend_schema(
        operation_id="download_export",
        tags=["Data rights"],
        summary="Download the account's data",
        description="For the owner who requested it, with the key from the link in the email.",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH)],
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The file."),
            **error_responses(*READ_ERRORS, NotFound),
        },
    )
)
class ExportFileView(APIView):
    permission_classes = [MaySettle]

    def get(self, request: Request, key: str) -> FileResponse:
        return file_response(_own_export(request, key))

    def head(self, request: Request, key: str) -> HttpResponse:
        """Tell whether the file is to be had."""
        require_made(_own_export(request, key))
        return HttpResponse(content_type=CONTENT_TYPE)


@extend_schema_view(
    post=extend_schema(
        operation_id="close_account",
        tags=["Data rights"],
        summary="Close the account",
        description=(
            "Permanent. Only the owner can do this, and must enter their password and email "
            "again. Unpaid invoices are voided, subscriptions and all sessions end, and people "
            "and sites are deleted. Invoices and payments are kept until `kept_until`, as the law "
            "requires. Refused while a payment is under review."
        ),
        request=CloseAccountSerializer,
        responses={
            200: ClosedSerializer,
            **error_responses(
                *_CHECKED,
                exceptions.ConfirmationMismatch,
                AccountClosed,
                PaymentAlreadyUnderReview,
            ),
        },
        examples=[
            request_example(
                {
                    "password": "a-long-passphrase",
                    "confirmation": "ayesha@lahore-textiles.example",
                }
            ),
            answer_example(
                {
                    "account_id": 1,
                    "status": "cancelled",
                    "closed_at": "2026-11-24T10:00:00Z",
                    "kept_until": "2036-12-31",
                }
            ),
        ],
    )
)
class CloseView(APIView):
    permission_classes = [MaySettle]

    def post(self, request: Request) -> Response:
        body = CloseAccountSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        require_own_password(request._request, password=body.validated_data["password"])
        _require_confirmation(request, body.validated_data["confirmation"])
        closed = commit_or_retry(
            lambda: close_account(
                account_id=account_of(request).pk, actor=actor_from_request(request), now=utc_now()
            )
        )
        answer = ClosedSerializer(closed).data
        logout(request._request)
        return Response(answer)


def _own_export(request: Request, key: str) -> Export:
    return export_of(key=key, kind=account_data.__name__, user=user_of(request))


def _require_confirmation(request: Request, confirmation: str) -> None:
    if confirmation.strip().lower() != user_of(request).email:
        raise ConfirmationMismatch
