from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "igny8_core.business.exports"
    label = "exports"
