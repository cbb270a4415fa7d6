"""What closing and exporting refuse, each with its stable code."""

from igny8_core.common.exceptions import InvalidInput, LimitReached


class PasswordIncorrect(InvalidInput):
    """The password is not the user's."""

    code = "password_incorrect"


class ConfirmationMismatch(InvalidInput):
    """What was typed to confirm is not the user's e-mail."""

    code = "confirmation_mismatch"


class TooManyAttempts(LimitReached):
    """Somebody has tried too many passwords in a short time."""

    code = "too_many_attempts"
