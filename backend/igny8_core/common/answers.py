"""The answers that ``Idempotency-Key`` keeps, as personal data of who got them."""

from collections.abc import Iterable

from django.db.models import Q

from igny8_core.common.models import IdempotencyRecord


def forget_answers(user_ids: Iterable[int]) -> None:
    """Delete the answers that people got, and those that tell of their registration."""
    ids = list(user_ids)
    own = Q()
    for user_id in ids:
        own |= Q(scope__endswith=f" {user_id}")
    registrations = Q(scope__endswith=" visitor", response_body__user__id__in=ids)
    IdempotencyRecord.objects.filter(own | registrations).delete()
