"""Rate limits per client address and person: plain data, read by the settings.

The syntax is django-allauth's: ``10/m/ip,5/h/key`` is ten per minute from one client address, and
five per hour for one identity, such as an email; ``user`` is a signed-in user.
"""

import re
from collections.abc import Mapping

RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,60/h/ip,5/5m/key,20/h/key",  # also the admin site, and codes;
    # the key is an email with the device or address that guesses
    "guesses": "100/h/key",  # per email, from all unknown devices together
    "guesses_known": "100/h/key",  # and from all known ones
    "register": "10/m/ip,100/h/ip",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_known": "10/h/key",  # per email, from all known devices
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/3m/key",
    "confirm_billing_email": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "change_email": "10/h/user,5/h/key",  # each sends an email to the new address
    "reauthenticate": "10/m/user",
    "pay": "20/m/user,200/h/user,60/m/ip",  # what customers do with invoices and payments
    "decide": "300/m/user",  # what billing admins do with them
}
RELAXED_BY = 100
RATE = re.compile(r"(?P<amount>\d+)/(?P<rest>\d*[smhd]/(?P<per>ip|user|key))")


def rate_limits(changes: Mapping[str, str], *, is_relaxed: bool) -> dict[str, str]:
    """Return the limits with a deployment's own.

    :param is_relaxed: on a laptop all requests come from one address, and tests sign in as the
        same few people, so these limits are multiplied. Limits per email are as in production.
    :raises ValueError: if an action is unknown, or a limit can't be parsed.
    """
    if unknown := set(changes) - set(RATE_LIMITS):
        message = f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(RATE_LIMITS)}"
        raise ValueError(message)
    limits = {**RATE_LIMITS, **changes}
    return {action: ",".join(_parts(rates, is_relaxed)) for action, rates in limits.items()}


def _parts(rates: str, is_relaxed: bool) -> list[str]:  # noqa: FBT001
    return [_part(rate.strip(), is_relaxed) for rate in rates.split(",")]


def _part(rate: str, is_relaxed: bool) -> str:  # noqa: FBT001
    found = RATE.fullmatch(rate)
    if not found:
        message = f"{rate!r} is no limit such as 10/m/ip"
        raise ValueError(message)
    factor = RELAXED_BY if is_relaxed and found["per"] != "key" else 1
    return f"{int(found['amount']) * factor}/{found['rest']}"
