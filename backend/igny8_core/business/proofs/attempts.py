"""Limits on files per account and per client address; refused files count too."""

from dataclasses import dataclass
from datetime import datetime

from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.db.models import QuerySet

from igny8_core.auth.models import Account
from igny8_core.business.proofs.exceptions import (
    AccountProofLimitReached,
    NetworkProofLimitReached,
    ProofLimitReached,
)
from igny8_core.business.proofs.models import ProofAttempt
from igny8_core.common.daily import A_DAY
from igny8_core.common.locks import wait_for_lock
from igny8_core.common.transactions import commit_or_retry


@dataclass(frozen=True)
class Allowance:
    """What may be sent in a day.

    :param refusal: raised when more is sent.
    """

    refusal: type[ProofLimitReached]
    files: int
    size: int


def count_attempt(*, account: Account, address: str | None, size: int, now: datetime) -> None:
    """Count a file in its own transaction, so that it counts whatever happens to it.

    :param address: of the client; None outside of a request.
    :raises ProofLimitReached: above ``BILLING_PROOFS_PER_DAY``, ``BILLING_PROOF_BYTES_PER_DAY``,
        or the limits per address. Files refused for this reason aren't counted.
    """
    network = truncate_ip(address) if address else ""
    of_network = f"proofs of address {network}" if network else ""

    def count() -> None:
        wait_for_lock(*filter(None, [f"proofs of account {account.pk}", of_network]))
        since = ProofAttempt.objects.filter(at__gt=now - A_DAY)
        _require_allowance(since.filter(account=account), _of_account(), size=size, now=now)
        if network:
            _require_allowance(since.filter(address=network), _of_address(), size=size, now=now)
        ProofAttempt.objects.create(account=account, address=network, size=size, at=now)

    commit_or_retry(count)


def forget_attempts(*, before: datetime) -> None:
    """Delete attempts that no longer count."""
    ProofAttempt.objects.filter(at__lte=before).delete()


def forget_attempts_of(*, account: Account) -> None:
    """Delete the attempts of an account that is closed."""
    ProofAttempt.objects.filter(account=account).delete()


def _of_account() -> Allowance:
    return Allowance(
        AccountProofLimitReached,
        files=settings.BILLING_PROOFS_PER_DAY,
        size=settings.BILLING_PROOF_BYTES_PER_DAY,
    )


def _of_address() -> Allowance:
    return Allowance(
        NetworkProofLimitReached,
        files=settings.BILLING_PROOFS_PER_DAY_AND_ADDRESS,
        size=settings.BILLING_PROOF_BYTES_PER_DAY_AND_ADDRESS,
    )


def _require_allowance(
    attempts: QuerySet[ProofAttempt], allowance: Allowance, *, size: int, now: datetime
) -> None:
    sent = list(attempts.order_by("at").values_list("at", "size"))
    files, total = len(sent) + 1, sum(item for _at, item in sent) + size
    if files <= allowance.files and total <= allowance.size:
        return
    waits = A_DAY
    for at, item in sent:
        files, total = files - 1, total - item
        if files <= allowance.files and total <= allowance.size:
            waits = at + A_DAY - now
            break
    raise allowance.refusal(retry_after=max(1, int(waits.total_seconds())))
