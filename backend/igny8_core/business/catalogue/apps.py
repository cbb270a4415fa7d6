from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "igny8_core.business.catalogue"
    label = "catalogue"
