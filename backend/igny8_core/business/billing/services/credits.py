"""The credit ledger: adding an entry updates the cached balance, in both pockets."""

from datetime import datetime

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.billing.models import CreditTransaction, Payment
from igny8_core.business.billing.services.changes import Changes


def move_credits(
    *,
    changes: Changes,
    account: Account,
    amount: int,
    kind: CreditKind,
    description: str,
    now: datetime,
    payment: Payment | None = None,
    of_plan: int = 0,
) -> None:
    """Add a ledger entry and bring the balance along.

    :param account: locked by the caller, or made in this transaction.
    :param amount: credits (not money), negative when taken; 0 writes nothing.
    :param of_plan: how many of those that come a plan brings; what goes is taken from these first.
    Writing the changes raises ``IntegrityError`` if the payment has moved its credits already, or
    the balance would fall below 0.
    """
    if amount == 0:
        return
    plan_amount = of_plan if amount > 0 else max(amount, -account.plan_credits)
    account.credits += amount
    account.plan_credits += plan_amount
    changes.save(account, "credits", "plan_credits")
    changes.add(
        CreditTransaction(
            account=account,
            kind=kind,
            amount=amount,
            plan_amount=plan_amount,
            balance_after=account.credits,
            description=description,
            payment=payment,
            created_at=now,
        )
    )


def expire_credits(
    *,
    changes: Changes,
    account: Account,
    kept: int,
    description: str,
    now: datetime,
    payment: Payment | None = None,
) -> None:
    """Let the plan's credits expire that are more than ``kept``.

    :param account: locked by the caller.
    :param payment: what paid for the period that begins, if one does.
    """
    move_credits(
        changes=changes,
        account=account,
        amount=min(0, kept - account.plan_credits),
        kind=CreditKind.EXPIRY,
        description=description,
        now=now,
        payment=payment,
    )
