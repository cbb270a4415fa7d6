"""URLs below /api/v1/auth/."""

from django.urls import path

from igny8_core.business.onboarding import views

urlpatterns = [
    path("register/", views.RegisterView.as_view(), name="register"),
    path("me/", views.MeView.as_view(), name="me"),
]
