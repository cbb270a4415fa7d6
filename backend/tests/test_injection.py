"""What a customer types stays text: in email headers, in their HTML, and at the desk."""

import pytest
from django.test import Client

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import Payment
from tests.factories import make_billing_admin, make_owner, make_payment, reject
from tests.smtp import Mailbox, part, run_worker

SCRIPT = "<script>alert(1)</script>"
LINE = "Shop\r\nBcc: thief@example.com\r\nX-Injected: yes\r\n\r\n<h1>Pay here</h1>"
BIDI = "\u202egpj.exe\u202c \u200b\u2066x\u2069 e\u0301\U0001f4b8"


def rename(user: User, name: str) -> None:
    """Rename account and person, bypassing the API's checks, like an import or a shell."""
    Account.objects.filter(users=user).update(name=name[:150], billing_name=name[:150])
    User.objects.filter(pk=user.pk).update(first_name=name[:100], last_name=name[:100])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", [LINE, SCRIPT, BIDI])
def test_name_cannot_add_mail_headers_or_markup(catalog: None, mailbox: Mailbox, name: str) -> None:
    owner, admin = make_owner(), make_billing_admin()
    rename(owner, name)
    owner.emailaddress_set.update(verified=True)  # otherwise its emails contain no customer's text
    payment = make_payment(owner, notes=name)
    run_worker(mailbox.port)
    reject(payment, admin, reason=name)
    run_worker(mailbox.port)

    known = {owner.email, admin.email}
    assert len(mailbox.received) >= 3
    for recipients, message in mailbox.received:
        assert set(recipients) <= known
        assert len(recipients) == 1
        assert {message["To"]} <= known
        assert message["Bcc"] is None
        assert message["X-Injected"] is None
        assert "\n" not in message["Subject"]
        assert not message.defects
        assert "<script>" not in part(message, "html")
        assert "<h1>Pay here" not in part(message, "html")


@pytest.fixture
def payment(owner: User) -> Payment:
    """A payment where every text is a script."""
    rename(owner, SCRIPT)
    return make_payment(owner, notes=SCRIPT)


@pytest.mark.django_db
def test_customer_text_is_escaped_at_the_desk(payment: Payment, admin_client: Client) -> None:
    desk = "/admin/billing/payment/"
    for address in (
        f"{desk}?status__exact=pending_approval",
        f"{desk}{payment.pk}/change/",
        f"{desk}?q={SCRIPT}",
        "/admin/billing/invoice/",
        "/admin/igny8_auth/account/",
        "/admin/igny8_auth/user/",
    ):
        text = admin_client.get(address).content.decode()
        assert SCRIPT not in text, address
    assert "&lt;script&gt;" in admin_client.get(f"{desk}{payment.pk}/change/").content.decode()
    confirm = {"action": "approve_selected", "_selected_action": payment.pk}
    bulk = admin_client.post(f"{desk}?status__exact=pending_approval", confirm).content.decode()
    assert "Approve 1 payment?" in bulk
    assert SCRIPT not in bulk
