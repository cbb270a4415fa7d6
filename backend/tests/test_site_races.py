"""Many people change and remove sites at once, and what waits meanwhile."""

from collections import Counter
from itertools import count
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.db.models import QuerySet

from igny8_core.auth.models import Account, Industry, Plan, Site, User
from igny8_core.auth.services.sites import add_site
from tests.factories import account_of, make_owner
from tests.racer import Call, send
from tests.races import RACERS, ROUNDS, Racers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sized]
URL = "/api/v1/sites/"
numbers = count(1)


@pytest.fixture
def trial(catalog: None) -> User:
    """An owner on a trial that allows many sites."""
    Plan.objects.filter(slug="free").update(max_sites=1000)
    return make_owner(plan_slug="free")


def new_site(owner: User) -> Site:
    return add_site(
        account=account_of(owner),
        creator=owner,
        name="Shop",
        domain=f"shop{next(numbers)}.example",
        industry=Industry.objects.get(slug="fashion"),
    )


def changing(owner: User, site: Site, **body: str) -> Call:
    return Call(f"{URL}{site.pk}/", body, user_id=owner.pk, method="patch")


def removing(owner: User, site: Site) -> Call:
    return Call(f"{URL}{site.pk}/", user_id=owner.pk, method="delete")


def test_concurrent_removals_and_changes_remove_once(racers: Racers, trial: User) -> None:
    """Who comes first is done; who finds it gone is told 404."""
    for _ in range(ROUNDS):
        site = new_site(trial)
        calls = [changing(trial, site, name="New"), removing(trial, site)] * (RACERS // 2)
        answers = racers.race(calls)
        assert {answer.status for answer in answers} <= {200, 204, 404}, answers
        assert Counter(answer.status for answer in answers)[204] == 1
        assert not Site.objects.filter(pk=site.pk).exists()


def test_concurrent_field_changes_are_all_kept(racers: Racers, trial: User) -> None:
    for _ in range(ROUNDS):
        site = new_site(trial)
        domain = f"moved{site.pk}.example"
        fields = [{"name": "New"}, {"domain": domain}, {"industry": "retail"}]
        answers = racers.race([changing(trial, site, **body) for body in fields])
        assert {answer.status for answer in answers} == {200}
        found = Site.objects.get(pk=site.pk)
        assert (found.name, found.domain, found.industry.slug) == ("New", domain, "retail")


def test_change_without_lock_fails_on_removed_site(racers: Racers, trial: User) -> None:
    """The control: what the lock prevents is seen without it."""
    site = new_site(trial)
    removed: list[int] = []

    def remove_before_the_change(execute: Any, sql: str, *more: Any) -> Any:
        if sql.startswith(f'UPDATE "{Site._meta.db_table}"') and not removed:
            removed.extend(answer.status for answer in racers.race([removing(trial, site)]))
        return execute(sql, *more)

    with (
        mock.patch.object(QuerySet, "select_for_update", lambda queryset, **_: queryset),
        connection.execute_wrapper(remove_before_the_change),
    ):
        answer = send(changing(trial, site, name="New"))
    assert (removed, answer.status) == ([204], 500)


def test_concurrent_additions_respect_site_limit(racers: Racers, catalog: None) -> None:
    Plan.objects.filter(slug="free").update(max_sites=3)
    trial = make_owner(plan_slug="free")
    calls = [
        Call(
            URL,
            {"name": "Shop", "domain": f"s{n}.example", "industry": "retail"},
            user_id=trial.pk,
        )
        for n in range(RACERS)
    ]
    answers = racers.race(calls)
    assert Counter(answer.status for answer in answers) == {201: 3, 409: RACERS - 3}
    assert Account.objects.get(users=trial).sites.count() == 3
