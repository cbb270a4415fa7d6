"""Permissions in the admin site: by role and action."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.roles import BILLING_ADMIN, BILLING_VIEWER, SUPPORT
from igny8_core.common.models import OutgoingMail
from tests.factories import approve, client_of, invoice_of, make_owner, make_payment, make_receipt
from tests.roles import undone

pytestmark = pytest.mark.django_db

INVOICES = "/admin/billing/invoice/"
SUBSCRIPTIONS = "/admin/igny8_auth/subscription/"
# action: (superuser, billing admin, billing viewer, support, other staff)
ROLES = ["superuser", BILLING_ADMIN, BILLING_VIEWER, SUPPORT, "other staff"]
MATRIX = {
    "see the queue": (200, 200, 200, 200, 403),
    "see the review": (200, 200, 200, 200, 403),
    "see a proof": (200, 200, 200, 403, 403),
    "download a proof": (200, 200, 200, 403, 403),
    "approve": (302, 302, 403, 403, 403),
    "reject": (302, 302, 403, 403, 403),
    "reverse": (302, 302, 403, 403, 403),
    "approve in bulk": (200, 200, 403, 403, 403),
    "choose notices": (200, 200, 403, 403, 403),
    "see invoices": (200, 200, 200, 200, 403),
    "see an invoice": (200, 200, 200, 200, 403),
    "download an invoice": (200, 200, 200, 200, 403),
    "void an invoice": (302, 302, 403, 403, 403),
    "see subscriptions": (200, 200, 200, 200, 403),
    "see a subscription": (200, 200, 200, 200, 403),
    "end a subscription": (302, 302, 403, 403, 403),
    "give a period": (302, 403, 403, 403, 403),
    "adjust credits": (302, 302, 403, 403, 403),
    "see the ledger": (200, 200, 200, 200, 403),
    "see the audit trail": (200, 200, 200, 200, 403),
    "see mails": (200, 200, 200, 403, 403),
    "send mails again": (200, 200, 403, 403, 403),
    "see methods": (200, 200, 200, 200, 403),
    "edit methods": (200, 200, 403, 403, 403),
    "edit rates": (200, 200, 403, 403, 403),
    "edit reasons": (200, 200, 403, 403, 403),
    "see accounts": (200, 200, 200, 200, 403),
    "see users": (200, 403, 403, 403, 403),
    "edit groups": (200, 403, 403, 403, 403),
    "approve by the API": (200, 200, 403, 403, 403),
}

OVERRIDES = {
    "end a subscription": ("end_now", {"do": "yes"}),
    "give a period": ("comp_period", {"do": "yes"}),
    "adjust credits": ("adjust_credits", {"amount": "5", "do": "5"}),
}


def make(role: str) -> User:
    if role == "superuser":
        return User.objects.create_superuser("root@desk.example", "x")
    user = User.objects.create_user("staff@desk.example", "x", is_staff=True)
    if role != "other staff":
        user.groups.add(Group.objects.get(name=role))
    return user


def status_of(action: str, client: Client, user: User, payment: Payment) -> int:
    desk = "/admin/billing/payment/"
    subscription = f"{SUBSCRIPTIONS}{payment.invoice.subscription_id}/"
    one = f"{desk}{payment.pk}/"
    bulk = {"action": "approve_selected", "_selected_action": payment.pk}
    match action:
        case "approve" | "reject":
            return client.post(f"{one}{action}/", {"admin_notes": "x"}).status_code
        case "reverse":
            approve(payment, User.objects.create_superuser("other@desk.example", "x"))
            body = {"reason": "x", "event": "reverse"}
            return client.post(f"{one}reverse/", body).status_code
        case "approve in bulk":
            answer = client.post(f"{desk}?status__exact=pending_approval", bulk)
            return 200 if "Approve 1 payment?" in answer.content.decode() else 403
        case "send mails again":
            mail = OutgoingMail.objects.create(
                key="x:1", kind="welcome", recipient="x@shop.example", language="en"
            )
            body = {"action": "send_again", "_selected_action": str(mail.pk)}
            answer = client.post("/admin/common/outgoingmail/", body, follow=True)
            return 200 if "put back into the queue" in answer.content.decode() else 403
        case "approve by the API":
            url = f"/api/v1/billing/admin/payments/{payment.pk}/approve/"
            return int(client_of(user).post(url).status_code)
    paths = {
        "see the queue": f"{desk}?status__exact=pending_approval",
        "see the review": f"{one}change/",
        "see a proof": f"{one}proof/1/",
        "download a proof": f"{one}proof/",
        "choose notices": f"{desk}notices/",
        "see invoices": INVOICES,
        "see an invoice": f"{INVOICES}{payment.invoice_id}/change/",
        "download an invoice": f"{INVOICES}{payment.invoice_id}/pdf/",
        "see subscriptions": SUBSCRIPTIONS,
        "see a subscription": f"{subscription}change/",
        "see the ledger": "/admin/billing/credittransaction/",
        "see the audit trail": "/admin/billing/paymentevent/",
        "see mails": "/admin/common/outgoingmail/",
        "see methods": "/admin/billing/paymentmethodconfig/",
        "edit methods": "/admin/billing/paymentmethodconfig/add/",
        "edit rates": "/admin/billing/exchangerate/add/",
        "edit reasons": "/admin/billing/rejectionreason/add/",
        "see accounts": "/admin/igny8_auth/account/",
        "see users": "/admin/igny8_auth/user/",
        "edit groups": "/admin/auth/group/",
    }
    if action in OVERRIDES:
        act, words = OVERRIDES[action]
        answer = client.post(f"{subscription}{act}/", {"reason": "x", **words})
    elif action == "void an invoice":
        unpaid = invoice_of(make_owner())
        answer = client.post(f"{INVOICES}{unpaid.pk}/void/", {"reason": "x"})
    else:
        answer = client.get(paths[action])
    answer.getvalue()  # closes a file
    return answer.status_code


@pytest.mark.parametrize("role", ROLES)
def test_action_status_by_role(catalog: None, client: Client, role: str) -> None:
    payment = make_payment(make_owner(), proof=make_receipt())
    user = make(role)
    client.force_login(user)
    found = {}
    for action in MATRIX:
        with undone():
            found[action] = status_of(action, client, user, payment)
    assert found == {action: statuses[ROLES.index(role)] for action, statuses in MATRIX.items()}


@pytest.mark.parametrize("role", [BILLING_VIEWER, SUPPORT])
def test_viewer_is_offered_no_decision(catalog: None, client: Client, role: str) -> None:
    payment = make_payment(make_owner(), proof=make_receipt())
    client.force_login(make(role))
    text = client.get(f"/admin/billing/payment/{payment.pk}/change/").content.decode()
    assert "Approve…" not in text
    assert "Reject…" not in text
    assert ("/proof/" in text) is (role == BILLING_VIEWER)
    queue = client.get("/admin/billing/payment/?status__exact=pending_approval").content.decode()
    assert "approve_selected" not in queue
    assert ("/proof/" in queue) is (role == BILLING_VIEWER)


def test_rows_behind_a_payment_cannot_be_deleted(catalog: None, admin_client: Client) -> None:
    """Not even by a superuser, not even its account or method."""
    payment = make_payment(make_owner())
    for path, pk in (
        ("billing/payment", payment.pk),
        ("billing/invoice", payment.invoice_id),
        ("billing/paymentmethodconfig", payment.method_id),
        ("igny8_auth/account", payment.invoice.account_id),
        ("igny8_auth/user", payment.submitted_by_id),
        ("igny8_auth/plan", payment.invoice.subscription.plan_id),
    ):
        admin_client.post(f"/admin/{path}/{pk}/delete/", {"post": "yes"})
    payment.refresh_from_db()
    assert payment.invoice.subscription.plan.slug == "starter"
    assert payment.submitted_by.account == payment.invoice.account
    assert payment.method.payment_method == "bank_transfer"
