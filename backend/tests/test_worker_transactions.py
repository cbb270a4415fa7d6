"""Jobs that the worker's own jobs queue: with their transaction, or not at all."""

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.models import User
from igny8_core.business.data_rights.export import request_account_export
from igny8_core.business.exports import services
from igny8_core.business.exports.models import Export
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.database import somebody_else
from tests.smtp import Mailbox, run_worker

pytestmark = pytest.mark.django_db(transaction=True)

WAITING = """
SELECT
    (SELECT count(*) FROM common_outgoingmail WHERE kind = 'export_ready'),
    (SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'mail' AND status = 'todo'),
    (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'remove_unknown_files')
"""


def test_job_queued_by_a_job_commits_with_it(
    owner: User, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else sees it before the commit, and none is left after a rollback."""
    run_worker(mailbox.port)
    request_account_export(user=owner, now=utc_now())
    tell = services._tell
    seen: list[object] = []

    def tell_and_fail(export: Export, kind: str) -> None:
        tell(export, kind)
        app.configure_task(services.REMOVE_FILES, queue=services.QUEUE).defer()
        with somebody_else() as other:
            seen.append(other.execute(WAITING).fetchone())
        raise OSError

    monkeypatch.setattr(services, "_tell", tell_and_fail)
    run_worker(mailbox.port)
    assert seen == [(0, 0, 0)]
    left = ProcrastinateJob.objects.values_list("task_name", flat=True)
    assert list(left) == [services.MAKE]
    assert not OutgoingMail.objects.filter(kind="export_ready")
