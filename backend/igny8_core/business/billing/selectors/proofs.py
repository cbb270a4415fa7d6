"""Payments by the state of their files."""

from datetime import datetime

from django.db.models import QuerySet

from igny8_core.business.billing.models import Payment
from igny8_core.business.proofs.enums import ProofState


def is_being_checked(*, payment_id: int, upload: str) -> bool:
    """Whether a claim waits for a file to be looked at: this one, and no other by now."""
    return Payment.objects.filter(pk=payment_id, proof_upload=upload).exists()


def waiting_for_their_check(*, submitted_before: datetime) -> QuerySet[Payment]:
    """Claims whose file nobody has looked at, those that wait longest first."""
    waiting = Payment.objects.exclude(proof_upload="").filter(submitted_at__lt=submitted_before)
    return waiting.order_by("submitted_at", "pk")


def kept_without_pictures() -> QuerySet[Payment]:
    """Payments with a proof from before there were pictures."""
    return Payment.objects.filter(proof_state=ProofState.KEPT, proof_pages=None).order_by("pk")


def known_proof_files(names: list[str]) -> set[str]:
    """Those of some names that a payment has as its proof, or as the file to be looked at."""
    kept = Payment.objects.filter(proof__in=names).values_list("proof", flat=True)
    uploads = Payment.objects.filter(proof_upload__in=names).values_list("proof_upload", flat=True)
    return {*kept, *uploads}
