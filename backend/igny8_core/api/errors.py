"""Every error in one shape: ``{type, errors: [{code, detail, attr}]}``, with ``state`` on 409."""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views import csrf, defaults
from drf_standardized_errors import formatter, handler
from rest_framework import exceptions, status
from rest_framework.exceptions import APIException, ErrorDetail

from igny8_core.api.addresses import right_address
from igny8_core.auth.exceptions import AccountSuspended
from igny8_core.business.billing.selectors.invoices import debt_of
from igny8_core.common.exceptions import (
    DomainError,
    InvalidInput,
    LaterPossible,
    NotFound,
    StateConflict,
)
from igny8_core.common.http.language import language_of
from igny8_core.common.http.parsers import BodyTooLarge, too_large
from igny8_core.common.http.statuses import status_of
from igny8_core.common.http.unavailable import ServiceUnavailable, as_unavailable

PROGRAMS = ("/api/", "/_allauth/")
UNAVAILABLE_PAGE = """<!doctype html>
<html lang="en"><title>Not available at the moment</title>
<h1>Not available at the moment</h1>
<p>The database or the store of files can't be reached. Try again in a few seconds, and before you
decide on a payment again, look whether it is decided already.</p>
</html>
"""


class ExceptionHandler(handler.ExceptionHandler):
    """Translates errors from services, and what Django raises for malformed requests."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """Convert a known exception into one of the API's."""
        if isinstance(exc, DomainError):
            return _api_exception(exc, language_of(self.context["request"]))
        if isinstance(exc, RequestDataTooBig):
            return BodyTooLarge()
        if isinstance(exc, SuspiciousOperation | MultiPartParserError):
            return exceptions.ParseError(str(exc))
        if unavailable := as_unavailable(exc):
            return unavailable
        return super().convert_known_exceptions(exc)


class ExceptionFormatter(formatter.ExceptionFormatter):
    """Adds the current state to a conflict, and to a suspension what is to be paid."""

    def format_error_response(self, error_response: Any) -> dict[str, Any]:
        body: dict[str, Any] = super().format_error_response(error_response)
        if isinstance(self.original_exc, StateConflict | LaterPossible):
            body["errors"][0]["attr"] = self.original_exc.attr
        if isinstance(self.original_exc, StateConflict):
            body["state"] = self.original_exc.state
        if isinstance(self.original_exc, AccountSuspended):
            body["invoice_id"] = debt_of(account=self.original_exc.account)
        return body


def _api_exception(refusal: DomainError, language: str) -> APIException:
    detail = ErrorDetail(refusal.in_language(language), code=refusal.code)
    if isinstance(refusal, InvalidInput):
        return exceptions.ValidationError({refusal.attr: [detail]} if refusal.attr else [detail])
    if isinstance(refusal, NotFound):
        return exceptions.NotFound(detail)
    error = APIException(detail)
    error.status_code = status_of(type(refusal))
    if isinstance(refusal, LaterPossible):
        error.wait = refusal.retry_after  # type: ignore[attr-defined]  # the handler's Retry-After
    return error


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a 400 for what Django rejects before any view; JSON for programs."""
    if not is_of_programs(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return json_error(BodyTooLarge.default_code, too_large(), BodyTooLarge.status_code)
    detail = "The request can't be read: its address, host or body is malformed."
    return json_error("bad_request", detail, status.HTTP_400_BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a 403; JSON for programs."""
    if not is_of_programs(request):
        return defaults.permission_denied(request, exception)
    detail = "You do not have permission to perform this action."
    return json_error("permission_denied", detail, status.HTTP_403_FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a 404; JSON for programs."""
    if not is_of_programs(request):
        return defaults.page_not_found(request, exception)
    detail = "There is nothing at this address."
    if meant := right_address(request):
        detail = f"There is nothing at this address. Leave out the slash at its end: {meant}"
    return json_error("not_found", detail, status.HTTP_404_NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return a 500 for a failure outside the API's views; JSON for programs."""
    if unavailable := as_unavailable(sys.exception()):  # Django calls this while it handles one
        return _unavailable(request, unavailable)
    if not is_of_programs(request):
        return defaults.server_error(request)
    return json_error(
        "error", "Server Error (500)", status.HTTP_500_INTERNAL_SERVER_ERROR, kind="server_error"
    )


def is_of_programs(request: HttpRequest) -> bool:
    """Tell whether a response must be JSON: everything in the API and its sign-in."""
    return f"{request.path}/".startswith(PROGRAMS) and not request.path.startswith("/api/docs/")


def _unavailable(request: HttpRequest, error: ServiceUnavailable) -> HttpResponse:
    """Return a 503: JSON for programs, a page for people at the desk."""
    answer: HttpResponse
    if is_of_programs(request):
        answer = json_error(
            error.default_code, str(error.detail), error.status_code, kind="server_error"
        )
    else:
        answer = HttpResponse(UNAVAILABLE_PAGE, status=error.status_code)
    answer["Retry-After"] = str(error.wait)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return an error for a write without its CSRF token; JSON for programs."""
    if not is_of_programs(request):
        return csrf.csrf_failure(request, reason)
    detail = f"{reason} Send X-CSRFToken with the token of GET /api/v1/auth/csrf/."
    return json_error("csrf_failed", detail, status.HTTP_403_FORBIDDEN)


def json_error(
    code: str, detail: str, status: int, *, kind: str = "client_error", attr: str | None = None
) -> JsonResponse:
    """Return an error in the common format."""
    error = {"code": code, "detail": detail, "attr": attr}
    return JsonResponse({"type": kind, "errors": [error]}, status=status)
