"""The desk's forms enforce the same rules as the API, and lose nobody's change."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.forms import ModelForm
from django.test import Client

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Industry, Plan, Site, User
from igny8_core.auth.services.sites import add_site
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.billing.models import (
    ExchangeRate,
    Invoice,
    MethodPlace,
    NoticePreference,
    PaymentMethodConfig,
    RejectionReason,
    SettingChange,
)
from igny8_core.business.billing.selectors.methods import payment_methods_for
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from tests.desk import form_of, rows, without_details
from tests.factories import (
    account_of,
    approve,
    client_of,
    make_billing_admin,
    make_owner,
    make_payment,
    record_credits,
    reject,
)

pytestmark = pytest.mark.django_db
ADMIN = "/admin/"
ROWS = [{"label": "Wallet", "value": "0300 7654321", "copyable": True}]


def page_of(obj: models.Model) -> str:
    return f"{ADMIN}{obj._meta.app_label}/{obj._meta.model_name}/{obj.pk}/change/"


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200, answer.headers
    form = answer.context["adminform"].form
    return {name: list(messages) for name, messages in form.errors.items()}


def send(client: Client, obj: models.Model, **changes: Any) -> Any:
    """Change something on the current page, and save."""
    url = page_of(obj)
    values = {**form_of(client, url), **changes}
    return client.post(url, {name: value for name, value in values.items() if value is not None})


def own_models() -> list[type[models.Model]]:
    return [
        model
        for label in ("igny8_auth", "billing", "common")
        for model in apps.get_app_config(label).get_models()
    ]


# Words


def test_every_constraint_has_a_message() -> None:
    rules = [(model, rule) for model in own_models() for rule in model._meta.constraints]
    assert len(rules) > 30
    mute = {
        rule.name
        for _model, rule in rules
        if rule.violation_error_message == models.BaseConstraint.default_violation_error_message
    }
    assert mute == set()
    for model, rule in rules:
        assert rule.name not in str(rule.violation_error_message), model


def test_constraint_name_is_not_shown(admin_client: Client, catalog: None) -> None:
    plan = Plan.objects.get(slug="scale")
    answer = send(admin_client, plan, price="-5")
    assert errors_of(answer) == {"price": ["Ensure this value is greater than or equal to 0."]}
    assert "plan_price" not in answer.content.decode()


# Accounts


@pytest.mark.parametrize(("typed", "kept"), [("pk", "PK"), (" de ", "DE"), ("GB", "GB")])
def test_country_code_is_accepted_in_any_case(
    admin_client: Client, owner: User, typed: str, kept: str
) -> None:
    assert send(admin_client, account_of(owner), country=typed).status_code == 302
    assert account_of(owner).country == kept


@pytest.mark.parametrize("typed", ["UK", "ZZ", "P", "PAK", "", "1!"])
def test_invalid_country_is_refused(admin_client: Client, owner: User, typed: str) -> None:
    assert list(errors_of(send(admin_client, account_of(owner), country=typed))) == ["country"]
    assert account_of(owner).country == "PK"


@pytest.mark.parametrize("country", ["UK1", "pk", "9"])
def test_database_refuses_malformed_country(owner: User, country: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Account.objects.filter(users=owner).update(country=country)
    assert account_of(owner).country == "PK"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "Lahore\nTextiles"),
        ("name", "Lahore\x07Textiles"),
        ("billing_email", "nobody"),
        ("billing_city", "La\x1bhore"),
        ("tax_id", "1\r\n2"),
        ("tax_id", "1" * 51),
    ],
)
def test_desk_refuses_account_values_that_api_refuses(
    admin_client: Client, owner: User, field: str, typed: str
) -> None:
    by_api = client_of(owner).patch("/api/v1/auth/account/", {field: typed})
    assert by_api.status_code == 400
    assert list(errors_of(send(admin_client, account_of(owner), **{field: typed}))) == [field]


# People


@pytest.mark.parametrize("typed", ["Member@Example.com", "  MEMBER@example.COM "])
def test_email_is_stored_in_normal_form(admin_client: Client, typed: str) -> None:
    body = {"email": typed, "password1": "new-horse-battery", "password2": "new-horse-battery"}
    body["your_password"] = "password"  # pytest-django's
    answer = admin_client.post(f"{ADMIN}igny8_auth/user/add/", body)
    assert answer.status_code == 302
    assert User.objects.filter(email="member@example.com").exists()


@pytest.mark.parametrize("change", [{"role": "member"}, {"account": ""}, {"account": "other"}])
def test_open_account_keeps_its_owner(
    admin_client: Client, owner: User, change: dict[str, Any]
) -> None:
    if change.get("account") == "other":
        change = {"account": str(account_of(make_owner()).pk)}
    answer = send(admin_client, owner, **change)
    assert list(errors_of(answer)) == list(change)
    assert "owner" in str(errors_of(answer))
    owner.refresh_from_db()
    assert (owner.role, owner.account) == ("owner", account_of(owner))


def test_unknown_account_is_refused(admin_client: Client, owner: User) -> None:
    assert list(errors_of(send(admin_client, owner, account="9" * 19))) == ["account"]


@pytest.mark.parametrize("account", ["9" * 5000, "\u0661", "x", "-1"])
def test_malformed_account_id_returns_400(admin_client: Client, owner: User, account: str) -> None:
    assert send(admin_client, owner, account=account).status_code == 400
    assert account_of(owner).pk == owner.account_id


def test_owner_of_open_account_cannot_be_deleted(admin_client: Client, owner: User) -> None:
    """Neither by the own page nor among others; a member is."""
    member = User.objects.create_user("member@shop.example", account=owner.account)
    assert (
        "Owner of Lahore"
        in admin_client.get(f"{ADMIN}igny8_auth/user/{owner.pk}/delete/").content.decode()
    )
    admin_client.post(f"{ADMIN}igny8_auth/user/{owner.pk}/delete/", {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"}
    admin_client.post(f"{ADMIN}igny8_auth/user/", action)
    assert User.objects.filter(pk=owner.pk).exists()
    admin_client.post(f"{ADMIN}igny8_auth/user/{member.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=member.pk).exists()


def test_account_ownership_is_transferred_in_one_step(
    admin_client: Client, owner: User, billing_admin: User
) -> None:
    """And the payment that waits can be decided on all the time."""
    waiting = make_payment(owner)
    member = User.objects.create_user("member@shop.example", account=owner.account)
    answer = send(admin_client, member, role="owner")
    assert answer.status_code == 302
    owner.refresh_from_db()
    member.refresh_from_db()
    assert (owner.role, member.role) == ("member", "owner")
    approve(waiting, billing_admin)
    assert account_of(member).status == "active"


@pytest.mark.parametrize("change", [{"account": ""}, {"is_active": None}])
def test_user_without_account_or_inactive_cannot_be_owner(
    admin_client: Client, owner: User, change: dict[str, Any]
) -> None:
    member = User.objects.create_user("member@shop.example", account=owner.account)
    answer = send(admin_client, member, role="owner", your_password="password", **change)
    assert list(errors_of(answer)) == ["role"]
    owner.refresh_from_db()
    assert owner.role == "owner"


def test_user_cannot_join_closed_account(admin_client: Client, owner: User) -> None:
    account = account_of(owner)
    client_of(owner).post(
        "/api/v1/auth/account/close/",
        {"password": "correct-horse-battery", "confirmation": owner.email},
    )
    account.refresh_from_db()
    assert account.status == "cancelled"
    member = User.objects.create_user("member@shop.example")
    answer = send(admin_client, member, account=str(account.pk))
    assert list(errors_of(answer)) == ["account"]


def test_payments_of_account_without_owner_can_be_decided(owner: User, billing_admin: User) -> None:
    """However an account has lost its owner: never a failure, never money that nobody decides on.

    Mails go to the address for invoices.
    """
    waiting = make_payment(owner)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # those from creating the account
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = replica")
        User.objects.filter(pk=owner.pk).update(role="member")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    reject(waiting, billing_admin)
    again = make_payment(owner, reference="BT-2")
    approve(again, billing_admin)
    again.refresh_from_db()
    assert again.status == "succeeded"


# Sites


def test_site_domain_must_be_a_host_name(admin_client: Client, owner: User) -> None:
    approve(make_payment(owner), make_billing_admin())
    site = add_site(
        account=account_of(owner),
        creator=owner,
        name="Shop",
        domain="shop.example",
        industry=Industry.objects.get(slug="fashion"),
    )
    assert send(admin_client, site, domain="https://New.Example/").status_code == 302
    site.refresh_from_db()
    assert site.domain == "new.example"
    assert list(errors_of(send(admin_client, site, domain="not a host"))) == ["domain"]
    other = Site.objects.create(
        account=account_of(owner), name="B", domain="b.example", industry=site.industry
    )
    answer = send(admin_client, other, domain="NEW.example")
    assert "The account already has a site with this domain." in str(errors_of(answer))


# Plans


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("price", "-0.01"),
        ("price", "1000000.01"),
        ("price", "89.001"),
        ("price", "NaN"),
        ("included_credits", "1000000001"),
        ("included_credits", "99999999999999999999"),
        ("included_credits", "-1"),
        ("credits_at_renewal", "never"),
        ("change_credit", "half"),
        ("credits_kept_up_to", "0"),
        ("credits_kept_up_to", "1000000001"),
        ("max_sites", "2147483648"),
        ("name", " "),
        ("name", "\u200b"),
        ("name", "A\nB"),
        ("slug", "Scale"),
        ("slug", "a b"),
        ("interval", "week"),
        ("order", "99999"),
    ],
)
def test_invalid_plan_is_refused(
    admin_client: Client, catalog: None, field: str, typed: str
) -> None:
    plan = Plan.objects.get(slug="scale")
    assert list(errors_of(send(admin_client, plan, **{field: typed}))) == [field]


@pytest.mark.parametrize(
    "change", [{"credits_at_renewal": "keep_up_to"}, {"credits_kept_up_to": "500"}]
)
def test_plan_says_how_many_credits_are_kept_if_that_is_its_rule(
    admin_client: Client, catalog: None, change: dict[str, str]
) -> None:
    plan = Plan.objects.get(slug="scale")
    assert "Enter how many credits are kept" in str(errors_of(send(admin_client, plan, **change)))
    rule = {"credits_at_renewal": "keep_up_to", "credits_kept_up_to": "500"}
    assert send(admin_client, plan, **rule).status_code == 302
    plan.refresh_from_db()
    assert (plan.credits_at_renewal, plan.credits_kept_up_to) == ("keep_up_to", 500)


@pytest.mark.parametrize("change", [{"interval": "year"}, {"slug": "other"}, {"price": "0.00"}])
def test_plan_in_use_keeps_its_terms(
    admin_client: Client, owner: User, change: dict[str, str]
) -> None:
    plan = Plan.objects.get(slug="starter")
    answer = send(admin_client, plan, **change)
    assert "This plan is in use" in str(errors_of(answer)[next(iter(change))])
    assert send(admin_client, plan, price="95.00", name="Start").status_code == 302
    plan.refresh_from_db()
    assert (plan.price, plan.interval, plan.slug) == (Decimal("95.00"), "month", "starter")
    assert SettingChange.objects.get().before == {"name": "Starter", "price": "89.00"}
    nobodys = Plan.objects.get(slug="scale")
    assert send(admin_client, nobodys, interval="year").status_code == 302


def test_credits_beyond_32_bits_are_supported(owner: User, billing_admin: User) -> None:
    """The sum of many grants, and a plan that had been given more than fits before."""
    account = account_of(owner)
    for number in (1, 2):
        record_credits(
            account=account,
            amount=2_000_000_000,
            kind=CreditKind.ADJUSTMENT,
            description=str(number),
            now=utc_now(),
        )
    payment = make_payment(owner)
    approve(payment, billing_admin)
    assert account_of(owner).credits == 4_000_001_000
    assert client_of(owner).get("/api/v1/billing/credits/").json() == {
        "balance": 4_000_001_000,
        "plan_credits": 1000,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# Payment methods


def method() -> PaymentMethodConfig:
    return PaymentMethodConfig.objects.get(catalog_key="jazzcash:PK")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"currency": "CLF"}, "currency", "more than 3 decimals"),
        ({"currency": "UYW"}, "currency", "more than 3 decimals"),
        ({"currency": "XXXX"}, "currency", ""),
        ({"currency": "TRY"}, "currency", "There is no exchange rate for TRY"),
        ({"countries": ["UK"]}, "countries", ""),
        ({"display_name": "\u200b"}, "display_name", "Enter visible text"),
        ({"instructions": " \n "}, "instructions", ""),
        ({"reference_label": ""}, "reference_label", ""),
        ({"reference_pattern": "["}, "reference_pattern", ""),
        ({"payment_method": "raast"}, "payment_method", "already"),
        ({"order": "-1"}, "order", ""),
    ],
)
def test_invalid_method_is_refused(
    desk: Client, change: dict[str, Any], field: str, words: str
) -> None:
    errors = errors_of(send(desk, method(), **change))
    assert list(errors) == [field]
    assert words in str(errors)
    assert not SettingChange.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ([], "at least one row"),
        ([{"label": "IBAN", "value": "", "copyable": True}], "Row 1: the value is missing"),
        ([*ROWS, {"label": "", "value": "X", "copyable": True}], "Row 2: the label is missing"),
        ([{"label": "IBAN", "value": "x" * 201, "copyable": True}], "more than 200 characters"),
        ([{"label": "\u200b", "value": "X", "copyable": True}], "Row 1: the label can't be this"),
        ([{"label": "A\x07", "value": "X", "copyable": True}], "Row 1: the label can't be this"),
        (ROWS * 21, "20 are allowed"),
    ],
)
def test_detail_rows_are_validated_individually(
    desk: Client, typed: list[dict[str, Any]], words: str
) -> None:
    values = without_details(form_of(desk, page_of(method())))
    answer = desk.post(page_of(method()), {**values, **rows(typed)})
    assert words in str(errors_of(answer)["details"])


def test_detail_rows_can_be_ordered_and_removed(desk: Client) -> None:
    """By plain fields, as a browser without scripts sends them."""
    make_billing_admin()
    values = without_details(form_of(desk, page_of(method())))
    typed = {
        "details-0-label": "Third", "details-0-value": "3", "details-0-order": "9",
        "details-1-label": "Gone", "details-1-value": "0", "details-1-remove": "on",
        "details-4-label": " First ", "details-4-value": " 1 ", "details-4-order": "1",
        "details-4-copyable": "on",
        "details-7-label": "Second", "details-7-value": "2", "details-7-order": "nonsense",
        "details-8-label": "", "details-8-value": " ", "details-8-copyable": "on",
        "details-9999-label": "Odd", "details-x-label": "Odd", "details--label": "Odd",
    }  # fmt: skip
    assert desk.post(page_of(method()), {**values, **typed}).status_code == 302
    assert SettingChange.objects.get().after["details"] == [
        {"label": "First", "value": "1", "copyable": True},
        {"label": "Second", "value": "2", "copyable": False},
        {"label": "Third", "value": "3", "copyable": False},
    ]


def test_reference_pattern_can_be_tried(desk: Client) -> None:
    url = f"{ADMIN}billing/paymentmethodconfig/try/"
    fine = desk.get(url, {"pattern": "[0-9]{10,14}", "reference": "12345678901"})
    assert fine.json() == {"problem": ""}
    wrong = desk.get(url, {"pattern": "[0-9]{10,14}", "reference": "123"})
    assert "doesn't match" in wrong.json()["problem"]
    assert desk.get(url, {"pattern": "[", "reference": "123"}).json()["problem"]
    assert desk.post(url).status_code == 405
    values = {**form_of(desk, page_of(method())), "sample": "12345678901"}
    assert desk.post(page_of(method()), values).status_code == 302
    assert not SettingChange.objects.exists()


def test_method_without_a_rate_is_not_offered(api: Any, catalog: None) -> None:
    """However the rate was lost; nor is the method of other countries that it hides."""
    ExchangeRate.objects.filter(currency="PKR").delete()
    offered = {item.payment_method for item in payment_methods_for(country="PK")}
    assert offered == {"wise", "paypal"}
    body = {
        "email": "new@shop.example",
        "password": "correct-horse-battery",
        "plan_slug": "starter",
        "country": "PK",
        "payment_method": "bank_transfer",
    }
    answer = api.post("/api/v1/auth/register/", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
        400,
        "exchange_rate_missing",
    )


def test_method_is_unique_per_code_and_country(catalog: None) -> None:
    raast = PaymentMethodConfig.objects.get(payment_method="raast")
    jazz = PaymentMethodConfig.objects.filter(pk=method().pk)
    for change in (
        {"payment_method": "raast"},
        {"payment_method": "upi", "countries": ["AE", "IN"]},
        {"payment_method": "wise", "countries": []},
    ):
        with (
            pytest.raises(IntegrityError, match="one_method_for_a_code_and_country"),
            transaction.atomic(),
        ):
            jazz.update(**change)
    with (
        pytest.raises(IntegrityError, match="one_method_for_a_code_and_country"),
        transaction.atomic(),
    ):
        PaymentMethodConfig.objects.create(
            payment_method="raast", kind="wallet", display_name="R", countries=["PK"],
            currency="PKR", instructions="x", details=ROWS, reference_label="x",
        )  # fmt: skip
    jazz.update(countries=["PK", "AE"])
    jazz.update(payment_method="sadapay")
    places = MethodPlace.objects.filter(method__in=jazz).values_list("code", "country")
    assert sorted(places) == [("sadapay", "AE"), ("sadapay", "PK")]
    raast.delete()
    jazz.update(payment_method="raast")


# Exchange rates


def rate(currency: str = "PKR") -> ExchangeRate:
    return ExchangeRate.objects.get(currency=currency)


def test_large_rate_change_needs_confirmation(desk: Client, catalog: None) -> None:
    url = page_of(rate())
    answer = desk.post(url, {"units_per_usd": "28150"})
    assert list(errors_of(answer)) == ["units_per_usd"]
    page = answer.content.decode()
    for shown in ("281.5 PKR", "28150 PKR", "Starter", "25,053.50 PKR", "2,505,350.00 PKR"):
        assert shown in page
    assert rate().units_per_usd == Decimal("281.5")
    wrong = desk.post(url, {"units_per_usd": "2815", "confirmed": "28150"})
    assert list(errors_of(wrong)) == ["units_per_usd"]
    assert desk.post(url, {"units_per_usd": "28150", "confirmed": "28150"}).status_code == 302
    assert rate().units_per_usd == 28150
    kept = SettingChange.objects.get()
    assert (kept.before, kept.after["units_per_usd"][:5]) == (
        {"units_per_usd": "281.500000"},
        "28150",
    )


@pytest.mark.parametrize("typed", ["295.5", "267.5", "281.5"])
def test_small_rate_change_needs_no_confirmation(desk: Client, catalog: None, typed: str) -> None:
    assert desk.post(page_of(rate()), {"units_per_usd": typed}).status_code == 302
    assert rate().units_per_usd == Decimal(typed)


@pytest.mark.parametrize(
    ("currency", "typed"),
    [
        ("PKR", "0"),
        ("PKR", "-1"),
        ("PKR", "100000001"),
        ("PKR", "1e30"),
        ("PKR", "281.1234567"),
        ("JPY", "0.001"),
        ("CLF", "0.03"),
        ("USDX", "1"),
    ],
)
def test_invalid_rate_is_refused(desk: Client, catalog: None, currency: str, typed: str) -> None:
    url = f"{ADMIN}billing/exchangerate/add/"
    if currency == "PKR":
        rate().delete()
    errors = errors_of(desk.post(url, {"currency": currency, "units_per_usd": typed}))
    assert list(errors) == ["currency" if currency in {"CLF", "USDX"} else "units_per_usd"]


def test_rate_keeps_currency_and_cannot_be_deleted_in_use(
    admin_client: Client, catalog: None
) -> None:
    admin_client.post(page_of(rate()), {"currency": "INR", "units_per_usd": "281.5"})
    url = f"{ADMIN}billing/exchangerate/{rate().pk}/delete/"
    assert "Payment method in PKR" in admin_client.get(url).content.decode()
    admin_client.post(url, {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [rate().pk], "post": "yes"}
    admin_client.post(f"{ADMIN}billing/exchangerate/", action)
    assert rate().units_per_usd == Decimal("281.5")
    PaymentMethodConfig.objects.filter(currency="PKR").update(is_enabled=False)
    admin_client.post(url, {"post": "yes"})
    assert not ExchangeRate.objects.filter(currency="PKR").exists()


@pytest.mark.parametrize("units", ["0.000001", "999999999999"])
def test_unusable_rate_is_refused_at_issue(api: Any, catalog: None, units: str) -> None:
    """Whoever has written it past the form: no failure, and nothing is made."""
    ExchangeRate.objects.filter(currency="PKR").update(units_per_usd=units)
    Plan.objects.filter(slug="starter").update(price="9999999999.99" if units != "0.000001" else 1)
    body = {
        "email": "new@shop.example",
        "password": "correct-horse-battery",
        "plan_slug": "starter",
        "country": "PK",
        "payment_method": "jazzcash",
    }
    answer = api.post("/api/v1/auth/register/", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
        400,
        "exchange_rate_missing",
    )
    assert not Account.objects.exists()
    owner = make_owner(plan_slug="free")
    with pytest.raises(Exception, match="can't be right"):
        change_plan_now(
            account=account_of(owner),
            plan_slug="starter",
            method_code="jazzcash",
            actor=Actor(user=owner),
            now=utc_now(),
        )
    assert not Invoice.objects.exists()


# Two at once


def test_form_saves_only_changed_fields(admin_client: Client, owner: User) -> None:
    """A page that was opened before somebody else's change takes nothing of it back."""
    account = account_of(owner)
    stale = form_of(admin_client, page_of(account))
    Account.objects.filter(pk=account.pk).update(name="Renamed by its owner")
    answer = admin_client.post(page_of(account), {**stale, "billing_city": "Karachi"})
    assert answer.status_code == 302
    account = account_of(owner)
    assert (account.name, account.billing_city) == ("Renamed by its owner", "Karachi")


