"""What customers do about their subscription."""

from datetime import datetime

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account
from igny8_core.business.subscriptions.current import Current


def cancel_at_period_end(*, account: Account, reason: str, actor: Actor, now: datetime) -> Current:
    """End the plan with the time that is paid for."""
    raise NotImplementedError


def keep(*, account: Account, actor: Actor, now: datetime) -> Current:
    """Take a cancellation back."""
    raise NotImplementedError


def choose_next_plan(
    *, account: Account, plan_slug: str, offer: str, actor: Actor, now: datetime
) -> Current:
    """Choose the plan of the next period."""
    raise NotImplementedError


def drop_next_plan(*, account: Account, actor: Actor, now: datetime) -> Current:
    """Take the choice of the next plan back."""
    raise NotImplementedError


def renew_early(*, account: Account, actor: Actor, now: datetime) -> Current:
    """Issue the next period's invoice now."""
    raise NotImplementedError
