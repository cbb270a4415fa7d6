from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "igny8_core.business.demo"
    label = "demo"
