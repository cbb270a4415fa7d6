"""The WSGI application that gunicorn serves."""

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")
django.setup(set_prefix=False)
settings.DATABASES["default"]["OPTIONS"]["options"] += (
    f" -c statement_timeout={settings.DATABASE_STATEMENT_TIMEOUT}s"
    # By default, a new connection plans a prepared statement again for each of its first five uses
    " -c plan_cache_mode=force_generic_plan"
    # To start more processes for a statement takes longer than any statement of a request
    " -c max_parallel_workers_per_gather=0"
)

from igny8_core.api import urls  # noqa: E402, F401  (loaded before the first request)
from igny8_core.api.bodies import Request  # noqa: E402  (it needs the settings)
from igny8_core.common.platform.garbage import spare_what_is_loaded  # noqa: E402


class Application(WSGIHandler):
    """Django's application, with our own request class."""

    request_class = Request


application = Application()
spare_what_is_loaded()
