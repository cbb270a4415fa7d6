from django.apps import AppConfig


class ProofsConfig(AppConfig):
    name = "igny8_core.business.proofs"
    label = "proofs"
    verbose_name = "Proofs"

    def ready(self) -> None:
        from igny8_core.business.proofs import checks  # noqa: F401  (registers the check)
