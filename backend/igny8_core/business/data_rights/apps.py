from django.apps import AppConfig


class DataRightsConfig(AppConfig):
    name = "igny8_core.business.data_rights"
    label = "data_rights"
