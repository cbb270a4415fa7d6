"""A system check of what the worker needs to write mails."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

from igny8_core.common.letters import KINDS


@register(Tags.templates)
def every_mail_is_written(**_options: Any) -> list[CheckMessage]:
    """Report each kind of email that can't be written in a language: see ``letters``."""
    return [
        Error(
            f"No mail {kind} can be written in {language}: {trouble}.",
            hint="Each kind has a template <room>/email/<language>/<kind>.txt.",
            id="common.E001",
        )
        for kind, language, trouble in _troubles()
    ]


def _troubles() -> Iterator[tuple[str, str, str]]:
    for name, kind in KINDS.items():
        room = kind.write.__module__.split(".")[-2]
        for language, _name in settings.LANGUAGES:
            try:
                get_template(f"{room}/email/{language}/{name}.txt")
            except TemplateDoesNotExist as error:
                yield name, language, f"there is no {error}"
            except TemplateSyntaxError as error:
                yield name, language, str(error)
