"""What closing and exporting refuse, each with its stable code."""

from igny8_core.common.exceptions import InvalidInput, LimitReached


class ConfirmationMismatch(InvalidInput):
    """What was typed to confirm is not the user's e-mail."""

    code = "confirmation_mismatch"


class ExportLimitReached(LimitReached):
    """The person had as many files made as a day allows."""

    code = "export_limit_reached"
