"""The API of an account's data: all of it in a file, and its end."""

from django.contrib.auth import logout
from django.http import FileResponse, HttpResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.log_in.own_password import require_own_password
from igny8_core.auth.permissions import IsAccountOwner, account_of, user_of
from igny8_core.auth.serializers import OwnPasswordSerializer
from igny8_core.business.data_rights import openapi
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
from igny8_core.common.transactions import commit_or_retry


@openapi.EXPORT
class ExportView(APIView):
    permission_classes = [IsAccountOwner]

    def post(self, request: Request) -> Response:
        body = OwnPasswordSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        require_own_password(request._request, password=body.validated_data["password"])
        export = commit_or_retry(
            lambda: request_account_export(user=user_of(request), now=utc_now())
        )
        return Response(ExportSerializer(export).data, status=status.HTTP_202_ACCEPTED)


@openapi.DOWNLOAD
class ExportFileView(APIView):
    permission_classes = [IsAccountOwner]

    def get(self, request: Request, key: str) -> FileResponse:
        return file_response(_own_export(request, key))

    def head(self, request: Request, key: str) -> HttpResponse:
        """Tell whether the file is to be had."""
        require_made(_own_export(request, key))
        return HttpResponse(content_type=CONTENT_TYPE)


@openapi.CLOSE
class CloseView(APIView):
    permission_classes = [IsAccountOwner]

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
        detail = "This is not the e-mail that you log in with."
        raise ConfirmationMismatch(detail, attr="confirmation")
