"""The Django admin: decisions by the workflow's own functions, and nothing else by hand."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from igny8_core.auth.models import User
from igny8_core.business.billing.models import (
    CreditTransaction,
    ExchangeRate,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
)
from tests.factories import account_of, approve, make_owner, make_payment

pytestmark = pytest.mark.django_db
QUEUE = "/admin/billing/payment/"
READ_ONLY = ["billing_payment", "billing_invoice", "billing_credittransaction"]


def page(payment: Payment, act: str = "change") -> str:
    return f"{QUEUE}{payment.pk}/{act}/"


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def desk(billing_admin: User, client: Client) -> Client:
    """The billing admin in the admin."""
    client.force_login(billing_admin)
    return client


@pytest.fixture
def payment(owner: User) -> Payment:
    """A confirmation that waits."""
    return make_payment(owner, notes="Sent from <b>my</b> phone")


def test_opens_on_what_waits(desk: Client, payment: Payment, billing_admin: User) -> None:
    decided = make_payment(make_owner(), reference="BT-DECIDED")
    approve(decided, billing_admin)
    answer = desk.get(QUEUE, follow=True)

    assert answer.redirect_chain[-1][0] == "?status__exact=pending_approval"
    assert "BT-2025-001" in text_of(answer)
    assert "BT-DECIDED" not in text_of(answer)
    assert "BT-DECIDED" in text_of(desk.get(QUEUE, {"status__exact": "succeeded"}))


@pytest.mark.parametrize("search", ["BT-2025", "shop.example", "INV-", "Lahore"])
def test_finds_a_payment(desk: Client, payment: Payment, search: str) -> None:
    assert f"/{payment.pk}/change/" in text_of(desk.get(QUEUE, {"q": search}))
    assert f"/{payment.pk}/change/" not in text_of(desk.get(QUEUE, {"q": f"{search}-not"}))


def test_the_queue_takes_as_many_queries_for_20_as_for_one(
    desk: Client, payment: Payment, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20) as one:
        desk.get(QUEUE, {"status__exact": "pending_approval"})
    for _ in range(19):
        make_payment(make_owner())
    with django_assert_max_num_queries(len(one.captured_queries)):
        answer = desk.get(QUEUE, {"status__exact": "pending_approval"})
    assert text_of(answer).count("/change/?") >= 20


def test_shows_the_claim_beside_the_invoice(desk: Client, payment: Payment) -> None:
    text = text_of(desk.get(page(payment)))
    for shown in ("BT-2025-001", "89.00 USD / 25053.50 PKR", "Lahore Textiles", "confirmed by"):
        assert shown in text
    assert "<b>my</b>" not in text
    assert "&lt;b&gt;my&lt;/b&gt;" in text
    assert page(payment, "approve") in text


def test_approves_after_asking(desk: Client, payment: Payment, owner: User) -> None:
    assert "says to have paid" in text_of(desk.get(page(payment, "approve")))
    payment.refresh_from_db()
    assert payment.status == "pending_approval"  # looking decides nothing

    answer = desk.post(page(payment, "approve"), {"admin_notes": "Found"}, follow=True)
    text = text_of(answer)
    assert "Approved. Invoice INV-" in text
    assert "active with 1000 credits" in text
    assert page(payment, "approve") not in text
    assert account_of(owner).status == "active"
    assert CreditTransaction.objects.count() == 1
    event = PaymentEvent.objects.filter(event="approve", object_type="payment").get()
    assert (event.actor, event.ip_address) == (answer.wsgi_request.user, "127.0.0.1")


def test_a_second_decision_changes_nothing_and_says_so(desk: Client, payment: Payment) -> None:
    desk.post(page(payment, "approve"), {"admin_notes": "Found"})
    answer = desk.post(page(payment, "reject"), {"admin_notes": "Not found"}, follow=True)

    assert "not waiting for a decision any more" in text_of(answer)
    payment.refresh_from_db()
    assert (payment.status, payment.admin_notes) == ("succeeded", "Found")


def test_rejects_with_a_reason_only(desk: Client, payment: Payment, owner: User) -> None:
    silent = desk.post(page(payment, "reject"), {"admin_notes": "  "})
    assert "This field is required." in text_of(silent)
    payment.refresh_from_db()
    assert payment.status == "pending_approval"

    answer = desk.post(page(payment, "reject"), {"admin_notes": "No such TID"}, follow=True)
    assert "can read why and try again" in text_of(answer)
    payment.refresh_from_db()
    assert (payment.status, payment.admin_notes) == ("failed", "No such TID")
    assert account_of(owner).status == "pending_payment"


def test_says_that_another_admin_has_to_decide(
    desk: Client, payment: Payment, billing_admin: User, owner: User
) -> None:
    billing_admin.account = owner.account
    billing_admin.save()
    answer = desk.post(page(payment, "approve"), {"admin_notes": "Mine"}, follow=True)
    assert "Another billing admin has to decide" in text_of(answer)
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_who_may_not_decide_gets_403(client: Client, payment: Payment) -> None:
    staff = User.objects.create_user("reader@desk.example", "x", is_staff=True)
    client.force_login(staff)
    for act in ("approve", "reject", "proof"):
        assert client.get(page(payment, act)).status_code == 403
        assert client.post(page(payment, act), {"admin_notes": "x"}).status_code == 403
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_customers_and_visitors_are_sent_to_the_log_in(
    client: Client, payment: Payment, owner: User
) -> None:
    assert client.get(page(payment, "approve")).status_code == 302
    client.force_login(owner)
    answer = client.post(page(payment, "approve"), {"admin_notes": "me"})
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
        302,
        "/admin/login/",
    )
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_a_payment_that_is_not_there(desk: Client) -> None:
    assert desk.get(f"{QUEUE}999999/approve/").status_code == 404
    assert desk.post(f"{QUEUE}999999/reject/", {"admin_notes": "x"}).status_code == 404
    assert desk.get(f"{QUEUE}999999/proof/").status_code == 404


def test_the_proof_comes_as_a_file(desk: Client, owner: User) -> None:
    image = io.BytesIO()
    Image.new("RGB", (2, 2)).save(image, "PNG")
    proof = SimpleUploadedFile("receipt.html", image.getvalue(), content_type="text/html")
    payment = make_payment(owner, proof=proof)
    answer = desk.get(page(payment, "proof"))

    assert b"".join(answer.streaming_content) == image.getvalue()  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_the_workflow_writes_is_not_edited(
    admin_client: Client, owner: User, payment: Payment, name: str
) -> None:
    """Not even by a superuser."""
    model = next(m for m in site._registry if m._meta.label_lower.replace(".", "_") == name)
    assert admin_client.get(reverse(f"admin:{name}_add")).status_code == 403
    row = model._default_manager.first()
    if row:
        url = reverse(f"admin:{name}_change", args=[row.pk])
        assert 'name="_save"' not in text_of(admin_client.get(url))
        assert admin_client.post(url, {"status": "paid"}).status_code == 403
        assert admin_client.post(reverse(f"admin:{name}_delete", args=[row.pk])).status_code == 403


def test_every_list_and_form_opens(admin_client: Client, owner: User, payment: Payment) -> None:
    for model in site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        assert admin_client.get(reverse(f"admin:{name}_changelist"), follow=True).status_code == 200
        row = model._default_manager.first()
        if row:
            url = reverse(f"admin:{name}_change", args=[row.pk])
            assert admin_client.get(url, follow=True).status_code == 200, name


def test_example_details_are_marked_until_they_are_edited(desk: Client) -> None:
    method = PaymentMethodConfig.objects.get(payment_method="jazzcash")
    listed = reverse("admin:billing_paymentmethodconfig_changelist")
    mark = "Example details: replace before taking money"
    assert text_of(desk.get(listed)).count(mark) == 14
    url = reverse("admin:billing_paymentmethodconfig_change", args=[method.pk])
    form = desk.get(url).context["adminform"].form
    unchanged = {name: form[name].value() for name in form.fields}
    unchanged["countries"] = "PK"
    unchanged["initial-details"] = unchanged["details"]  # as a browser sends it

    desk.post(url, {**unchanged, "order": 7})
    method.refresh_from_db()
    assert (method.order, method.has_example_details) == (7, True)

    details = '[{"label": "Till number", "value": "0311-0000001", "copyable": true}]'
    desk.post(url, {**unchanged, "details": details})
    method.refresh_from_db()
    assert method.has_example_details is False
    assert text_of(desk.get(listed)).count(mark) == 13


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"details": '[{"label": "IBAN"}]'}, "details"),
        ({"reference_pattern": "("}, "reference_pattern"),
        ({"currency": "RUPEES"}, "currency"),
        ({"countries": "Pakistan"}, "countries"),
        ({"payment_method": "raast"}, "payment_method"),
    ],
)
def test_a_method_that_could_not_work_is_refused(
    desk: Client, change: dict[str, str], complaint: str
) -> None:
    method = PaymentMethodConfig.objects.get(payment_method="jazzcash")
    url = reverse("admin:billing_paymentmethodconfig_change", args=[method.pk])
    form = desk.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    answer = desk.post(url, {**values, "countries": "PK", **change})

    assert answer.status_code == 200
    assert complaint in answer.context["adminform"].form.errors


def test_a_rate_can_be_kept(desk: Client) -> None:
    rate = ExchangeRate.objects.get(currency="PKR")
    url = reverse("admin:billing_exchangerate_change", args=[rate.pk])
    desk.post(url, {"currency": "PKR", "units_per_usd": "290.25"})
    rate.refresh_from_db()
    assert rate.units_per_usd == Decimal("290.25")
