"""``Idempotency-Key``: a request that is sent twice is executed once.

The response is stored in the act's own transaction, so a process that dies leaves both or
neither. While a request runs, a transaction-scoped advisory lock holds its key; it ends with the
transaction, however that ends. Refused requests change nothing and store nothing.
Modelled on draft-ietf-httpapi-idempotency-key-header-07.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.common.exceptions import DomainError, InvalidInput, Words
from igny8_core.common.http import fingerprints
from igny8_core.common.locks import try_lock
from igny8_core.common.models import IdempotencyRecord
from igny8_core.common.transactions import commit_or_retry

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_KEY_LENGTH = 255

T = TypeVar("T")


class IdempotencyKeyInvalid(InvalidInput):
    """The header is too long or has characters beyond printable ASCII."""

    code = "idempotency_key_invalid"
    words = Words(
        en="Idempotency-Key must have at most {limit} printable ASCII characters.",
        ur="Idempotency-Key میں زیادہ سے زیادہ {limit} ASCII حروف ہو سکتے ہیں۔",
    )


class IdempotencyKeyInUse(APIException):
    """A request with this key is running."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "idempotency_key_in_use"
    default_detail = "A request with this Idempotency-Key is still running. Try again in a moment."


class IdempotencyKeyReused(APIException):
    """The key came with another request before."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = (
        "This Idempotency-Key was used for another request. Use a new key for a new request."
    )


class AccountAnswer(Response):
    """A response about an account: it is kept for its key until the account is closed.

    :param account_id: the account whose data it contains, whoever sent the request.
    """

    def __init__(self, data: Any, *, account_id: int, status: int = status.HTTP_200_OK) -> None:
        super().__init__(data, status=status)
        self.account_id = account_id


@dataclass(frozen=True)
class Sending:
    """One request that may be repeated.

    :param scope: who sends it, and where: the same key in another scope is a different key.
    :param key: from the sender; without a key, each request is new.
    :param body: as it was sent.
    """

    scope: str
    key: str
    body: Any


def run_once(request: Request, act: Callable[[], AccountAnswer]) -> Response:
    """Run ``act`` in one transaction, once per request key, if there is one.

    :param act: returns a 2xx response, or raises, which rolls everything back.
    :returns: the response, or the first one again with ``Idempotency-Replayed: true``.
    :raises IdempotencyKeyInvalid: 400, :raises IdempotencyKeyInUse: 409,
        :raises IdempotencyKeyReused: 422.
    """
    return act_once(_sending_of(request), act)


def act_once(sending: Sending, act: Callable[[], AccountAnswer]) -> Response:
    """Run ``act`` as ``run_once`` does, but without a request."""
    if not sending.key:
        return commit_or_retry(act)
    return commit_or_retry(lambda: _act_or_replay(sending, act))


def prepare_and_run_once(
    request: Request,
    *,
    prepare: Callable[[], T],
    act: Callable[[T], AccountAnswer],
    undo: Callable[[T], None],
) -> Response:
    """Run an act that needs something no transaction can undo, such as a stored file.

    :param prepare: runs first, outside any transaction; skipped if there is a stored response.
    :param act: gets the result of ``prepare``. It may be called again; ``prepare`` isn't.
    :param undo: called if the act was refused or replayed. It isn't called if the outcome is
        unknown: the clean-up of leftovers finds out later.
    :returns, :raises: as ``run_once`` does.
    """
    replayed = _kept_answer(request)
    if replayed is not None:
        return replayed
    prepared = prepare()
    try:
        response = run_once(request, lambda: act(prepared))
    except (DomainError, APIException):
        undo(prepared)
        raise
    if REPLAYED in response.headers:
        undo(prepared)
    return response


def scope_of(request: HttpRequest | Request) -> str:
    """Return the scope: who sends the request, and where."""
    return f"{request.method} {request.path} {request.user.pk or 'visitor'}"


def _sending_of(request: Request) -> Sending:
    return Sending(scope=scope_of(request), key=_key_of(request), body=request.data)


def _kept_answer(request: Request) -> Response | None:
    sending = _sending_of(request)
    return _kept(sending) if sending.key else None


def _kept(sending: Sending) -> Response | None:
    record = IdempotencyRecord.objects.filter(scope=sending.scope, key=sending.key).first()
    if record is None:
        return None
    if not fingerprints.matches(record.fingerprint, sending.body):
        raise IdempotencyKeyReused
    return Response(
        record.response_body,
        status=record.response_status,
        headers={REPLAYED: "true"},
    )


def _act_or_replay(sending: Sending, act: Callable[[], AccountAnswer]) -> Response:
    _lock_or_refuse(sending.scope, sending.key)
    kept = _kept(sending)
    if kept is not None:
        return kept
    response = act()
    IdempotencyRecord.objects.create(
        scope=sending.scope,
        key=sending.key,
        fingerprint=fingerprints.current(sending.body),
        account_id=response.account_id,
        response_status=response.status_code,
        response_body=json.loads(json.dumps(response.data, cls=DjangoJSONEncoder)),
    )
    return response


def _key_of(request: Request) -> str:
    key = str(request.headers.get(HEADER, ""))
    if len(key) > MAX_KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise IdempotencyKeyInvalid(limit=MAX_KEY_LENGTH)
    return key


def _lock_or_refuse(scope: str, key: str) -> None:
    if not try_lock(f"{scope}\n{key}"):
        raise IdempotencyKeyInUse
