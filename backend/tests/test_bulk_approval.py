"""Approving many payments at once: confirmed once, carried out by the worker, told by row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.exceptions import NotBillingAdmin
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.billing.services.decisions import Outcome
from igny8_core.business.bulk import services
from igny8_core.business.bulk.models import QUIET, BulkApproval
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from igny8_core.desk import bulk as desk_bulk
from tests.bulk import (
    QUEUE,
    START,
    approved_in_bulk,
    confirmation_of,
    page_of,
    reported,
    run,
    started,
    told,
)
from tests.database import assert_all_invariants_hold
from tests.factories import (
    account_of,
    client_of,
    make_billing_admin,
    make_owner,
    make_payment,
    reject,
)
from tests.roles import user_as
from tests.sizes import size
from tests.smtp import Mailbox, run_worker

pytestmark = pytest.mark.django_db
WAITING = f"{QUEUE}?status__exact=pending_approval"
REFRESH = 'http-equiv="refresh"'


@pytest.fixture
def three(catalog: None) -> list[Payment]:
    """Three accounts' payments under review."""
    return [make_payment(make_owner()) for _ in range(3)]


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return unescape(answer.content.decode())


# From the queue to the worker


@pytest.mark.django_db(transaction=True)
def test_worker_approves_what_is_confirmed(
    desk: Client,
    billing_admin: User,
    three: list[Payment],
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "SET", 2)
    approve_next = mock.Mock(wraps=services.approve_next)
    monkeypatch.setattr(services, "approve_next", approve_next)
    run_worker(mailbox.port)
    asked_to_review = len(mailbox.to(billing_admin.email))
    asked = desk.post(
        WAITING, {"action": "approve_selected", "_selected_action": [p.pk for p in three]}
    )
    assert "Approve 3 payments?" in text_of(asked)
    form = asked.context["form"]
    confirmed = {"act_key": form["act_key"].value(), "payments": form["payments"].value()}
    answer = desk.post(START, confirmed, follow=True)
    assert "0 of 3 approved" in text_of(answer)

    run_worker(mailbox.port)
    answer = desk.get(answer.redirect_chain[-1][0])
    assert "3 of 3 approved" in text_of(answer)
    assert reported(answer.content) == ["Approved"] * 3
    assert approve_next.call_count == 2  # a job each
    run_worker(mailbox.port)  # what the approvals have queued
    for payment in three:
        assert account_of(payment.submitted_by).status == "active"
        said = [str(mail["Subject"]) for mail in mailbox.to(payment.submitted_by.email)]
        assert any("Payment received" in subject for subject in said)
    assert len(mailbox.to(billing_admin.email)) == asked_to_review  # none about the own approval
    events = PaymentEvent.objects.filter(event="approve", actor=billing_admin)
    assert {event.payment_id for event in events} == {payment.pk for payment in three}
    assert {event.ip_address for event in events} == {"127.0.0.1"}
    assert_all_invariants_hold()


