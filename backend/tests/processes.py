"""Runs ``manage.py`` like a user: in a separate process."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.db import connection
from django.utils.http import urlencode

from tests.project.paths import BACKEND


def manage(
    *arguments: str, environment: Mapping[str, str], stdin: IO[Any] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a management command with only this environment, not the tests'."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BACKEND,
        env={**kept_environment(), **environment},
        stdin=stdin,
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
    )


def start(
    *arguments: str, environment: Mapping[str, str], program: Sequence[str] = ("manage.py",)
) -> subprocess.Popen[str]:
    """Start a management command in the same way, without waiting for it.

    :param program: the Python arguments of the program that gets the command.
    """
    return subprocess.Popen(
        [sys.executable, *program, *arguments],
        cwd=BACKEND,
        env={**kept_environment(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kept_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def here() -> dict[str, str]:
    """Return the environment for a process that uses the test's database."""
    params = connection.get_connection_params()
    parts = {"host", "port", "user", "password"} & params.keys()
    query = urlencode({name: params[name] for name in parts})
    return {
        "DJANGO_ENV": "development",
        "DATA_DIR": os.environ["DATA_DIR"],
        "DATABASE_URL": f"postgres:///{params['dbname']}?{query}",
    }
