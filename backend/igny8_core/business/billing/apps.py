from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "igny8_core.business.billing"
    label = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from igny8_core.business.billing import (  # noqa: F401  (they register checks and jobs)
            checks,
            periodic,
            proof_check,
        )
