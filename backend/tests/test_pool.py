"""A server whose threads share connections: ``DATABASE_POOL_SIZE``."""

import pytest

from igny8_core.auth.models import User
from tests.database import somebody_else
from tests.server import running_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("catalog")]


def test_pooled_connections_survive_a_column_of_another_type(owner: User) -> None:
    """A plan that doesn't fit any more doesn't go back into the pool."""
    with running_server(DATABASE_POOL_SIZE="2") as server, somebody_else() as other:
        client = server.logged_in(owner)
        before = [client.send("/api/v1/auth/me/").status for _ in range(4)]
        other.execute("ALTER TABLE igny8_auth_user ALTER language TYPE varchar(12)")
        other.commit()
        after = [client.send("/api/v1/auth/me/").status for _ in range(4)]
        other.execute("ALTER TABLE igny8_auth_user ALTER language TYPE varchar(5)")
        other.commit()

    assert (before, after) == ([200] * 4, [200] * 4)
