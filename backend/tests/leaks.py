"""Searches the logs of a run of the whole app for secrets and personal data.

``make test-e2e`` calls this after its last test, while the server is still running. The search
terms come from the run itself: its database, its emails, and the passwords that its tests use.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from django.conf import settings

PASSWORDS = [
    "demo-password-1",
    "correct-horse-battery",
    "wrong-horse-battery",
    "new-horse-battery",
]
KEYS_IN_MAILS = re.compile(r"/(?:reset-password|verify-email)/([\w:.%-]{8,})")
WORD_LIKE_A_TOKEN = re.compile(r"\b[a-z0-9]{32}\b")
MIN_LENGTH = 6  # shorter ones are in every log by chance


def main() -> int:
    """Print what was found and where, never the secret itself; return 1 if anything was."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")
    django.setup()
    logs = list(log_files(settings.DATA_DIR))
    secrets = dict(secrets_of_run()) | dict.fromkeys(session_tokens_in(logs), "session token")
    found = sorted(set(leaks(logs, secrets)))
    for kind, path, line in found:
        print(f"{path.name}:{line}: holds a {kind}")
    print(f"{len(secrets)} secrets looked for in {len(logs)} logs: {len(found)} found")
    return 1 if found or not secrets or not logs else 0


def log_files(data_dir: Path) -> Iterator[Path]:
    """Yield the logs of API, worker and web app (one file), and of PostgreSQL."""
    yield data_dir / "processes.log"
    yield data_dir / "postgres" / "log"


def leaks(logs: Iterable[Path], secrets: dict[str, str]) -> Iterator[tuple[str, Path, int]]:
    """Yield kind, log and line number of every secret found in a log."""
    for path in logs:
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
            for secret, kind in secrets.items():
                if secret in line:
                    yield kind, path, number


def secrets_of_run() -> Iterator[tuple[str, str]]:
    """Yield everything that must not be in a log, with its kind."""
    for kind, values in _values().items():
        for value in values:
            if value and len(str(value)) >= MIN_LENGTH:
                yield str(value), kind


def session_tokens_in(logs: Iterable[Path]) -> Iterator[str]:
    """Yield words in the logs that are valid session tokens: only their hashes are known."""
    from igny8_core.auth.log_in.sessions import hashed
    from igny8_core.auth.models import Session

    known = set(Session.objects.values_list("session_key", flat=True))
    for path in logs:
        for word in WORD_LIKE_A_TOKEN.findall(path.read_text("utf-8", "replace")):
            if hashed(word) in known:
                yield word


def _values() -> dict[str, Iterable[object]]:
    from igny8_core.auth.models import Account, User
    from igny8_core.business.billing.models import Payment
    from igny8_core.common.models import IdempotencyRecord

    payments = Payment.objects
    return {
        "password": PASSWORDS,
        "password's hash": User.objects.values_list("password", flat=True),
        "e-mail address": User.objects.values_list("email", flat=True),
        "billing address": Account.objects.values_list("billing_address_line1", flat=True),
        "payment reference": payments.values_list("manual_reference", flat=True),
        "note": payments.values_list("manual_notes", flat=True),
        "proof's name": (
            Path(name).name for name in payments.values_list("proof", flat=True) if name
        ),
        "idempotency key": IdempotencyRecord.objects.values_list("key", flat=True),
        "key of a link in a mail": _keys_in_mails(settings.DATA_DIR / "mail"),
        "secret key": [settings.SECRET_KEY],
    }


def _keys_in_mails(folder: Path) -> Iterator[str]:
    for mail in folder.iterdir():
        text = mail.read_text("utf-8", "replace").replace("=\n", "").replace("=3D", "=")
        yield from KEYS_IN_MAILS.findall(text)


if __name__ == "__main__":
    sys.exit(main())
