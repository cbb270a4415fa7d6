"""The reminders that were taken, and what became of their mails."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F

from igny8_core.business.billing.borders import day_of
from igny8_core.business.billing.dunning import DunningPlan, ReminderKind
from igny8_core.business.billing.enums import InvoiceStatus
from igny8_core.business.billing.models import Invoice
from igny8_core.business.subscriptions.facts import MailState, Sent
from igny8_core.business.subscriptions.models import DunningStep
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail

UNTRIED = timedelta(days=1)  # then a mail fails that nobody has tried to send


@dataclass(frozen=True)
class Deadline:
    """What reminders are taken for: a due day, and the hold before it, if there is one."""

    due_date: date
    hold_until: date | None

    def __str__(self) -> str:
        return ":".join(str(day) for day in (self.due_date, self.hold_until) if day)

    def first_day(self, kind: ReminderKind, plan: DunningPlan) -> date:
        """Return the first day on which a reminder may be taken."""
        offsets = (item.offset for item in plan.reminders if item.kind == kind)
        first_day = self.due_date + timedelta(days=next(offsets, 0))
        return max(first_day, self.hold_until or first_day)


@dataclass(frozen=True)
class Taken:
    """A reminder, and what became of its mails, of which one is enough.

    :param told_at: when it went out; for what was skipped, and while its mail waits for the first
        attempt, when it was taken.
    """

    step: DunningStep
    told_at: datetime
    mail: MailState = MailState.SENT

    def sent(self, zone: ZoneInfo, *, deadline: Deadline, plan: DunningPlan) -> Sent:
        """Return it as a fact.

        What was taken for the present deadline wasn't taken before its day, though the business
        has moved to a zone in which that day hadn't begun.

        :param deadline, plan: of its invoice.
        """
        kind, day = ReminderKind(self.step.kind), day_of(self.told_at, zone)
        if _deadline(self.step.about) == str(deadline):
            day = max(day, deadline.first_day(kind, plan))
        return Sent(kind, day, self.mail)


def reminders_of(account_ids: Collection[int]) -> dict[int, list[Taken]]:
    """Read the reminders about the invoices of accounts that aren't paid, oldest first.

    :returns: by the account's id; those without are left out.
    """
    steps = list(
        DunningStep.objects.filter(invoice__account__in=account_ids)
        .exclude(invoice__status=InvoiceStatus.PAID)
        .annotate(owner=F("invoice__account"))
        .order_by("pk")
    )
    mails = _mails_of(steps)
    taken: defaultdict[int, list[Taken]] = defaultdict(list)
    for step in steps:
        taken[step.owner].append(_taken(step, mails[step.mail_key]))
    return dict(taken)


def about(
    *, kind: str, invoice: Invoice, hold_until: date | None, reminders: Iterable[Taken]
) -> str:
    """Return what the next reminder of a kind is about: see ``DunningStep``.

    :param reminders: of the account.
    """
    deadline = str(Deadline(invoice.due_date, hold_until))
    earlier = [
        item
        for item in reminders
        if (item.step.kind, item.step.invoice_id) == (kind, invoice.pk)
        and _deadline(item.step.about) == deadline
    ]
    return f"{deadline}#{len(earlier) + 1}" if earlier else deadline


def _deadline(about: str) -> str:
    return about.partition("#")[0]


def _mails_of(steps: Iterable[DunningStep]) -> defaultdict[str, list[OutgoingMail]]:
    mails: defaultdict[str, list[OutgoingMail]] = defaultdict(list)
    keys = [step.mail_key for step in steps if not step.is_skipped]
    if keys:
        for mail in OutgoingMail.objects.filter(key__in=keys).order_by("sent_at", "pk"):
            mails[mail.key].append(mail)
    return mails


def _taken(step: DunningStep, mails: Sequence[OutgoingMail]) -> Taken:
    """Return what became of a reminder; mails are deleted after a time."""
    sent = next((mail for mail in mails if mail.sent_at), None)
    if sent and sent.sent_at and _was_late(sent, sent.sent_at):
        return Taken(step, max(sent.sent_at, step.created_at))
    if sent or not mails:
        return Taken(step, step.created_at)
    waiting = [mail for mail in mails if mail.is_waiting]
    if not waiting:
        return Taken(step, step.created_at, MailState.DROPPED)
    state = MailState.FAILING if all(map(fails, waiting)) else MailState.SENT
    return Taken(step, step.created_at, state)


def fails(mail: OutgoingMail) -> bool:
    """Tell whether a mail was tried in vain, or not at all; the server's clock tells how long.

    If it goes out after all, it counts from then on.
    """
    return mail.attempts > 0 or _is_overdue(mail, utc_now())


def _was_late(mail: OutgoingMail, sent_at: datetime) -> bool:
    return mail.attempts > 1 or _is_overdue(mail, sent_at)


def _is_overdue(mail: OutgoingMail, at: datetime) -> bool:
    return mail.created_at < at - UNTRIED
