"""The two pockets of an account's credits, and what is in them if a payment is undone.

What plans bring is in the plan's pocket, from which is taken first, and which may expire. All other
credits are kept until they are used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import CreditKind

# What takes credits when a payment's period begins: its plan's rule, and days that were credited
GONE = {CreditKind.EXPIRY, CreditKind.ADJUSTMENT}


class Pockets(NamedTuple):
    """Credits that a plan brought, and all others; less than 0: more was used than there was."""

    plan: int
    own: int

    @property
    def total(self) -> int:
        return self.plan + self.own


@dataclass(frozen=True)
class Entry:
    """An entry of an account's ledger.

    :param terms: what the invoice promised, if it is of a payment.
    :param is_undone: whether that payment was reversed.
    """

    kind: CreditKind
    amount: int
    plan_amount: int
    payment_id: int | None
    terms: PlanTerms | None
    is_undone: bool


def replayed(entries: Iterable[Entry]) -> Pockets:
    """Return what is in the pockets after these entries, oldest first.

    What expires is decided anew: it may be more or less without the entries that were left out.
    """
    plan = own = 0
    for entry in entries:
        if entry.terms and entry.kind != CreditKind.ADJUSTMENT:  # its period begins
            plan = entry.terms.credits_kept(plan)
        elif entry.kind == CreditKind.EXPIRY:
            plan = 0
        if entry.kind == CreditKind.EXPIRY:
            continue
        of_plan = max(entry.amount, -plan) if entry.amount < 0 else entry.plan_amount
        plan += of_plan
        own += entry.amount - of_plan
    return Pockets(plan, own)


def change_by_undoing(payment_id: int, entries: Sequence[Entry], present: Pockets) -> Pockets:
    """Return what comes to the pockets if a payment is undone: less than 0 is to be taken.

    Then there are as many credits as if its period had not begun. No more is taken than it brought,
    and no more comes back than went because it began. What is taken is taken from the plan's
    pocket first.
    """
    moved = [entry for entry in entries if entry.payment_id == payment_id]
    brought = sum(entry.amount for entry in moved if entry.kind == CreditKind.PLAN_GRANT)
    gone = -sum(entry.amount for entry in moved if entry.kind in GONE)
    without = replayed(
        entry for entry in entries if not entry.is_undone and entry.payment_id != payment_id
    )
    total = min(max(without.total - present.total, -brought), gone)
    if total < 0:
        plan = max(total, -present.plan)
    else:
        plan = min(max(without.plan - present.plan, 0), total)
    return Pockets(plan, total - plan)
