"""Starts ``sandboxed.py``: a process without environment, for one file, and few at a time."""

import logging
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings

from igny8_core.business.billing.exceptions import ProofsBusy
from igny8_core.business.billing.sandboxed import REFUSED

SCRIPT = Path(__file__).with_name("sandboxed.py")
UNREADABLE = "unreadable"
SECONDS = 30  # of one file
WAITING_SECONDS = 15  # for the files before it
places = BoundedSemaphore(settings.BILLING_PROOF_CONCURRENCY)
logger = logging.getLogger(__name__)


class Refused(Exception):
    """The file can't be used; the message is a word that says why."""


def run_in_sandbox(command: str, *arguments: str, content: bytes) -> tuple[bytes, str]:
    """Carry a command of ``sandboxed.py`` out; returns what it made, and its word about it.

    :raises Refused: ``unreadable`` is also what takes too much work or memory, or crashes.
    :raises ProofsBusy: if no place was free in time, or the machine is too busy to be done in time.
    """
    if not places.acquire(timeout=WAITING_SECONDS):
        raise _busy()
    try:
        done = subprocess.run(  # noqa: S603  (our own script; the file goes in as data)
            [sys.executable, "-I", str(SCRIPT), command, *arguments],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:  # its time of the CPU is less: the machine is busy
        raise _busy() from error
    finally:
        places.release()
    word = done.stderr.decode("utf-8", "replace")
    if done.returncode == REFUSED:
        raise Refused(word)
    if done.returncode != 0:
        reason = (word.strip().splitlines() or [""])[-1][:200]
        logger.warning("A proof could not be read (exit code %s): %s", done.returncode, reason)
        raise Refused(UNREADABLE)
    return done.stdout, word


def _busy() -> ProofsBusy:
    detail = "Too many files are being checked at this moment. Try again in a minute."
    return ProofsBusy(detail, retry_after=60)
