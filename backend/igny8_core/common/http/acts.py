"""Writes of the API: input, output and errors, declared next to the code.

The body is validated, the act runs once per ``Idempotency-Key`` (and again if another transaction
was in its way), and its result is serialized.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from igny8_core.common.http.describe import (
    ACT_ERRORS,
    IDEMPOTENCY_HEADER,
    Refusal,
    answer_example,
    error_responses,
    request_example,
)
from igny8_core.common.http.idempotency import AccountAnswer, prepare_and_run_once, run_once

T = TypeVar("T")
NONE: Mapping[str, Any] = MappingProxyType({})
Sent = dict[str, Any]


class OfAnAccount(Protocol):
    """The result of an act: its response is kept for its key until the account is closed."""

    @property
    def account_id(self) -> int:
        """The account whose data it contains, whoever sent the request."""


@dataclass(frozen=True)
class FileAside(Generic[T]):
    """A file in an act's body: stored before any lock is taken.

    :param field: its name in the body. The act gets the return value of ``put`` instead.
    :param forget: called with a file whose act was refused or replayed.
    :param refused: called with a request whose body was refused.
    """

    field: str
    put: Callable[[Request, UploadedFile[bytes]], T]
    forget: Callable[[T], None]
    refused: Callable[[Request], None]


def act(
    operation: str,
    *,
    tag: str,
    summary: str,
    description: str,
    answer: type[BaseSerializer[Any]],
    shown: Any,
    sent: type[BaseSerializer[Any]] | None = None,
    examples: Mapping[str, Any] = NONE,
    media_type: str = "application/json",
    status: int = 200,
    refusals: tuple[Refusal, ...] = (),
    file: FileAside[Any] | None = None,
) -> Callable[[Callable[..., OfAnAccount]], Callable[..., Response]]:
    """Make a view's ``post`` from a method ``(view, request, sent, **path)`` that does the act.

    :param operation: its id in the OpenAPI document.
    :param answer: serializes what the act returns.
    :param shown: an example of the response.
    :param sent: validates the body; the act gets the validated data. Without it, there is no body.
    :param examples: of bodies, by name.
    :param refusals: its errors, in addition to those of every act.
    """

    def decorate(perform: Callable[..., OfAnAccount]) -> Callable[..., Response]:
        @wraps(perform)
        def post(view: Any, request: Request, **path: Any) -> Response:
            values = _checked(request, sent, file)

            def carry_out(**prepared: Any) -> AccountAnswer:
                done = perform(view, request, {**values, **prepared}, **path)
                return AccountAnswer(answer(done).data, account_id=done.account_id, status=status)

            if file is None or values[file.field] is None:
                return run_once(request, carry_out)
            return prepare_and_run_once(
                request,
                prepare=lambda: file.put(request, values[file.field]),
                act=lambda kept: carry_out(**{file.field: kept}),
                undo=file.forget,
            )

        described = extend_schema(
            operation_id=operation,
            tags=[tag],
            summary=summary,
            description=description,
            parameters=[IDEMPOTENCY_HEADER],
            request=sent,
            responses={status: answer, **error_responses(*ACT_ERRORS, *refusals)},
            examples=[
                *(request_example(body, name, media_type) for name, body in examples.items()),
                answer_example(shown, status=status),
            ],
        )
        decorated: Callable[..., Response] = described(post)
        return decorated

    return decorate


def _checked(
    request: Request, sent: type[BaseSerializer[Any]] | None, file: FileAside[Any] | None
) -> Sent:
    if sent is None:
        return {}
    body = sent(data=request.data)
    try:
        body.is_valid(raise_exception=True)
    except ValidationError:
        if file is not None and request.FILES:
            file.refused(request)
        raise
    return dict(body.validated_data)
