from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "igny8_core.business.subscriptions"
    label = "subscriptions"

    def ready(self) -> None:
        from igny8_core.business.subscriptions import checks  # noqa: F401  (registers the check)
