"""The desk: Django's admin on our own site, with pages for every room."""

import json
from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.html import format_html
from django.utils.safestring import SafeString


class DeskConfig(AppConfig):
    """The pages, templates and styles of the desk."""

    name = "igny8_core.desk"
    label = "desk"


class DeskAdminConfig(AdminConfig):
    """Django's admin, on our own site."""

    default_site = "igny8_core.desk.site.DeskAdminSite"

    def ready(self) -> None:
        """Show JSON as plain text: the theme would colour it with style attributes."""
        from unfold import fields

        fields.prettify_json = _json_text
        super().ready()


def _json_text(data: Any, encoder: type[json.JSONEncoder] | None) -> SafeString:
    text = json.dumps(data, sort_keys=True, indent=2, ensure_ascii=False, cls=encoder)
    return format_html('<pre class="desk-json">{}</pre>', text)
