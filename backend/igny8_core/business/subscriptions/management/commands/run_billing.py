"""``manage.py run_billing``: take the steps of billing that are due."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from igny8_core.business.subscriptions.bounds import TooManySuspensions
from igny8_core.business.subscriptions.services.dry_run import forecast_billing
from igny8_core.business.subscriptions.services.run import run_billing
from igny8_core.business.subscriptions.steps import Step
from igny8_core.common.clock import utc_now

ALL_DAY = 24 * 60 * 60  # seconds
STOPPED = 3  # exit code


class Command(BaseCommand):
    """Prints a line for each step, and a summary; exits with 3 if too many would be suspended."""

    help = "Renew, remind, pause and end subscriptions whose time has come."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the options."""
        parser.add_argument("--as-of", type=_moment, help="In ISO 8601, with its zone.")
        parser.add_argument("--account", type=int, help="Only this account, by its id.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done.")
        parser.add_argument("--force", action="store_true", help="Suspend however many are due.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run and report.

        :raises CommandError: if ``--as-of`` is in the future without ``--dry-run``, or if too many
            accounts would be suspended.
        """
        now = utc_now()
        as_of = options["as_of"] or now
        if options["dry_run"]:
            self._foretell(now=min(now, as_of), as_of=as_of, account_id=options["account"])
        elif as_of > now:
            message = "The future can only be foretold: add --dry-run."
            raise CommandError(message)
        else:
            self._run(as_of=as_of, account_id=options["account"], force=options["force"])

    def _foretell(self, *, now: datetime, as_of: datetime, account_id: int | None) -> None:
        coming = forecast_billing(now=now, as_of=as_of, account_id=account_id)
        for account, at, step in coming:
            self.stdout.write(f"{at:%Y-%m-%d %H:%M} UTC  {_line(account, step)}")
        self.stdout.write(f"{len(coming)} steps would be taken.")

    def _run(self, *, as_of: datetime, account_id: int | None, force: bool) -> None:
        try:
            done = run_billing(
                as_of=as_of,
                limit_seconds=ALL_DAY,
                account_id=account_id,
                force=force,
                told=lambda account, step: self.stdout.write(_line(account, step)),
            )
        except TooManySuspensions as error:
            message = "Stopped: too many accounts would be suspended. Check the clock and the "
            message += "settings; then run it with --force."
            raise CommandError(message, returncode=STOPPED) from error
        self.stdout.write(
            f"{done.steps.total()} steps were taken for {done.accounts} accounts; "
            f"{done.parked} accounts were parked."
        )


def _line(account_id: int, step: Step) -> str:
    return f"account {account_id}: {step}"


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise ValueError
    return moment
