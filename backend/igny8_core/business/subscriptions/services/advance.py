"""Taking all steps that are due for an account."""

from datetime import datetime

from igny8_core.business.billing.selectors.locks import lock_billing_of_account
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.subscriptions.bounds import TooManySteps
from igny8_core.business.subscriptions.next_step import next_look, next_step
from igny8_core.business.subscriptions.reading import histories_of
from igny8_core.business.subscriptions.services.steps import Steps
from igny8_core.business.subscriptions.steps import Step
from igny8_core.common.transactions import in_transaction

MOST_STEPS = 12


@in_transaction
def advance(*, account_id: int, now: datetime) -> list[Step]:
    """Take every step that is due for an account, and say when to look at it again.

    A parked account stays as it is.

    :returns: the steps, in the order in which they were taken.
    :raises OutOfBounds: if there are more than billing may take by itself.
    :raises Account.DoesNotExist: if there is no such account.
    """
    billing = lock_billing_of_account(account_id=account_id)
    if billing.account.parked_at:
        return []
    taken: list[Step] = []
    with written_together() as changes:
        history = histories_of([account_id])[account_id]
        steps = Steps(billing=billing, history=history, changes=changes, now=now)
        while step := next_step(steps.facts, now):
            if len(taken) == MOST_STEPS:
                raise TooManySteps
            steps.take(step)
            taken.append(step)
        changes.look_again(account_id, next_look(steps.facts, now))
    return taken
