"""Sites: their industry, their creator's access, and the plan's limit."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import Plan, Site, SiteUserAccess, User
from tests.factories import account_of, client_of, make_owner
from tests.roles import put_into

pytestmark = pytest.mark.django_db
URL = "/api/v1/sites/"


@pytest.fixture
def trial(catalog: None) -> User:
    """An owner on trial."""
    return make_owner(plan_slug="free")


@pytest.fixture
def roomy_trial(catalog: None) -> User:
    """An owner on a trial with several sites."""
    Plan.objects.filter(slug="free").update(max_sites=5)
    return make_owner(plan_slug="free")


def body(**changes: Any) -> dict[str, Any]:
    return {"name": "Shop", "domain": "shop.example", "industry": "retail", **changes}


def test_site_creator_gets_access(trial: User) -> None:
    answer = client_of(trial).post(URL, body())

    assert answer.status_code == 201, answer.json()
    assert (answer.json()["domain"], answer.json()["industry"]["slug"]) == (
        "shop.example",
        "retail",
    )
    assert SiteUserAccess.objects.get().user == trial


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"industry": ""}, "industry"),
        ({"industry": "alchemy"}, "industry"),
        ({"domain": "not a domain"}, "domain"),
        ({"domain": "a" * 300 + ".example"}, "domain"),
        ({"name": ""}, "name"),
    ],
)
def test_invalid_site_input_is_refused(trial: User, changes: dict[str, Any], attr: str) -> None:
    answer = client_of(trial).post(URL, body(**changes))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr
    assert not Site.objects.exists()


def test_site_requires_an_industry(trial: User) -> None:
    answer = client_of(trial).post(URL, {"name": "Shop", "domain": "shop.example"})
    assert answer.json()["errors"][0] == {
        "code": "required",
        "detail": "This field is required.",
        "attr": "industry",
    }


def test_site_limit_is_enforced(trial: User) -> None:
    client = client_of(trial)
    client.post(URL, body())
    answer = client.post(URL, body(domain="second.example"))

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "site_limit_reached"


def test_duplicate_domain_is_refused(roomy_trial: User) -> None:
    client = client_of(roomy_trial)
    client.post(URL, body())
    other = client.post(URL, body(domain="other.example")).json()

    again = client.post(URL, body(domain="SHOP.example"))
    renamed = client.patch(f"{URL}{other['id']}/", {"domain": "shop.example"})

    for answer in (again, renamed):
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "domain_already_added"


def test_site_can_be_changed_and_removed(trial: User) -> None:
    client = client_of(trial)
    site = client.post(URL, body()).json()
    changed = client.patch(f"{URL}{site['id']}/", {"name": "Bazaar"})
    removed = client.delete(f"{URL}{site['id']}/")

    assert (changed.status_code, changed.json()["name"]) == (200, "Bazaar")
    assert changed.json()["domain"] == "shop.example"
    assert removed.status_code == 204
    assert client.get(f"{URL}{site['id']}/").status_code == 404


def test_unpaid_account_cannot_add_site(owner: User, owner_api: APIClient) -> None:
    answer = owner_api.post(URL, body())

    assert answer.status_code == 409
    assert answer.json()["state"] == account_of(owner).status == "pending_payment"


def test_closed_account_sites_cannot_be_changed(trial: User) -> None:
    """Its people are logged out; this is the request that was on its way."""
    client = client_of(trial)
    site = client.post(URL, body()).json()
    put_into("cancelled", account_of(trial))

    for answer in (
        client.patch(f"{URL}{site['id']}/", {"name": "Bazaar"}),
        client.delete(f"{URL}{site['id']}/"),
    ):
        assert (answer.status_code, answer.json()["state"]) == (409, "cancelled")
    assert Site.objects.get().name == "Shop"


def test_member_works_only_on_accessible_sites(roomy_trial: User) -> None:
    owner = client_of(roomy_trial)
    own, other = (
        owner.post(URL, body(domain=f"{name}.example")).json()["id"] for name in ("own", "other")
    )
    member = User.objects.create_user(
        "m@shop.example", account=account_of(roomy_trial), role="member"
    )
    SiteUserAccess.objects.create(site_id=own, user=member)
    client = client_of(member)

    assert [site["id"] for site in client.get(URL).json()["results"]] == [own]
    assert client.get(f"{URL}{own}/").status_code == 200
    assert client.patch(f"{URL}{own}/", {"name": "Bazaar"}).status_code == 200
    for answer in (
        client.get(f"{URL}{other}/"),
        client.patch(f"{URL}{other}/", {"name": "Bazaar"}),
        client.delete(f"{URL}{other}/"),
    ):
        assert answer.status_code == 404
    added = client.post(URL, body(domain="members.example")).json()["id"]
    assert client.delete(f"{URL}{added}/").status_code == 204
    assert [site["id"] for site in owner.get(URL).json()["results"]] == [own, other]
