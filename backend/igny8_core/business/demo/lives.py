"""Customers with a past: what they, an admin and billing did, each at its own time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.borders import Anchor, border
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.periods import paid_until
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.demo.customers import confirm, register
from igny8_core.business.subscriptions.services.advance import advance
from igny8_core.business.subscriptions.services.customer import cancel_at_period_end
from igny8_core.common.clock import business_zone
from igny8_core.common.daily import A_DAY

AN_HOUR = timedelta(hours=1)
LATE, AFTER_A_PAUSE = 2, 4  # which renewals of a long life are paid so


@dataclass(frozen=True)
class Life:
    """A customer of the starter plan, and the admin who decides on their payments."""

    owner: User
    admin: User

    @classmethod
    def begun(cls, name: str, *, admin: User, at: datetime) -> "Life":
        """Sign up on the day before, and have the first month approved at that time."""
        registered = register(name, plan_slug="starter", now=at - A_DAY)
        Account.objects.filter(pk=registered.account.pk).update(created_at=at - A_DAY)
        life = cls(registered.user, admin)
        life.pay(at)
        return life

    @classmethod
    def paid_until(cls, name: str, *, admin: User, end: datetime) -> "Life":
        """Begin so that the paid time ends then: after a month, or two if none ends on that day."""
        months = 1 if _months_before(_months_before(end, 1), -1) == end else 2
        life = cls.begun(name, admin=admin, at=_months_before(end, months))
        if months > 1:
            life.pay(life.subscription_end() - A_DAY)
        return life

    def subscription_end(self) -> datetime:
        """Return when the time that is paid for ends."""
        live = Subscription.objects.filter(account__users=self.owner)
        return paid_until(live.get(status__in=LIVE_SUBSCRIPTION_STATUSES))

    def live(self, until: datetime) -> None:
        """Let billing take each step at the moment at which it is due."""
        account = Account.objects.get(users=self.owner)
        while (at := account.next_billing_step_at) and at <= until:
            advance(account_id=account.pk, now=at)
            account.refresh_from_db(fields=["next_billing_step_at"])

    def confirm(self, at: datetime) -> Payment:
        """Confirm what is to be paid then."""
        self.live(at)
        return confirm(self.owner, now=at)

    def pay(self, at: datetime) -> None:
        """Have what is to be paid approved at that time, an hour after its confirmation."""
        payment = self.confirm(at - AN_HOUR)
        self.live(at)
        approve_payment(
            payment_id=payment.pk,
            actor=Actor(user=self.admin),
            now=at,
            admin_notes="Found in the JazzCash statement.",
        )


def _months_before(end: datetime, months: int) -> datetime:
    """Return the border that is so many months before another one."""
    return border(Anchor(at=end, index=0, months=1), -months, business_zone())


def _renewal(name: str, admin: User, now: datetime) -> None:
    """A renewal is open; the paid time lasts a few days more."""
    Life.paid_until(name, admin=admin, end=now + 4 * A_DAY).live(now)


def _grace(name: str, admin: User, now: datetime) -> None:
    """The due day is over, and everything still works."""
    end = now - settings.BILLING_GRACE_DAYS * A_DAY
    Life.paid_until(name, admin=admin, end=end).live(now)


def _past_due(name: str, admin: User, now: datetime) -> None:
    """The final notice was sent."""
    end = now - (settings.BILLING_SUSPEND_AFTER_DAYS - 1) * A_DAY
    Life.paid_until(name, admin=admin, end=end).live(now)


def _suspended(name: str, admin: User, now: datetime) -> None:
    end = now - (settings.BILLING_SUSPEND_AFTER_DAYS + 5) * A_DAY
    Life.paid_until(name, admin=admin, end=end).live(now)


def _ended(name: str, admin: User, now: datetime) -> None:
    """Nobody paid; the plan has ended."""
    end = now - (settings.BILLING_END_AFTER_DAYS + 5) * A_DAY
    Life.paid_until(name, admin=admin, end=end).live(now)


def _reviewed(name: str, admin: User, now: datetime) -> None:
    """A confirmation of a renewal that is past due stops the clock."""
    end = now - (settings.BILLING_GRACE_DAYS + 6) * A_DAY
    life = Life.paid_until(name, admin=admin, end=end)
    life.confirm(now - 4 * A_DAY)
    life.live(now)


def _ahead(name: str, admin: User, now: datetime) -> None:
    """The next period is paid for, and hasn't begun."""
    life = Life.paid_until(name, admin=admin, end=now + 4 * A_DAY)
    life.pay(now - A_DAY)
    life.live(now)


def _ending(name: str, admin: User, now: datetime) -> None:
    """Cancelled at the end of the period; until then, everything works."""
    life = Life.paid_until(name, admin=admin, end=now + 12 * A_DAY)
    life.live(now - A_DAY)
    cancel_at_period_end(
        account=Account.objects.get(users=life.owner),
        reason="We close the shop at the end of the month.",
        actor=Actor(user=life.owner),
        now=now - A_DAY,
    )


STAGES: dict[str, Callable[[str, User, datetime], None]] = {
    "renewal": _renewal,
    "grace": _grace,
    "pastdue": _past_due,
    "suspended": _suspended,
    "ended": _ended,
    "reviewed": _reviewed,
    "ahead": _ahead,
    "ending": _ending,
}


def oldest_renewal(now: datetime, *, months: int) -> datetime:
    """Return a time before any life had a renewal.

    :param months: of a long life; 0 without one.
    """
    of_stages = (
        now - (settings.BILLING_END_AFTER_DAYS + 5 + settings.BILLING_RENEWAL_LEAD_DAYS) * A_DAY
    )
    return min(of_stages, _months_before(now, months))


def live_months(name: str, admin: User, now: datetime, *, months: int) -> None:
    """Live through months, each renewal paid on time but for a late one, and one after a pause."""
    life = Life.begun(name, admin=admin, at=_months_before(now, months))
    for number in range(1, months + 1):
        paid_at = life.subscription_end() + _days_late(number) * A_DAY
        if paid_at > now:
            break
        life.pay(paid_at)
    life.live(now)


def _days_late(number: int) -> int:
    """Return how many days after the paid time a renewal is paid."""
    late = settings.BILLING_GRACE_DAYS + 2
    paused = settings.BILLING_SUSPEND_AFTER_DAYS + 5
    return {LATE: late, AFTER_A_PAUSE: paused}.get(number, -2)
