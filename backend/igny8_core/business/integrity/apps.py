from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "igny8_core.business.integrity"
    label = "integrity"
