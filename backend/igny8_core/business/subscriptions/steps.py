"""The steps that billing takes by itself."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from igny8_core.business.billing.dunning import ReminderKind


class StepName(StrEnum):
    START_PERIOD = "start_period"
    END = "end"
    EXPIRE_SIGN_UP = "expire_sign_up"
    EXPIRE_CHANGE = "expire_change"
    RENEW = "renew"
    FALL_DUE = "fall_due"
    SUSPEND = "suspend"
    LAPSE = "lapse"
    REMIND = "remind"
    ANNOUNCE_PRICE = "announce_price"
    EXPIRE_CREDITS = "expire_credits"


CONSEQUENCES = (  # of acts; what presses the customer is left to the run
    StepName.START_PERIOD,
    StepName.END,
    StepName.EXPIRE_SIGN_UP,
    StepName.EXPIRE_CHANGE,
    StepName.RENEW,
)


@dataclass(frozen=True)
class Step:
    """What is to be done next for an account."""

    name: StepName

    def __str__(self) -> str:
        return self.name.replace("_", " ")

    @property
    def told_as(self) -> str:
        """What ``ComingStep`` calls it: by its name, a reminder by its kind."""
        return self.name.value


@dataclass(frozen=True)
class StartPeriod(Step):
    """Begin a period that was paid ahead."""

    name: StepName = field(default=StepName.START_PERIOD, init=False)
    index: int

    def __str__(self) -> str:
        return f"{super().__str__()} {self.index}"


@dataclass(frozen=True)
class Renew(Step):
    """Issue the invoice of a period.

    :param skipped: the periods before it that ended while nobody billed; they are forgiven.
    """

    name: StepName = field(default=StepName.RENEW, init=False)
    index: int
    due_date: date
    skipped: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{super().__str__()} period {self.index}, due on {self.due_date}"


@dataclass(frozen=True)
class Remind(Step):
    """Send a mail about the open renewal.

    :param skipped: the older ones that weren't sent, and won't be.
    """

    name: StepName = field(default=StepName.REMIND, init=False)
    kind: ReminderKind
    skipped: tuple[ReminderKind, ...] = ()

    def __str__(self) -> str:
        return f"{super().__str__()}: {self.kind.replace('_', ' ')}"

    @property
    def told_as(self) -> str:
        return self.kind.value


@dataclass(frozen=True)
class AnnouncePrice(Step):
    """Tell the customer of a higher price.

    :param price: for a period, in the currency of prices.
    :param first_day: of the first period that costs it.
    """

    name: StepName = field(default=StepName.ANNOUNCE_PRICE, init=False)
    price: Decimal
    first_day: date

    def __str__(self) -> str:
        return f"{super().__str__()} {self.price} from {self.first_day}"


END = Step(StepName.END)
EXPIRE_SIGN_UP = Step(StepName.EXPIRE_SIGN_UP)
EXPIRE_CHANGE = Step(StepName.EXPIRE_CHANGE)
FALL_DUE = Step(StepName.FALL_DUE)
SUSPEND = Step(StepName.SUSPEND)
LAPSE = Step(StepName.LAPSE)
EXPIRE_CREDITS = Step(StepName.EXPIRE_CREDITS)
