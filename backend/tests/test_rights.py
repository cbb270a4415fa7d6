"""Who may decide: one rule, asked by API, admin, services and mails alike."""

from itertools import product
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.test import Client

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.auth.rights import SecondFactorRequired, holders, may
from igny8_core.business.billing.enums import NoticeFrequency
from igny8_core.business.billing.exceptions import NotBillingAdmin, OwnAccountPayment
from igny8_core.business.billing.models import Invoice, NoticePreference, Payment
from igny8_core.business.billing.rights import DECIDE, REVERSE, VIEW_PAYMENTS, VIEW_PROOFS
from igny8_core.business.billing.roles import BILLING_ADMIN
from igny8_core.business.billing.selectors.people import billing_admins
from igny8_core.business.billing.services.invoices import void_invoice
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.billing.tasks import notify_billing_admins, send_digests
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import NotAllowed
from igny8_core.common.models import OutgoingMail
from tests import test_access, test_access_admin
from tests.bulk import confirmation_of
from tests.factories import (
    account_of,
    approve,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
    reject,
)
from tests.roles import client_as, undone, user_as

pytestmark = pytest.mark.django_db
API = "/api/v1/billing/admin/"
SECOND_FACTOR = "/admin/second-factor/"
# What staff who have yet to set a second factor up can reach at the desk.
OPEN_PAGES = {"second-factor/", "login/", "logout/"}

ids = test_access.ids
payment = test_access_admin.payment


def give_factor(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})


def everybody() -> list[User]:
    """One person for each combination of what the rule looks at."""
    permission = Permission.objects.get(codename="decide_payment")
    people = []
    for number, (active, staff, root, way, factor) in enumerate(
        product([True, False], [True, False], [True, False], ["", "group", "own"], [True, False])
    ):
        user = User.objects.create_user(
            f"person{number}@desk.example", is_active=active, is_staff=staff, is_superuser=root
        )
        if way == "group":
            user.groups.add(Group.objects.get(name=BILLING_ADMIN))
        if way == "own":
            user.user_permissions.add(permission)
        if factor:
            give_factor(user)
        people.append(user)
    return people


@pytest.mark.parametrize("is_required", [True, False])
def test_deciders_and_mail_recipients_are_the_same(
    catalog: None, settings: LazySettings, *, is_required: bool
) -> None:
    settings.ADMIN_REQUIRE_SECOND_FACTOR = is_required
    people = everybody()
    expected = {
        user
        for user in people
        if user.is_active
        and user.is_staff
        and (user.is_superuser or user.groups.exists() or user.user_permissions.exists())
        and (not is_required or Authenticator.objects.filter(user=user).exists())
    }
    assert {user for user in people if may(user, DECIDE)} == expected
    assert set(holders(DECIDE)) == set(billing_admins()) == expected
    assert len(expected) == len(billing_admins())  # and nobody twice
    assert not may(AnonymousUser(), DECIDE)


@pytest.mark.parametrize("right", [DECIDE, REVERSE, VIEW_PAYMENTS, VIEW_PROOFS])
@pytest.mark.parametrize("role", ["staff", "viewer", "support", "admin", "superuser", "owner"])
def test_holders_match_permission_check(owner: User, right: Any, role: str) -> None:
    user = user_as(role, owner)
    assert (user in holders(right)) is may(user, right)


@pytest.mark.parametrize("role", ["admin", "viewer", "support", "superuser"])
def test_desk_api_requires_second_factor(
    owner: User, ids: dict[str, int], settings: LazySettings, role: str
) -> None:
    """Every endpoint of the desk, those that will be added too; all others are as they were."""
    settings.ADMIN_REQUIRE_SECOND_FACTOR = True
    client = client_as(role, owner)
    session, found = client.cookies.output(header=""), {}
    for method, path in test_access.rows():
        client.cookies.load(session)
        with undone():
            found[method, path] = test_access.call(client, method, path, ids)
    expected = {
        row: 403 if statuses["owner"] == 403 else statuses[role]
        for row, statuses in test_access.rows().items()
    }
    assert found == expected


