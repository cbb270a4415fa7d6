"""Rejects requests that exceed a rate limit, and says when to try again.

The operations of this API and those of django-allauth are counted in the same place, with the same
client address, and by all their limits in one statement. The limits are in ``rate_limits.py``.
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
ALLAUTHS = ratelimit.consume


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
        return not limits or _counter().count(limits, now=utc_now())

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


class CountedUsage(ratelimit.RateLimitUsage):
    """What allauth gives back after a sign-in."""

    def rollback(self) -> None:
        """Forget these attempts."""
        _counter().give_back([(each.cache_key, each.timestamp) for each in self.usage])


def count_for_allauth() -> None:
    """Let allauth count like this."""
    ratelimit.consume, ratelimit.clear = consume, clear


def consume(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    key: str | None = None,
    user: Any = None,
    limit_get: bool = False,
    **rare: Any,
) -> ratelimit.RateLimitUsage | None:
    """Count a request as allauth does, but in one statement that waits for others.

    :param rare: what this project's parts of allauth don't use; its own function does it.
    :returns: None if there is no room.
    """
    counted = {"app": app, "action": action, "key": key, "user": user}
    if any(rare.values()):
        return ALLAUTHS(request, **counted, limit_get=limit_get, **rare)
    if request.method == "GET" and not limit_get:
        return CountedUsage([])
    limits, now = _limits(request, **counted), utc_now()
    if limits and not _counter().count(limits, now=now):
        return None
    moment = now.timestamp()
    return CountedUsage(
        [ratelimit.SingleRateLimitUsage(limit.key, limit.seconds, moment) for limit in limits]
    )


def clear(request: HttpRequest, **counted: Any) -> None:
    """Forget all attempts that an action's limits have counted, one limit after the other.

    Those who count lock the same rows in an order of their own.
    """
    for limit in _limits(request, **counted):
        cache.delete(limit.key)


def _limits(
    request: HttpRequest, *, action: str, key: str | None = "", user: Any = None, app: str = APP
) -> list[Limit]:
    """Return the limits of an action, each with where allauth counts it."""
    return [
        Limit(
            ratelimit.get_cache_key(request, app=app, action=action, rate=rate, key=key, user=user),
            rate.amount,
            int(rate.duration),
        )
        for rate in ratelimit.get_rates(app=app, action=action)
    ]


def _counter() -> PostgresCache:
    counter = caches[DEFAULT_CACHE_ALIAS]
    assert isinstance(counter, PostgresCache)  # noqa: S101  (the settings have no other)
    return counter
