from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "igny8_core.business.billing"
    label = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from igny8_core.business.billing import checks  # noqa: F401  (registers the check)
