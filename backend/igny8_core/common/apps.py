from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from igny8_core.common.platform.garbage import spare_what_is_loaded


class CommonConfig(AppConfig):
    name = "igny8_core.common"
    label = "common"

    def ready(self) -> None:
        """Load each room's kinds of emails: nothing else in the worker does."""
        autodiscover_modules("letters")
        spare_what_is_loaded()
        from igny8_core.common import checks  # noqa: F401  (registers the check)
