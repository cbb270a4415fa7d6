"""A disk too full for a proof: a clear error, nothing half-done; with space, it works."""

import math
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from tests.database import assert_all_invariants_hold, changes_since, counted
from tests.factories import confirmation_of
from tests.server import Server, running_server

pytestmark = pytest.mark.django_db(transaction=True)
CONFIRM = "/api/v1/billing/admin/payments/confirm/"
ROOM = 64 * 1024  # bytes


@dataclass(frozen=True)
class SmallDisk:
    """A server with space for only ``ROOM`` bytes, until it is ``enlarge``d."""

    server: Server
    media: Path
    enlarge: Callable[[], None]

    def files(self) -> list[Path]:
        """All stored files."""
        return [path for path in self.media.rglob("*") if path.is_file()]


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[SmallDisk]:
    """The operating system stops the server from writing files above ``ROOM`` (EFBIG)."""
    if not hasattr(resource, "prlimit"):
        pytest.skip("Only Linux sets another process's limits.")
    with running_server(MEDIA_ROOT=str(tmp_path)) as server:

        def limit(size: int) -> None:
            children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
            for pid in map(int, children.read_text().split()):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        limit(ROOM)
        yield SmallDisk(server, tmp_path, lambda: limit(resource.RLIM_INFINITY))


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[SmallDisk]:
    """A separate, almost full file system (ENOSPC); needs root."""
    mounting = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False).returncode != 0:
        pytest.skip("Nobody but root mounts a file system.")
    try:
        filler = tmp_path / "filler"
        filler.write_bytes(b"x" * (8 * 1024 * 1024 - ROOM))
        with running_server(MEDIA_ROOT=str(tmp_path / "media")) as server:
            yield SmallDisk(server, tmp_path / "media", filler.unlink)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.long
@pytest.mark.parametrize("size", [200_000, 3_000_000], ids=["in memory", "by a temporary file"])
@pytest.mark.parametrize("disk", ["limited", "filled"])
def test_full_disk_refuses_file_and_keeps_nothing(
    request: pytest.FixtureRequest, owner: User, settings: LazySettings, disk: str, size: int
) -> None:
    small: SmallDisk = request.getfixturevalue(disk)
    proof = noise(size)
    body = encode_multipart(BOUNDARY, {**confirmation_of(owner), "proof": as_file(proof)})
    program = small.server.logged_in(owner)
    headers = {"Content_Type": MULTIPART_CONTENT, "Idempotency_Key": "k-1"}
    before = counted()

    refused = program.send(CONFIRM, body, **headers)
    assert (refused.status, refused.code) == (503, "storage_full"), refused.content
    assert int(refused.headers["Retry-After"]) > 0
    assert changes_since(before) == {}
    assert small.files() == []

    small.enlarge()
    assert program.send(CONFIRM, body, **headers).status == 201
    (kept,) = small.files()
    assert kept.stat().st_size > ROOM
    assert str(kept) == str(small.media / Payment.objects.get().proof_upload)
    settings.MEDIA_ROOT = str(small.media)
    assert_all_invariants_hold()


def noise(size: int) -> bytes:
    """Return an incompressible image of about this many bytes."""
    side = math.isqrt(size // 3)
    output = BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(output, "PNG")
    return output.getvalue()


def as_file(content: bytes) -> object:
    """Return the data in a form that Django's encoder treats as a file."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("receipt.png", content, content_type="image/png")
