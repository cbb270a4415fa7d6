"""The admin site: decisions use the workflow's functions, and nothing bypasses them."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typst
from django.conf import LazySettings
from django.contrib.admin.sites import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import (
    CreditTransaction,
    ExchangeRate,
    NoticePreference,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
    SettingChange,
)
from igny8_core.business.billing.services.setting_changes import agree_to_change
from igny8_core.business.proofs import sandbox
from igny8_core.common.clock import utc_now
from igny8_core.desk.payments import PaymentAdmin
from tests.bulk import approved_in_bulk
from tests.desk import form_of, rows, without_details
from tests.factories import (
    account_of,
    approve,
    make_billing_admin,
    make_owner,
    make_payment,
    make_unchecked_payment,
    reject,
)

pytestmark = pytest.mark.django_db
QUEUE = "/admin/billing/payment/"
READ_ONLY = ["billing_payment", "billing_invoice", "billing_credittransaction"]


def page(payment: Payment, act: str = "change") -> str:
    return f"{QUEUE}{payment.pk}/{act}/"


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def payment(owner: User) -> Payment:
    """A payment under review."""
    return make_payment(owner, notes="Sent from <b>my</b> phone")


def test_queue_opens_on_pending_payments(
    desk: Client, payment: Payment, billing_admin: User
) -> None:
    decided = make_payment(make_owner(), reference="BT-DECIDED")
    approve(decided, billing_admin)
    answer = desk.get(QUEUE, follow=True)

    assert answer.redirect_chain[-1][0] == "?status__exact=pending_approval"
    assert "BT-2025-001" in text_of(answer)
    assert "BT-DECIDED" not in text_of(answer)
    assert "BT-DECIDED" in text_of(desk.get(QUEUE, {"status__exact": "succeeded"}))


@pytest.mark.parametrize("search", ["BT-2025", "shop.example", "INV-", "Lahore"])
def test_queue_search_finds_payment(desk: Client, payment: Payment, search: str) -> None:
    assert f"/{payment.pk}/change/" in text_of(desk.get(QUEUE, {"q": search}))
    assert f"/{payment.pk}/change/" not in text_of(desk.get(QUEUE, {"q": f"{search}-not"}))


def test_queue_counts_payments_by_state(
    desk: Client, payment: Payment, billing_admin: User
) -> None:
    reject(make_payment(make_owner()), billing_admin)
    counts = {
        state["label"]: state["count"]
        for state in desk.get(QUEUE, {"status__exact": "failed"}).context["states"]
    }
    assert counts == {
        "Waiting": "1",
        "Approved": "0",
        "Rejected": "1",
        "Withdrawn": "0",
        "Reversed": "0",
        "All": "",
    }


@pytest.mark.parametrize("status", ["pending_approval", ""])
def test_keyset_pages_show_each_payment_once(
    desk: Client, owner: User, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    now = utc_now()
    payments = [make_payment(owner)] + [make_payment(make_owner()) for _ in range(4)]
    Payment.objects.filter(pk__in=[p.pk for p in payments[:3]]).update(submitted_at=now)
    monkeypatch.setattr(PaymentAdmin, "list_per_page", 2)
    url = f"?status__exact={status}" if status else "?all="
    shown: list[int] = []
    while url:
        changelist = desk.get(f"{QUEUE}{url}").context["cl"]
        shown += [row.pk for row in changelist.result_list]
        url = changelist.next_page_url
        if not url:
            assert "after=" not in changelist.get_query_string()  # links back to the first page
    order = "submitted_at" if status else "-submitted_at"
    tie = "pk" if status else "-pk"
    assert shown == list(Payment.objects.order_by(order, tie).values_list("pk", flat=True))


@pytest.mark.parametrize("place", ["x", "2026-11-24_", "_5", "2026-13-45T00:00_1"])
def test_invalid_cursor_shows_first_page(desk: Client, payment: Payment, place: str) -> None:
    answer = desk.get(QUEUE, {"status__exact": "pending_approval", "after": place})
    assert f"/{payment.pk}/change/" in text_of(answer)


def test_queue_query_count_does_not_grow(
    desk: Client, payment: Payment, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20) as one:
        desk.get(QUEUE, {"status__exact": "pending_approval"})
    for _ in range(19):
        make_payment(make_owner())
    with django_assert_max_num_queries(len(one.captured_queries)):
        answer = desk.get(QUEUE, {"status__exact": "pending_approval"})
    assert text_of(answer).count("/change/?") >= 20


def test_payment_page_compares_claim_with_invoice(desk: Client, payment: Payment) -> None:
    text = text_of(desk.get(page(payment)))
    for shown in ("BT-2025-001", "89.00 USD", "25,053.50 PKR", "Lahore Textiles", "confirmed by"):
        assert shown in text
    assert "✓ matches" in text
    assert "<b>my</b>" not in text
    assert "&lt;b&gt;my&lt;/b&gt;" in text
    assert page(payment, "approve") in text


def test_payment_is_approved_only_by_post(desk: Client, payment: Payment, owner: User) -> None:
    assert desk.get(page(payment, "approve")).status_code == 405
    payment.refresh_from_db()
    assert payment.status == "pending_approval"  # looking decides nothing

    answer = desk.post(page(payment, "approve"), {"admin_notes": "Found"}, follow=True)
    text = text_of(answer)
    assert answer.redirect_chain[0][0] == QUEUE  # nothing is waiting any more
    assert "Approved. Invoice INV-" in text
    assert "active with 1000 credits" in text
    assert page(payment, "approve") not in text_of(desk.get(page(payment)))
    assert account_of(owner).status == "active"
    assert CreditTransaction.objects.count() == 1
    event = PaymentEvent.objects.filter(event="approve", object_type="payment").get()
    assert (event.actor, event.ip_address) == (answer.wsgi_request.user, "127.0.0.1")


def test_decision_opens_next_pending_payment(desk: Client, payment: Payment) -> None:
    second, third = (make_payment(make_owner()) for _ in range(2))
    first = desk.post(page(second, "approve"))
    assert first.headers["Location"] == page(third)
    last = desk.post(page(third, "reject"), {"admin_notes": "Not found"})
    assert last.headers["Location"] == page(payment)  # after the last, the one that waits longest
    assert desk.post(page(payment, "approve")).headers["Location"] == QUEUE


def test_second_decision_is_refused_with_message(desk: Client, payment: Payment) -> None:
    desk.post(page(payment, "approve"), {"admin_notes": "Found"})
    answer = desk.post(page(payment, "reject"), {"admin_notes": "Not found"}, follow=True)

    assert "Nothing was changed." in text_of(answer)
    assert "no longer waiting for a decision" in text_of(answer)
    payment.refresh_from_db()
    assert (payment.status, payment.admin_notes) == ("succeeded", "Found")


def test_rejection_requires_reason(desk: Client, payment: Payment, owner: User) -> None:
    silent = desk.post(page(payment, "reject"), {"admin_notes": "  "})
    assert "This field is required." in text_of(silent)
    payment.refresh_from_db()
    assert payment.status == "pending_approval"

    answer = desk.post(page(payment, "reject"), {"admin_notes": "No such TID"}, follow=True)
    assert "can see the reason and try again" in text_of(answer)
    payment.refresh_from_db()
    assert (payment.status, payment.admin_notes) == ("failed", "No such TID")
    assert account_of(owner).status == "pending_payment"


def test_own_account_payment_needs_another_admin(
    desk: Client, payment: Payment, billing_admin: User, owner: User
) -> None:
    billing_admin.account = owner.account
    billing_admin.save()
    answer = desk.post(page(payment, "approve"), {"admin_notes": "Mine"}, follow=True)
    assert "Another billing admin has to decide" in text_of(answer)
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_staff_without_permission_gets_403(client: Client, payment: Payment) -> None:
    staff = User.objects.create_user("reader@desk.example", "x", is_staff=True)
    client.force_login(staff)
    for act in ("approve", "reject", "reverse"):
        assert client.post(page(payment, act), {"admin_notes": "x"}).status_code == 403
    for act in ("change", "proof", "proof/1"):
        assert client.get(page(payment, act)).status_code == 403
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_customer_and_visitor_are_redirected_to_sign_in(
    client: Client, payment: Payment, owner: User
) -> None:
    assert client.post(page(payment, "approve")).status_code == 302
    client.force_login(owner)
    answer = client.post(page(payment, "approve"), {"admin_notes": "me"})
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
        302,
        "/admin/login/",
    )
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_unknown_payment_returns_404(desk: Client) -> None:
    assert desk.get(f"{QUEUE}999999/change/").status_code == 404
    assert desk.post(f"{QUEUE}999999/approve/").status_code == 404
    assert desk.post(f"{QUEUE}999999/reject/", {"admin_notes": "x"}).status_code == 404
    assert desk.get(f"{QUEUE}999999/proof/").status_code == 404


def test_proof_is_sent_as_attachment(desk: Client, owner: User) -> None:
    image = io.BytesIO()
    Image.new("RGB", (2, 2)).save(image, "PNG")
    proof = SimpleUploadedFile("receipt.html", image.getvalue(), content_type="text/html")
    payment = make_payment(owner, proof=proof)
    answer = desk.get(page(payment, "proof"))

    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with Image.open(io.BytesIO(content)) as sent:
        assert (sent.format, sent.size) == ("PNG", (2, 2))
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


@pytest.mark.parametrize("name", READ_ONLY)
def test_workflow_rows_are_read_only(
    admin_client: Client, owner: User, payment: Payment, name: str
) -> None:
    """Not even by a superuser."""
    model = next(m for m in site._registry if m._meta.label_lower.replace(".", "_") == name)
    assert admin_client.get(reverse(f"admin:{name}_add")).status_code == 403
    row = model._default_manager.first()
    if row:
        url = reverse(f"admin:{name}_change", args=[row.pk])
        assert 'name="_save"' not in text_of(admin_client.get(url))
        assert admin_client.post(url, {"status": "paid"}).status_code in {403, 405}
        assert admin_client.post(reverse(f"admin:{name}_delete", args=[row.pk])).status_code == 403


def test_every_list_and_form_opens(admin_client: Client, owner: User, payment: Payment) -> None:
    for model in site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        assert admin_client.get(reverse(f"admin:{name}_changelist"), follow=True).status_code == 200
        row = model._default_manager.first()
        if row:
            url = reverse(f"admin:{name}_change", args=[row.pk])
            assert admin_client.get(url, follow=True).status_code == 200, name


def agree_to_newest_change() -> None:
    """Let another admin agree."""
    change = SettingChange.objects.latest("pk")
    agree_to_change(change_id=change.pk, actor=Actor(user=make_billing_admin()), now=utc_now())


def test_example_details_are_marked_until_edited(desk: Client) -> None:
    method = PaymentMethodConfig.objects.get(payment_method="jazzcash")
    listed = reverse("admin:billing_paymentmethodconfig_changelist")
    mark = "Example details: not offered in production"
    assert text_of(desk.get(listed)).count(mark) == 14
    url = reverse("admin:billing_paymentmethodconfig_change", args=[method.pk])

    desk.post(url, {**form_of(desk, url), "order": 7})
    method.refresh_from_db()
    assert (method.order, method.has_example_details) == (7, True)

    till = {"label": "Till number", "value": "0311-0000001", "copyable": True}
    example = {"label": "Or", "value": "03001234567", "copyable": True}
    for details, is_example in [([till, example], True), ([till], False)]:
        desk.post(url, {**without_details(form_of(desk, url)), **rows(details)})
        agree_to_newest_change()
        method.refresh_from_db()
        assert (method.details, method.has_example_details) == (details, is_example)
    assert text_of(desk.get(listed)).count(mark) == 13


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"details-0-label": ""}, "details"),
        ({"reference_pattern": "("}, "reference_pattern"),
        ({"currency": "RUPEES"}, "currency"),
        ({"countries": "Pakistan"}, "countries"),
        ({"payment_method": "raast"}, "payment_method"),
    ],
)
def test_invalid_payment_method_is_refused(
    desk: Client, change: dict[str, str], complaint: str
) -> None:
    method = PaymentMethodConfig.objects.get(payment_method="jazzcash")
    url = reverse("admin:billing_paymentmethodconfig_change", args=[method.pk])
    answer = desk.post(url, {**form_of(desk, url), **change})

    assert answer.status_code == 200
    assert complaint in answer.context["adminform"].form.errors


def test_exchange_rate_can_be_edited(desk: Client) -> None:
    rate = ExchangeRate.objects.get(currency="PKR")
    url = reverse("admin:billing_exchangerate_change", args=[rate.pk])
    desk.post(url, {"currency": "PKR", "units_per_usd": "290.25"})
    rate.refresh_from_db()
    assert rate.units_per_usd == Decimal("290.25")


def pdf(pages: int) -> SimpleUploadedFile:
    words = "#pagebreak()\n".join(f"Receipt {n}\n" for n in range(1, pages + 1))
    return SimpleUploadedFile("receipt.pdf", typst.compile(words.encode()))


def photo(width: int = 640) -> SimpleUploadedFile:
    image = io.BytesIO()
    picture = Image.new("RGB", (width, width // 2), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010E] = "a secret place"
    picture.save(image, "JPEG", exif=exif)
    return SimpleUploadedFile("photo.jpg", image.getvalue())


def test_proof_is_shown_as_regenerated_images(desk: Client, owner: User) -> None:
    payment = make_payment(owner, proof=photo())
    answer = desk.get(page(payment, "proof/1"))

    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert shown.size == (320, 640)  # turned upright
    assert b"a secret place" not in answer.content
    with Image.open(io.BytesIO(desk.get(page(payment, "proof/0")).content)) as shown:
        assert shown.size == (80, 160)


def test_pdf_proof_is_shown_page_by_page(desk: Client, owner: User) -> None:
    payment = make_payment(owner, proof=pdf(2))
    text = text_of(desk.get(page(payment)))
    pages = [desk.get(page(payment, f"proof/{number}")).content for number in (1, 2)]

    assert [f"/proof/{number}/" in text for number in (1, 2, 3)] == [True, True, False]
    assert pages[0] != pages[1]
    assert desk.get(page(payment, "proof/3")).status_code == 404


def test_desk_pages_never_parse_uploaded_files(
    desk: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor what was made of it: whatever is kept, it is only sent."""
    payment = make_payment(owner, proof=pdf(1))
    Path(payment.proof.path).write_bytes(b"%PDF-1.7 and then nothing of the kind")
    monkeypatch.setattr(sandbox, "subprocess", None)
    monkeypatch.setattr(Image, "open", None)
    for path in ("change", "proof", "proof/0", "proof/1"):
        answer = desk.get(page(payment, path))
        assert answer.status_code == 200
        assert b"".join(answer)
    assert desk.get(QUEUE, {"status__exact": "pending_approval"}).status_code == 200


