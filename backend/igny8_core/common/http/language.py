"""In which language a request wants to be answered."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request

ACCEPT_LANGUAGE = "Accept-Language"


def language_of(request: HttpRequest | Request | None) -> str:
    """Return the first of ``settings.LANGUAGES`` that ``Accept-Language`` asks for.

    Django's own function would ask a cookie first: here the request alone says it.

    :param request: None outside of one, where the default language is spoken.
    """
    header = request.headers.get(ACCEPT_LANGUAGE, "") if request else ""
    asked_for = parse_accept_lang_header(header)
    languages = dict(settings.LANGUAGES)
    found = (tag.partition("-")[0] for tag, priority in asked_for if priority)
    return next((tag for tag in found if tag in languages), settings.LANGUAGE_CODE)
