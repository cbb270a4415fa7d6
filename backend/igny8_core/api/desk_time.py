"""The desk tells and takes times of the business's zone; the API those of UTC."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from igny8_core.common.clock import business_zone

DESK = "/admin/"


class DeskTimeMiddleware:
    """Sets the time zone in which a page of the desk is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, a page of the desk in the business's time."""
        if not request.path_info.startswith(DESK):
            return self.get_response(request)
        with timezone.override(business_zone()):
            return self.get_response(request)
