"""How request bodies are read."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError


class BodyTooLarge(APIException):
    """The body has more bytes than are read."""

    status_code = 413
    default_code = "body_too_large"
    default_detail = "The body is too large."


class JSONParser(parsers.JSONParser):
    """JSON of bounded size and depth."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the body.

        :raises BodyTooLarge: beyond ``DATA_UPLOAD_MAX_MEMORY_SIZE``.
        :raises ParseError: if it is no JSON, or nested too deeply.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request = (parser_context or {})["request"]
        if limit is not None and int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            detail = f"The body has more than {limit} bytes."
            raise BodyTooLarge(detail)
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            detail = "The JSON is nested too deeply."
            raise ParseError(detail) from error