def test_unchecked_file_is_marked_as_being_checked(desk: Client, owner: User) -> None:
    payment = make_unchecked_payment(owner, proof=pdf(1))
    assert "Being checked" in text_of(desk.get(QUEUE, {"status__exact": "pending_approval"}))
    assert "We are checking the file" in text_of(desk.get(page(payment)))
    for path in ("proof", "proof/0", "proof/1"):
        assert desk.get(page(payment, path)).status_code == 404
    answer = desk.post(page(payment, "approve"), {"admin_notes": ""}, follow=True)
    assert "Approved." in text_of(answer)


def test_refused_file_is_marked_with_its_reason(desk: Client, owner: User) -> None:
    payment = make_payment(owner, proof=SimpleUploadedFile("x.pdf", b"%PDF-1.7 no more"))
    assert "Refused" in text_of(desk.get(QUEUE, {"status__exact": "pending_approval"}))
    text = text_of(desk.get(page(payment)))
    assert "The file was refused: The file can&#x27;t be read as a JPEG" in text
    assert desk.get(page(payment, "proof/0")).status_code == 404


def test_ready_made_reasons_match_method_and_language(desk: Client, owner: User) -> None:
    owner.language = "ur"
    owner.save()
    payment = make_payment(owner, method_code="jazzcash", reference="1234567890123")
    reasons = list(desk.get(page(payment)).context["reasons"])

    assert [reason.language for reason in reasons] == ["ur"] * 5 + ["en"] * 5
    assert "TID" in reasons[0].text
    assert all(reason.method in {None, payment.method} for reason in reasons)


