"""The system check of mails: each kind has its words in each language before anything is sent."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from igny8_core.common.checks import every_mail_is_written
from igny8_core.common.letters import KINDS, Kind, Letter, always
from igny8_core.common.models import OutgoingMail


def test_every_kind_is_written_in_every_language() -> None:
    assert len(KINDS) > 10
    assert every_mail_is_written() == []


def test_a_language_without_mails_is_refused(settings: LazySettings) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("fr", "Français")]
    found = every_mail_is_written()
    assert [error.id for error in found] == ["common.E001"] * len(KINDS)
    message = (
        "No mail welcome can be written in fr: there is no notifications/email/fr/welcome.txt."
    )
    assert message in [error.msg for error in found]


def test_a_kind_without_a_template_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unwritten(mail: OutgoingMail) -> Letter:
        raise NotImplementedError

    unwritten.__module__ = "igny8_core.business.exports.letters"
    monkeypatch.setitem(KINDS, "unwritten", Kind(always, unwritten))
    languages = [error.msg.split(":")[0] for error in every_mail_is_written()]
    assert languages == [
        f"No mail unwritten can be written in {language}" for language in ("en", "ur")
    ]


def test_a_template_with_a_mistake_is_refused(tmp_path: Path, settings: LazySettings) -> None:
    broken = tmp_path / "exports/email/ur/export_ready.txt"
    broken.parent.mkdir(parents=True)
    broken.write_text("{% if %}", "utf-8")
    (engine,) = settings.TEMPLATES
    folders: Any = engine["DIRS"]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *folders]}]
    (error,) = every_mail_is_written()
    assert error.msg.startswith("No mail export_ready can be written in ur: Unexpected end")
