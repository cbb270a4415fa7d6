"""All roles, and everything in the URL map: for the access tables."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import PaymentEvent
from igny8_core.business.billing.roles import BILLING_ADMIN, BILLING_VIEWER, SUPPORT
from igny8_core.common.clock import utc_now
from tests.factories import PASSWORD, account_of, client_of, make_owner

# "other" owns another account; "unverified" is the owner with an unverified address; "suspended"
# and "cancelled" are the owner of an account in that state; "staff" has the flag and no group.
CUSTOMERS = ["visitor", "owner", "member", "other", "unverified", "suspended", "cancelled"]
DESK = ["staff", "viewer", "support", "admin", "superuser"]
ROLES = CUSTOMERS + DESK
GROUP_OF = {"viewer": BILLING_VIEWER, "support": SUPPORT, "admin": BILLING_ADMIN}
METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")


def user_as(role: str, owner: User) -> User:
    """Return a user with this role, relative to the owner's account."""
    if role == "superuser":
        return User.objects.create_superuser("root@desk.example", PASSWORD)
    if role in DESK:
        user = User.objects.create_user("staff@desk.example", is_staff=True)
        user.groups.set(Group.objects.filter(name=GROUP_OF.get(role)))
        return user
    if role == "member":
        return User.objects.create_user("member@shop.example", account=owner.account, role="member")
    if role == "other":
        return make_owner()
    if role == "unverified":
        EmailAddress.objects.filter(user=owner).update(verified=False)
    if role in {"suspended", "cancelled"}:
        put_into(role, account_of(owner))
    return User.objects.get(pk=owner.pk)


def put_into(state: str, account: Account) -> None:
    """Suspend or cancel an account with its event; no workflow does this yet."""
    Account.objects.filter(pk=account.pk).update(status=state)
    PaymentEvent.objects.create(
        account=account,
        event="void",
        object_type="account",
        object_id=account.pk,
        from_state=account.status,
        to_state=state,
        created_at=utc_now(),
    )


def client_as(role: str, owner: User) -> APIClient:
    """Return a client that is signed in with this role."""
    return APIClient() if role == "visitor" else client_of(user_as(role, owner))


def addresses(prefix: str) -> dict[str, URLPattern]:
    """Return all URLs below a prefix."""
    found: dict[str, URLPattern] = {}

    def walk(patterns: list[URLPattern | URLResolver], above: str) -> None:
        for pattern in patterns:
            path = above + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            elif path.startswith(prefix):
                found.setdefault(path.removeprefix(prefix), pattern)

    walk(get_resolver().url_patterns, "")
    return found


def read_table(table: str) -> dict[tuple[str, str], dict[str, int]]:
    """Read a table of method, URL, and a status per column of its first line."""
    first, *lines = (line.split() for line in table.strip().splitlines())
    return {(line[0], line[1]): dict(zip(first, map(int, line[2:]), strict=True)) for line in lines}


def some_of(roles: Iterable[str], *now: str) -> list[Any]:
    """Return all of them as parameters of a test; those that aren't named wait for a long run."""
    return [role if role in now else pytest.param(role, marks=pytest.mark.long) for role in roles]


def close(answer: Any) -> None:
    """Close a file response like the test client does, without closing the connection."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what happens inside, so that one setup serves a whole column."""
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)
