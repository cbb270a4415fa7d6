"""Starts ``in_sandbox.py``: a process for one file that can only read, write and compute.

Its output isn't trusted either: only so many bytes are read, for so many seconds.
"""

import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from threading import Timer

from igny8_core.business.proofs.confinement import hide_this_process
from igny8_core.business.proofs.enums import ProofRefusal
from igny8_core.business.proofs.protocol import Outcome, unpacked

ROOT = Path(__file__).resolve().parents[3]  # where ``igny8_core`` is imported from
MODULE = "igny8_core.business.proofs.in_sandbox"
SECONDS = 60  # wall-clock time: far more than the process's CPU limit
MAX_OUTPUT = 24 * 1024 * 1024  # bytes
MAX_WORDS = 200  # characters of an error, in the log
TOO_MUCH = {-signal.SIGXCPU, -signal.SIGKILL}  # CPU time; memory, or CPU time again
logger = logging.getLogger(__name__)


class Refused(Exception):
    """The file can't be used; ``reason`` says why."""

    def __init__(self, reason: ProofRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class SandboxBusyError(Exception):
    """No result within ``SECONDS``: usually because the machine was busy."""


class SandboxBrokenError(Exception):
    """The process did not start, which isn't the file's fault."""


def run_in_sandbox(command: str, content: bytes, *, without: Collection[str] = ()) -> list[bytes]:
    """Run a command of ``in_sandbox.py``; returns its parts.

    :param without: layers of the sandbox to leave out, in tests of the others.
    :raises Refused: ``too_complex`` if it takes too much time, memory or space; ``unreadable``
        also if it crashes.
    :raises SandboxBusyError, SandboxBrokenError: see these classes.
    """
    hide_this_process()
    program = f"import sys; sys.path.append({str(ROOT)!r}); from {MODULE} import main; main()"
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        process = subprocess.Popen(  # noqa: S603  (our own program; the file goes in as data)
            [sys.executable, "-I", "-B", "-c", program, command, *without],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
        )
    clock = Timer(SECONDS, process.kill)
    clock.start()
    with process, process.stdout as output:  # type: ignore[union-attr]  # it is a pipe
        answer = output.read(MAX_OUTPUT + 1)
        if len(answer) > MAX_OUTPUT:
            process.kill()
    is_late = not clock.is_alive()
    clock.cancel()
    if is_late:
        raise SandboxBusyError
    if len(answer) > MAX_OUTPUT:
        raise Refused(ProofRefusal.TOO_COMPLEX)
    return _made(process.returncode, answer)


def layers() -> list[str]:
    """Return the layers of the sandbox that hold here, by name."""
    (names,) = run_in_sandbox("layers", b"")
    return list(json.loads(names))


def _made(returncode: int, answer: bytes) -> list[bytes]:
    if returncode in TOO_MUCH:
        raise Refused(ProofRefusal.TOO_COMPLEX)
    if returncode > 0 and returncode not in set(Outcome):
        message = f"The sandbox ended with exit code {returncode} before it read the file."
        raise SandboxBrokenError(message)
    try:
        parts = unpacked(answer)
        if returncode == Outcome.DONE:
            return parts
        (words,) = parts
    except ValueError:
        words = b""
    if returncode == Outcome.REFUSED and words.decode("ascii", "replace") in ProofRefusal.values:
        raise Refused(ProofRefusal(words.decode("ascii")))
    reason = words.decode("utf-8", "replace")[:MAX_WORDS]
    logger.warning("A proof could not be read (exit code %s): %s", returncode, reason)
    is_memory = reason.startswith("MemoryError")
    raise Refused(ProofRefusal.TOO_COMPLEX if is_memory else ProofRefusal.UNREADABLE)
