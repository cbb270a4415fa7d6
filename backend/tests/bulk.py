"""Bulk approvals as admins start them: confirmed at the desk, carried out by the worker."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any
from uuid import uuid4

from django.test import Client

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.business.bulk import services
from igny8_core.business.bulk.models import BulkApproval
from igny8_core.common.clock import utc_now

QUEUE = "/admin/billing/payment/"
START = f"{QUEUE}bulk/start/"


def confirmation_of(payments: Sequence[Payment]) -> dict[str, Any]:
    """Return a confirmed form, as the page of these payments has it."""
    return {
        "act_key": str(uuid4()),
        "payments": ",".join(str(payment.pk) for payment in payments),
    }


def started(admin: User, payments: Sequence[Payment]) -> BulkApproval:
    """Return a bulk approval that waits for the worker."""
    return services.start_bulk_approval(
        payment_ids=[payment.pk for payment in payments],
        actor=Actor(user=admin, ip_address="203.0.113.9"),
        key=uuid4(),
        now=utc_now(),
    )


def run(bulk: BulkApproval) -> BulkApproval:
    """Do what the worker's job does; return the bulk approval as it is then."""
    while services.approve_next(bulk_id=bulk.pk, now=utc_now()):
        pass
    bulk.refresh_from_db()
    return bulk


def page_of(bulk: BulkApproval) -> str:
    return f"{QUEUE}bulk/{bulk.pk}/"


def told(bulk: BulkApproval) -> list[str]:
    """Return what is told of each row, in order."""
    return [row.detail or row.get_state_display() for row in bulk.rows.all()]


def reported(page: bytes) -> list[str]:
    """Return the page's result for each payment, in order."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.decode(), re.DOTALL)
    cells = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [unescape(re.sub("<[^>]+>", "", row[-1])) for row in cells if row]


def approved_in_bulk(client: Client, payments: Sequence[Payment]) -> Any:
    """Confirm the approval of payments, let the job run, and return the report's page."""
    answer = client.post(START, confirmation_of(payments))
    assert answer.status_code == 302, answer.content
    run(BulkApproval.objects.latest("pk"))
    return client.get(answer["Location"])
