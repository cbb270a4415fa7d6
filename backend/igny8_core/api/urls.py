"""All URLs."""

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView

from igny8_core.api import mail_previews
from igny8_core.api.schema_view import SchemaView

handler400 = "igny8_core.api.errors.bad_request"
handler403 = "igny8_core.api.errors.permission_denied"
handler404 = "igny8_core.api.errors.page_not_found"
handler500 = "igny8_core.api.errors.server_error"

v1 = [
    path("auth/", include("igny8_core.business.onboarding.urls")),
    path("auth/account/", include("igny8_core.business.data_rights.urls")),
    path("billing/", include("igny8_core.business.subscriptions.urls")),
    path("billing/", include("igny8_core.business.documents.urls")),
    path("billing/", include("igny8_core.business.billing.urls")),
    path("", include("igny8_core.business.catalogue.urls")),
    path("", include("igny8_core.auth.urls")),
]

# URLs of django-allauth that this project doesn't use: telephone numbers, codes by email, and
# token refresh (tokens are sessions here).
LOG_IN_OFF = (
    r"^_allauth/(?:browser|app)/v1/"
    r"(?:auth/code/confirm|auth/email/verify/resend|auth/phone/verify(?:/resend)?|account/phone"
    r"|tokens/refresh)$"
)


def nothing(_request: HttpRequest) -> HttpResponse:
    """Respond that there is nothing at this URL.

    :raises Http404: always.
    """
    raise Http404


urlpatterns = [
    path("api/v1/", include(v1)),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path(
        "api/docs/",
        require_safe(
            SpectacularSwaggerSplitView.as_view(
                url_name="schema", template_name="api/docs.html", authentication_classes=[]
            )
        ),
        name="docs",
    ),
    re_path(LOG_IN_OFF, nothing),
    path("_allauth/", include("igny8_core.auth.log_in.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("admin/", admin.site.urls),
]

if settings.IS_DEVELOPMENT:
    urlpatterns += [
        path("mail-previews/", mail_previews.index, name="mail_previews"),
        path(
            "mail-previews/<slug:kind>/<slug:language>/<slug:form>/",
            mail_previews.show,
            name="mail_preview",
        ),
    ]
