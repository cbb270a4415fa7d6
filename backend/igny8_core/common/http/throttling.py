"""Rejects requests that exceed a rate limit, and says when to try again.

django-allauth counts its own operations and those of this API in the same way, with the same
client address; the limits are in ``rate_limits.py``.
"""

import math
import time
from typing import Any, ClassVar

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from igny8_core.common.email_form import normal_email

APP = "allauth.account"


class ActionThrottle(BaseThrottle):
    """The limits of an action, by client address, user and, if a subclass names one, identity."""

    action: ClassVar[str]

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request; tell whether it may continue."""
        self.counted: dict[str, Any] = {"action": self.action, "key": self.identity(request)}
        self.request = request._request
        if request.user.is_authenticated:
            self.counted["user"] = request.user
        return bool(ratelimit.consume(self.request, app=APP, **self.counted))

    def wait(self) -> int:
        """Return the seconds until there is room again, for ``Retry-After``."""
        return seconds_to_wait(self.request, **self.counted)

    def identity(self, request: Request) -> str:
        """Return the identity to count, if it isn't the user."""
        return ""


def typed_email(request: Request) -> str:
    """Return the email of a body in the form that is counted; empty without one."""
    typed = request.data.get("email", "") if isinstance(request.data, dict) else ""
    return normal_email(str(typed))


class PayThrottle(ActionThrottle):
    action = "pay"


class DecideThrottle(ActionThrottle):
    action = "decide"


def seconds_to_wait(request: HttpRequest, *, action: str, key: str, user: Any = None) -> int:
    """Return the number of seconds after which a rejected action may be retried.

    If it is unknown which limit was reached, it is the longest period of them all.
    """
    now = time.time()
    waits = []
    rates = ratelimit.get_rates(app=APP, action=action)
    for rate in rates:
        counter = ratelimit.get_cache_key(
            request, app=APP, action=action, rate=rate, key=key, user=user
        )
        times = cache.get(counter, [])  # newest first
        if len(times) >= rate.amount:
            waits.append(math.ceil(times[rate.amount - 1] + rate.duration - now))
    return max(waits or [int(rate.duration) for rate in rates], default=1)
