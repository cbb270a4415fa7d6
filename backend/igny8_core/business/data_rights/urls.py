"""URLs below /api/v1/auth/account/ for an account's data."""

from django.urls import path

from igny8_core.business.data_rights import views

urlpatterns = [
    path("export/", views.ExportView.as_view(), name="export-account"),
    path("export/<str:key>/", views.ExportFileView.as_view(), name="export-file"),
    path("close/", views.CloseView.as_view(), name="close-account"),
]
