from django.apps import AppConfig


class AuthConfig(AppConfig):
    name = "igny8_core.auth"
    label = "igny8_auth"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Connect the log of sign-ins, and count allauth's attempts as all others."""
        from igny8_core.auth.log_in import log  # noqa: F401  (models are loaded by now)
        from igny8_core.common.http.throttling import count_for_allauth

        count_for_allauth()
