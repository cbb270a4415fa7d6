"""Describes operations in the OpenAPI document, with their errors."""

from collections import defaultdict
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import exceptions, serializers

from igny8_core.common.exceptions import DomainError, InvalidInput, NotFound, StateConflict
from igny8_core.common.http.fields import LineField
from igny8_core.common.http.idempotency import (
    HEADER,
    MAX_KEY_LENGTH,
    IdempotencyKeyInUse,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
)
from igny8_core.common.http.parsers import BodyTooLarge
from igny8_core.common.http.statuses import status_of
from igny8_core.common.http.unavailable import ServiceUnavailable

Refusal = type[DomainError] | type[exceptions.APIException]

READ_ERRORS: tuple[Refusal, ...] = (exceptions.NotAuthenticated, exceptions.PermissionDenied)
LIST_ERRORS: tuple[Refusal, ...] = (
    *READ_ERRORS,
    exceptions.NotFound,
    exceptions.ValidationError,
)
BODY_ERRORS: tuple[Refusal, ...] = (
    exceptions.ValidationError,
    exceptions.ParseError,
    BodyTooLarge,
    exceptions.UnsupportedMediaType,
)
WRITE_ERRORS: tuple[Refusal, ...] = (*READ_ERRORS, *BODY_ERRORS)
IDEMPOTENCY_ERRORS: tuple[Refusal, ...] = (
    IdempotencyKeyInvalid,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
)
ACT_ERRORS: tuple[Refusal, ...] = (*WRITE_ERRORS, *IDEMPOTENCY_ERRORS, exceptions.Throttled)
IDEMPOTENCY_HEADER = OpenApiParameter(
    HEADER,
    {"type": "string", "maxLength": MAX_KEY_LENGTH, "pattern": "^[ -~]*$"},
    OpenApiParameter.HEADER,
    description=(
        "A unique key for the request, such as a UUID. A repeat with the same key and body gets "
        "the same response, with `Idempotency-Replayed: true`; nothing is done twice."
    ),
)

NO_NUL = r"[^\u0000]"
ONE_LINE = r"[^\u0000-\u001F\u007F-\u009F]"  # no control characters
SERVER_ERROR = 500
REASONS = {
    400: "Invalid input; `errors` says which field and why.",
    401: "Not signed in.",
    403: "Signed in, but not allowed.",
    404: "The object or page doesn't exist, or belongs to another account.",
    409: "The current state, given in `state`, doesn't allow this.",
    413: "The body is too large.",
    415: "The body's content type is not accepted.",
    422: "The Idempotency-Key was already used for another request.",
    429: "Too many requests; the header `Retry-After` gives the seconds to wait.",
    503: (
        "Not possible at the moment. Retry after `Retry-After` seconds with the same "
        "Idempotency-Key: the first request may or may not have been carried out."
    ),
}


class TextFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Text fields in the schema, with the allowed characters."""

    target_class = "igny8_core.common.http.fields.TextField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer_field(
            self.target, direction, bypass_extensions=True
        )
        allowed = ONE_LINE if isinstance(self.target, LineField) else NO_NUL
        return {**schema, "pattern": f"^{allowed}*$"}


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(
        help_text="A sentence for people; of a refusal, in the language of Accept-Language."
    )
    attr = serializers.CharField(
        allow_null=True, help_text="The input field with the error, if any."
    )


class ErrorEnvelopeSerializer(serializers.Serializer[Any]):
    """The shape of every error."""

    type = serializers.CharField(help_text="validation_error, client_error or server_error.")
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]  # DRF has the name too
    state = serializers.CharField(required=False, help_text="The current state; only with 409.")
    invoice_id = serializers.IntegerField(
        required=False,
        allow_null=True,
        help_text="The invoice to pay; only with `account_suspended`.",
    )


def error_responses(*refusals: Refusal) -> dict[int, OpenApiResponse]:
    """Describe an operation's errors, with an example per code; any may be unavailable."""
    by_status: dict[int, list[Refusal]] = defaultdict(list)
    for refusal in dict.fromkeys((*refusals, ServiceUnavailable)):
        by_status[_status(refusal)].append(refusal)
    return {
        status: OpenApiResponse(
            ErrorEnvelopeSerializer,
            description=REASONS[status],
            examples=[_example(refusal, status) for refusal in group],
        )
        for status, group in sorted(by_status.items())
    }


def _status(refusal: Refusal) -> int:
    return status_of(refusal) if issubclass(refusal, DomainError) else refusal.status_code


def _code(refusal: Refusal) -> str:
    return refusal.code if issubclass(refusal, DomainError) else str(refusal.default_code)


def _example(refusal: Refusal, status: int) -> OpenApiExample:
    body = example_of(_code(refusal), _detail(refusal), kind=_type(refusal, status))
    if issubclass(refusal, StateConflict):
        body["state"] = "paid"
    return OpenApiExample(
        _code(refusal), value=body, response_only=True, status_codes=[str(status)]
    )


def example_of(code: str, detail: str, *, kind: str = "client_error") -> dict[str, Any]:
    """Return the body of an error."""
    return {"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}


def _type(refusal: Refusal, status: int) -> str:
    if issubclass(refusal, InvalidInput | exceptions.ValidationError):
        return "validation_error"
    return "server_error" if status >= SERVER_ERROR else "client_error"


def _detail(refusal: Refusal) -> str:
    if issubclass(refusal, DomainError):
        return (refusal.__doc__ or "").partition("\n")[0]
    return str(refusal.default_detail)


def request_example(
    value: Any, name: str = "Request", media_type: str = "application/json"
) -> OpenApiExample:
    """Return an example of a request."""
    return OpenApiExample(name, value=value, request_only=True, media_type=media_type)


def answer_example(value: Any, name: str = "Answer", status: int = 200) -> OpenApiExample:
    """Return an example of a response."""
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])


def describe_read(
    operation: str,
    tag: str,
    summary: str,
    description: str,
    answer: Any,
    shown: Any,
    *errors: Refusal,
) -> Any:
    """Describe a view that reads.

    :param shown: an example of its response; none if it is empty.
    :param errors: its errors, in addition to those of every read.
    """
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation,
            tags=[tag],
            summary=summary,
            description=description,
            responses={200: answer, **error_responses(*READ_ERRORS, *errors)},
            examples=[answer_example(shown)] if shown else [],
        )
    )


def describe_file(
    operation: str,
    tag: str,
    summary: str,
    description: str,
    *media_types: str,
    errors: tuple[Refusal, ...] = (),
) -> Any:
    """Describe a view that returns a file of the account.

    :param media_types: the types that it may have.
    :param errors: its errors, in addition to those of every read of a row.
    """
    files = {
        (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")
        for media_type in media_types
    }
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation,
            tags=[tag],
            summary=summary,
            description=description,
            responses={**files, **error_responses(*READ_ERRORS, NotFound, *errors)},
        )
    )
