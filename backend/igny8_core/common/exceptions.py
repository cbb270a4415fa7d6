"""Refusals: what a service raises when it will not do what it was asked to."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a stable code, for people (detail) and programs (code).

    :param detail: one sentence that says what is wrong and what to do.
    :param attr: the input field that is at fault, if one is.
    """

    code: ClassVar[str]

    def __init__(self, detail: str, *, attr: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.attr = attr


class InvalidInput(DomainError):
    """The input can't be used as it is; another input could be."""


class NotAllowed(DomainError):
    """The actor must not do this, whatever the object's state."""


class NotFound(DomainError):
    """There is no such object, or none that the actor may know of."""

    code = "not_found"


class StateConflict(DomainError):
    """The input is fine, but the object's present state doesn't allow the act.

    :param state: the present state, as the API spells it.
    """

    def __init__(self, detail: str, *, state: str, attr: str | None = None) -> None:
        super().__init__(detail, attr=attr)
        self.state = state


class LaterPossible(DomainError):
    """Neither the input nor the state is at fault: the same may be tried again later.

    :param retry_after: seconds until it makes sense.
    """

    def __init__(self, detail: str, *, retry_after: int, attr: str | None = None) -> None:
        super().__init__(detail, attr=attr)
        self.retry_after = retry_after


class LimitReached(LaterPossible):
    """Somebody has done as much of this as is allowed in a time."""


class Unavailable(LaterPossible):
    """A part that is needed does not answer, or has no place free."""
