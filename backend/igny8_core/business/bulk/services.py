"""Approving many payments at once: confirmed in a request, carried out by the worker in sets.

Each set is one transaction: the decisions, and what is told of each row. So a job that dies, or
runs twice, goes on with what still waits, and decides on nothing twice.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app

from igny8_core.auth.actors import Actor
from igny8_core.auth.rights import require
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.rights import DECIDE
from igny8_core.business.billing.services.decisions import Outcome, approve_payments
from igny8_core.business.bulk.exceptions import ConfirmationReused, NotThatMany
from igny8_core.business.bulk.models import BulkApproval, BulkApprovalRow, RowState
from igny8_core.common.rows import update_rows
from igny8_core.common.transactions import commit_or_retry, is_contention, is_database_away

QUEUE = "bulk"
RUN = "run_bulk_approval"
MOST = 1000  # payments at once
SET = 100  # payments in one transaction
APPROVED = "Approved"
FIRST_APPROVED = "First approval recorded: a second admin must approve it."
BUSY = "Not approved: someone else is changing this account. Try again."
FAILED = "Not approved: it could not be saved. Open it and approve it on its own."

logger = logging.getLogger(__name__)


@transaction.atomic
def start_bulk_approval(
    *, payment_ids: Sequence[int], actor: Actor, key: UUID, now: datetime
) -> BulkApproval:
    """Queue the approval of payments; the same confirmation again returns what it has started.

    :param key: of the confirmation.
    :raises NotThatMany: if there is no payment, or there are more than ``MOST``.
    :raises NotBillingAdmin, SecondFactorRequired: if the actor may not decide on payments.
    :raises ConfirmationReused: if the key came with other payments.
    """
    require(actor.user, DECIDE)
    found = Payment.objects.filter(pk__in=payment_ids).order_by("submitted_at", "pk")
    known = list(found.values_list("pk", flat=True)[: MOST + 1])
    if not 1 <= len(known) <= MOST:
        raise NotThatMany(most=MOST)
    bulk, is_new = BulkApproval.objects.get_or_create(
        confirmed_by=actor.user,
        key=key,
        defaults={"ip_address": actor.ip_address, "confirmed_at": now, "active_at": now},
    )
    if is_new:
        rows = [BulkApprovalRow(bulk=bulk, payment_id=payment_id) for payment_id in known]
        BulkApprovalRow.objects.bulk_create(rows)
        _defer(bulk)
    elif set(known) != set(bulk.rows.values_list("payment_id", flat=True)):
        raise ConfirmationReused
    return bulk


@transaction.atomic
def go_on(*, bulk_id: int, now: datetime) -> None:
    """Queue a bulk approval again, unless a job is at it, or it is finished."""
    bulk = _take(bulk_id)
    if bulk and bulk.finished_at is None:
        bulk.active_at = now
        bulk.save(update_fields=["active_at"])
        _defer(bulk)


def _defer(bulk: BulkApproval) -> None:
    app.configure_task(RUN, queue=QUEUE).defer(bulk_id=bulk.pk)


def approve_next(*, bulk_id: int, now: datetime) -> bool:
    """Decide on the next set of a bulk approval, with the rights of its admin at this moment.

    What can't be decided together is tried one by one: no row stops the others.

    :returns: whether others still wait; not if another job is at it.
    :raises django.db.OperationalError: if the database can't be reached.
    """
    waiting = BulkApprovalRow.objects.filter(bulk=bulk_id, state=RowState.WAITING).order_by("pk")
    row_ids = list(waiting.values_list("pk", flat=True)[:SET])
    if not row_ids:
        return False
    try:
        return commit_or_retry(lambda: _decide(bulk_id, row_ids, now))
    except Exception as error:
        _raise_if_away(error)
        logger.exception("A set of a bulk approval failed: its rows are tried one by one")
    return all(_decide_alone(bulk_id, row_id, now) for row_id in row_ids)


def forget_old_bulk_approvals(*, now: datetime) -> None:
    """Delete reports whose time is over; the audit trail keeps what was decided."""
    before = now - timedelta(days=settings.BILLING_BULK_RETENTION_DAYS)
    BulkApproval.objects.filter(confirmed_at__lt=before).delete()


def _decide_alone(bulk_id: int, row_id: int, now: datetime) -> bool:
    try:
        return commit_or_retry(lambda: _decide(bulk_id, [row_id], now))
    except Exception as error:
        _raise_if_away(error)
        logger.exception("A payment of a bulk approval failed")
        failed = BUSY if is_contention(error) else FAILED
    return commit_or_retry(lambda: _give_up(bulk_id, row_id, failed, now))


def _raise_if_away(error: Exception) -> None:
    """Leave what needs the database to the job's next attempt: the rows still wait."""
    if is_database_away(error):
        raise error


def _decide(bulk_id: int, row_ids: Sequence[int], now: datetime) -> bool:
    """Decide on rows that still wait; return whether others do, not if another job is at it."""
    bulk = _take(bulk_id)
    if bulk is None:
        return False
    rows = _waiting(bulk, row_ids)
    payment_ids = [row.payment_id for row in rows]
    outcomes = approve_payments(payment_ids=payment_ids, actor=bulk.actor, now=now)
    told = {outcome.payment_id: _told(outcome) for outcome in outcomes}
    for row in rows:
        row.state, row.detail = told[row.payment_id]
    return _write(bulk, rows, now)


def _give_up(bulk_id: int, row_id: int, detail: str, now: datetime) -> bool:
    bulk = _take(bulk_id)
    if bulk is None:
        return False
    rows = _waiting(bulk, [row_id])
    for row in rows:
        row.state, row.detail = RowState.FAILED, detail
    return _write(bulk, rows, now)


def _take(bulk_id: int) -> BulkApproval | None:
    """Lock a bulk approval: before the rows that its decisions lock; None if another job has it."""
    unlocked = BulkApproval.objects.select_for_update(of=("self",), skip_locked=True)
    return unlocked.select_related("confirmed_by").filter(pk=bulk_id).first()


def _waiting(bulk: BulkApproval, row_ids: Sequence[int]) -> list[BulkApprovalRow]:
    return list(bulk.rows.filter(pk__in=row_ids, state=RowState.WAITING).order_by("pk"))


def _write(bulk: BulkApproval, rows: Sequence[BulkApprovalRow], now: datetime) -> bool:
    """Write what has become of rows; return whether others wait, else it is finished."""
    for row in rows:
        row.decided_at = now
    update_rows(rows, ["state", "detail", "decided_at"])
    bulk.active_at = now
    if bulk.finished_at is None and not bulk.rows.filter(state=RowState.WAITING).exists():
        bulk.finished_at = now
    bulk.save(update_fields=["active_at", "finished_at"])
    return bulk.finished_at is None


def _told(outcome: Outcome) -> tuple[RowState, str]:
    """Say what became of a payment, for its row."""
    if outcome.decision is None:
        return RowState.REFUSED, outcome.refusal.detail if outcome.refusal else FAILED
    if outcome.decision.awaits_second_admin:
        return RowState.FIRST_APPROVED, FIRST_APPROVED
    return RowState.APPROVED, APPROVED