def test_payment_page_shows_history_and_timeline(
    desk: Client, owner: User, billing_admin: User
) -> None:
    reject(make_payment(owner, reference="BT-FIRST"), billing_admin, "No such transfer")
    again = make_payment(owner, reference="BT-SECOND")
    other = make_payment(make_owner(), reference="BT-OTHERS")
    answer = desk.get(page(again))

    text = text_of(answer)
    assert "BT-FIRST" in text
    assert "1 rejected" in text
    assert "BT-OTHERS" not in text
    assert [event.event for event in answer.context["timeline"]] == ["confirm"]
    assert (answer.context["previous"], answer.context["following"]) == (None, other.pk)


def test_bulk_approval_shows_totals_and_flags_first(desk: Client, payment: Payment) -> None:
    same = make_payment(make_owner(), reference="bt-2025-001")
    local = make_payment(make_owner(), reference="BT-3", amount=Decimal("25053.50"), currency="PKR")
    answer = desk.post(
        f"{QUEUE}?status__exact=pending_approval",
        {"action": "approve_selected", "_selected_action": [payment.pk, same.pk, local.pk]},
    )

    assert [(str(total), number) for total, number in answer.context["totals"]] == [
        ("25,053.50 PKR", 1),
        ("178.00 USD", 2),
    ]
    assert answer.context["flagged"] == 2
    assert "Reference used before" in text_of(answer)
    assert not Payment.objects.exclude(status="pending_approval").exists()


