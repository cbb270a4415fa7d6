"""``python -m tests.later EMAIL STEP``: for one account, days pass until billing takes a step.

Each day, all that is dated in the account's billing moves a day into the past, and billing runs for
it. The guards of append-only rows are off for that, so it needs a superuser of the database.
"""

import os
import sys
from collections.abc import Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")
django.setup()

from django.apps import apps  # noqa: E402  (from here on, the settings are needed)
from django.db import connection, transaction  # noqa: E402
from django.db.models import F, Model  # noqa: E402

from igny8_core.auth.models import Account, Subscription  # noqa: E402
from igny8_core.business.subscriptions.services.advance import advance  # noqa: E402
from igny8_core.common.clock import utc_now  # noqa: E402
from igny8_core.common.daily import A_DAY  # noqa: E402

MOST_DAYS = 60


def main(email: str, wanted: str) -> int:
    """Let days pass for the account of the user with this address; print the steps of each day.

    :param wanted: how the step begins: ``suspend``, ``remind: past due``.
    :returns: 1 if it doesn't come in ``MOST_DAYS``.
    """
    account = Account.objects.get(users__email=email)
    for day in range(1, MOST_DAYS + 1):
        let_a_day_pass(account.pk)
        steps = [str(step) for step in advance(account_id=account.pk, now=utc_now())]
        print(f"day {day}: {steps}")
        if any(step.startswith(wanted) for step in steps):
            return 0
    return 1


def let_a_day_pass(account_id: int) -> None:
    """Move all dates and instants of an account's billing a day into the past."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model, path in _billing_models():
            names = [
                field.name
                for field in model._meta.concrete_fields
                if field.get_internal_type() in {"DateField", "DateTimeField"}
            ]
            if names:
                rows = model._base_manager.filter(**{path: account_id})
                rows.update(**{name: F(name) - A_DAY for name in names})


def _billing_models() -> Iterator[tuple[type[Model], str]]:
    """Yield the models with an account's billing, and how their rows lead to its id."""
    paths: dict[type[Model], str] = {Account: "pk", Subscription: "account"}
    yield from paths.items()
    for app in ("billing", "subscriptions"):
        for model in apps.get_app_config(app).get_models():
            leads = (
                field.name if related is Account else f"{field.name}__{paths[related]}"
                for field in model._meta.concrete_fields
                if (related := field.related_model) in paths
            )
            if path := next(leads, None):
                paths[model] = path
                yield model, path


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
