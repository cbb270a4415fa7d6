"""Why no other plan is begun."""

from igny8_core.common.exceptions import InvalidInput, StateConflict


class PlanNotPayable(InvalidInput):
    """One can't upgrade to a free plan."""

    code = "plan_not_payable"


class AlreadyOnPlan(InvalidInput):
    """The account has this plan already."""

    code = "already_on_plan"


class UpgradeAlreadyPending(StateConflict):
    """A subscription of the account waits for its payment already."""

    code = "upgrade_already_pending"
