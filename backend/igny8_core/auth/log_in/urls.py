"""URLs below /_allauth/ that take precedence over django-allauth's own."""

from allauth.headless.constants import Client
from django.urls import URLPattern, path

from igny8_core.auth.log_in import views

VIEWS = {
    "account/authenticators/recovery-codes": views.ManageRecoveryCodesView,
    "account/authenticators/totp": views.ManageTOTPView,
    "account/email": views.ManageEmailView,
    "auth/2fa/authenticate": views.AuthenticateView,
    "auth/2fa/reauthenticate": views.ReauthenticateView,
    "auth/email/verify": views.VerifyEmailView,
    "auth/password/request": views.RequestPasswordResetView,
    "auth/password/reset": views.ResetPasswordView,
}

urlpatterns: list[URLPattern] = [
    path(f"{client.value}/v1/{name}", view.as_api_view(client=client))
    for client in (Client.BROWSER, Client.APP)
    for name, view in VIEWS.items()
]
