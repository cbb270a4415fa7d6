"""How often an address or a person may do what: plain data, read by the settings.

In django-allauth's way: ``10/m/ip,5/h/key`` is ten a minute from one client address, and five an
hour for one identity, an e-mail; ``user`` is one who is logged in.
"""

import re
from collections.abc import Mapping

RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,60/h/ip,5/5m/key,20/h/key",  # the admin's too, and codes; the key
    # is an e-mail with the device or address that guesses at it
    "guesses": "100/h/key",  # at one e-mail, from all devices that are not known
    "guesses_known": "100/h/key",  # and from all that are
    "register": "10/m/ip,100/h/ip",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_known": "10/h/key",  # from all devices that are known, to one e-mail
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/3m/key",
    "confirm_billing_email": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "change_email": "10/h/user,5/h/key",  # each sends a mail to the new address
    "reauthenticate": "10/m/user",
    "pay": "20/m/user,200/h/user,60/m/ip",  # what customers do with invoices and payments
    "decide": "300/m/user",  # what billing admins do with them
}
RELAXED_BY = 100
RATE = re.compile(r"(?P<amount>\d+)/(?P<rest>\d*[smhd]/(?P<per>ip|user|key))")


def rate_limits(changes: Mapping[str, str], *, is_relaxed: bool) -> dict[str, str]:
    """Return the limits with a deployment's own.

    :param is_relaxed: on a laptop everybody comes from one address, and tests log in as the same
        few people: their limits are multiplied. Those of an e-mail are as in production.
    :raises ValueError: if an action is unknown, or a limit can't be read.
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
