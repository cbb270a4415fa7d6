from django.apps import AppConfig


class DataRightsConfig(AppConfig):
    name = "igny8_core.business.data_rights"
    label = "data_rights"

    def ready(self) -> None:
        from igny8_core.business.data_rights import export  # noqa: F401  (it registers its kind)
