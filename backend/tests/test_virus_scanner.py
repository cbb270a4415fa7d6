"""Proofs and ClamAV: only where an address is set, and by default nothing is taken unscanned."""

import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.common.clamav import parse_address, scan
from tests import clamd
from tests.factories import client_of, confirmation_of, make_pdf, make_receipt
from tests.processes import here, manage

URL = "/api/v1/billing/admin/payments/confirm/"


def send(owner: User, content: bytes) -> Any:
    client = client_of(owner)
    client.raise_request_exception = False
    body = {**confirmation_of(owner), "proof": SimpleUploadedFile("slip", content)}
    return client.post(URL, body, format="multipart")


def code_of(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


def receipt() -> bytes:
    return bytes(make_receipt().read())


@pytest.mark.django_db
def test_an_infected_file_is_refused_and_a_clean_one_taken(
    owner: User, settings: LazySettings
) -> None:
    with clamd.serving() as settings.CLAMAV_ADDRESS:
        infected = send(owner, make_pdf() + clamd.EICAR)
        assert not Payment.objects.exists()
        clean = send(owner, make_pdf())

    assert (infected.status_code, code_of(infected)) == (400, "proof_infected")
    assert infected.json()["errors"][0]["attr"] == "proof"
    assert clean.status_code == 201


def test_what_is_sent_is_scanned_whole(settings: LazySettings) -> None:
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
def test_without_a_verdict_nothing_is_taken(
    owner: User, settings: LazySettings, handler: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The scanner hangs up, says nothing, or is not there."""
    settings.CLAMAV_TIMEOUT = 1
    with clamd.serving(handler or clamd.Clamd) as settings.CLAMAV_ADDRESS:
        answer = send(owner, receipt()) if handler else None
    if answer is None:  # it has ended by now
        answer = send(owner, receipt())

    assert (answer.status_code, code_of(answer)) == (503, "virus_scanner_unavailable")
    assert answer.json()["type"] == "server_error"
    assert answer.headers["Retry-After"] == "60"
    assert not Payment.objects.exists()
    assert "ClamAV gave no verdict" in caplog.text


def test_a_file_beyond_the_scanners_own_limit_has_no_verdict(settings: LazySettings) -> None:
    with clamd.serving() as settings.CLAMAV_ADDRESS, pytest.raises(Exception, match="viruses"):
        scan(b"\0" * (clamd.STREAM_MAX_LENGTH + 1))


@pytest.mark.django_db
def test_an_operator_may_prefer_to_take_files_unscanned(
    owner: User, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLAMAV_FAIL_OPEN = True
    with clamd.serving(clamd.Broken) as settings.CLAMAV_ADDRESS, caplog.at_level(logging.ERROR):
        assert send(owner, receipt()).status_code == 201
    assert "ClamAV gave no verdict" in caplog.text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("clamav:3310", ("clamav", 3310)),
        ("[::1]:3310", ("::1", 3310)),
        ("unix:/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
    ],
)
def test_addresses(address: str, expected: object) -> None:
    assert parse_address(address) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["clamav", "clamav:", "tcp://clamav", "unix:clamd.ctl"])
def test_a_wrong_address_is_said_at_the_start(address: str) -> None:
    done = manage("check", environment={**here(), "CLAMAV_ADDRESS": address})
    assert done.returncode != 0
    assert "give host:port or unix:/path/of/its/socket" in done.stderr
