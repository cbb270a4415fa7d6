"""The responses stored for ``Idempotency-Key``, which contain personal data."""

from igny8_core.common.models import IdempotencyRecord


def forget_answers(*, account_id: int) -> None:
    """Delete the stored responses about an account, whether its people or admins got them."""
    IdempotencyRecord.objects.filter(account_id=account_id).delete()
