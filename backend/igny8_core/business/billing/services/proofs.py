"""The proof of a payment: stored, rewritten by the worker, and kept or refused.

In any case the payment stays: an admin decides on it with or without the file.
"""

from datetime import datetime
from typing import Any

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account
from igny8_core.business.billing import emails, tasks
from igny8_core.business.billing.enums import EventName, PaymentStatus
from igny8_core.business.billing.exceptions import (
    PaymentAlreadyDecided,
    ProofNotReplaceable,
)
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.selectors.locks import lock_billing_of_payment
from igny8_core.business.billing.services.changes import Changes, written_together
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.proofs.enums import ProofRefusal, ProofState
from igny8_core.business.proofs.inbox import Upload
from igny8_core.business.proofs.make import MadeProof
from igny8_core.common.exceptions import NotFound
from igny8_core.common.transactions import in_transaction

NO_PROOF: dict[str, Any] = {
    "proof": "",
    "proof_content_type": "",
    "proof_sha256": "",
    "proof_size": 0,
    "proof_state": ProofState.NONE,
    "proof_refusal": "",
    "proof_upload": "",
    "proof_pages": None,
}
FIELDS = tuple(NO_PROOF)


def being_checked(upload: Upload) -> dict[str, Any]:
    """Return a payment's fields for a stored upload."""
    return {
        **NO_PROOF,
        "proof_sha256": upload.sha256,
        "proof_state": ProofState.CHECKING,
        "proof_upload": upload.name,
    }


def forget_upload(upload: Upload) -> None:
    """Delete the stored upload of a payment that was then refused."""
    tasks.delete_files.defer(names=[upload.name])


@in_transaction
def send_proof(
    *, payment_id: int, account: Account, upload: Upload, actor: Actor, now: datetime
) -> Payment:
    """Add a file to a payment under review that has none, or whose file was refused.

    :raises NotFound: if the account has no such payment.
    :raises PaymentAlreadyDecided: if it doesn't wait any more.
    :raises ProofNotReplaceable: if its file is being checked, or kept.
    """
    locked = lock_billing_of_payment(payment_id=payment_id, account=account)
    payment = locked.payment(payment_id)
    if payment.status != PaymentStatus.PENDING_APPROVAL:
        raise PaymentAlreadyDecided(payment)
    if not payment.may_get_another_proof:
        raise ProofNotReplaceable(payment)
    _assign(payment, being_checked(upload))
    with written_together() as changes:
        _record(EventName.REPLACE_PROOF, payment, changes=changes, actor=actor, now=now)
    tasks.queue_proof_check(payment)
    return payment


@in_transaction
def keep_proof(*, payment_id: int, upload: str, made: MadeProof, name: str) -> bool:
    """Give a payment the proof made from its upload, and delete the upload.

    :param name: the stored name of the proof and its pictures.
    :returns: whether it was still wanted.
    """
    payment = _with_upload(payment_id, upload)
    if payment is None:
        return False
    _keep(payment, made, name)
    tasks.delete_files.defer(names=[upload])
    return True


@in_transaction
def refuse_proof(*, payment_id: int, upload: str, reason: ProofRefusal, now: datetime) -> bool:
    """Report that an upload can't be used, and delete it; the payment continues without it.

    :returns: whether it was still wanted.
    """
    payment = _with_upload(payment_id, upload)
    if payment is None:
        return False
    _assign(payment, {**NO_PROOF, "proof_state": ProofState.REFUSED, "proof_refusal": reason})
    if payment.status == PaymentStatus.PENDING_APPROVAL:
        with written_together() as changes:
            refused = EventName.REFUSE_PROOF
            _record(refused, payment, changes=changes, actor=Actor(), now=now, note=reason.label)
            changes.tell(emails.of_refused_proof(payment=payment, upload=upload))
    else:
        payment.save(update_fields=[*FIELDS, "updated_at"])
    tasks.delete_files.defer(names=[upload])
    return True


@in_transaction
def replace_kept_proof(*, payment_id: int, old: str, made: MadeProof, name: str) -> bool:
    """Replace a payment's proof with its rewritten version, and delete the old one.

    :param old: the name of the proof that was read.
    :returns: whether it was still wanted.
    """
    payment = lock_billing_of_payment(payment_id=payment_id).payment(payment_id)
    if payment.proof != old:
        return False
    tasks.delete_files.defer(names=payment.proof_files)
    _keep(payment, made, name)
    return True


def leave_without_pictures(*, payment_id: int, name: str) -> None:
    """Record that a proof can't be rendered: it stays as a download."""
    Payment.objects.filter(pk=payment_id, proof=name).update(proof_pages=0)


def _keep(payment: Payment, made: MadeProof, name: str) -> None:
    kept = {
        **NO_PROOF,
        "proof": name,
        "proof_content_type": made.content_type,
        "proof_sha256": payment.proof_sha256,
        "proof_size": len(made.content),
        "proof_state": ProofState.KEPT,
        "proof_pages": len(made.pages),
    }
    _assign(payment, kept)
    payment.save(update_fields=[*FIELDS, "updated_at"])


def _with_upload(payment_id: int, upload: str) -> Payment | None:
    """Lock a payment; None if it is gone or has another file now."""
    try:
        payment = lock_billing_of_payment(payment_id=payment_id).payment(payment_id)
    except NotFound:
        return None
    return payment if payment.proof_upload == upload else None


def _assign(payment: Payment, fields: dict[str, Any]) -> None:
    for field, value in fields.items():
        setattr(payment, field, value)


def _record(
    event: EventName,
    payment: Payment,
    *,
    changes: Changes,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    recorder = TransitionRecorder(
        changes=changes,
        event=event,
        actor=actor,
        now=now,
        invoice=payment.invoice,
        payment=payment,
        note=note,
    )
    recorder.move(payment, also_save=FIELDS)
