"""How closing and exporting are described."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from igny8_core.auth.exceptions import PasswordIncorrect, TooManyAttempts
from igny8_core.auth.serializers import OwnPasswordSerializer
from igny8_core.business.billing.exceptions import AccountClosed, PaymentAlreadyUnderReview
from igny8_core.business.data_rights import exceptions
from igny8_core.business.data_rights.serializers import (
    CloseAccountSerializer,
    ClosedSerializer,
    ExportSerializer,
)
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.describe import (
    READ_ERRORS,
    WRITE_ERRORS,
    answer_example,
    error_responses,
    request_example,
)

_CHECKED = (*WRITE_ERRORS, PasswordIncorrect, TooManyAttempts)

EXPORT = extend_schema_view(
    post=extend_schema(
        operation_id="export_account",
        tags=["Data rights"],
        summary="Have all data of the account put into a file",
        description=(
            "For the account's owner, who gets a link by mail once the file is made: a ZIP with "
            "`account.json` (people, sites, subscriptions, invoices, payments, credits, events, "
            "mails), the invoices as PDF, and the proofs. It asks for the password once more. "
            "Asking again while the file is being made changes nothing."
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
DOWNLOAD = extend_schema_view(
    get=extend_schema(
        operation_id="download_export",
        tags=["Data rights"],
        summary="Download the account's data",
        description="For the owner who has asked for it, by the key of the link in the mail.",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH)],
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The file."),
            **error_responses(*READ_ERRORS, NotFound),
        },
    )
)
CLOSE = extend_schema_view(
    post=extend_schema(
        operation_id="close_account",
        tags=["Data rights"],
        summary="Close the account",
        description=(
            "For good, by its owner, with the password and the e-mail typed once more. Unpaid "
            "invoices are void, subscriptions end, people and sites are erased, and every session "
            "ends. Invoices and payments are kept until `kept_until`, as the law asks. Not while a "
            "payment is under review."
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
