"""A plan's terms when it was bought, kept separately because admins may edit the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol

WORDS = ("name", "description")  # these promise nothing


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


@dataclass(frozen=True)
class PlanTerms:
    """A plan's price, interval, credits and limits, as they were promised.

    :param price: in ``currency``, for one ``interval``.
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

    @classmethod
    def of_plan(cls, plan: Priced) -> "PlanTerms":
        """Copy the current terms of a plan."""
        return cls(**{name: getattr(plan, name) for name in NAMES})

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "PlanTerms":
        """Read stored terms; ignores fields added by a later version."""
        known = {name: kept[name] for name in NAMES}
        return cls(**{**known, "price": Decimal(known["price"])})

    def as_json(self) -> dict[str, str | int]:
        """Return the terms as stored in a column."""
        values = {name: getattr(self, name) for name in NAMES}
        return {**values, "price": f"{self.price:f}"}

    @property
    def is_free(self) -> bool:
        """Whether nothing is ever owed for it."""
        return self.price == 0

    @property
    def offer(self) -> str:
        """Identify what is sold, so that an order can say what its customer saw."""
        sold = {name: getattr(self, name) for name in NAMES if name not in WORDS}
        sold["price"] = self.price.normalize()
        return sha256(repr(sold).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return self.name


NAMES = [field.name for field in fields(PlanTerms)]
