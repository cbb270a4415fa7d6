"""``manage.py verify_billing``: check the invariants on live data."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from igny8_core.business.integrity.verify import verify_billing


class Command(BaseCommand):
    """Prints a line for each invariant; exits with 1 if one is broken."""

    help = "Check the invariants of billing on the live data."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Check and report.

        :raises CommandError: if an invariant is broken.
        """
        results = verify_billing()
        for result in results:
            self.stdout.write(str(result))
        broken = sum(not result.holds for result in results)
        if broken:
            message = f"{broken} of {len(results)} invariants are broken."
            raise CommandError(message)
        self.stdout.write(f"{len(results)} of {len(results)} invariants hold.")
