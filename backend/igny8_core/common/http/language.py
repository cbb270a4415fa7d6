"""In which language a request wants to be answered."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request

ACCEPT_LANGUAGE = "Accept-Language"


def language_of(request: HttpRequest | Request) -> str:
    """Return the first of ``settings.LANGUAGES`` that ``Accept-Language`` asks for.

    No cookie has a say in it, as Django's own function would have it: a request says it itself.
    """
    asked_for = parse_accept_lang_header(request.headers.get(ACCEPT_LANGUAGE, ""))
    languages = dict(settings.LANGUAGES)
    found = (tag.partition("-")[0] for tag, priority in asked_for if priority)
    return next((tag for tag in found if tag in languages), settings.LANGUAGE_CODE)