def test_all_pages_of_a_filter_are_selected(
    desk: Client, three: list[Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list offers it where there is another page, and the confirmation shows all."""
    monkeypatch.setattr("igny8_core.desk.payments.PaymentAdmin.list_per_page", 2)
    decided = make_payment(make_owner())
    reject(decided, make_billing_admin())
    assert "Select all 3 payments" in text_of(desk.get(WAITING))
    answer = desk.post(
        f"{WAITING}&method__id__exact={three[0].method_id}",
        {
            "action": "approve_selected",
            "_selected_action": [three[0].pk, three[1].pk],
            "select_across": "1",
        },
    )
    assert "Approve 3 payments?" in text_of(answer)
    ids = [payment.pk for payment, _flags in answer.context["rows"]]
    assert ids == [payment.pk for payment in three]


def test_more_than_can_be_approved_at_once_are_not_offered(
    desk: Client, three: list[Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("igny8_core.desk.payments.PaymentAdmin.list_per_page", 2)
    monkeypatch.setattr(desk_bulk, "MOST", 2)
    assert "Select all 3" not in text_of(desk.get(WAITING))
    monkeypatch.setattr(desk_bulk, "MOST", 3)
    assert "Select all 3" in text_of(desk.get(WAITING))
    assert "Select all 3" not in text_of(desk.get(f"{QUEUE}?all="))


def test_confirmation_has_a_constant_number_of_statements(
    desk: Client, three: list[Payment]
) -> None:
    def statements(payments: list[Payment]) -> int:
        body = {"action": "approve_selected", "_selected_action": [p.pk for p in payments]}
        with CaptureQueriesContext(connection) as queries:
            assert f"Approve {len(payments)} payment" in text_of(desk.post(WAITING, body))
        return len(queries)

    statements(three)  # loads what is cached from then on
    few = statements(three[:1])
    assert statements(three + [make_payment(make_owner()) for _ in range(9)]) == few


# Once


def test_confirmation_sent_twice_starts_one(desk: Client, three: list[Payment]) -> None:
    confirmed = confirmation_of(three)
    first, again = desk.post(START, confirmed), desk.post(START, confirmed)

    assert first["Location"] == again["Location"] == page_of(BulkApproval.objects.get())
    assert ProcrastinateJob.objects.filter(task_name=services.RUN).count() == 1
    run(BulkApproval.objects.get())
    assert desk.post(START, confirmed)["Location"] == first["Location"]
    assert ProcrastinateJob.objects.filter(task_name=services.RUN).count() == 1


def test_confirmation_with_other_payments_is_refused(desk: Client, three: list[Payment]) -> None:
    confirmed = confirmation_of(three[:2])
    desk.post(START, confirmed)
    answer = desk.post(START, {**confirmed, "payments": str(three[2].pk)}, follow=True)

    assert "already sent with different payments" in text_of(answer)
    assert [row.payment_id for row in BulkApproval.objects.get().rows.all()] == [
        payment.pk for payment in three[:2]
    ]


def test_key_of_another_admin_is_another_key(desk: Client, three: list[Payment]) -> None:
    confirmed = confirmation_of(three)
    desk.post(START, confirmed)
    other = client_of(make_billing_admin())
    other.post(START, confirmed, format="multipart")
    assert BulkApproval.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_confirmation_sent_twice_at_once_starts_one(
    billing_admin: User, three: list[Payment]
) -> None:
    key = uuid4()

    def start(_number: int) -> int:
        try:
            return services.start_bulk_approval(
                payment_ids=[payment.pk for payment in three],
                actor=Actor(user=billing_admin),
                key=key,
                now=utc_now(),
            ).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(start, range(4)))) == 1
    assert BulkApproval.objects.get().rows.count() == 3
    assert ProcrastinateJob.objects.filter(task_name=services.RUN).count() == 1


# The rights of the moment


def test_lost_right_refuses_the_remaining_rows(
    billing_admin: User, three: list[Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SET", 1)
    bulk = started(billing_admin, three)
    assert services.approve_next(bulk_id=bulk.pk, now=utc_now())
    billing_admin.groups.clear()
    run(bulk)

    assert told(bulk) == ["Approved", *["Only billing admins can do this."] * 2]
    assert list(bulk.rows.values_list("state", flat=True)) == ["approved", "refused", "refused"]
    assert bulk.finished_at is not None


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_admin_who_has_left_approves_nothing(
    billing_admin: User, three: list[Payment], change: dict[str, bool]
) -> None:
    bulk = started(billing_admin, three)
    User.objects.filter(pk=billing_admin.pk).update(**change)
    run(bulk)
    assert told(bulk) == ["Only billing admins can do this."] * 3


def test_missing_second_factor_is_told_by_row(
    billing_admin: User, three: list[Payment], settings: LazySettings
) -> None:
    bulk = started(billing_admin, three)
    settings.ADMIN_REQUIRE_SECOND_FACTOR = True
    run(bulk)
    assert told(bulk) == ["Set up a second factor at /admin/second-factor/ first."] * 3


def test_starting_needs_the_right(owner: User, three: list[Payment]) -> None:
    with pytest.raises(NotBillingAdmin):
        started(user_as("viewer", owner), three)
    assert not BulkApproval.objects.exists()


# Row by row


def test_payments_decided_meanwhile_are_told(
    billing_admin: User, three: list[Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SET", 1)
    bulk = started(billing_admin, [*three, make_payment(make_owner())])
    assert services.approve_next(bulk_id=bulk.pk, now=utc_now())
    reject(three[1], make_billing_admin())
    withdraw_payment(
        payment_id=three[2].pk,
        account=account_of(three[2].submitted_by),
        actor=Actor(user=three[2].submitted_by),
        now=utc_now(),
    )
    run(bulk)

    gone = "This payment is no longer waiting for a decision. It is"
    assert told(bulk) == ["Approved", f"{gone} rejected.", f"{gone} withdrawn.", "Approved"]


def test_own_payment_is_refused_and_others_are_approved(
    desk: Client, billing_admin: User, three: list[Payment]
) -> None:
    billing_admin.account = three[1].invoice.account
    billing_admin.save()
    answer = approved_in_bulk(desk, three)

    own = "This is your own account. Another billing admin has to decide."
    assert reported(answer.content) == ["Approved", own, "Approved"]


def test_two_admins_approve_in_bulk(three: list[Payment], settings: LazySettings) -> None:
    settings.BILLING_DUAL_CONTROL_ABOVE = 1
    first, second = make_billing_admin(), make_billing_admin()
    assert told(run(started(first, three))) == [services.FIRST_APPROVED] * 3
    assert (
        told(run(started(first, three)))
        == ["You already approved this payment. A second billing admin must approve it."] * 3
    )
    assert told(run(started(second, three))) == ["Approved"] * 3
    assert_all_invariants_hold()


def test_set_has_a_constant_number_of_own_statements(
    billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond what the decisions take."""

    def refuse(*, payment_ids: list[int], **_more: Any) -> list[Outcome]:
        return [Outcome(payment_id, refusal=NotBillingAdmin()) for payment_id in payment_ids]

    monkeypatch.setattr(services, "approve_payments", refuse)

    def statements(number: int) -> int:
        bulk = started(billing_admin, [make_payment(make_owner()) for _ in range(number)])
        with CaptureQueriesContext(connection) as queries:
            assert not services.approve_next(bulk_id=bulk.pk, now=utc_now())
        return len(queries)

    assert statements(1) == statements(12) == 8


# What the page tells


def test_page_tells_how_far_it_is(
    desk: Client, billing_admin: User, three: list[Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SET", 1)
    bulk = started(billing_admin, three)
    assert services.approve_next(bulk_id=bulk.pk, now=utc_now())
    page = text_of(desk.get(page_of(bulk)))
    assert '<progress class="desk-progress" value="1" max="3"' in page
    assert "1 of 3 done. This page reloads by itself until all are." in page
    assert REFRESH in page
    assert "Go on" not in page

    reject(three[1], make_billing_admin())
    run(bulk)
    page = text_of(desk.get(page_of(bulk)))
    assert "2 of 3 approved" in page
    assert "Finished " in page
    assert f"by {billing_admin}" in page
    assert REFRESH not in page
    assert "<script>" not in page
    assert f"{QUEUE}{three[1].pk}/change/" in page


def test_page_shows_only_those_not_approved(
    desk: Client, billing_admin: User, three: list[Payment]
) -> None:
    reject(three[1], make_billing_admin())
    bulk = run(started(billing_admin, three))
    answer = desk.get(f"{page_of(bulk)}?show=not_approved")
    assert reported(answer.content) == [
        "This payment is no longer waiting for a decision. It is rejected."
    ]
    assert "2 of 3 approved" in text_of(answer)
    all_fine = run(started(billing_admin, [make_payment(make_owner())]))
    assert "All are approved." in text_of(desk.get(f"{page_of(all_fine)}?show=not_approved"))


def test_stopped_approval_is_offered_to_go_on(
    desk: Client, billing_admin: User, three: list[Payment], owner: User
) -> None:
    bulk = started(billing_admin, three)
    ProcrastinateJob.objects.all().delete()
    BulkApproval.objects.update(active_at=utc_now() - QUIET - timedelta(seconds=1))
    page = text_of(desk.get(page_of(bulk)))
    assert "Nothing has happened since" in page
    assert "Go on" in page
    viewer = client_of(user_as("viewer", owner))
    assert "Go on" not in text_of(viewer.get(page_of(bulk)))

    answer = desk.post(f"{page_of(bulk)}go-on/", follow=True)
    assert "This page reloads by itself" in text_of(answer)
    assert ProcrastinateJob.objects.get().args == {"bulk_id": bulk.pk}
    run(bulk)
    desk.post(f"{page_of(bulk)}go-on/")
    assert ProcrastinateJob.objects.filter(task_name=services.RUN).count() == 1
    assert told(bulk) == ["Approved"] * 3


def test_unknown_bulk_approval_is_not_found(desk: Client, three: list[Payment]) -> None:
    assert desk.get(f"{QUEUE}bulk/999/").status_code == 404
    assert desk.post(f"{QUEUE}bulk/999/go-on/").status_code == 404


def test_page_has_a_constant_number_of_statements(desk: Client, billing_admin: User) -> None:
    def statements(number: int) -> int:
        bulk = run(started(billing_admin, [make_payment(make_owner()) for _ in range(number)]))
        with CaptureQueriesContext(connection) as queries:
            assert f"{number} of {number} approved" in text_of(desk.get(page_of(bulk)))
        return len(queries)

    statements(1)  # loads what is cached from then on
    assert statements(1) == statements(12)


def test_queue_leads_to_own_bulk_approvals(
    desk: Client, billing_admin: User, three: list[Payment]
) -> None:
    mine, other = started(billing_admin, three[:2]), started(make_billing_admin(), three[2:])
    assert f'href="{QUEUE}bulk/"' in text_of(desk.get(WAITING))
    page = text_of(desk.get(f"{QUEUE}bulk/"))
    assert page_of(mine) in page
    assert "0 of 2" in page
    assert "Not yet" in page
    assert page_of(other) not in page


# How long it is kept


def test_old_bulk_approvals_are_forgotten(
    billing_admin: User, three: list[Payment], settings: LazySettings
) -> None:
    settings.BILLING_BULK_RETENTION_DAYS = 30
    old, new = run(started(billing_admin, three[:1])), started(billing_admin, three[1:])
    old.confirmed_at = utc_now() - timedelta(days=31)
    old.save()
    services.forget_old_bulk_approvals(now=utc_now())

    assert BulkApproval.objects.get() == new
    assert PaymentEvent.objects.filter(payment=three[0], event="approve").exists()


# A thousand


@pytest.mark.sized
def test_a_thousand_are_approved_exactly_once(
    desk: Client, billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = size("BULK", quick=20, whole=services.MOST)
    monkeypatch.setattr(services, "SET", number // 10)
    payments = [make_payment(make_owner()) for _ in range(number)]
    answer = desk.post(START, confirmation_of(payments))
    bulk = run(BulkApproval.objects.get())

    page = desk.get(answer["Location"])
    assert f"{number} of {number} approved" in text_of(page)
    assert len(reported(page.content)) == number
    assert told(bulk) == ["Approved"] * number
    approved = PaymentEvent.objects.filter(event="approve", object_type="payment")
    assert approved.count() == len(set(approved.values_list("payment"))) == number
    assert OutgoingMail.objects.filter(kind="payment_approved").count() == number
    assert_all_invariants_hold()
