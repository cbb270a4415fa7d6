from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "igny8_core.business.documents"
    label = "documents"
