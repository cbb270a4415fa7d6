"""Settings of the measured server: production's, with limits of requests that only count.

The counts are kept as in production, but a benchmark sends more in a second than a person in a
minute. Static files are served as they are, because ``collectstatic`` takes half a minute.
"""

from igny8_core.common.http.rate_limits import RATE_LIMITS
from igny8_core.settings import *  # noqa: F403

ACCOUNT_RATE_LIMITS = RATE_LIMITS | {
    "register": "1000/s/ip",
    "pay": "1000/s/user,1000/s/ip",
    "decide": "1000/s/user",
}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
