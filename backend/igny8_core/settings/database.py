"""PostgreSQL, and its timeouts."""

from django.core.exceptions import ImproperlyConfigured

from igny8_core.common.platform.embedded_postgres import ensure_running
from igny8_core.common.platform.environment import database
from igny8_core.settings.base import DATA_DIR, IS_DEVELOPMENT, env

DATABASE_URL: str = env.str("DATABASE_URL", default="")
if not DATABASE_URL:
    if not IS_DEVELOPMENT:
        msg = "DATABASE_URL is not set: name the PostgreSQL server (postgres://user:pw@host/db)."
        raise ImproperlyConfigured(msg)
    DATABASE_URL = ensure_running(DATA_DIR)
DATABASES = {"default": database(DATABASE_URL, password=env.str("DATABASE_PASSWORD", default=""))}
DATABASES["default"]["CONN_MAX_AGE"] = env.number("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Of the largest reads, and of writes (``common/compiled.py``, ``rows.py``); PgBouncer before 1.21
# allows none
DATABASE_PREPARED_STATEMENTS: bool = env.flag("DATABASE_PREPARED_STATEMENTS", default=True)
DATABASES["default"]["ATOMIC_REQUESTS"] = False
_waits = {  # seconds: nothing waits forever
    "lock_timeout": env.number("DATABASE_LOCK_TIMEOUT", default=5, at_least=1),
    "idle_in_transaction_session_timeout": env.number(
        "DATABASE_IDLE_TIMEOUT", default=300, at_least=1
    ),
}
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = " ".join(
    [_options.get("options", ""), *(f"-c {name}={wait}s" for name, wait in _waits.items())]
).strip()
# A server that vanishes is noticed after 25 seconds; by itself, Linux waits for up to two hours
_keepalive = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}
for _name, _value in _keepalive.items():
    _options.setdefault(_name, _value)
# Connections that the threads of a process share; 0: each keeps its own
DATABASE_POOL_SIZE = env.number("DATABASE_POOL_SIZE", default=0, at_most=1000)
if DATABASE_POOL_SIZE:
    _options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 5}
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # the pool keeps them
# Seconds that a statement of a request may take; jobs and commands have no limit: ``wsgi.py``
DATABASE_STATEMENT_TIMEOUT = env.number("DATABASE_STATEMENT_TIMEOUT", default=30, at_least=1)
