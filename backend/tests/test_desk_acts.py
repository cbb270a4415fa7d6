"""Forms of the desk that are sent twice: a double click, a reload, a lost response."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import pytest
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.test import Client

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.common.locks import try_lock
from igny8_core.common.models import IdempotencyRecord
from igny8_core.desk.acts import REUSED, RUNNING
from tests.factories import (
    approve,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)

KEY = "4d6ad0f8-4a2c-4a7e-9a61-6d3c5d7e1f20"


@dataclass(frozen=True)
class Form:
    """A form: its page, where it is sent, and the values entered."""

    page: str
    act: str
    words: dict[str, str]
    done: str


def approval(admin: User) -> Form:
    payment = make_payment(make_owner())
    page = f"/admin/billing/payment/{payment.pk}/"
    return Form(f"{page}change/", f"{page}approve/", {"admin_notes": ""}, "Approved.")


def rejection(admin: User) -> Form:
    payment = make_payment(make_owner())
    page = f"/admin/billing/payment/{payment.pk}/"
    return Form(f"{page}change/", f"{page}reject/", {"admin_notes": "Not found"}, "Rejected.")


def reversal(admin: User) -> Form:
    payment = make_payment(make_owner())
    approve(payment, admin)
    page = f"/admin/billing/payment/{payment.pk}/"
    words = {"reason": "Recalled", "event": "reverse"}
    return Form(f"{page}change/", f"{page}reverse/", words, "Reversed.")


def void(admin: User) -> Form:
    page = f"/admin/billing/invoice/{invoice_of(make_owner()).pk}/"
    return Form(f"{page}change/", f"{page}void/", {"reason": "Ordered twice"}, "Void.")


def end(admin: User) -> Form:
    payment = make_payment(make_owner())
    approve(payment, admin)
    page = f"/admin/igny8_auth/subscription/{payment.invoice.subscription_id}/end_now/"
    return Form(page, page, {"reason": "Agreed by phone", "do": "yes"}, "The subscription has")


def adjustment(admin: User) -> Form:
    subscription = invoice_of(make_owner()).subscription_id
    page = f"/admin/igny8_auth/subscription/{subscription}/adjust_credits/"
    words = {"amount": "10", "reason": "Agreed by phone", "do": "10"}
    return Form(page, page, words, "The credits were adjusted.")


FORMS = [approval, rejection, reversal, void, end, adjustment]
ALSO_SENT = {"event", "do", "amount"}  # values that aren't words


def send(desk: Client, form: Form, **more: str) -> tuple[str, list[str]]:
    """Send it; return where it leads, and the message."""
    answer = desk.post(form.act, {**form.words, **more})
    assert answer.status_code == 302
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    desk.get(form.page)  # shows the message, so that the next page doesn't
    return answer["Location"], said


@pytest.mark.django_db
@pytest.mark.parametrize("make", FORMS)
def test_each_form_has_its_own_key(
    desk: Client, billing_admin: User, make: Callable[[User], Form]
) -> None:
    form = make(billing_admin)
    keys: list[str] = []
    for _ in range(2):
        shown = desk.get(form.page).content.decode()
        (part,) = re.findall(
            rf'<form method="post" action="{form.act}">.*?</form>', shown, re.DOTALL
        )
        keys += re.findall(r'name="act_key" value="([0-9a-f-]{36})"', part)
    assert len(set(keys)) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", FORMS)
def test_resent_form_runs_once(
    desk: Client, billing_admin: User, make: Callable[[User], Form]
) -> None:
    form = make(billing_admin)
    make_payment(make_owner())  # the next payment under review
    first = send(desk, form, act_key=KEY)
    (said,) = first[1]
    assert said.startswith(form.done)
    events = PaymentEvent.objects.count()
    assert send(desk, form, act_key=KEY) == first
    assert PaymentEvent.objects.count() == events
    assert IdempotencyRecord.objects.get().account_id


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", FORMS)
def test_reused_key_with_other_values_is_refused(
    desk: Client, billing_admin: User, make: Callable[[User], Form]
) -> None:
    form = make(billing_admin)
    send(desk, form, act_key=KEY)
    events = PaymentEvent.objects.count()
    other = {name: f"{value} again" for name, value in form.words.items() if name not in ALSO_SENT}
    leads_to, said = send(desk, form, act_key=KEY, **other)
    assert said == [REUSED]
    assert leads_to == form.page
    assert PaymentEvent.objects.count() == events


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["", "x" * 300, "\x00", "not-a-key"])
def test_form_without_key_runs_each_time(desk: Client, billing_admin: User, key: str) -> None:
    form = approval(billing_admin)
    _, (done,) = send(desk, form, act_key=key)
    assert done.startswith("Approved.")
    _, (refused,) = send(desk, form, act_key=key)
    assert refused.startswith("Nothing was changed. This payment is no longer waiting")
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_key_is_bound_to_page_and_admin(desk: Client, billing_admin: User) -> None:
    one, other = approval(billing_admin), approval(billing_admin)
    send(desk, one, act_key=KEY)
    assert send(desk, other, act_key=KEY)[1][0].startswith("Approved.")
    second = Client()
    second.force_login(make_billing_admin())
    _, (refused,) = send(second, one, act_key=KEY)
    assert refused.startswith("Nothing was changed. This payment is no longer waiting")
    assert Payment.objects.filter(status="succeeded").count() == 2


def hold(name: str, held: Event, over: Event) -> None:
    """Hold a named lock, on this thread's own connection, until ``over`` is set."""
    try:
        with transaction.atomic():
            assert try_lock(name)
            held.set()
            assert over.wait(30)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_running_form_is_not_started_again(desk: Client, billing_admin: User) -> None:
    form = approval(billing_admin)
    name = f"POST {form.act} {billing_admin.pk}\n{KEY}"
    with ThreadPoolExecutor(1) as thread:
        held, over = Event(), Event()
        other = thread.submit(hold, name, held, over)
        assert held.wait(30)
        leads_to, (said,) = send(desk, form, act_key=KEY)
        over.set()
        other.result(30)
    assert said == RUNNING
    assert leads_to == form.page
    assert send(desk, form, act_key=KEY)[1][0].startswith("Approved.")
