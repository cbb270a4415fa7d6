"""Rejects requests that exceed a rate limit, and says when to try again.

The operations of this API are counted where django-allauth counts its own, and with the same client
address, but by all their limits in one statement. The limits are in ``rate_limits.py``.
"""

import math
import time
from typing import Any, ClassVar

from allauth.core.internal import ratelimit
from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from igny8_core.common.clock import utc_now
from igny8_core.common.email_form import normal_email
from igny8_core.common.platform.cache import Limit, PostgresCache

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
        limits = _limits(self.request, **self.counted)
        return not limits or _count(limits)

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
    limits = _limits(request, action=action, key=key, user=user)
    times = cache.get_many([limit.key for limit in limits])  # of each, the newest first
    waits = [
        math.ceil(times[limit.key][limit.amount - 1] + limit.seconds - now)
        for limit in limits
        if limit.amount > 0 and len(times.get(limit.key, ())) >= limit.amount
    ]
    return max(waits or [limit.seconds for limit in limits], default=1)


def _limits(request: HttpRequest, *, action: str, key: str = "", user: Any = None) -> list[Limit]:
    """Return the limits of an action, each with where allauth counts it."""
    return [
        Limit(
            ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key, user=user),
            rate.amount,
            int(rate.duration),
        )
        for rate in ratelimit.get_rates(app=APP, action=action)
    ]


def _count(limits: list[Limit]) -> bool:
    counter = caches[DEFAULT_CACHE_ALIAS]
    assert isinstance(counter, PostgresCache)  # noqa: S101  (the settings have no other)
    return counter.count(limits, now=utc_now())
