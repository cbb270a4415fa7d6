"""The look of the admin site."""

from django.templatetags.static import static

from igny8_core.settings.base import FRONTEND_URL
from igny8_core.settings.files import STATIC_URL

UNFOLD = {
    "SITE_TITLE": "IGNY8 Billing",
    "SITE_HEADER": "IGNY8 Billing",
    "SITE_SYMBOL": "payments",
    "SITE_URL": FRONTEND_URL,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}desk/favicon.svg"}
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda _request: static("desk/theme.css")],
    "SCRIPTS": [lambda _request: static("desk/theme.js")],
    "SIDEBAR": {"navigation": "igny8_core.desk.navigation.navigation"},
    "DASHBOARD_CALLBACK": "igny8_core.desk.dashboard.add_numbers",
}
