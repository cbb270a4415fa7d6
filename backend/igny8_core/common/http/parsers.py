"""The API's parsers of request bodies."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import parsers
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, ValidationError

from igny8_core.common.http.json_reader import JsonRefused, read_json


class BodyTooLarge(APIException):
    """The body has more bytes than are read."""

    status_code = 413
    default_code = "body_too_large"
    default_detail = "The body is too large."


class JSONParser(parsers.JSONParser):
    """JSON of limited size, read by the strict parser."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the body.

        :raises BodyTooLarge: above ``DATA_UPLOAD_MAX_MEMORY_SIZE``.
        :raises ParseError: if ``read_json`` rejects it.
        :raises ValidationError: if one of its strings has forbidden characters.
        """
        _require_size(parser_context, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            return read_json(stream.read())
        except JsonRefused as refused:
            if refused.attr is None:
                raise ParseError(refused.detail, code=refused.code) from refused
            detail = [ErrorDetail(refused.detail, code=refused.code)]
            raise ValidationError({refused.attr: detail}) from refused


class MultiPartParser(parsers.MultiPartParser):
    """A form of limited size, with its file."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the form; a file that is a little too large is refused later.

        :raises BodyTooLarge: above twice ``BILLING_PROOF_MAX_BYTES``: nothing is stored.
        :raises ParseError: if it isn't a form.
        """
        _require_size(parser_context, 2 * settings.BILLING_PROOF_MAX_BYTES)
        return super().parse(stream, media_type, parser_context)


def too_large(limit: int | None = None) -> str:
    """Return an error that states the limit, by default for bodies without files."""
    return f"The body has more than {limit or settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."


def _require_size(parser_context: Mapping[str, Any] | None, limit: int | None) -> None:
    request = (parser_context or {})["request"]
    if limit is not None and int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise BodyTooLarge(too_large(limit))
