"""What is measured: requests, each with its floor and what it must reach."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from time import monotonic_ns

from django.contrib.auth.hashers import make_password
from django.db.models import Max

from benchmarks import floors, seed
from benchmarks.clients import Browsers, Request, read, write
from benchmarks.timing import Act
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.common.pagination import MOST_COUNTED

QUEUE = "/api/v1/billing/admin/payments/"
ME = "/api/v1/auth/me/"
INVOICES = "/api/v1/billing/invoices/"
DESK = "/admin/billing/payment/"
WAITS = "pending_approval"
REFERENCE = "REF0000777"
KEY = REFERENCE.lower()
PASSWORD = "correct-horse-battery"  # noqa: S105  (of accounts that live for a minute)
ROWS_OF_DEEP_PAGE = 5  # so that it is number 1,999


@dataclass(frozen=True)
class Target:
    """What a request must reach; None: it needn't.

    :param times: how many times as long as its floor.
    :param more: milliseconds more than its floor.
    :param milliseconds: in all.
    """

    times: float | None = None
    more: float | None = None
    milliseconds: float | None = None
    statements: int | None = None


@dataclass(frozen=True)
class Case:
    """A request that is measured.

    :param key: its name for ``--profile``.
    :param make: what is sent, each time.
    :param floor: what can't be beaten, and what that is.
    """

    key: str
    name: str
    make: Callable[[], Request]
    floor: Act | None = None
    floor_name: str = ""
    target: Target = field(default_factory=Target)


@dataclass(frozen=True)
class People:
    """Who sends requests."""

    customer: User
    admins: list[User]

    @property
    def admin(self) -> User:
        return self.admins[0]


class Cases:
    """All requests at one size of the database.

    :param bare: a connection for the floors.
    """

    def __init__(self, people: People, browsers: Browsers, bare: floors.Connection) -> None:
        self._people = people
        self._browsers = browsers
        self._bare = bare
        self._waiting = iter(seed.waiting_payments())
        self._unpaid = seed.unpaid_invoices()

    def all(self) -> Iterator[Case]:
        """Yield them, those that change something last."""
        yield from self._admin_lists()
        yield from self._customer()
        yield from self._desk()
        yield from self._changes()

    def _admin_lists(self) -> Iterator[Case]:
        rows = Target(times=12, statements=4)
        yield Case(
            "waiting",
            "admin API: 50 that wait",
            partial(self._list, status=WAITS, page_size="50"),
            self._rows("WHERE p.status = %s ORDER BY p.submitted_at, p.id LIMIT 50", WAITS),
            "the same rows by SQL, as JSON",
            rows,
        )
        yield Case(
            "all",
            "admin API: 50 of all",
            partial(self._list, page_size="50"),
            self._rows("ORDER BY p.submitted_at, p.id LIMIT 50"),
            "the same rows by SQL, as JSON",
            rows,
        )
        deep = min(Payment.objects.aggregate(Max("pk"))["pk__max"] or 0, MOST_COUNTED)
        page = deep // ROWS_OF_DEEP_PAGE - 1
        few = partial(self._list, page_size=str(ROWS_OF_DEEP_PAGE))
        yield Case(
            "deep",
            f"admin API: page {page:,} of all, {ROWS_OF_DEEP_PAGE} rows",
            partial(few, page=str(page)),
            self._sent(few),
            "page 1",
            Target(times=1.2),
        )
        for key, name, term in (
            ("search", "a reference", REFERENCE),
            ("search-part", "a part of a reference", REFERENCE[1:]),
        ):
            yield Case(
                key,
                f"admin API: search of {name}",
                partial(self._list, search=term),
                self._rows("WHERE p.reference_key = %s", KEY),
                "the same row by SQL, by its key",
                Target(milliseconds=25),
            )

    def _customer(self) -> Iterator[Case]:
        customer = self._people.customer
        nothing = self._sent(partial(read, "/healthz"))
        yield Case(
            "me",
            "customer: where I stand (me/)",
            partial(read, ME, customer),
            nothing,
            "/healthz",
            Target(milliseconds=5, statements=5),
        )
        yield Case(
            "invoices",
            "customer: own invoices",
            partial(read, INVOICES, customer),
            nothing,
            "/healthz",
            Target(milliseconds=6),
        )

    def _desk(self) -> Iterator[Case]:
        def page(path: str, **query: str) -> Callable[[], Request]:
            return partial(read, path, self._people.admin, **query)

        yield Case("numbers", "desk: numbers", page("/admin/"), target=Target(milliseconds=30))
        yield Case("desk-waiting", "desk: what waits", page(DESK, status__exact=WAITS))
        yield Case("desk-all", "desk: all payments", page(DESK, all=""))
        yield Case(
            "desk-deep",
            "desk: all payments, last page",
            page(DESK, all="", after=seed.deep_place()),
        )
        yield Case("desk-search", "desk: search of a reference", page(DESK, q=REFERENCE))
        yield Case("review", "desk: review of a payment", page(f"{DESK}{seed.REVIEWED}/change/"))

    def _changes(self) -> Iterator[Case]:
        yield Case(
            "register",
            "register for a paid plan",
            self._registration,
            lambda: partial(make_password, PASSWORD),
            "the password's hash",
            Target(more=25),
        )
        yield Case("confirm", "confirm a payment", self._confirmation)
        yield Case(
            "approve",
            "approve a payment",
            partial(next, self.approvals()),
            self._bare_approval,
            "the same writes by SQL, one COMMIT",
            Target(times=6, statements=18),
        )

    def approvals(self) -> Iterator[Request]:
        """Yield the approvals of the payments that wait."""
        for payment_id in self._waiting:
            address = f"{QUEUE}{payment_id}/approve/"
            yield write(address, {"admin_notes": "Found"}, self._people.admin)

    def next_waiting(self, number: int) -> list[int]:
        """Return the next payments that wait."""
        return list(islice(self._waiting, number))

    def _bare_approval(self) -> Callable[[], None]:
        return partial(
            floors.approve,
            self._bare,
            payment_id=next(self._waiting),
            admin_id=self._people.admin.pk,
        )

    def _registration(self) -> Request:
        return write(
            "/api/v1/auth/register/",
            {
                "email": f"{monotonic_ns()}@bench.example",
                "password": PASSWORD,
                "plan_slug": "starter",
                "country": "PK",
                "payment_method": "jazzcash",
            },
        )

    def _confirmation(self) -> Request:
        owner, invoice_id = next(self._unpaid)
        return write(f"{QUEUE}confirm/", confirmation_of(invoice_id), owner)

    def _list(self, **query: str) -> Request:
        return read(QUEUE, self._people.admin, **query)

    def _rows(self, condition: str, *values: object) -> Act:
        return lambda: partial(floors.payments_as_json, self._bare, condition, *values)

    def _sent(self, make: Callable[[], Request]) -> Act:
        return lambda: self._browsers.prepared(make())


def confirmation_of(invoice_id: int) -> dict[str, str | int]:
    """Return what a customer confirms who has paid."""
    return {
        "invoice_id": invoice_id,
        "payment_method": "bank_transfer",
        "amount": "89.00",
        "manual_reference": "BT-2025-001",
    }
