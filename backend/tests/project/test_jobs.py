"""Job names are stored in databases: jobs that wait during an upgrade must still be found."""

from procrastinate.contrib.django import app

NAMES = """
check_proof
correct_looks
draw_proof
igny8_core.auth.tasks.remove_expired
igny8_core.business.billing.periodic.apply_setting_changes
igny8_core.business.billing.proof_check.queue_forgotten_proofs
igny8_core.business.billing.tasks.delete_files
igny8_core.business.billing.tasks.notify_billing_admins
igny8_core.business.billing.tasks.remove_orphaned_proofs
igny8_core.business.billing.tasks.send_digests
igny8_core.business.bulk.tasks.forget_old_bulk_approvals
igny8_core.business.data_rights.tasks.erase_expired_records
igny8_core.business.exports.tasks.forget_old_exports
igny8_core.business.reports.tasks.sum_up
igny8_core.common.mail.deliver_mail
igny8_core.common.mail.deliver_prepared_mail
igny8_core.common.mail.retry_stalled_jobs
igny8_core.common.tasks.delete_old_jobs
igny8_core.common.tasks.delete_old_records
make_export
remove_unknown_files
run_billing
run_bulk_approval
"""


def test_job_names_are_stable() -> None:
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    ours = {name for name in app.tasks if "procrastinate.builtin_tasks" not in name}
    assert ours == set(NAMES.split())