def test_conflicting_edit_needs_confirmation(admin_client: Client, owner: User) -> None:
    account = account_of(owner)
    stale = form_of(admin_client, page_of(account))
    Account.objects.filter(pk=account.pk).update(name="Renamed by its owner")
    answer = admin_client.post(page_of(account), {**stale, "name": "Renamed by the desk"})
    assert "It is now: Renamed by its owner" in str(errors_of(answer)["name"])
    form = answer.context["adminform"].form
    assert form["name"].value() == "Renamed by the desk"  # the typed value is kept
    again = {**stale, "name": "Renamed by the desk", "seen": form.seen}
    assert admin_client.post(page_of(account), again).status_code == 302
    assert account_of(owner).name == "Renamed by the desk"


def test_concurrent_decision_is_not_overwritten(
    admin_client: Client, owner: User, billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An approval that commits after the form was read: plan, state and credits stay its own."""
    account = account_of(owner)
    payment = make_payment(owner)
    save = ModelForm.save

    def approve_then_save(form: Any, *args: Any, **kwargs: Any) -> Any:
        approve(payment, billing_admin)
        return save(form, *args, **kwargs)

    monkeypatch.setattr(ModelForm, "save", approve_then_save)
    assert send(admin_client, account, billing_city="Karachi").status_code == 302
    account = account_of(owner)
    assert (account.status, account.credits, account.billing_city) == ("active", 1000, "Karachi")


@pytest.mark.parametrize("seen", ["", "nonsense", "[]", "1", '{"name": 5, "country": null}'])
def test_malformed_seen_value_is_tolerated(admin_client: Client, owner: User, seen: str) -> None:
    account = account_of(owner)
    answer = send(admin_client, account, seen=seen, name="Renamed")
    assert answer.status_code in {200, 302}


def test_concurrent_duplicate_is_a_form_error(
    admin_client: Client, catalog: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have passed the check; the database stops the second, who is told beside the field."""
    check, calls = ModelForm.validate_unique, []

    def only_later(form: Any) -> None:
        calls.append(form)
        if len(calls) > 1:
            check(form)

    monkeypatch.setattr(ModelForm, "validate_unique", only_later)
    body = {"slug": "fashion", "name": "Fashion again"}
    answer = admin_client.post(f"{ADMIN}igny8_auth/industry/add/", body)
    assert list(errors_of(answer)) == ["slug"]
    assert not Industry.objects.filter(name="Fashion again").exists()


def test_database_refusal_shows_the_constraint_message(
    admin_client: Client, catalog: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Plan, "full_clean", lambda *_args, **_more: None)
    monkeypatch.setattr("django.forms.fields.Field.run_validators", lambda *_args: None)
    plan = Plan.objects.get(slug="scale")
    answer = admin_client.post(
        page_of(plan), {**form_of(admin_client, page_of(plan)), "price": "-1"}, follow=True
    )
    assert "The price can&#x27;t be below 0." in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_concurrent_first_notice_choices_all_succeed(catalog: None, billing_admin: User) -> None:
    start, statuses = threading.Barrier(8), []

    def choose(client: Client) -> None:
        start.wait(30)
        answer = client.post(f"{ADMIN}billing/payment/notices/", {"frequency": "daily"})
        statuses.append(answer.status_code)
        connection.close()

    clients = [Client(raise_request_exception=False) for _ in range(8)]
    for client in clients:
        client.force_login(billing_admin)
    threads = [threading.Thread(target=choose, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [302] * 8
    assert NoticePreference.objects.get().frequency == "daily"


def test_reasons_and_industries_can_be_saved(admin_client: Client, catalog: None) -> None:
    """The forms without rules of their own keep working."""
    reason = RejectionReason.objects.first()
    assert reason is not None
    assert send(admin_client, reason, text="Not found in our statement").status_code == 302
    industry = Industry.objects.first()
    assert industry is not None
    assert send(admin_client, industry, name="Trade").status_code == 302
    industry.refresh_from_db()
    assert industry.name == "Trade"
    assert Group.objects.exists()


def test_details_validator_refuses_malformed_rows() -> None:
    field = PaymentMethodConfig._meta.get_field("details")
    with pytest.raises(ValidationError):
        field.clean("IBAN: 5", None)
    with pytest.raises(ValidationError):
        field.clean([{"label": "IBAN"}], None)
