"""How the API reads request bodies."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import parsers
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, ValidationError

from igny8_core.common.json_reader import JsonRefused, read_json


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
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request = (parser_context or {})["request"]
        if limit is not None and int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise BodyTooLarge(too_large())
        try:
            return read_json(stream.read())
        except JsonRefused as refused:
            if refused.attr is None:
                raise ParseError(refused.detail, code=refused.code) from refused
            detail = [ErrorDetail(refused.detail, code=refused.code)]
            raise ValidationError({refused.attr: detail}) from refused


def too_large() -> str:
    """Say how much is read."""
    return f"The body has more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."