@pytest.mark.parametrize("role", ["admin", "superuser"])
def test_desk_api_accepts_second_factor(
    owner: User, ids: dict[str, int], settings: LazySettings, role: str
) -> None:
    settings.ADMIN_REQUIRE_SECOND_FACTOR = True
    user = user_as(role, owner)
    give_factor(user)
    client = client_of(user)
    session, found = client.cookies.output(header=""), {}
    for method, path in test_access.rows():
        client.cookies.load(session)
        with undone():
            found[method, path] = test_access.call(client, method, path, ids)
    assert found == {row: statuses[role] for row, statuses in test_access.rows().items()}


@pytest.mark.parametrize("role", ["admin", "superuser"])
@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("get", "payments/"),
        ("get", "payments/{payment}/"),
        ("get", "payments/{payment}/proof/"),
        ("post", "payments/{payment}/approve/"),
        ("post", "payments/{payment}/reject/"),
        ("post", "payments/{payment}/reverse/"),
        ("post", "invoices/{invoice}/void/"),
    ],
)
def test_api_error_names_missing_second_factor(
    owner: User, settings: LazySettings, role: str, method: str, url: str
) -> None:
    settings.ADMIN_REQUIRE_SECOND_FACTOR = True
    waiting = make_payment(owner, proof=make_receipt())
    client = client_as(role, owner)
    address = API + url.format(payment=waiting.pk, invoice=waiting.invoice_id)
    answer = getattr(client, method)(address, {"admin_notes": "x", "reason": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
        403,
        "second_factor_required",
    )
    assert client.get("/api/v1/auth/me/").json()["user"]["is_billing_admin"] is False
    waiting.refresh_from_db()
    assert waiting.status == "pending_approval"


@pytest.mark.parametrize("role", ["staff", "viewer", "support", "admin", "superuser"])
def test_desk_pages_redirect_to_second_factor(
    owner: User, payment: Payment, settings: LazySettings, role: str
) -> None:
    settings.ADMIN_REQUIRE_SECOND_FACTOR = True
    Authenticator.objects.filter(user__is_staff=True).delete()
    client = client_as(role, owner)
    session, elsewhere = client.cookies.output(header=""), {}
    for method, path in test_access_admin.ROWS:
        client.cookies.load(session)
        with undone():
            status = test_access_admin.call(client, method, path, payment)
        if status != 302 and path not in OPEN_PAGES:
            elsewhere[method, path] = status
    assert elsewhere == {}
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_bulk_and_export_redirect_to_second_factor(
    desk: Client, owner: User, settings: LazySettings
) -> None:
    waiting = make_payment(owner)
    settings.ADMIN_REQUIRE_SECOND_FACTOR = True
    bulk = {
        "action": "approve_selected",
        "_selected_action": waiting.pk,
    }
    for answer in (
        desk.post("/admin/billing/payment/?status__exact=pending_approval", bulk),
        desk.post("/admin/billing/payment/bulk/start/", confirmation_of([waiting])),
        desk.post("/admin/billing/payment/export/csv/"),
    ):
        assert answer.headers["Location"] == SECOND_FACTOR
    waiting.refresh_from_db()
    assert waiting.status == "pending_approval"


def test_services_check_permission_and_second_factor(owner: User, settings: LazySettings) -> None:
    """Whatever page forgets to ask."""
    waiting = make_payment(owner)
    with pytest.raises(NotBillingAdmin):
        approve(waiting, user_as("viewer", owner))
    admin = make_billing_admin()
    settings.ADMIN_REQUIRE_SECOND_FACTOR = True
    for act in (approve, reject):
        with pytest.raises(SecondFactorRequired):
            act(waiting, admin)
    give_factor(admin)
    approve(waiting, admin)
    waiting.refresh_from_db()
    assert waiting.status == "succeeded"


@pytest.mark.parametrize("loss", ["is_staff", "is_active", "second factor"])
def test_user_without_permission_gets_no_admin_mail(
    owner: User, billing_admin: User, settings: LazySettings, loss: str
) -> None:
    waiting = make_payment(owner)
    other = make_billing_admin()
    if loss == "second factor":
        settings.ADMIN_REQUIRE_SECOND_FACTOR = True
        give_factor(other)
    else:
        User.objects.filter(pk=billing_admin.pk).update(**{loss: False})
    notify_billing_admins(payment_id=waiting.pk)
    for admin in (billing_admin, other):
        NoticePreference.objects.create(user=admin, frequency=NoticeFrequency.HOURLY)
    send_digests(int(utc_now().timestamp()))
    mails = OutgoingMail.objects.filter(kind__in=["payment_waiting", "payments_waiting"])
    assert {(mail.kind, mail.recipient) for mail in mails} == {
        ("payment_waiting", other.email),
        ("payments_waiting", other.email),
    }


def void(invoice: Invoice, admin: User) -> None:
    void_invoice(invoice_id=invoice.pk, actor=Actor(user=admin), now=utc_now(), reason="Twice")


def reverse(claim: Payment, admin: User) -> None:
    reverse_payment(payment_id=claim.pk, actor=Actor(user=admin), now=utc_now(), reason="Recalled")


@pytest.mark.parametrize("make", [make_billing_admin, None])
def test_admin_cannot_void_own_account_invoice(owner: User, make: Any) -> None:
    """A superuser neither."""
    admin = make() if make else User.objects.create_superuser("root@desk.example")
    admin.account = owner.account
    admin.save()
    with pytest.raises(OwnAccountPayment):
        void(invoice_of(owner), admin)
    answer = client_of(admin).post(f"{API}invoices/{invoice_of(owner).pk}/void/", {"reason": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "own_account_payment")
    assert invoice_of(owner).status == "pending"


def test_desk_hides_decisions_on_own_account(
    owner: User, billing_admin: User, desk: Client
) -> None:
    """It says who has to decide instead of offering what is refused."""
    words = "This is your own account. Another billing admin has to decide."
    waiting = make_payment(owner)
    pages = [
        f"/admin/billing/payment/{waiting.pk}/change/",
        f"/admin/billing/invoice/{waiting.invoice_id}/change/",
    ]
    for own in (False, True):
        User.objects.filter(pk=billing_admin.pk).update(account=owner.account if own else None)
        review, invoice = (desk.get(page).content.decode() for page in pages)
        assert ("approve-dialog" in review) is not own
        assert (words in review, words in invoice) == (own, own)
    reject(waiting, make_billing_admin())
    assert "void-dialog" not in desk.get(pages[1]).content.decode()
    approved = make_payment(owner)
    approve(approved, make_billing_admin())
    review = desk.get(f"/admin/billing/payment/{approved.pk}/change/").content.decode()
    assert "reverse-dialog" not in review


def test_submitter_cannot_decide_after_leaving_account(owner: User, billing_admin: User) -> None:
    waiting = make_payment(owner)
    Payment.objects.filter(pk=waiting.pk).update(submitted_by=billing_admin)
    for act in (approve, reject):
        with pytest.raises(OwnAccountPayment):
            act(waiting, billing_admin)
    approve(waiting, make_billing_admin())
    with pytest.raises(OwnAccountPayment):
        reverse(waiting, billing_admin)


def test_submitter_cannot_void_the_invoice(owner: User, billing_admin: User) -> None:
    rejected = make_payment(owner)
    reject(rejected, billing_admin)
    Payment.objects.filter(pk=rejected.pk).update(submitted_by=billing_admin)
    with pytest.raises(OwnAccountPayment):
        void(invoice_of(owner), billing_admin)
    void(invoice_of(owner), make_billing_admin())
    assert invoice_of(owner).status == "void"


@pytest.mark.parametrize("role", ["viewer", "support", "staff"])
def test_other_roles_cannot_void_or_reverse(owner: User, role: str) -> None:
    waiting = make_payment(owner)
    user = user_as(role, owner)
    with pytest.raises(NotAllowed):
        void(invoice_of(owner), user)
    approve(waiting, make_billing_admin())
    with pytest.raises(NotAllowed):
        reverse(waiting, user)
    assert account_of(owner).status == "active"


@pytest.mark.parametrize("role", ["support", "viewer", "superuser"])
def test_payment_has_no_page_besides_review(owner: User, role: str) -> None:
    """Django's own page would show to everybody the path and digest of the proof."""
    claim = make_payment(make_owner(), proof=make_receipt())
    client = client_as(role, owner)
    prefixes = ["+", "%20", "%2B", "0", "\u0660", "-", "1_", "%0a"]
    for prefix, act in product(prefixes, ("change/", "delete/", "history/", "")):
        url = f"/admin/billing/payment/{prefix}{claim.pk}/{act}"
        for answer in (client.get(url, follow=True), client.post(url, {"post": "yes"})):
            text = answer.content.decode()
            assert claim.proof.name not in text
            assert claim.proof_sha256 not in text
