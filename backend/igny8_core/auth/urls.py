"""URLs below /api/v1/ for the session, the account and its sites."""

from django.urls import path

from igny8_core.auth import views

urlpatterns = [
    path("auth/csrf/", views.CsrfTokenView.as_view(), name="csrf-token"),
    path(
        "auth/log-out-everywhere/",
        views.LogOutEverywhereView.as_view(),
        name="log-out-everywhere",
    ),
    path("auth/email/", views.EmailView.as_view(), name="email"),
    path("auth/profile/", views.ProfileView.as_view(), name="profile"),
    path(
        "auth/billing-email/confirm/",
        views.ConfirmBillingEmailView.as_view(),
        name="confirm-billing-email",
    ),
    path("auth/account/", views.AccountView.as_view(), name="account"),
    path("sites/", views.SiteListView.as_view(), name="sites"),
    path("sites/<int:site_id>/", views.SiteDetailView.as_view(), name="site"),
]
