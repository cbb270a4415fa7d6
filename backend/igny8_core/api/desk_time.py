"""The desk uses the business's time zone; the API uses UTC."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from igny8_core.common.clock import business_zone

DESK = "/admin/"


class DeskTimeMiddleware:
    """Sets the time zone for pages of the desk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle the request; the desk's pages use the business's time zone."""
        if not request.path_info.startswith(DESK):
            return self.get_response(request)
        with timezone.override(business_zone()):
            return self.get_response(request)
