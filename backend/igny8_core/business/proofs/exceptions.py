"""Why a file is not taken at the door; what is wrong inside of it is said later."""

from igny8_core.common.exceptions import InvalidInput, LimitReached, Unavailable


class ProofTooLarge(InvalidInput):
    """The proof file exceeds the limit of bytes."""

    code = "proof_too_large"


class ProofTypeNotAccepted(InvalidInput):
    """The proof file does not begin as JPEG, PNG, WebP or PDF."""

    code = "proof_type_not_accepted"


class ProofLimitReached(LimitReached):
    """The account, or the client's address, has sent as many files, or bytes, as a day allows."""

    code = "proof_limit_reached"


class ProofsBusy(Unavailable):
    """Too many proof files are being stored at this moment."""

    code = "proofs_busy"
