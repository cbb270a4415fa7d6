from django.apps import AppConfig


class AuthConfig(AppConfig):
    name = "igny8_core.auth"
    label = "igny8_auth"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Connect the log of sign-ins."""
        from igny8_core.auth.log_in import log  # noqa: F401  (models are loaded by now)
