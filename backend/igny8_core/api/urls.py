"""All addresses."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from igny8_core.api import mail_previews

handler404 = "igny8_core.api.errors.page_not_found"
handler500 = "igny8_core.api.errors.server_error"

v1 = [
    path("auth/", include("igny8_core.business.onboarding.urls")),
    path("auth/account/", include("igny8_core.business.data_rights.urls")),
    path("billing/", include("igny8_core.business.billing.urls")),
    path("", include("igny8_core.auth.urls")),
]

urlpatterns = [
    path("api/v1/", include(v1)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api/docs.html"),
        name="docs",
    ),
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
