"""The HTTP status of each error, used by the error handler and by the schema."""

from rest_framework import status

from igny8_core.common.exceptions import (
    DomainError,
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    StateConflict,
    Unavailable,
)

STATUS_OF_REFUSAL: dict[type[DomainError], int] = {
    InvalidInput: status.HTTP_400_BAD_REQUEST,
    NotAllowed: status.HTTP_403_FORBIDDEN,
    NotFound: status.HTTP_404_NOT_FOUND,
    StateConflict: status.HTTP_409_CONFLICT,
    LimitReached: status.HTTP_429_TOO_MANY_REQUESTS,
    Unavailable: status.HTTP_503_SERVICE_UNAVAILABLE,
}


def status_of(refusal: type[DomainError]) -> int:
    """Return the HTTP status of a kind of error."""
    return next(code for base, code in STATUS_OF_REFUSAL.items() if issubclass(refusal, base))
