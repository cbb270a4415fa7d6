"""The data that ``make bench`` generates is valid, whatever columns were added since."""

import re

import pytest
from django.db import connection

from benchmarks import seed
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.subscriptions.services.run import run_billing
from igny8_core.common.clock import utc_now

CASTS = re.compile(r"::[a-z ]+(\[\])?|[()]")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
def test_benchmark_data_passes_every_invariant() -> None:
    seed.fill(payments=100, waiting_every=50, unpaid=2)

    assert [str(result) for result in verify_billing() if not result.holds] == []
    assert Payment.objects.count() == 100
    assert seed.waiting_payments() == [100, 50]
    assert Payment.objects.get(pk=seed.REVIEWED).status == "pending_approval"
    assert len(list(seed.unpaid_invoices())) == 2
    assert Invoice.objects.count() == 102
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)  # the triggers are on again


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
def test_benchmark_data_grows_in_stages() -> None:
    before = indexes()
    seed.fill(payments=100, waiting_every=50, unpaid=2)
    seed.fill(payments=200, waiting_every=50, unpaid=1)

    assert [str(result) for result in verify_billing() if not result.holds] == []
    assert Payment.objects.count() == 300
    assert len(seed.waiting_payments()) == 6
    assert Invoice.objects.count() == 303
    assert indexes() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
def test_benchmark_data_has_renewals_that_are_due_today() -> None:
    seed.fill(payments=10, waiting_every=5, unpaid=0)
    seed.sell_by_real_details()
    due = seed.fill_with_renewals(live=50, due=5)
    assert [str(result) for result in verify_billing() if not result.holds] == []

    steps: list[tuple[int, str]] = []
    run_billing(
        as_of=utc_now(), limit_seconds=60, told=lambda pk, step: steps.append((pk, step.name))
    )
    assert sorted(steps) == [(pk, "renew") for pk in due]
    assert [str(result) for result in verify_billing() if not result.holds] == []
    seed.let_billing_rest()
    assert not Account.objects.exclude(next_billing_step_at=None).exists()


def indexes() -> set[str]:
    """Return their definitions without casts: PostgreSQL writes those otherwise the second time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
        return {CASTS.sub("", definition) for (definition,) in cursor.fetchall()}
