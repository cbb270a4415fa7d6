"""Addresses below /api/v1/auth/account/ of an account's data."""

from django.urls import path

from igny8_core.business.data_rights import views

urlpatterns = [
    path("export/", views.ExportView.as_view(), name="export-account"),
    path("close/", views.CloseView.as_view(), name="close-account"),
]
