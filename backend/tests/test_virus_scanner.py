"""Proofs and ClamAV: only if an address is set; by default, nothing is kept unscanned."""

import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.business.proofs.virus_scanner import ClamavUnavailableError, parse_address, scan
from tests import clamd
from tests.factories import check, make_owner, make_pdf, make_receipt, make_unchecked_payment
from tests.processes import here, manage


def sent(owner: User, content: bytes) -> Payment:
    return make_unchecked_payment(owner, proof=SimpleUploadedFile("slip", content))


def receipt() -> bytes:
    return bytes(make_receipt().read())


@pytest.mark.django_db
def test_infected_file_is_refused_and_clean_file_kept(owner: User, settings: LazySettings) -> None:
    infected = sent(owner, make_pdf() + clamd.EICAR)
    clean = sent(make_owner(), make_pdf())
    with clamd.serving() as settings.CLAMAV_ADDRESS:
        for payment in (infected, clean):
            check(payment)

    assert (infected.proof_state, infected.proof_refusal) == ("refused", "infected")
    assert clean.proof_state == "kept"


def test_large_file_is_scanned_whole(settings: LazySettings) -> None:
    """Behind many chunks, too; and over a Unix socket."""
    with (
        tempfile.TemporaryDirectory() as folder,
        clamd.serving_on_a_file(Path(folder) / "s") as settings.CLAMAV_ADDRESS,
    ):
        found = scan(b"\0" * 5_000_000 + clamd.EICAR)
        nothing = scan(b"\0" * 5_000_000)
    assert (found, nothing) == ("Eicar-Test-Signature", None)


@pytest.mark.django_db
@pytest.mark.parametrize("handler", [clamd.Broken, clamd.Silent, None])
def test_file_waits_without_a_verdict(
    owner: User, settings: LazySettings, handler: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The scanner hangs up, says nothing, or is not there; claim and file stay."""
    payment = sent(owner, receipt())
    settings.CLAMAV_TIMEOUT = 1
    with clamd.serving(handler or clamd.Clamd) as settings.CLAMAV_ADDRESS:
        if handler:
            with pytest.raises(ClamavUnavailableError):
                check(payment)
    if not handler:  # it has already ended
        with pytest.raises(ClamavUnavailableError):
            check(payment)

    payment.refresh_from_db()
    assert (payment.status, payment.proof_state) == ("pending_approval", "checking")
    assert "ClamAV gave no verdict" in caplog.text
    with clamd.serving() as settings.CLAMAV_ADDRESS:
        check(payment)
    assert payment.proof_state == "kept"


def test_file_above_scanner_limit_has_no_verdict(settings: LazySettings) -> None:
    with clamd.serving() as settings.CLAMAV_ADDRESS, pytest.raises(ClamavUnavailableError):
        scan(b"\0" * (clamd.STREAM_MAX_LENGTH + 1))


@pytest.mark.django_db
def test_fail_open_keeps_unscanned_files(
    owner: User, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLAMAV_FAIL_OPEN = True
    payment = sent(owner, receipt())
    with clamd.serving(clamd.Broken) as settings.CLAMAV_ADDRESS, caplog.at_level(logging.ERROR):
        check(payment)
    assert payment.proof_state == "kept"
    assert "ClamAV gave no verdict" in caplog.text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("clamav:3310", ("clamav", 3310)),
        ("[::1]:3310", ("::1", 3310)),
        ("unix:/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
    ],
)
def test_scanner_address_is_parsed(address: str, expected: object) -> None:
    assert parse_address(address) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["clamav", "clamav:", "tcp://clamav", "unix:clamd.ctl"])
def test_invalid_scanner_address_stops_the_start(address: str) -> None:
    done = manage("check", environment={**here(), "CLAMAV_ADDRESS": address})
    assert done.returncode != 0
    assert "give host:port or unix:/path/of/its/socket" in done.stderr
