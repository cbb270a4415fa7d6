"""Scheduled jobs that fail: what waits for its retry doesn't take the place of the next one."""

from itertools import count, takewhile
from typing import Any

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from procrastinate.periodic import PeriodicTask

from igny8_core.business.billing import periodic
from igny8_core.common.clock import utc_now
from tests.smtp import Mailbox, run_worker

AN_HOUR = 3600  # seconds


def waits_of(task: Any) -> list[int]:
    """Return how many seconds each retry of a task waits."""
    failed = (
        Job(queue="", lock=None, queueing_lock=None, task_name="", attempts=n) for n in count()
    )
    retries = (task.get_retry_exception(exception=OSError(), job=job) for job in failed)
    times = [retry.retry_decision.retry_at for retry in takewhile(bool, retries)]
    return [round((time - utc_now()).total_seconds()) for time in times]


def period_of(scheduled: PeriodicTask[Any, Any, Any]) -> int:
    """Return how many seconds there are between two times of a task."""
    first, second = (scheduled.croniter.get_next(float) for _ in range(2))
    return int(second - first)


def test_retry_is_over_before_the_next_job_is_due() -> None:
    """The queue takes no job whose ``queueing_lock`` another one that waits has."""
    scheduled = app.periodic_registry.periodic_tasks.values()
    assert len(scheduled) > 9
    for each in scheduled:
        assert each.task.queueing_lock
        assert max(waits_of(each.task), default=0) <= min(AN_HOUR, period_of(each)), each


def test_retries_of_a_clean_up_go_on_for_three_days() -> None:
    files = app.tasks["igny8_core.business.billing.tasks.delete_files"]
    assert waits_of(files)[:6] == [5, 25, 125, 625, 3125, AN_HOUR]
    assert 72 <= sum(waits_of(files)) / AN_HOUR < 73


@pytest.mark.django_db(transaction=True)
def test_failed_job_of_a_minute_leaves_its_place_to_the_next(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_arguments: Any) -> None:
        raise OSError

    monkeypatch.setattr(periodic, "apply_due_changes", fail)
    run = periodic.apply_setting_changes.configure(task_kwargs={"timestamp": 0})
    job_id = run.defer()
    run_worker(mailbox.port)
    assert ProcrastinateJob.objects.get(pk=job_id).status == "failed"
