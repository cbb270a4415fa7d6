"""The desk's page of an invoice: what it shows to whom, its PDF, and voiding."""

import re
from html import unescape
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from igny8_core.auth.enums import SubscriptionStatus
from igny8_core.auth.models import User
from igny8_core.business.billing.enums import EventName, InvoiceStatus
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.billing.roles import BILLING_ADMIN, BILLING_VIEWER, GROUPS, SUPPORT
from tests.factories import approve, invoice_of, make_owner, make_payment, reject

pytestmark = pytest.mark.django_db
LIST = "/admin/billing/invoice/"


def page_of(invoice: Invoice) -> str:
    return reverse("admin:billing_invoice_change", args=[invoice.pk])


def shown(answer: Any) -> str:
    """The visible text of a page, with white space normalized."""
    assert answer.status_code == 200
    text = re.sub(
        r"<(script|style|dialog)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", unescape(text))


def client_in(group: str) -> Client:
    user = User.objects.create_user("staff@desk.example", "x", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def test_invoice_page_shows_amounts_terms_and_dates(desk: Client, owner: User) -> None:
    invoice = invoice_of(owner)
    text = shown(desk.get(page_of(invoice)))

    assert "Starter plan, 1 month, 1,000 credits 1 89.00 USD 89.00 USD" in text
    assert "25,053.50 PKR" in text
    assert "1 USD = 281.5 PKR, locked" in text
    assert f"{invoice.issued_at:%-d %b %Y, %H:%M} UTC" in text
    assert "Account Lahore Textiles" in text
    assert "Lahore Pakistan" in text
    assert "Tax ID 1234567-8" in text
    assert "1 month, 1000 credits" in text
    assert "No payment has been confirmed yet." in text
    assert "Sign-up, paid plan : invoice pending, by" in text
    assert "89.000" not in text
    assert "billing_name" not in text


@pytest.mark.parametrize("group", [BILLING_ADMIN, BILLING_VIEWER, SUPPORT])
def test_every_role_gets_invoice_lines_and_document(owner: User, group: str) -> None:
    client, invoice = client_in(group), invoice_of(owner)
    assert "Starter plan, 1 month, 1,000 credits" in shown(client.get(page_of(invoice)))
    document = client.get(reverse("admin:billing_invoice_pdf", args=[invoice.pk]))
    assert document.content.startswith(b"%PDF-")
    assert document["Content-Disposition"] == f'attachment; filename="{invoice.number}.pdf"'


def test_missing_permission_hides_lines_and_document(owner: User) -> None:
    support = Group.objects.get(name=SUPPORT)
    support.permissions.remove(Permission.objects.get(codename="view_invoiceline"))
    client, invoice = client_in(SUPPORT), invoice_of(owner)
    text = shown(client.get(page_of(invoice)))
    assert "Your role can't see invoice lines." in text
    assert "Starter plan, 1 month" not in text
    assert client.get(reverse("admin:billing_invoice_pdf", args=[invoice.pk])).status_code == 403


def test_migration_grants_line_view_to_invoice_viewers(catalog: None) -> None:
    lines = Permission.objects.get(codename="view_invoiceline")
    for group in Group.objects.all():
        group.permissions.remove(lines)
    Group.objects.create(name="Nobody's")
    migration = import_module("igny8_core.business.billing.migrations.0010_lines_for_the_desk")
    migration.show_lines(apps, None)
    assert {group.name for group in Group.objects.filter(permissions=lines)} == set(GROUPS)


def test_invoice_page_links_account_and_payments(
    desk: Client, owner: User, billing_admin: User
) -> None:
    first = make_payment(owner, reference="BT-FIRST")
    reject(first, billing_admin)
    second = make_payment(owner, reference="BT-SECOND")
    answer = desk.get(page_of(first.invoice))
    for payment in (first, second):
        assert reverse("admin:billing_payment_change", args=[payment.pk]) in answer.content.decode()
    account = reverse("admin:igny8_auth_account_change", args=[first.invoice.account_id])
    assert account in answer.content.decode()
    text = shown(answer)
    assert text.index("BT-SECOND") < text.index("BT-FIRST")
    assert "Payment rejected : payment pending approval → failed, by" in text
    assert "Reference not found" in text
    assert "A payment confirmation is under review. Decide on it before" in text
    assert "Void…" not in text


def test_invoice_is_voided_with_customer_visible_reason(
    desk: Client, owner: User, billing_admin: User
) -> None:
    invoice = invoice_of(owner)
    assert "Void…" in shown(desk.get(page_of(invoice)))
    url = reverse("admin:billing_invoice_void", args=[invoice.pk])
    answer = desk.post(url, {"reason": "Ordered by mistake"}, follow=True)
    text = shown(answer)

    assert "Lahore Textiles can see the reason; nothing is due on it." in text
    assert "Void…" not in text
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.VOID
    assert invoice.subscription.status == SubscriptionStatus.CANCELLED
    event = PaymentEvent.objects.filter(event=EventName.VOID, object_type="invoice").get()
    assert (event.actor, event.note) == (billing_admin, "Ordered by mistake")


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1001])
def test_void_requires_a_valid_reason(desk: Client, owner: User, reason: str) -> None:
    invoice = invoice_of(owner)
    answer = desk.post(reverse("admin:billing_invoice_void", args=[invoice.pk]), {"reason": reason})
    assert answer.status_code == 200
    assert answer.context["void_form"].errors["reason"]
    assert "data-open" in answer.content.decode()  # the dialog opens again, with the message
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PENDING


def test_refused_void_explains_why(desk: Client, owner: User) -> None:
    payment = make_payment(owner)
    url = reverse("admin:billing_invoice_void", args=[payment.invoice_id])
    text = shown(desk.post(url, {"reason": "Mistake"}, follow=True))
    assert "Nothing was changed. A confirmation of invoice" in text

    approve(payment, User.objects.create_superuser("root@desk.example", "x"))
    text = shown(desk.post(url, {"reason": "Mistake"}, follow=True))
    assert "is already paid. Nothing more is due." in text
    assert Invoice.objects.get().status == InvoiceStatus.PAID


@pytest.mark.parametrize("place", ["+1", "1a", "0", "9" * 19, "-1"])
def test_unknown_invoice_returns_404(desk: Client, owner: User, place: str) -> None:
    assert desk.get(f"{LIST}{place}/change/").status_code == 404


def test_lists_format_money_and_dates_alike(
    desk: Client, admin_client: Client, owner: User
) -> None:
    invoice = invoice_of(owner)
    listed = shown(desk.get(LIST))
    assert "89.00 USD" in listed
    assert "25,053.50 PKR" in listed
    assert f"{invoice.issued_at:%-d %b %Y, %H:%M} UTC" in listed
    assert "139.00 USD" in shown(admin_client.get("/admin/igny8_auth/plan/"))
    account = shown(desk.get("/admin/igny8_auth/account/"))
    assert f"{owner.account.created_at:%-d %b %Y, %H:%M} UTC" in account  # type: ignore[union-attr]


def test_desk_lists_show_no_three_decimals(
    admin_client: Client, owner: User, billing_admin: User
) -> None:
    approve(make_payment(owner), billing_admin)
    make_payment(make_owner(plan_slug="growth"))
    from django.contrib import admin

    for model in admin.site._registry:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        text = shown(admin_client.get(f"{url}?all=" if model is not Invoice else url, follow=True))
        assert not re.findall(r"\b\d+\.\d{3}\b(?!\d)", text), url
        assert not re.findall(r"\d (?:a|p)\.m\.", text), url
