from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "igny8_core.common"
    label = "common"
