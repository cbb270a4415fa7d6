"""A hostile decoder in the real sandbox: what each layer prevents, and all together."""

import json
import os
import platform
import socket
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from igny8_core.business.proofs import sandbox
from igny8_core.business.proofs.confinement import LAYERS
from igny8_core.business.proofs.enums import ProofRefusal
from igny8_core.business.proofs.sandbox import Refused, SandboxBusyError, run_in_sandbox
from tests import hostile

ON_LINUX = pytest.mark.skipif(platform.system() != "Linux", reason="Only Linux has all layers.")
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="Only root becomes somebody else.")
FILES = {
    "read_the_parents_environment",
    "read_anothers_environment",
    "read_a_file_that_everybody_may_read",
    "read_the_settings",
    "read_somebody_elses_proof",
    "list_the_proofs",
    "write_a_file",
    "delete_a_file",
}
NETWORK = {"connect_by_tcp", "send_a_datagram"}
PROCESSES = {"signal_another_process", "trace_another_process"}
ANOTHERS = {
    "read_the_parents_environment",
    "read_anothers_environment",
    "read_somebody_elses_proof",
    "list_the_proofs",
    "delete_a_file",
}


@pytest.fixture(autouse=True)
def _hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MODULE", hostile.__name__)


@pytest.fixture
def loot(tmp_path: Path, db: None) -> Iterator[dict[str, Any]]:
    """The targets of attacks: files, a process of the same user, ports, the database."""
    tmp_path.chmod(0o700)
    for name in ("proof", "victim"):
        (tmp_path / name).write_bytes(b"SECRET")
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    params = connection.get_connection_params()
    process = subprocess.Popen(["sleep", "300"], env={"SECRET_KEY": "SECRET"})
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {
            "settings": str(Path(settings.BASE_DIR, "igny8_core/settings/base.py")),
            "proof": str(tmp_path / "proof"),
            "victim": str(tmp_path / "victim"),
            "open_folder": str(open_folder),
            "process": process.pid,
            "port": server.getsockname()[1],
            "database": f"{params['host']}/.s.PGSQL.{params.get('port') or 5432}",
        }
    process.kill()
    process.wait()


def tried(loot: dict[str, Any], *, layers: set[str]) -> set[str]:
    """Return the attacks that work with only these layers."""
    without = set(LAYERS) - layers
    (answer,) = run_in_sandbox("try_everything", json.dumps(loot).encode(), without=without)
    return {name for name, worked in json.loads(answer).items() if worked}


@ON_LINUX
def test_sandbox_stops_every_attack(loot: dict[str, Any]) -> None:
    assert tried(loot, layers=set(LAYERS)) == set()
    assert Path(loot["victim"]).exists()


@ON_LINUX
def test_attacks_succeed_without_sandbox(loot: dict[str, Any]) -> None:
    """The control: the attacks are real ones."""
    impossible = {"use_what_the_parent_has_open", "have_more_time"}
    if os.geteuid() != 0:
        impossible |= {"be_root", "read_the_parents_environment", "read_the_parents_memory"}
    assert set(hostile.ATTACKS) - tried(loot, layers=set()) <= impossible


@ON_LINUX
def test_seccomp_filter_alone_stops_every_attack(loot: dict[str, Any]) -> None:
    assert tried(loot, layers={"privileges", "seccomp"}) == set()


@ON_LINUX
def test_other_layers_stop_attacks_without_seccomp(loot: dict[str, Any]) -> None:
    """As on a processor that the filter has no numbers for."""
    assert tried(loot, layers=set(LAYERS) - {"seccomp"}) <= {"have_more_time"}


@ON_LINUX
@pytest.mark.parametrize(
    ("layer", "prevented"),
    [
        ("landlock", FILES | {"connect_by_tcp"} | PROCESSES),
        ("namespaces", NETWORK),
        pytest.param("user", ANOTHERS | PROCESSES | {"be_root"}, marks=AS_ROOT),
        ("limits", {"read_a_file_that_everybody_may_read", *NETWORK}),
    ],
)
def test_each_layer_prevents_its_attacks_alone(
    loot: dict[str, Any], layer: str, prevented: set[str]
) -> None:
    assert not tried(loot, layers={"privileges", layer}) & prevented


def reason(command: str) -> str:
    with pytest.raises(Refused) as caught:
        run_in_sandbox(command, b"")
    return caught.value.reason


def test_output_flood_is_cut_off() -> None:
    """The parent does not read what it will not use."""
    tracemalloc.start()
    try:
        assert reason("flood") == ProofRefusal.TOO_COMPLEX
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3 * sandbox.MAX_OUTPUT


@pytest.mark.parametrize("command", ["flood", "allocate", "compute"])
def test_resource_limit_gives_too_complex(command: str) -> None:
    assert reason(command) == ProofRefusal.TOO_COMPLEX


@pytest.mark.long
def test_cpu_time_is_limited_to_three_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.times()
    assert reason("compute") == ProofRefusal.TOO_COMPLEX
    after = os.times()
    assert after.children_user + after.children_system - (
        before.children_user + before.children_system
    ) == pytest.approx(3, abs=0.7)


@pytest.mark.long
@pytest.mark.parametrize("command", ["sleep", "close_and_sleep"])
def test_sleeping_decoder_is_killed(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 5)
    started = time.monotonic()
    with pytest.raises(SandboxBusyError):
        run_in_sandbox(command, b"")
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("command", ["lie", "sneer"])
def test_invalid_decoder_output_is_unreadable(command: str) -> None:
    assert reason(command) == ProofRefusal.UNREADABLE


@ON_LINUX
def test_decoder_runs_at_lowest_priority() -> None:
    """It computes where nobody else wants to."""
    (answer,) = run_in_sandbox("tell_how_eager", b"", without={"seccomp"})
    assert json.loads(answer) == [True, 19]
