"""The night's pass over all accounts: it finds those at which billing would look too late."""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import partial

from django.db.models import Q

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.auth.selectors import lock_account
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.next_step import next_look
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.common.transactions import commit_or_retry

SET = 500  # accounts whose rows are read together

logger = logging.getLogger(__name__)


def correct_looks(*, now: datetime) -> list[int]:
    """Let billing look now at every account with a step that it would find too late.

    :returns: the ids of these accounts; each is logged as an error.
    """
    late = _accounts_that_seem_late(now)
    return [pk for pk in late if commit_or_retry(partial(_correct, pk, now))]


def look_at_customers_of(*, plan_id: int, now: datetime) -> None:
    """Let billing look now at every account that has a plan: its price has changed."""
    having = Subscription.objects.filter(plan=plan_id, status__in=LIVE_SUBSCRIPTION_STATUSES)
    accounts = Account.objects.filter(pk__in=having.values("account"))
    in_order = accounts.order_by("pk").select_for_update(no_key=True)  # as those who approve lock
    Account.objects.filter(pk__in=in_order.values("pk")).update(next_billing_step_at=now)


def is_late(facts: BillingFacts | None, kept: datetime | None, now: datetime) -> bool:
    """Tell whether a step is due before billing looks; always if the rows can't be read.

    :param kept: when it looks.
    """
    if facts is None:
        return True
    due = next_look(facts, now)
    return due is not None and (kept is None or kept > due)


def readable_facts(account_ids: Collection[int]) -> dict[int, BillingFacts | None]:
    """Read the facts of accounts; None for those whose rows contradict each other."""
    try:
        return {**facts_of_accounts(account_ids)}
    except (LookupError, ValueError):
        if len(account_ids) == 1:
            return dict.fromkeys(account_ids)
    ids = sorted(account_ids)
    middle = len(ids) // 2
    return readable_facts(ids[:middle]) | readable_facts(ids[middle:])


def _accounts_that_seem_late(now: datetime) -> Iterator[int]:
    """Yield their ids; they are read in sets, and without locks."""
    live = Subscription.objects.exclude(status=SubscriptionStatus.CANCELLED)
    accounts = (
        Account.objects.filter(Q(pk__in=live.values("account")) | Q(plan_credits__gt=0))
        .filter(parked_at=None)
        .exclude(status=AccountStatus.CANCELLED)
        .order_by("pk")
        .values_list("pk", "next_billing_step_at")
    )
    last = 0
    while kept := dict(accounts.filter(pk__gt=last)[:SET]):
        found = readable_facts(kept)
        yield from (pk for pk in kept if is_late(found.get(pk), kept[pk], now))
        last = max(kept)


def _correct(account_id: int, now: datetime) -> bool:
    """Let billing look at an account now, unless an act has set that right meanwhile."""
    account = lock_account(account_id=account_id)
    kept, facts = account.next_billing_step_at, readable_facts([account_id])[account_id]
    if not is_late(facts, kept, now):
        return False
    logger.error("Billing would have looked at account %s at %s, too late", account_id, kept)
    account.next_billing_step_at = now
    account.save(update_fields=["next_billing_step_at", "updated_at"])
    return True
