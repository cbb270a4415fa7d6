"""Bulk approvals and their rows, as admins see them."""

from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet

from igny8_core.auth.models import User
from igny8_core.business.bulk.models import BulkApproval, BulkApprovalRow, RowState


def bulk_approvals() -> QuerySet[BulkApproval]:
    """Every admin's bulk approvals, newest first, with the numbers of rows and of approved ones."""
    return (
        BulkApproval.objects.select_related("confirmed_by")
        .annotate(
            number=Count("rows"), approved=Count("rows", filter=Q(rows__state=RowState.APPROVED))
        )
        .order_by("-pk")
    )


def bulk_approvals_of(user: User) -> QuerySet[BulkApproval]:
    """One admin's own bulk approvals, newest first."""
    return bulk_approvals().filter(confirmed_by=user)


def rows_of(bulk: BulkApproval) -> QuerySet[BulkApprovalRow]:
    """The rows of a bulk approval, with what a report shows, in the order of the queue."""
    return bulk.rows.select_related("payment__invoice__account").order_by("pk")


def not_approved(rows: QuerySet[BulkApprovalRow]) -> QuerySet[BulkApprovalRow]:
    """Those of the rows that aren't approved, or not yet."""
    return rows.exclude(state=RowState.APPROVED)


def counts_of(bulk: BulkApproval) -> Mapping[RowState, int]:
    """How many rows are in each state, in the states' order."""
    counted = dict(bulk.rows.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in RowState}
