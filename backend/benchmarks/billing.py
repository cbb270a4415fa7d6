"""A day of billing: the renewals of many live accounts, by two processes, and what can't be beaten.

The floor is the same writes by SQL, each renewal with its own COMMIT, on as many connections.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connection

from benchmarks import floors, seed
from benchmarks.report import Line
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import Invoice
from igny8_core.common.clock import utc_now

BACKEND = Path(__file__).resolve().parents[1]
PROCESSES = 2
RENEWALS_OF_1000 = 33  # on one day: a month has thirty
DAY_SECONDS = 60.0
RUN = (sys.executable, "manage.py", "run_billing")


def a_day(live: int) -> Iterator[Line]:
    """Measure the day of as many live accounts.

    :raises RuntimeError: if not every account that is due is renewed.
    """
    due = live * RENEWALS_OF_1000 // 1000
    seed.let_billing_rest()
    accounts = seed.fill_with_renewals(live=live, due=2 * due)
    bare, ours = accounts[:due], accounts[due:]
    floor = _written_by_sql(bare)
    seconds, written = _run()
    _require_renewed(ours)
    yield (
        f"a day of {live:,} live accounts: {due:,} renewals, {PROCESSES} processes",
        f"{seconds:.1f} s, {seconds / due * 1000:.1f} ms each",
        f"≤ {DAY_SECONDS:g} s",
        seconds <= DAY_SECONDS,
    )
    yield (
        "… the same writes by SQL, one COMMIT each",
        f"{floor:.1f} s, {floor / due * 1000:.1f} ms each: {seconds / floor:.1f} × as long",  # noqa: RUF001
        "",
        None,
    )
    yield "… rows written", f"{written:,}, {written / due:.1f} each", "", None
    again, written = _run()
    yield "… run again: rows written", f"{written:,}, in {again:.1f} s", "none", written == 0


def _written_by_sql(account_ids: list[int]) -> float:
    """Write the renewals of accounts without a framework; return the seconds that took."""
    parts = [account_ids[number::PROCESSES] for number in range(PROCESSES)]
    started = time.perf_counter()
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(_write, parts))
    return time.perf_counter() - started


def _write(account_ids: list[int]) -> None:
    with floors.own_connection() as bare:
        for account_id in account_ids:
            floors.renew(bare, account_id=account_id)


def _run() -> tuple[float, int]:
    """Run billing as an operator does, in several processes; return seconds, and rows written."""
    before, started = _rows_written(), time.perf_counter()
    running = [
        subprocess.Popen(RUN, cwd=BACKEND, env={**os.environ}, stdout=subprocess.DEVNULL)  # noqa: S603
        for _ in range(PROCESSES)
    ]
    codes = [process.wait() for process in running]
    seconds = time.perf_counter() - started
    if any(codes):
        message = f"run_billing ended with {codes}."
        raise RuntimeError(message)
    return seconds, _rows_written() - before


def _rows_written() -> int:
    """Return how many rows were written so far, once the others have said so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        time.sleep(1)  # a connection that ends says it a little later
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables"
        )
        return int(cursor.fetchone()[0])


def _require_renewed(account_ids: list[int]) -> None:
    renewals = Invoice.objects.filter(account__in=account_ids, kind="renewal").count()
    late = Account.objects.filter(next_billing_step_at__lte=utc_now()).count()
    if renewals != len(account_ids) or late:
        message = f"{renewals} of {len(account_ids)} accounts were renewed; {late} are late."
        raise RuntimeError(message)
