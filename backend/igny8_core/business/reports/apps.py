from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "igny8_core.business.reports"
    label = "reports"
