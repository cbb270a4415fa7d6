"""The text of the last email to a customer."""

from igny8_core.common.letters import Letter, always, letter
from igny8_core.common.models import OutgoingMail


@letter(premise=always)
def account_closed(mail: OutgoingMail) -> Letter:
    """Say that the account is closed, what is erased, and what is kept until when."""
    return Letter(
        template="data_rights/email/{language}/account_closed.txt",
        context={"kept_until": mail.arguments["kept_until"]},
    )
