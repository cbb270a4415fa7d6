"""What a run of billing would do: nothing is locked, and nothing is written."""

from collections.abc import Iterator
from datetime import datetime

from igny8_core.auth.models import Account
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.forecast import after, delivered
from igny8_core.business.subscriptions.next_step import next_look, next_step
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.steps import Step
from igny8_core.common.transactions import one_moment

SET = 500  # accounts whose rows are read together


@one_moment()
def forecast_billing(
    *, now: datetime, as_of: datetime, account_id: int | None = None
) -> list[tuple[int, datetime, Step]]:
    """Return the steps that come up to a time, if nobody pays, claims or decides until then.

    :param as_of: ``now``, or later.
    :returns: with the account's id and the instant at which it is due, by account.
    """
    due = Account.objects.filter(next_billing_step_at__lte=as_of, parked_at=None)
    if account_id is not None:
        due = due.filter(pk=account_id)
    ids = list(due.order_by("next_billing_step_at", "pk").values_list("pk", flat=True))
    return [
        (pk, at, step)
        for first in range(0, len(ids), SET)
        for pk, facts in facts_of_accounts(ids[first : first + SET]).items()
        for at, step in _coming(facts, now, as_of)
    ]


def _coming(facts: BillingFacts, now: datetime, as_of: datetime) -> Iterator[tuple[datetime, Step]]:
    facts = delivered(facts, facts.today(now))
    while (look := next_look(facts, now)) and look <= as_of and (step := next_step(facts, look)):
        yield look, step
        facts, now = after(facts, step, look), look
