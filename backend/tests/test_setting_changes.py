"""Changing where customers send money takes two people; every earlier value is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.auth.rights import PersonChangedLately, note_change
from igny8_core.business.billing.exceptions import (
    ChangeAlreadyDecided,
    ChangeNotPossible,
    ChangeWaitsAlready,
    NotBillingAdmin,
    OwnChange,
)
from igny8_core.business.billing.models import (
    ExchangeRate,
    PaymentMethodConfig,
    SellerProfile,
    SettingChange,
)
from igny8_core.business.billing.periodic import apply_setting_changes
from igny8_core.business.billing.roles import BILLING_VIEWER
from igny8_core.business.billing.selectors.methods import payment_methods_for
from igny8_core.business.billing.services.setting_changes import (
    WITHOUT_CONSENT,
    add_setting,
    agree_to_change,
    apply_due_changes,
    change_setting,
    refuse_change,
)
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.desk import form_of, rows, without_details
from tests.factories import make_billing_admin

pytestmark = pytest.mark.django_db
METHODS = "/admin/billing/paymentmethodconfig/"
CHANGES = "/admin/billing/settingchange/"
THIEFS = [{"label": "IBAN", "value": "GB33BUKB20201555555555", "copyable": True}]


@pytest.fixture
def method(catalog: None) -> PaymentMethodConfig:
    """The payment method whose details a thief would want to change."""
    return PaymentMethodConfig.objects.get(catalog_key="bank_transfer:PK")


def propose(method: PaymentMethodConfig, admin: User, **after: Any) -> SettingChange:
    change = change_setting(
        obj=PaymentMethodConfig.objects.get(pk=method.pk),
        after=after or {"details": THIEFS},
        actor=Actor(user=admin),
        now=utc_now(),
    )
    assert change is not None
    return change


def agree(change: SettingChange, admin: User) -> SettingChange:
    return agree_to_change(change_id=change.pk, actor=Actor(user=admin), now=utc_now())


def details(method: PaymentMethodConfig) -> Any:
    return PaymentMethodConfig.objects.get(pk=method.pk).details


# Two persons


@pytest.mark.parametrize(
    "after",
    [
        {"details": THIEFS},
        {"instructions": "Send it to GB33BUKB20201555555555."},
        {"display_name": "Bank transfer (new account)"},
        {"currency": "USD"},
        {"countries": ["PK", "IN"]},
        {"processing_time": "Only to GB33BUKB20201555555555"},
        {"reference_hint": "Now GB33BUKB20201555555555"},
        {"reference_label": "GB33BUKB20201555555555"},
        {"kind": "wallet"},
        {"payment_method": "bank"},
    ],
)
def test_customer_visible_change_needs_two_admins(
    method: PaymentMethodConfig, billing_admin: User, after: dict[str, Any]
) -> None:
    other = make_billing_admin()
    before = PaymentMethodConfig.objects.filter(pk=method.pk).values().get()
    change = propose(method, billing_admin, **after)
    assert PaymentMethodConfig.objects.filter(pk=method.pk).values().get() == before
    assert (change.waits, change.takes_effect_at) == (True, None)
    with pytest.raises(OwnChange):
        agree(change, billing_admin)
    assert PaymentMethodConfig.objects.filter(pk=method.pk).values().get() == before

    agree(change, other)
    now = PaymentMethodConfig.objects.filter(pk=method.pk).values().get()
    assert {name: value for name, value in now.items() if name in after} == after


def test_superuser_also_needs_second_admin(
    method: PaymentMethodConfig, billing_admin: User
) -> None:
    root = User.objects.create_superuser("root@desk.example")
    change = propose(method, root)
    with pytest.raises(OwnChange):
        agree(change, root)
    assert details(method) != THIEFS
    agree(change, billing_admin)
    assert details(method) == THIEFS


def test_history_records_people_times_and_values(
    method: PaymentMethodConfig, billing_admin: User, admin_client: Client
) -> None:
    other = make_billing_admin()
    old = method.details
    change = agree(propose(method, billing_admin), other)
    change.refresh_from_db()
    assert (change.before["details"], change.after["details"]) == (old, THIEFS)
    assert (change.proposed_by, change.decided_by) == (billing_admin, other)
    assert change.proposed_at <= (change.decided_at or utc_now())
    page = admin_client.get(f"{CHANGES}{change.pk}/change/").content.decode()
    for shown in ("PK36SCBL0000001123456702", "GB33BUKB20201555555555", str(other)):
        assert shown in page
    listed = admin_client.get(f"{METHODS}{method.pk}/change/").content.decode()
    assert f"{CHANGES}{change.pk}/change/" in listed


def test_disabling_needs_one_admin_and_is_recorded(
    method: PaymentMethodConfig, billing_admin: User
) -> None:
    """What is wrong has to end at once; switching it on again takes two."""
    make_billing_admin()
    off = change_setting(
        obj=PaymentMethodConfig.objects.get(pk=method.pk),
        after={"is_enabled": False, "order": 7},
        actor=Actor(user=billing_admin),
        now=utc_now(),
    )
    assert off is None
    method.refresh_from_db()
    assert (method.is_enabled, method.order) == (False, 7)
    kept = SettingChange.objects.get()
    assert (kept.outcome, kept.before["is_enabled"], kept.after["is_enabled"]) == (
        "applied",
        True,
        False,
    )
    propose(method, billing_admin, is_enabled=True)
    assert not PaymentMethodConfig.objects.get(pk=method.pk).is_enabled


def test_new_method_needs_second_admin(method: PaymentMethodConfig, billing_admin: User) -> None:
    other = make_billing_admin()
    values = {
        "payment_method": "nayapay",
        "kind": "wallet",
        "display_name": "NayaPay",
        "countries": ["PK"],
        "currency": "PKR",
        "instructions": "Send it.",
        "details": THIEFS,
        "reference_label": "TID",
        "is_enabled": True,
    }
    change = add_setting(
        model=PaymentMethodConfig, after=values, actor=Actor(user=billing_admin), now=utc_now()
    )
    assert "nayapay" not in {item.payment_method for item in payment_methods_for(country="PK")}
    assert not PaymentMethodConfig.objects.filter(payment_method="nayapay").exists()
    with pytest.raises(OwnChange):
        agree(change, billing_admin)
    agree(change, other)
    made = PaymentMethodConfig.objects.get(payment_method="nayapay")
    assert (made.details, made.has_example_details) == (THIEFS, False)
    change.refresh_from_db()
    assert change.object_id == made.pk


def test_seller_footer_change_needs_two_admins(catalog: None, billing_admin: User) -> None:
    """Its last line may name a bank."""
    make_billing_admin()
    seller = SellerProfile.objects.create(name="IGNY8")
    change_setting(
        obj=seller,
        after={"footer": "Pay to GB33BUKB20201555555555"},
        actor=Actor(user=billing_admin),
        now=utc_now(),
    )
    assert SellerProfile.objects.get().footer == ""


def test_only_one_change_can_be_pending(method: PaymentMethodConfig, billing_admin: User) -> None:
    other = make_billing_admin()
    change = propose(method, billing_admin)
    with pytest.raises(ChangeWaitsAlready):
        propose(method, other, display_name="Bank")
    refuse_change(change_id=change.pk, actor=Actor(user=other), now=utc_now())
    propose(method, other, display_name="Bank")


@pytest.mark.parametrize(("is_own", "outcome"), [(True, "withdrawn"), (False, "refused")])
def test_refused_or_withdrawn_change_has_no_effect(
    method: PaymentMethodConfig, billing_admin: User, *, is_own: bool, outcome: str
) -> None:
    other = make_billing_admin()
    old = method.details
    change = propose(method, billing_admin)
    who = billing_admin if is_own else other
    done = refuse_change(change_id=change.pk, actor=Actor(user=who), now=utc_now(), reason="No")
    assert (done.outcome, done.note, details(method)) == (outcome, "No", old)
    for act in (
        agree,
        lambda item, admin: refuse_change(
            change_id=item.pk, actor=Actor(user=admin), now=utc_now()
        ),
    ):
        with pytest.raises(ChangeAlreadyDecided):
            act(change, other)
    assert details(method) == old


def test_viewer_can_neither_propose_nor_agree(
    method: PaymentMethodConfig, billing_admin: User, settings: LazySettings
) -> None:
    make_billing_admin()
    viewer = User.objects.create_user("viewer@desk.example", is_staff=True)
    viewer.groups.add(Group.objects.get(name=BILLING_VIEWER))
    with pytest.raises(NotBillingAdmin):
        propose(method, viewer)
    change = propose(method, billing_admin)
    with pytest.raises(NotBillingAdmin):
        agree(change, viewer)
    with pytest.raises(NotBillingAdmin):
        refuse_change(change_id=change.pk, actor=Actor(user=viewer), now=utc_now())


def test_recently_changed_admin_cannot_agree(
    method: PaymentMethodConfig, billing_admin: User, admin_client: Client
) -> None:
    """A superuser who adds an admin, or gives one another password, would have two words."""
    root = User.objects.get(is_superuser=True)
    puppet = make_billing_admin()
    note_change(puppet, by=root, was_staff=True, now=utc_now())
    change = propose(method, root)
    with pytest.raises(PersonChangedLately):
        agree(change, puppet)
    later = utc_now() + timedelta(hours=24, minutes=1)
    agree_to_change(change_id=change.pk, actor=Actor(user=puppet), now=later)
    assert details(method) == THIEFS


def test_outdated_change_cannot_be_applied(
    method: PaymentMethodConfig, billing_admin: User
) -> None:
    other = make_billing_admin()
    change = propose(method, billing_admin, countries=["PK", "IN"])
    PaymentMethodConfig.objects.filter(pk=method.pk).update(countries=["PK", "AE"])
    with pytest.raises(ChangeNotPossible, match="was changed after"):
        agree(change, other)
    refuse_change(change_id=change.pk, actor=Actor(user=other), now=utc_now())

    change = propose(method, billing_admin, currency="EUR")
    ExchangeRate.objects.filter(currency="EUR").delete()
    with pytest.raises(ChangeNotPossible, match="exchange rate for EUR"):
        agree(change, other)
    assert PaymentMethodConfig.objects.get(pk=method.pk).currency == "PKR"
    change.refresh_from_db()
    assert change.waits


# One admin alone


def test_lone_admin_change_waits_and_is_announced(
    method: PaymentMethodConfig, billing_admin: User, settings: LazySettings
) -> None:
    SellerProfile.objects.create(name="IGNY8", email="boss@igny8.example")
    change = propose(method, billing_admin)
    assert change.takes_effect_at == change.proposed_at + timedelta(hours=24)
    with pytest.raises(OwnChange):
        agree(change, billing_admin)
    soon = change.proposed_at + timedelta(hours=23, minutes=59)
    assert apply_due_changes(now=soon) == 0
    assert details(method) != THIEFS
    apply_setting_changes(int((change.takes_effect_at + timedelta(minutes=1)).timestamp()))
    assert details(method) == THIEFS
    change.refresh_from_db()
    assert (change.outcome, change.decided_by) == ("applied", None)
    told = OutgoingMail.objects.filter(kind__startswith="setting_change")
    assert {(mail.kind, mail.recipient) for mail in told} == {
        (kind, recipient)
        for kind in ("setting_change_proposed", "setting_change_decided")
        for recipient in (billing_admin.email, "boss@igny8.example")
    }


def test_second_admin_added_later_must_agree(
    method: PaymentMethodConfig, billing_admin: User
) -> None:
    change = propose(method, billing_admin)
    other = make_billing_admin()
    assert apply_due_changes(now=utc_now() + timedelta(days=9)) == 0
    assert details(method) != THIEFS
    agree(change, other)
    assert details(method) == THIEFS


def test_change_by_former_admin_is_refused(
    method: PaymentMethodConfig, billing_admin: User
) -> None:
    change = propose(method, billing_admin)
    User.objects.filter(pk=billing_admin.pk).update(is_active=False)
    assert apply_due_changes(now=utc_now() + timedelta(days=2)) == 0
    change.refresh_from_db()
    assert (change.outcome, details(method) != THIEFS) == ("refused", True)


def test_outdated_due_change_is_refused_with_reason(
    method: PaymentMethodConfig, billing_admin: User
) -> None:
    change = propose(method, billing_admin, currency="EUR")
    ExchangeRate.objects.filter(currency="EUR").delete()
    assert apply_due_changes(now=utc_now() + timedelta(days=2)) == 0
    change.refresh_from_db()
    assert (change.outcome, "exchange rate for EUR" in change.note) == ("refused", True)


def test_lone_admin_change_applies_at_once_without_delay(
    method: PaymentMethodConfig, billing_admin: User, settings: LazySettings
) -> None:
    settings.BILLING_CHANGE_DELAY_HOURS = 0
    assert propose(method, billing_admin).outcome == "applied"
    assert details(method) == THIEFS
    make_billing_admin()
    assert propose(method, billing_admin, display_name="Bank").waits


def test_change_is_announced_to_all_admins(
    method: PaymentMethodConfig, billing_admin: User
) -> None:
    other = make_billing_admin()
    change = propose(method, billing_admin)
    told = OutgoingMail.objects.filter(kind="setting_change_proposed")
    assert {mail.recipient for mail in told} == {billing_admin.email, other.email}
    agree(change, other)
    told = OutgoingMail.objects.filter(kind="setting_change_decided")
    assert {mail.recipient for mail in told} == {billing_admin.email, other.email}


# The database


def test_database_refuses_history_edits(method: PaymentMethodConfig, billing_admin: User) -> None:
    other = make_billing_admin()
    change = agree(propose(method, billing_admin), other)
    row = SettingChange.objects.filter(pk=change.pk)
    for act in (
        row.delete,
        lambda: row.update(after={}),
        lambda: row.update(decided_by=billing_admin),
        lambda: row.update(outcome=""),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            act()


def test_database_refuses_agreement_by_proposer(
    method: PaymentMethodConfig, billing_admin: User
) -> None:
    make_billing_admin()
    change = propose(method, billing_admin)
    with pytest.raises(IntegrityError, match="nobody_agrees_to_the_own_change"):
        SettingChange.objects.filter(pk=change.pk).update(
            outcome="applied", decided_by=billing_admin, decided_at=utc_now()
        )


# The desk


def test_desk_change_is_proposed_and_agreed(
    desk: Client, method: PaymentMethodConfig, billing_admin: User
) -> None:
    other = make_billing_admin()
    url = f"{METHODS}{method.pk}/change/"
    values = {**without_details(form_of(desk, url)), **rows(THIEFS), "order": "3"}
    answer = desk.post(url, values, follow=True)
    change = SettingChange.objects.get(needs_consent=True)
    assert answer.redirect_chain[-1][0] == f"{CHANGES}{change.pk}/change/"
    page = answer.content.decode()
    assert "when another admin approves" in page
    assert "Approve and apply" not in page
    assert (details(method), PaymentMethodConfig.objects.get(pk=method.pk).order) == (
        method.details,
        3,
    )
    assert "is waiting" in desk.get(url).content.decode()
    own = desk.post(f"{CHANGES}{change.pk}/agree/", follow=True).content.decode()
    assert "Another admin has to agree" in own

    desk.force_login(other)
    assert "Approve and apply" in desk.get(f"{CHANGES}{change.pk}/change/").content.decode()
    assert desk.get(f"{CHANGES}{change.pk}/agree/").status_code == 405
    done = desk.post(f"{CHANGES}{change.pk}/agree/", follow=True).content.decode()
    assert "In effect" in done
    assert details(method) == THIEFS
    again = desk.post(f"{CHANGES}{change.pk}/refuse/", follow=True).content.decode()
    assert "Nothing was changed" in again


def test_desk_marks_field_with_pending_change(
    desk: Client, method: PaymentMethodConfig, billing_admin: User
) -> None:
    make_billing_admin()
    url = f"{METHODS}{method.pk}/change/"
    propose(method, billing_admin)
    answer = desk.post(url, {**form_of(desk, url), "display_name": "Bank"})
    assert "is already waiting" in str(answer.context["adminform"].form.errors["display_name"])
    off = {**form_of(desk, url)}
    del off["is_enabled"]
    assert desk.post(url, off).status_code == 302
    assert not PaymentMethodConfig.objects.get(pk=method.pk).is_enabled


def test_desk_can_propose_a_new_method(desk: Client, method: PaymentMethodConfig) -> None:
    make_billing_admin()
    url = f"{METHODS}add/"
    values = {
        **form_of(desk, url),
        "payment_method": "NayaPay",
        "kind": "wallet",
        "display_name": "NayaPay",
        "countries": ["PK"],
        "currency": "pkr",
        "instructions": "Send it.",
        "reference_label": "TID",
        **rows(THIEFS),
    }
    answer = desk.post(url, values)
    change = SettingChange.objects.get()
    assert answer.headers["Location"] == f"{CHANGES}{change.pk}/change/"
    assert (change.after["payment_method"], change.after["currency"]) == ("nayapay", "PKR")
    assert PaymentMethodConfig.objects.count() == 14


def test_other_desk_pages_cannot_change_a_method(
    admin_client: Client, method: PaymentMethodConfig
) -> None:
    """Neither in a list, nor as a part of another page, nor by an action."""
    make_billing_admin()
    guarded = set(WITHOUT_CONSENT)
    for model, model_admin in site._registry.items():
        inlines = {inline.model for inline in model_admin.inlines}
        assert not guarded & inlines, model
        if model in guarded:
            assert not model_admin.list_editable
            actions = model_admin._get_base_actions()  # type: ignore[attr-defined]
            assert {name for _function, name, _words in actions} <= {"delete_selected"}
    before = PaymentMethodConfig.objects.filter(pk=method.pk).values().get()
    url = reverse("admin:billing_paymentmethodconfig_changelist")
    admin_client.post(
        url,
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-id": str(method.pk),
            "form-0-display_name": "Mine",
            "form-0-details": "[]",
            "_save": "Save",
        },
    )
    for extra in ({"_continue": "1"}, {"_saveasnew": "1"}, {"_addanother": "1"}, {"_popup": "1"}):
        page = f"{METHODS}{method.pk}/change/"
        values = {**without_details(form_of(admin_client, page)), **rows(THIEFS), **extra}
        admin_client.post(page, values)
    assert PaymentMethodConfig.objects.filter(pk=method.pk).values().get() == before
    assert PaymentMethodConfig.objects.count() == 14


def test_every_payment_method_model_is_guarded() -> None:
    """Whoever adds one finds this list; texts of a method in other languages belong to it."""
    related = {
        relation.related_model
        for relation in PaymentMethodConfig._meta.related_objects
        if relation.related_model._meta.label_lower.startswith("billing.paymentmethod")
    }
    assert related <= set(WITHOUT_CONSENT)
    for model, free in WITHOUT_CONSENT.items():
        assert free <= {field.name for field in model._meta.concrete_fields}