def test_bulk_approval_decides_and_reports_each_payment(
    desk: Client, payment: Payment, billing_admin: User
) -> None:
    mine, decided, fine = (make_payment(make_owner()) for _ in range(3))
    billing_admin.account = mine.invoice.account
    billing_admin.save()
    approve(decided, User.objects.create_superuser("root@desk.example", "x"))
    answer = approved_in_bulk(desk, [payment, mine, decided, fine])

    outcomes = {row.payment_id: row for row in answer.context["rows"]}
    assert [outcomes[p.pk].state == "approved" for p in (payment, mine, decided, fine)] == [
        True,
        False,
        False,
        True,
    ]
    assert "your own account" in outcomes[mine.pk].detail
    assert "no longer waiting" in outcomes[decided.pk].detail
    assert "2 of 4 approved" in text_of(answer)
    assert CreditTransaction.objects.count() == 3
    mine.refresh_from_db()
    assert mine.status == "pending_approval"


def test_bulk_approval_marks_dual_control_payments(
    desk: Client, payment: Payment, settings: LazySettings
) -> None:
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal(50)
    answer = approved_in_bulk(desk, [payment])
    assert "a second admin must approve" in text_of(answer)
    payment.refresh_from_db()
    assert payment.status == "pending_approval"
    assert "1 of 2 approvals" in text_of(desk.get(page(payment)))


