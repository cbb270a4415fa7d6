"""Settings, read from the environment; every default is the safe one for production.

``DJANGO_ENV=development`` (what ``make run`` and the tests use) relaxes what a laptop needs
relaxed: a fixed secret key, plain HTTP, emails as files, and an embedded PostgreSQL if
``DATABASE_URL`` is unset. The README lists every variable.

One module per topic; each name is only set in its own module.
"""

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from igny8_core.common.platform.production import unsafe
from igny8_core.settings import base
from igny8_core.settings.api import *  # noqa: F403
from igny8_core.settings.base import *  # noqa: F403
from igny8_core.settings.billing import *  # noqa: F403
from igny8_core.settings.database import *  # noqa: F403
from igny8_core.settings.desk import *  # noqa: F403
from igny8_core.settings.django import *  # noqa: F403
from igny8_core.settings.files import *  # noqa: F403
from igny8_core.settings.log_in import *  # noqa: F403
from igny8_core.settings.logging import *  # noqa: F403
from igny8_core.settings.mail import *  # noqa: F403
from igny8_core.settings.renewals import *  # noqa: F403
from igny8_core.settings.security import *  # noqa: F403

django_stubs_ext.monkeypatch()  # lets Django's generic classes take type parameters at run time

if not base.IS_DEVELOPMENT and (faults := unsafe(globals())):
    raise ImproperlyConfigured(
        "Production does not start with unsafe settings:\n" + "\n".join(f"- {f}" for f in faults)
    )
