from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "igny8_core.business.bulk"
    label = "bulk"
