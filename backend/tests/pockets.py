"""The two pockets of an account's credits, in tests."""

from datetime import datetime

from django.db import connection

from igny8_core.auth.models import Plan, User
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.pockets import Pockets
from tests.factories import account_of, record_credits


def pockets_of(owner: User) -> Pockets:
    account = account_of(owner)
    return Pockets(account.plan_credits, account.credits - account.plan_credits)


def set_rule(slug: str, rule: str, kept: int | None = None) -> None:
    """Let a plan say what becomes of unused credits."""
    Plan.objects.filter(slug=slug).update(credits_at_renewal=rule, credits_kept_up_to=kept)


def give(owner: User, amount: int, now: datetime) -> None:
    """Give credits, or take them if less than 0: as using them does."""
    record_credits(
        account=account_of(owner),
        amount=amount,
        kind=CreditKind.ADJUSTMENT,
        description="Given" if amount > 0 else "Used",
        now=now,
    )


def ledger_of(owner: User) -> list[tuple[str, int, int]]:
    """Return kind, amount and the plan's part of each entry, oldest first."""
    entries = CreditTransaction.objects.filter(account__users=owner).order_by("pk")
    return list(entries.values_list("kind", "amount", "plan_amount"))


def forget_pockets() -> None:
    """Make all credits those of a time before there were pockets."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE igny8_auth_account SET plan_credits = 0")
        cursor.execute("UPDATE billing_credittransaction SET plan_amount = 0")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
