"""How the API reads request bodies."""

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
    """JSON by the one reader, of bounded size."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the body.

        :raises BodyTooLarge: beyond ``DATA_UPLOAD_MAX_MEMORY_SIZE``.
        :raises ParseError: if it is no JSON that ``read_json`` takes.
        :raises ValidationError: if one of its texts can't be.
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
    """A form of bounded size, with its file."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the form; a file that is a little too large is refused by whoever takes it.

        :raises BodyTooLarge: beyond twice ``BILLING_PROOF_MAX_BYTES``: none of it is stored.
        :raises ParseError: if it is no form.
        """
        _require_size(parser_context, 2 * settings.BILLING_PROOF_MAX_BYTES)
        return super().parse(stream, media_type, parser_context)


def too_large(limit: int | None = None) -> str:
    """Say how much is read: of a body without files, unless told otherwise."""
    return f"The body has more than {limit or settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."


def _require_size(parser_context: Mapping[str, Any] | None, limit: int | None) -> None:
    request = (parser_context or {})["request"]
    if limit is not None and int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise BodyTooLarge(too_large(limit))
