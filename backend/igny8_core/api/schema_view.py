"""The view of the OpenAPI document."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.utils.encoding import force_bytes
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class SchemaView(SpectacularAPIView):
    """Serves the document, generated once per process and format: only code changes it.

    Generating it takes a tenth of a second, and anybody may request it.
    """

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Return it as YAML, or as JSON to clients that only accept JSON."""
        renderer = request.accepted_renderer
        form: Any = type(renderer)
        name = f"openapi.{renderer.format.rpartition('-')[2]}"
        return HttpResponse(
            _document(form),
            content_type=renderer.media_type,
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )


@cache
def _document(renderer: type[BaseRenderer]) -> bytes:
    """Write the document.

    :param renderer: of the requested format.
    """
    described = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return force_bytes(renderer().render(described, renderer_context={}))
