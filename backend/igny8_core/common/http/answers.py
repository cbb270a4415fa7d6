"""The answers that ``Idempotency-Key`` keeps, as personal data of whom they tell of."""

from igny8_core.common.models import IdempotencyRecord


def forget_answers(*, account_id: int) -> None:
    """Delete the answers that tell of an account, whoever got them: its people, or admins."""
    IdempotencyRecord.objects.filter(account_id=account_id).delete()
