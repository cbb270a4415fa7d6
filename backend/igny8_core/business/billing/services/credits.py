"""The credit ledger: adding an entry updates the cached balance."""

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
) -> None:
    """Add a ledger entry and bring the balance along.

    :param account: locked by the caller, or made in this transaction.
    :param amount: credits (not money), negative when taken; 0 writes nothing.
    Writing the changes raises ``IntegrityError`` if the payment has moved its credits already, or
    the balance would fall below 0.
    """
    if amount == 0:
        return
    account.credits += amount
    changes.save(account, "credits")
    changes.add(
        CreditTransaction(
            account=account,
            kind=kind,
            amount=amount,
            balance_after=account.credits,
            description=description,
            payment=payment,
            created_at=now,
        )
    )
