"""An invoice's promises hold, whatever an admin edits later."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import connection
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.auth.selectors import terms_of
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.exceptions import (
    ReferencePatternMismatch,
    UnknownPaymentMethod,
)
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import (
    ExchangeRate,
    Invoice,
    Payment,
    PaymentMethodConfig,
    SellerProfile,
)
from igny8_core.business.billing.selectors.queue import payment_queue
from igny8_core.business.billing.services.invoices import change_payment_method
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.documents.invoice_pdf import invoice_pdf
from igny8_core.business.documents.payment_qr import payment_qr
from igny8_core.business.reports.numbers import numbers
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import NothingToSend, letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from igny8_core.desk.flags import flags_of
from tests.database import assert_all_invariants_hold
from tests.exports import made_export
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    client_of,
    confirmation_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)

pytestmark = pytest.mark.django_db
CONFIRM = "/api/v1/billing/admin/payments/confirm/"
TID = "123456789012"


def method_of(owner: User) -> Any:
    """Select the row that the invoice's method was copied from."""
    return PaymentMethodConfig.objects.filter(invoice=invoice_of(owner))


def text_of(invoice: Invoice) -> str:
    document = pypdfium2.PdfDocument(BytesIO(invoice_pdf(invoice)))
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def jazzcash_owner(catalog: None) -> User:
    return make_owner(payment_method="jazzcash")


# The method


