"""What an act changes, written together: each row once, and all of them in one statement."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Model

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES
from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import InvoiceStatus
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.common.rows import Batch, write_rows

WRITTEN_IN_ORDER: tuple[type[Model], ...] = (Payment, Invoice, Subscription, Account)


@dataclass
class _Saved:
    """Rows of one model with all that an act changes about them."""

    rows: dict[int, Model] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def in_order(self) -> tuple[list[Model], list[Model]]:
        """Let subscriptions end, and invoices close, before others begin or open."""
        ended: list[Model] = []
        begun: list[Model] = []
        for row in self.rows.values():
            (begun if _is_one_at_a_time(row) else ended).append(row)
        return ended, begun


class Changes:
    """What an act changes: collected while it decides, then written.

    Its objects are changed at once, so whatever the act decides next follows from that.
    """

    def __init__(self) -> None:
        self._saved = {model: _Saved() for model in WRITTEN_IN_ORDER}
        self._added: list[Model] = []
        self._removed: list[Model] = []
        self._looks: dict[int, datetime | None] = {}
        self._notices: list[emails.Notice] = []
        self._afterwards: list[Callable[[], None]] = []

    def save(self, obj: Model, *names: str) -> None:
        """Save these fields of a locked row, as they are in the end."""
        saved = self._saved[type(obj)]
        if saved.rows.setdefault(obj.pk, obj) is not obj:
            message = f"{obj!r} was read twice: one of the two would be lost."
            raise ValueError(message)
        saved.names.update(names)

    def add(self, row: Model) -> None:
        """Add a row that nothing else of the act refers to, in the order given."""
        self._added.append(row)

    def remove(self, row: Model) -> None:
        """Remove a row that nothing refers to."""
        self._removed.append(row)

    def look_again(self, account_id: int, at: datetime | None) -> None:
        """Say when billing has to look at a locked account again; the last word counts."""
        self._looks[account_id] = at

    def tell(self, notice: emails.Notice) -> None:
        """Queue an email to a customer."""
        self._notices.append(notice)

    def afterwards(self, follow: Callable[[], None]) -> None:
        """Call this when all is written, in the same transaction."""
        self._afterwards.append(follow)

    def write(self) -> None:
        """Write everything: all rows with one statement, unless some have to be first."""
        others = self._set_looks()
        for model, removed in _by_model(self._removed).items():
            model._default_manager.filter(pk__in=[row.pk for row in removed]).delete()
        first, then = [Batch(added) for added in _by_model(self._added).values()], list[Batch]()
        for saved in self._saved.values():
            before, after = (Batch(rows, frozenset(saved.names)) for rows in saved.in_order())
            first.append(before if before.rows else after)
            then.append(after if before.rows else before)
        write_rows(*first)
        write_rows(*then)
        for at, account_ids in others.items():
            Account.objects.filter(pk__in=account_ids).update(next_billing_step_at=at)
        emails.tell(self._notices)
        for follow in self._afterwards:
            follow()

    def _set_looks(self) -> dict[datetime | None, list[int]]:
        """Set them with what else is saved of the accounts; return those of all others."""
        others: defaultdict[datetime | None, list[int]] = defaultdict(list)
        saved = self._saved[Account].rows
        for account_id, at in self._looks.items():
            if account := saved.get(account_id):
                account.next_billing_step_at = at  # type: ignore[attr-defined]  # rows of Account
                self.save(account, "next_billing_step_at")
            else:
                others[at].append(account_id)
        return others


@contextmanager
def written_together() -> Iterator[Changes]:
    """Collect what an act changes, and write it when the act is through."""
    changes = Changes()
    yield changes
    changes.write()


def _by_model(rows: Iterable[Model]) -> dict[type[Model], list[Model]]:
    grouped: dict[type[Model], list[Model]] = {}
    for row in rows:
        grouped.setdefault(type(row), []).append(row)
    return grouped


def _is_one_at_a_time(row: Model) -> bool:
    """Tell whether a row is in a state that others of its account or subscription can't share."""
    if isinstance(row, Subscription):
        return row.status in LIVE_SUBSCRIPTION_STATUSES
    return isinstance(row, Invoice) and row.status == InvoiceStatus.PENDING
