from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "igny8_core.business.subscriptions"
    label = "subscriptions"
