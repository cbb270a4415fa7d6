"""Payments by the state of their files."""

from datetime import datetime

from django.db.models import QuerySet

from igny8_core.business.billing.models import Payment
from igny8_core.business.proofs.enums import ProofState


def is_being_checked(*, payment_id: int, upload: str) -> bool:
    """Whether a payment is still waiting for this file, and no other, to be checked."""
    return Payment.objects.filter(pk=payment_id, proof_upload=upload).exists()


def waiting_for_their_check(*, submitted_before: datetime) -> QuerySet[Payment]:
    """Payments whose file hasn't been checked, longest waiting first."""
    waiting = Payment.objects.exclude(proof_upload="").filter(submitted_at__lt=submitted_before)
    return waiting.order_by("submitted_at", "pk")


def kept_without_pictures() -> QuerySet[Payment]:
    """Payments with a proof from before there were pictures."""
    return Payment.objects.filter(proof_state=ProofState.KEPT, proof_pages=None).order_by("pk")


def known_proof_files(names: list[str]) -> set[str]:
    """Those of the names that a payment uses for its proof, or for a file to be checked."""
    kept = Payment.objects.filter(proof__in=names).values_list("proof", flat=True)
    uploads = Payment.objects.filter(proof_upload__in=names).values_list("proof_upload", flat=True)
    return {*kept, *uploads}