EDITS: dict[str, Callable[[User], object]] = {
    "switched off": lambda owner: method_of(owner).update(is_enabled=False),
    "renamed": lambda owner: method_of(owner).update(
        display_name="Something else", reference_label="Other label"
    ),
    "of another code": lambda owner: method_of(owner).update(payment_method="jazzcash_business"),
    "of another country": lambda owner: method_of(owner).update(countries=["DE"]),
    "of another currency": lambda owner: method_of(owner).update(currency="EUR"),
    "of another pattern": lambda owner: method_of(owner).update(reference_pattern="NEVER"),
    "with other details": lambda owner: method_of(owner).update(
        details=[{"label": "IBAN", "value": "XX00", "copyable": True}], instructions="Elsewhere"
    ),
    "nobody's any more, the customer has moved": lambda owner: Account.objects.filter(
        users=owner
    ).update(country="DE"),
    "replaced by another of its code": lambda owner: (
        method_of(owner).update(is_enabled=False),
        PaymentMethodConfig.objects.create(
            payment_method="jazzcash",
            kind="wallet",
            display_name="Another JazzCash",
            currency="USD",
            instructions="Elsewhere",
            reference_label="Number",
        ),
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_promised_method_is_accepted_after_any_edit(jazzcash_owner: User, edit: str) -> None:
    invoice = invoice_of(jazzcash_owner)
    promised = invoice.method
    assert promised is not None
    EDITS[edit](jazzcash_owner)

    body = {**confirmation_of(jazzcash_owner), "payment_method": "jazzcash"}
    answer = client_of(jazzcash_owner).post(CONFIRM, {**body, "manual_reference": TID})
    assert answer.status_code == 201, answer.content
    payment = Payment.objects.get()
    assert payment.method_id == invoice.payment_method_id
    assert payment.paid_by == promised
    assert answer.json()["payment_method_name"] == "JazzCash"


@pytest.mark.parametrize("edit", EDITS)
def test_invoice_shows_promised_method_everywhere(jazzcash_owner: User, edit: str) -> None:
    client = client_of(jazzcash_owner)
    url = f"/api/v1/billing/invoices/{invoice_of(jazzcash_owner).pk}/"
    before = client.get(url).json()
    paper = invoice_pdf(invoice_of(jazzcash_owner))
    EDITS[edit](jazzcash_owner)

    after = client.get(url).json()
    assert after == before
    assert after["payment_method"] == "jazzcash"
    assert after["payment_instructions"]["reference_pattern"] == "[0-9]{10,14}"
    assert after["payment_instructions"]["details"]
    assert invoice_pdf(invoice_of(jazzcash_owner)) == paper


def test_reference_is_checked_by_promised_pattern(jazzcash_owner: User) -> None:
    method_of(jazzcash_owner).update(reference_pattern=".*", reference_label="Anything")
    with pytest.raises(ReferencePatternMismatch, match="10 to 14 digits"):
        make_payment(jazzcash_owner, method_code="jazzcash", reference="cash")


def test_other_methods_follow_current_offer(jazzcash_owner: User) -> None:
    PaymentMethodConfig.objects.filter(payment_method="easypaisa").update(is_enabled=False)
    with pytest.raises(UnknownPaymentMethod):
        make_payment(jazzcash_owner, method_code="easypaisa")
    payment = make_payment(jazzcash_owner, method_code="bank_transfer")
    row = PaymentMethodConfig.objects.get(catalog_key="bank_transfer:PK")
    assert (payment.method_id, payment.paid_by) == (row.pk, PromisedMethod.of_row(row))


def test_receipt_keeps_its_payment_method(owner: User, billing_admin: User) -> None:
    payment = make_payment(owner)
    approve(payment, billing_admin)
    paper = invoice_pdf(invoice_of(owner))
    name, label = payment.paid_by.display_name, payment.paid_by.reference_label
    method_of(owner).update(display_name="Renamed", reference_label="Relabelled")

    assert invoice_pdf(invoice_of(owner)) == paper
    text = text_of(invoice_of(owner))
    assert name in text
    assert label in text


def test_desk_and_numbers_show_method_used(
    owner: User, billing_admin: User, desk: Any, admin_api: APIClient
) -> None:
    payment = make_payment(owner)
    approve(payment, billing_admin)
    name = payment.paid_by.display_name
    method_of(owner).update(display_name="Renamed", payment_method="renamed", countries=["DE"])

    assert [row.method for row in numbers(now=utc_now()).takings] == [name]
    review = desk.get(f"/admin/billing/payment/{payment.pk}/change/").content.decode()
    assert f"<td>{name}</td><td>{name}</td>" in review
    page = desk.post("/admin/billing/payment/export/csv/?all=").headers["Location"]
    made_export()
    exported = desk.get(f"{page}file/").getvalue().decode()
    assert name in exported
    assert "Renamed" not in review + exported
    listed = admin_api.get("/api/v1/billing/admin/payments/?payment_method=bank_transfer").json()
    assert [row["payment_method_name"] for row in listed["results"]] == [name]


def test_flags_compare_with_promised_method(owner: User, billing_admin: User) -> None:
    payment = make_payment(owner)
    method_of(owner).update(countries=["DE"], currency="EUR")
    Account.objects.filter(users=owner).update(country="DE")
    found = {flag.code for flag in flags_of([payment_queue().get()])[payment.pk]}
    assert not {"country_differs"} & found
    row = client_of(billing_admin).get("/api/v1/billing/admin/payments/").json()["results"][0]
    assert row["country"] == "PK"


def change_method(owner: User, code: str) -> Invoice:
    return change_payment_method(
        invoice_id=invoice_of(owner).pk,
        account=account_of(owner),
        method_code=code,
        actor=Actor(user=owner),
        now=utc_now(),
    )


def test_newly_chosen_method_is_snapshotted(jazzcash_owner: User) -> None:
    change_method(jazzcash_owner, "bank_transfer")
    row = PaymentMethodConfig.objects.get(catalog_key="bank_transfer:PK")
    assert invoice_of(jazzcash_owner).method == PromisedMethod.of_row(row)


def test_rechosen_method_takes_current_offer(jazzcash_owner: User) -> None:
    method_of(jazzcash_owner).update(instructions="As of today")
    change_method(jazzcash_owner, "jazzcash")
    method = invoice_of(jazzcash_owner).method
    assert method is not None
    assert method.instructions == "As of today"


def test_rechosen_disabled_method_changes_nothing(
    jazzcash_owner: User,
) -> None:
    before = Invoice.objects.values().get()
    method_of(jazzcash_owner).update(is_enabled=False)
    change_method(jazzcash_owner, "jazzcash")
    assert Invoice.objects.values().get() == before


def test_method_with_real_details_can_be_rechosen(owner: User, settings: LazySettings) -> None:
    settings.IS_DEVELOPMENT = False
    assert payment_qr(invoice_of(owner)) is None
    text = text_of(invoice_of(owner))
    assert "We are still setting up this payment method" in " ".join(text.split())
    assert "PK36" not in text
    details = [{"label": "IBAN", "value": "PK24MEZN0000000100000001", "copyable": True}]
    method_of(owner).update(has_example_details=False, details=details)
    change_method(owner, "bank_transfer")
    assert "PK24MEZN" in text_of(invoice_of(owner)).replace(" ", "")


def test_example_details_are_marked_on_the_pdf(owner: User) -> None:
    assert "EXAMPLE: do not send money" in " ".join(text_of(invoice_of(owner)).split())
    method_of(owner).update(has_example_details=False)
    change_method(owner, "bank_transfer")
    assert "EXAMPLE" not in text_of(invoice_of(owner))


# The plan


@pytest.mark.parametrize(
    ("sold", "edited", "days"), [("month", "year", (28, 31)), ("year", "month", (365, 366))]
)
def test_period_length_follows_the_invoice(
    catalog: None, billing_admin: User, sold: str, edited: str, days: tuple[int, int]
) -> None:
    Plan.objects.filter(slug="starter").update(interval=sold)
    owner = make_owner()
    payment = make_payment(owner)
    Plan.objects.filter(slug="starter").update(interval=edited)
    approve(payment, billing_admin)

    subscription = Subscription.objects.get()
    assert subscription.current_period_start is not None
    assert subscription.current_period_end is not None
    length = subscription.current_period_end - subscription.current_period_start
    assert timedelta(days=days[0]) <= length <= timedelta(days=days[1])
    assert_all_invariants_hold()


PLAN_EDIT = {
    "name": "Renamed",
    "description": "Other words",
    "price": Decimal("1.00"),
    "interval": "year",
    "included_credits": 1,
    "max_sites": 0,
    "max_users": 0,
}


def test_plan_edit_does_not_change_bought_plan(owner: User, billing_admin: User) -> None:
    approve(make_payment(owner), billing_admin)
    client = client_of(owner)
    urls = ["/api/v1/auth/me/", "/api/v1/billing/subscriptions/", "/api/v1/billing/invoices/"]
    before = [client.get(url).json() for url in urls]
    paper = invoice_pdf(invoice_of(owner))
    Plan.objects.filter(slug="starter").update(**PLAN_EDIT)

    assert [client.get(url).json() for url in urls] == before
    assert invoice_pdf(invoice_of(owner)) == paper
    assert before[0]["account"]["plan"]["max_sites"] == 1
    site = {"name": "Shop", "domain": "shop.example", "industry": "retail"}
    site["industry"] = client.get("/api/v1/industries/").json()[0]["slug"]
    assert client.post("/api/v1/sites/", site).status_code == 201
    refused = client.post("/api/v1/sites/", {**site, "domain": "other.example"})
    assert refused.json()["errors"][0]["code"] == "site_limit_reached"
    assert "The Starter plan allows 1 site(s)." in refused.json()["errors"][0]["detail"]


def test_plan_edit_before_approval_keeps_ordered_terms(owner: User, billing_admin: User) -> None:
    promised = invoice_of(owner).plan
    payment = make_payment(owner)
    Plan.objects.filter(slug="starter").update(**PLAN_EDIT)
    approve(payment, billing_admin)

    assert Subscription.objects.get().promised == promised
    account = account_of(owner)
    assert account.credits == 1000
    entry = account.credit_transactions.get()
    assert entry.description.startswith("Starter plan, ")
    assert_all_invariants_hold()


@pytest.mark.parametrize("event", [EventName.REVERSE, EventName.REVERSE_AND_VOID])
def test_restored_plan_keeps_bought_terms(
    owner: User, billing_admin: User, event: EventName
) -> None:
    approve(make_payment(owner), billing_admin)
    bought = Subscription.objects.values("terms", "current_period_end").get()
    change_plan_now(
        account=account_of(owner),
        plan_slug="growth",
        method_code="bank_transfer",
        actor=Actor(user=owner),
        now=utc_now(),
    )
    upgrade = make_payment(owner, reference="BT-2")
    approve(upgrade, billing_admin)
    Plan.objects.filter(slug__in=["starter", "growth"]).update(**PLAN_EDIT)
    reverse_payment(
        payment_id=upgrade.pk,
        actor=Actor(user=billing_admin),
        now=utc_now(),
        reason="Recalled",
        event=event,
    )

    live = Subscription.objects.filter(status="active")
    assert live.values("terms", "current_period_end").get() == bought
    shown = client_of(owner).get("/api/v1/auth/me/").json()["account"]["plan"]
    assert (shown["name"], shown["max_sites"]) == ("Starter", 1)
    assert_all_invariants_hold()


def test_payment_after_reversal_keeps_ordered_terms(owner: User, billing_admin: User) -> None:
    payment = make_payment(owner)
    approve(payment, billing_admin)
    Plan.objects.filter(slug="starter").update(**PLAN_EDIT)
    actor = Actor(user=billing_admin)
    reverse_payment(payment_id=payment.pk, actor=actor, now=utc_now(), reason="Recalled")
    approve(make_payment(owner, reference="BT-2"), billing_admin)
    assert Subscription.objects.get().promised.interval == "month"
    assert_all_invariants_hold()


def test_plan_edit_applies_to_next_invoice(owner: User, billing_admin: User) -> None:
    approve(make_payment(owner), billing_admin)
    Plan.objects.filter(slug="growth").update(max_sites=7, interval="year")
    started = change_plan_now(
        account=account_of(owner),
        plan_slug="growth",
        method_code="",
        actor=Actor(user=owner),
        now=utc_now(),
    )
    assert (started.invoice.plan.max_sites, started.invoice.plan.interval) == (7, "year")
    assert started.invoice.method is None
    assert started.subscription.promised == started.invoice.plan


# The seller, and invoices from before copies were kept


def test_invoice_keeps_its_seller(owner: User) -> None:
    paper = invoice_pdf(invoice_of(owner))
    SellerProfile.objects.create(name="Another Seller Ltd")
    assert invoice_pdf(invoice_of(owner)) == paper


def test_migration_snapshots_current_terms(owner: User, billing_admin: User) -> None:
    approve(make_payment(owner), billing_admin)
    make_owner(payment_method="raast")
    kept = everything_kept()
    for row in [*kept[0], *kept[1]]:
        del row["method_snapshot"]["translations"]  # added later
    migration = import_module("igny8_core.business.billing.migrations.0008_promises")
    with connection.cursor() as cursor:
        cursor.execute(migration.TRIGGERS_OFF)
        cursor.execute(
            "ALTER TABLE billing_invoice DROP CONSTRAINT invoice_keeps_its_payment_method"
        )
        cursor.execute(
            "UPDATE billing_invoice SET method_snapshot = NULL, billing_snapshot = billing_snapshot"
            " #- '{plan,max_sites}' #- '{plan,max_users}' #- '{plan,description}' #- '{seller}'"
        )
        cursor.execute("UPDATE billing_payment SET method_snapshot = '{}'")
        cursor.execute(migration.TRIGGERS_ON)
        cursor.execute("UPDATE igny8_auth_subscription SET terms = '{}'")
        cursor.execute(
            import_module("igny8_core.auth.migrations.0005_subscription_terms").KEEP_TERMS
        )
    starter = PlanTerms.of_plan(Plan.objects.get(slug="starter"))
    assert {subscription.promised for subscription in Subscription.objects.all()} == {starter}
    migration.keep_what_holds_now(apps, SimpleNamespace(connection=connection))
    assert everything_kept() == kept


def everything_kept() -> list[list[dict[str, Any]]]:
    return [
        list(model._default_manager.order_by("pk").values(*fields))
        for model, fields in (
            (Invoice, ("method_snapshot", "billing_snapshot")),
            (Payment, ("method_snapshot",)),
            (Subscription, ("terms",)),
        )
    ]


def test_pending_order_shows_promised_plan(owner: User, owner_api: APIClient) -> None:
    Plan.objects.filter(slug="starter").update(price=Decimal(500), name="Renamed", max_sites=50)
    plan = owner_api.get("/api/v1/auth/me/").json()["account"]["plan"]
    assert (plan["price"], plan["name"], plan["max_sites"]) == ("89.00", "Starter", 1)


def test_pending_upgrade_keeps_current_limits(catalog: None) -> None:
    owner = make_owner(plan_slug="free")
    before = terms_of(account=account_of(owner))
    change_plan_now(
        account=account_of(owner),
        plan_slug="scale",
        method_code="bank_transfer",
        actor=Actor(user=owner),
        now=utc_now(),
    )
    assert terms_of(account=account_of(owner)) == before


SOLD_OTHERWISE = [
    {"price": Decimal(99)},
    {"interval": "year"},
    {"included_credits": 5},
    {"credits_at_renewal": "reset"},
    {"change_credit": "none"},
]


@pytest.mark.parametrize("change", SOLD_OTHERWISE)
def test_order_of_outdated_offer_is_refused(
    catalog: None, api: APIClient, change: dict[str, Any]
) -> None:
    shown = {plan["slug"]: plan["offer"] for plan in api.get("/api/v1/plans/").json()}
    owner = client_of(make_owner(plan_slug="free"))
    order = {"plan_slug": "growth", "payment_method": "bank_transfer", "offer": shown["growth"]}
    visitor = {**order, "email": "new@shop.example", "password": PASSWORD, "country": "PK"}
    Plan.objects.filter(slug="growth").update(**change)
    for client, url, body in (
        (owner, "/api/v1/billing/subscriptions/upgrade/", order),
        (api, "/api/v1/auth/register/", visitor),
    ):
        count = Invoice.objects.count()
        refused = client.post(url, body)
        assert refused.status_code == 400, refused.content
        (error,) = refused.json()["errors"]
        assert (error["code"], error["attr"]) == ("plan_changed", "plan_slug")
        assert f"now costs {Plan.objects.get(slug='growth').price} USD" in error["detail"]
        assert Invoice.objects.count() == count
        now = {plan["slug"]: plan["offer"] for plan in api.get("/api/v1/plans/").json()}
        assert client.post(url, {**body, "offer": now["growth"]}).status_code == 201


def test_description_edit_keeps_the_offer(catalog: None, api: APIClient) -> None:
    before = api.get("/api/v1/plans/").json()
    Plan.objects.update(description="In other words")
    assert [plan["offer"] for plan in api.get("/api/v1/plans/").json()] == [
        plan["offer"] for plan in before
    ]
    assert len({plan["offer"] for plan in before}) == len(before)


def test_trial_keeps_its_original_terms(catalog: None, admin_api: APIClient) -> None:
    owner = make_owner(plan_slug="free")
    before = client_of(owner).get("/api/v1/auth/me/").json()["account"]["plan"]
    Plan.objects.filter(slug="free").update(name="Nothing", max_sites=0, included_credits=1)
    assert client_of(owner).get("/api/v1/auth/me/").json()["account"]["plan"] == before
    body = {"name": "Shop", "domain": "shop.example", "industry": "retail"}
    answer = client_of(owner).post("/api/v1/sites/", body)
    assert answer.status_code == 201, answer.content


def test_migration_snapshots_trial_terms(catalog: None) -> None:
    account = account_of(make_owner(plan_slug="free"))
    began_with = account.trial_terms
    Account.objects.filter(pk=account.pk).update(trial_terms={})
    migration = import_module("igny8_core.auth.migrations.0012_trials_keep_their_terms")
    with connection.cursor() as cursor:
        cursor.execute(migration.KEEP_TERMS)
    account.refresh_from_db()
    assert account.trial_terms == began_with


def test_mail_with_outdated_amount_is_dropped(catalog: None) -> None:
    owner = make_owner(payment_method="jazzcash")
    mail = OutgoingMail.objects.get(kind="invoice_issued")
    ExchangeRate.objects.filter(currency="PKR").update(units_per_usd=Decimal(300))
    change_payment_method(
        invoice_id=invoice_of(owner).pk,
        account=account_of(owner),
        method_code="jazzcash",
        actor=Actor(user=owner),
        now=utc_now(),
    )
    with pytest.raises(NothingToSend, match="The amount due has changed"):
        letter_for(mail)


def test_reversal_mail_mentions_credits_only_if_taken(catalog: None) -> None:
    Plan.objects.filter(slug="starter").update(included_credits=0)
    reversal, admin = OutgoingMail.objects.filter(kind="payment_reversed"), make_billing_admin()
    for taken in (False, True):
        owner = make_owner()
        payment = make_payment(owner)
        approve(payment, admin)
        reverse_payment(
            payment_id=payment.pk, actor=Actor(user=admin), now=utc_now(), reason="Recalled"
        )
        for language, words in {
            "en": "credits from this payment were removed",
            "ur": "کریڈٹ واپس",
        }.items():
            letter = letter_for(reversal.latest("pk"))
            assert (words in render_letter(letter, language=language)["layout.txt"]) == taken
        Plan.objects.filter(slug="starter").update(included_credits=100)


def test_reversal_mail_after_new_confirmation_asks_for_nothing(billing_admin: User) -> None:
    owner = make_owner()
    payment = make_payment(owner)
    approve(payment, billing_admin)
    reverse_payment(
        payment_id=payment.pk, actor=Actor(user=billing_admin), now=utc_now(), reason="Recalled"
    )
    mail = OutgoingMail.objects.get(kind="payment_reversed")
    assert letter_for(mail).context["is_so"]
    make_payment(owner, reference="BT-2025-002")
    assert not letter_for(mail).context["is_so"]
