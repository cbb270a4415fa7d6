"""Periods that an operator gives: nobody pays for them, so no payment brings their credits."""

from igny8_core.auth.models import Subscription
from igny8_core.business.billing.enums import CreditKind, EventName, ObjectType
from igny8_core.business.billing.models import PaymentEvent, Period
from igny8_core.business.billing.periods import border
from igny8_core.business.billing.services.credits import move_credits
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.subscriptions.days import day_in_words
from igny8_core.common.clock import business_day


def begin_given_period(
    subscription: Subscription, *, index: int, recorder: TransitionRecorder
) -> None:
    """Let a given period run, by the present terms; the caller saves ``BEGUN``.

    Its credits come with it: the period begins once, so they are granted once. Nothing expires by
    it, whatever the plan says: a gift takes nothing.
    """
    start, end = border(subscription, index), border(subscription, index + 1)
    subscription.current_index = index
    subscription.current_period_start, subscription.current_period_end = start, end
    recorder.changes.add(
        Period(
            subscription=subscription,
            index=index,
            starts_at=start,
            ends_at=end,
            created_at=recorder.now,
        )
    )
    first = day_in_words(business_day(start))
    move_credits(
        changes=recorder.changes,
        account=subscription.account,
        amount=subscription.promised.included_credits,
        kind=CreditKind.ADJUSTMENT,
        description=f"{subscription.promised} plan, free of charge from {first}",
        now=recorder.now,
    )


def has_given_period(subscription: Subscription) -> bool:
    """Tell whether a period was given that hasn't begun yet."""
    given = PaymentEvent.objects.filter(
        event=EventName.COMP, object_type=ObjectType.SUBSCRIPTION, object_id=subscription.pk
    )
    begun = Period.objects.filter(subscription=subscription, invoice=None)
    return begun.count() < given.count()
