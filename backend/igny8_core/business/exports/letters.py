"""Emails about exports."""

from igny8_core.business.exports.kinds import KINDS
from igny8_core.business.exports.models import Export
from igny8_core.common.clock import business_day
from igny8_core.common.letters import Letter, NothingToSend, letter
from igny8_core.common.models import OutgoingMail


def _is_to_be_had(mail: OutgoingMail) -> None:
    export = _export(mail)
    if not KINDS[export.kind].is_allowed(export):
        message = "The person no longer has permission to download the file."
        raise NothingToSend(message)


@letter(premise=_is_to_be_had)
def export_ready(mail: OutgoingMail) -> Letter:
    """Say that a file is ready, where it is, and until when."""
    export = _export(mail)
    return Letter(
        template="exports/email/{language}/export_ready.txt",
        context={
            "file_name": export.file_name,
            "kept_until": business_day(export.kept_until).isoformat(),
        },
        button_url=KINDS[export.kind].url(export),
    )


@letter(premise=_is_to_be_had)
def export_failed(mail: OutgoingMail) -> Letter:
    """Say that a file can't be made, and what to do."""
    return Letter(
        template="exports/email/{language}/export_failed.txt",
        context={"file_name": _export(mail).file_name},
    )


def _export(mail: OutgoingMail) -> Export:
    export = Export.objects.filter(pk=mail.arguments["export_id"]).first()
    if export is None:
        message = "The file has been deleted."
        raise NothingToSend(message)
    return export
