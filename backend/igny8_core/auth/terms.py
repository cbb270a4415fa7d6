"""A plan's terms when it was bought, kept separately because admins may edit the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol

from igny8_core.auth.enums import ChangeCredit, CreditsAtRenewal
from igny8_core.common.exceptions import Words

WORDS = ("name", "description")  # these promise nothing
# What isn't said: so older terms say the same as today's, and offers stay what they were.
UNSAID = {
    "credits_at_renewal": CreditsAtRenewal.ADD,
    "credits_kept_up_to": None,
    "change_credit": ChangeCredit.DAYS,
}
CREDITS_NOTES = {
    CreditsAtRenewal.ADD: Words(
        en="Unused credits are kept when the next period begins.",
        ur="اگلی مدت شروع ہونے پر غیر استعمال شدہ کریڈٹ برقرار رہتے ہیں۔",
    ),
    CreditsAtRenewal.RESET: Words(
        en="Unused credits of the plan expire when the next period begins.",
        ur="اگلی مدت شروع ہونے پر پلان کے غیر استعمال شدہ کریڈٹ ختم ہو جاتے ہیں۔",
    ),
    CreditsAtRenewal.KEEP_UP_TO: Words(
        en="Up to {kept} unused credits of the plan are kept when the next period begins.",
        ur="اگلی مدت شروع ہونے پر پلان کے {kept} تک غیر استعمال شدہ کریڈٹ برقرار رہتے ہیں۔",
    ),
}
CHANGE_NOTES = {
    ChangeCredit.DAYS: Words(
        en="If you change the plan, its unused days are taken off.",
        ur="پلان بدلنے پر اس کے غیر استعمال شدہ دن منہا کیے جاتے ہیں۔",
    ),
    ChangeCredit.NONE: Words(
        en="If you change the plan before its period ends, nothing is taken off.",
        ur="مدت ختم ہونے سے پہلے پلان بدلنے پر کچھ منہا نہیں کیا جاتا۔",
    ),
}


class Priced(Protocol):
    """Anything with the fields of a plan, such as the plan itself."""

    slug: str
    name: str
    description: str
    price: Decimal
    currency: str
    interval: str
    included_credits: int
    max_sites: int
    max_users: int
    credits_at_renewal: str
    credits_kept_up_to: int | None
    change_credit: str


@dataclass(frozen=True)
class PlanTerms:
    """A plan's price, interval, credits and limits, as they were promised.

    :param price: in ``currency``, for one ``interval``.
    :param credits_at_renewal: what becomes of the plan's credits that are left when a period
        begins.
    :param credits_kept_up_to: how many of them are kept, if that is the rule.
    :param change_credit: what its unused days are worth when another plan replaces it.
    """

    slug: str
    name: str
    description: str
    price: Decimal
    currency: str
    interval: str
    included_credits: int
    max_sites: int
    max_users: int
    credits_at_renewal: str = CreditsAtRenewal.ADD
    credits_kept_up_to: int | None = None
    change_credit: str = ChangeCredit.DAYS

    @classmethod
    def of_plan(cls, plan: Priced) -> "PlanTerms":
        """Copy the current terms of a plan."""
        return cls(**{name: getattr(plan, name) for name in NAMES})

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "PlanTerms":
        """Read stored terms; ignores fields added by a later version."""
        said = {**UNSAID, **kept}
        known = {name: said[name] for name in NAMES}
        return cls(**{**known, "price": Decimal(known["price"])})

    def as_json(self) -> dict[str, str | int]:
        """Return the terms as stored in a column."""
        return {**self._said(), "price": f"{self.price:f}"}

    def _said(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in NAMES}
        return {
            name: value
            for name, value in values.items()
            if name not in UNSAID or value != UNSAID[name]
        }

    @property
    def is_free(self) -> bool:
        """Whether nothing is ever owed for it."""
        return self.price == 0

    def credits_kept(self, left: int) -> int:
        """Return how many of the plan's credits that are left stay when a period begins."""
        match self.credits_at_renewal:
            case CreditsAtRenewal.RESET:
                return 0
            case CreditsAtRenewal.KEEP_UP_TO:
                return min(left, self.credits_kept_up_to or 0)
        return left

    @property
    def credits_note(self) -> dict[str, str]:
        """What becomes of unused credits, by language."""
        words = CREDITS_NOTES[CreditsAtRenewal(self.credits_at_renewal)]
        return words.by_language(kept=f"{self.credits_kept_up_to or 0:,}")

    @property
    def change_note(self) -> dict[str, str]:
        """What its unused days are worth when another plan replaces it, by language."""
        return CHANGE_NOTES[ChangeCredit(self.change_credit)].by_language()

    @property
    def offer(self) -> str:
        """Identify what is sold, so that an order can say what its customer saw."""
        sold = {name: value for name, value in self._said().items() if name not in WORDS}
        sold["price"] = self.price.normalize()
        return sha256(repr(sold).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return self.name


NAMES = [field.name for field in fields(PlanTerms)]
