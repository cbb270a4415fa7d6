"""Nobody can set up their own second approver; a session alone can't change rights."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import LazySettings
from django.contrib.auth.models import Group, Permission
from django.test import Client

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import PersonChange, User
from igny8_core.auth.rights import PersonChangedLately
from igny8_core.auth.tasks import remove_expired
from igny8_core.business.billing.models import Payment, PaymentMethodConfig, SettingChange
from igny8_core.business.billing.roles import BILLING_ADMIN, SUPPORT
from igny8_core.business.billing.selectors.people import readers_of_change
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.billing.services.setting_changes import agree_to_change, change_setting
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.desk import form_of
from tests.factories import (
    PASSWORD,
    approve,
    client_of,
    make_billing_admin,
    make_owner,
    make_payment,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
PEOPLE, GROUPS = "/admin/igny8_auth/user/", "/admin/auth/group/"
OWN = {"your_password": PASSWORD}
THIEFS = [{"label": "IBAN", "value": "GB33BUKB20201555555555", "copyable": True}]


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@desk.example", PASSWORD)


@pytest.fixture
def desk(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def change(client: Client, person: User, **values: Any) -> Any:
    url = f"{PEOPLE}{person.pk}/change/"
    sent = {**form_of(client, url), **values}
    return client.post(url, {name: value for name, value in sent.items() if value is not None})


def add(client: Client, email: str, **rights: Any) -> User:
    """Add a person with rights at the desk."""
    passwords = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    sent = {"email": email, "usable_password": "true", **passwords, **OWN}
    assert client.post(f"{PEOPLE}add/", sent).status_code == 302
    person = User.objects.get(email=email)
    assert change(client, person, is_staff="on", **rights, **OWN).status_code == 302
    return User.objects.get(pk=person.pk)


def propose(by: User) -> SettingChange:
    method = PaymentMethodConfig.objects.get(catalog_key="bank_transfer:PK")
    proposed = change_setting(
        obj=method, after={"details": THIEFS}, actor=Actor(user=by), now=utc_now()
    )
    assert proposed is not None
    return proposed


def billing_admins() -> list[int]:
    return [Group.objects.get(name=BILLING_ADMIN).pk]


@pytest.fixture
def payment(settings: LazySettings) -> Payment:
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal(10)
    return make_payment(make_owner())


def test_newly_added_admin_cannot_approve_second(
    desk: Client, root: User, payment: Payment
) -> None:
    approve(payment, root)
    puppet = add(desk, "puppet@desk.example", groups=billing_admins())
    answer = client_of(puppet).post(
        f"/api/v1/billing/admin/payments/{payment.pk}/approve/", {"admin_notes": ""}
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
        403,
        "person_changed_lately",
    )
    payment.refresh_from_db()
    assert payment.status == "pending_approval"
    later = utc_now() + timedelta(hours=24, minutes=1)
    approve_payment(payment_id=payment.pk, actor=Actor(user=puppet), now=later)
    payment.refresh_from_db()
    assert payment.status == "succeeded"


def test_newly_added_admin_cannot_approve_first(desk: Client, root: User, payment: Payment) -> None:
    puppet = add(desk, "puppet@desk.example", groups=billing_admins())
    with pytest.raises(PersonChangedLately):
        approve(payment, puppet)
    with pytest.raises(PersonChangedLately):
        propose(puppet)


def test_admin_via_changed_group_cannot_agree(desk: Client, root: User) -> None:
    group = Group.objects.get(name=SUPPORT)
    puppet = User.objects.create_user("old@desk.example", PASSWORD, is_staff=True)
    puppet.groups.add(group)
    proposed = propose(root)
    right = Permission.objects.get(codename="change_paymentmethodconfig").pk
    permissions = [right, *group.permissions.values_list("pk", flat=True)]
    url = f"{GROUPS}{group.pk}/change/"
    sent = {"name": group.name, "permissions": permissions}
    assert desk.post(url, sent).status_code == 200  # without the admin's own password
    assert not group.permissions.filter(pk=right).exists()
    assert desk.post(url, sent | OWN).status_code == 302
    with pytest.raises(PersonChangedLately):
        agree_to_change(change_id=proposed.pk, actor=Actor(user=puppet), now=utc_now())


@pytest.mark.parametrize("in_a_list", [False, True])
def test_admin_removed_with_group_is_still_notified(
    desk: Client, root: User, *, in_a_list: bool
) -> None:
    other = make_billing_admin()
    group = Group.objects.get(name=BILLING_ADMIN)
    if in_a_list:
        sent = {"action": "delete_selected", "_selected_action": group.pk, "post": "yes"}
        desk.post(GROUPS, sent)
    else:
        desk.post(f"{GROUPS}{group.pk}/delete/", {"post": "yes"})
    assert not Group.objects.filter(pk=group.pk).exists()
    assert other.email in readers_of_change(change=propose(root))


def test_deleted_helper_leaves_a_trace(desk: Client, root: User) -> None:
    helper = add(desk, "helper@desk.example", is_superuser="on")
    helpers = Client()
    helpers.force_login(helper)
    passwords = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    own = {"your_password": "another-horse-battery"}
    email = "puppet@desk.example"
    helpers.post(f"{PEOPLE}add/", {"email": email, "usable_password": "true", **passwords, **own})
    puppet = User.objects.get(email=email)
    change(helpers, puppet, is_staff="on", is_superuser="on", **own)
    assert desk.post(f"{PEOPLE}{helper.pk}/delete/", {"post": "yes"}).status_code == 302
    puppet.refresh_from_db()
    assert puppet.is_superuser
    with pytest.raises(PersonChangedLately):
        agree_to_change(change_id=propose(root).pk, actor=Actor(user=puppet), now=utc_now())


@pytest.mark.parametrize("is_deleted", [False, True])
def test_deactivated_admin_is_still_notified(desk: Client, root: User, *, is_deleted: bool) -> None:
    """To close the others makes nobody the only admin without their knowing."""
    other = make_billing_admin()
    if is_deleted:
        desk.post(f"{PEOPLE}{other.pk}/delete/", {"post": "yes"})
    else:
        change(desk, other, is_active=None, **OWN)
    proposed = propose(root)
    assert other.email in readers_of_change(change=proposed)
    assert OutgoingMail.objects.filter(recipient=other.email, kind="setting_change_proposed")


def test_own_name_or_customer_edit_leaves_no_trace(desk: Client, root: User, owner: User) -> None:
    change(desk, root, first_name="Root")
    change(desk, owner, first_name="Aisha")
    change(desk, owner, is_active=None, **OWN)
    assert not PersonChange.objects.exists()


def test_traces_are_deleted_after_a_year(desk: Client) -> None:
    add(desk, "helper@desk.example")
    assert PersonChange.objects.exists()
    PersonChange.objects.update(changed_at=utc_now() - timedelta(days=367))
    remove_expired(0)
    assert not PersonChange.objects.exists()


# A session alone


def test_adding_user_requires_password(desk: Client) -> None:
    passwords = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    sent = {"email": "thief@desk.example", "usable_password": "true", **passwords}
    for own in ({}, {"your_password": "wrong-password"}):
        assert desk.post(f"{PEOPLE}add/", sent | own).status_code == 200
    assert not User.objects.filter(email="thief@desk.example").exists()


@pytest.mark.parametrize(
    "values", [{"is_staff": "on"}, {"is_superuser": "on"}, {"is_active": None}, {"groups": "all"}]
)
def test_changing_rights_requires_password(
    desk: Client, owner: User, values: dict[str, Any]
) -> None:
    if "groups" in values:
        values = {"groups": billing_admins()}
    before = User.objects.filter(pk=owner.pk).values().get()
    answer = change(desk, owner, **values)
    assert "your_password" in answer.context["adminform"].form.errors
    assert User.objects.filter(pk=owner.pk).values().get() == before
    assert not owner.groups.exists()
    assert change(desk, owner, **values, **OWN).status_code == 302


def test_removing_second_factor_requires_password(desk: Client) -> None:
    other = make_billing_admin()
    TOTP.activate(other, generate_totp_secret())
    url = f"/admin/mfa/authenticator/{Authenticator.objects.get().pk}/delete/"
    assert "Remove the second factor" in desk.get(url).content.decode()
    for sent in ({"post": "yes"}, {"post": "yes", "your_password": "wrong-password"}):
        page = desk.post(url, sent)
        assert page.status_code == 200
        assert "your_password" in page.context["form"].errors
    listed = desk.post(
        "/admin/mfa/authenticator/",
        {"action": "delete_selected", "_selected_action": Authenticator.objects.get().pk},
    )
    assert listed.status_code in {200, 302, 403}
    assert Authenticator.objects.filter(user=other).exists()
    assert desk.post(url, {"post": "yes", **OWN}).status_code == 302
    assert not Authenticator.objects.filter(user=other).exists()
    assert PersonChange.objects.filter(person_id=other.pk, was_staff=True).exists()