def test_approval_can_be_reversed(desk: Client, payment: Payment, owner: User) -> None:
    desk.post(page(payment, "approve"))
    assert page(payment, "reverse") in text_of(desk.get(page(payment)))
    silent = desk.post(page(payment, "reverse"), {"reason": " ", "event": "reverse"})
    assert "This field is required." in text_of(silent)
    odd = desk.post(page(payment, "reverse"), {"reason": "Recalled", "event": "approve"})
    assert "Select a valid choice" in text_of(odd)

    answer = desk.post(
        page(payment, "reverse"), {"reason": "Recalled", "event": "reverse"}, follow=True
    )
    assert "Reversed. Invoice INV-" in text_of(answer)
    assert "pending" in text_of(answer)
    assert account_of(owner).credits == 0
    payment.refresh_from_db()
    assert payment.status == "reversed"


def test_forced_reversal_requires_superuser(desk: Client, payment: Payment) -> None:
    desk.post(page(payment, "approve"))
    body = {"reason": "Recalled", "event": "reverse", "is_forced": "on"}
    answer = desk.post(page(payment, "reverse"), body, follow=True)
    assert "Only a superuser" in text_of(answer)
    payment.refresh_from_db()
    assert payment.status == "succeeded"


def test_admin_can_choose_notice_frequency(desk: Client, billing_admin: User) -> None:
    url = reverse("admin:billing_payment_notices")
    assert 'value="immediately" ' in text_of(desk.get(url))
    assert "Saved: Once a day" in text_of(desk.post(url, {"frequency": "daily"}, follow=True))
    assert NoticePreference.objects.get().user == billing_admin
    assert desk.post(url, {"frequency": "always"}).status_code == 200
    assert NoticePreference.objects.get().frequency == "daily"


def test_job_list_has_no_page(admin_client: Client) -> None:
    assert admin_client.get("/admin/procrastinate/procrastinatejob/").status_code == 404


def test_desk_search_finds_pages_by_name(desk: Client) -> None:
    for _ in range(2):
        answer = desk.get("/admin/search/", {"s": "Exch"})
        assert answer.status_code == 200
        assert "/admin/billing/exchangerate/" in answer.content.decode()
