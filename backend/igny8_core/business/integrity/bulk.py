"""Checks of bulk approvals: what their reports tell is what was done."""

from igny8_core.business.billing.enums import EventName
from igny8_core.business.bulk.models import RowState
from igny8_core.business.integrity.found import selected

# A row is written in the transaction of its decision, with the same time.
TOLD_WITHOUT_EVENT = """
SELECT r.id FROM bulk_bulkapprovalrow r JOIN bulk_bulkapproval b ON b.id = r.bulk_id
JOIN unnest(%s::text[], %s::text[]) AS told(state, event) ON told.state = r.state
WHERE NOT EXISTS (
    SELECT 1 FROM billing_paymentevent e
    WHERE e.payment_id = r.payment_id AND e.event = told.event
    AND e.actor_id = b.confirmed_by_id AND e.created_at = r.decided_at)
ORDER BY r.id
"""

FINISHED_OR_NOT = """
SELECT b.id FROM bulk_bulkapproval b
WHERE (b.finished_at IS NULL) <> EXISTS (
    SELECT 1 FROM bulk_bulkapprovalrow r WHERE r.bulk_id = b.id AND r.state = %s)
ORDER BY b.id
"""


def approvals_told_that_never_were() -> list[str]:
    """Find rows that tell of an approval without its event."""
    told = {
        RowState.APPROVED: EventName.APPROVE,
        RowState.FIRST_APPROVED: EventName.FIRST_APPROVE,
    }
    return selected("bulk approval row", TOLD_WITHOUT_EVENT, [list(told), list(told.values())])


def neither_finished_nor_waiting() -> list[str]:
    """Find bulk approvals that are finished although rows wait, or the other way round."""
    return selected("bulk approval", FINISHED_OR_NOT, [RowState.WAITING])


CHECKS = {
    "every approval that a bulk approval reports was given": approvals_told_that_never_were,
    "a bulk approval is finished once none of its rows waits": neither_finished_nor_waiting,
}
