"""What the accounts' services refuse, each with its stable code."""

from igny8_core.common.exceptions import InvalidInput, LimitReached, StateConflict


class EmailAlreadyRegistered(InvalidInput):
    """Somebody has signed up with this e-mail already."""

    code = "email_already_registered"


class EmailUnchanged(InvalidInput):
    """The new e-mail is the present one."""

    code = "email_unchanged"


class EmailUnusable(InvalidInput):
    """No mail can reach anybody at this address."""

    code = "email_unusable"


class UnknownPlan(InvalidInput):
    """No public plan has this slug."""

    code = "unknown_plan"


class PlanChanged(InvalidInput):
    """The plan is sold otherwise than the customer was shown."""

    code = "plan_changed"


class UnknownCountry(InvalidInput):
    """The code is not one of ISO 3166-1 alpha-2."""

    code = "unknown_country"


class UnknownIndustry(InvalidInput):
    """No industry has this slug."""

    code = "unknown_industry"


class DomainAlreadyAdded(InvalidInput):
    """The account has a site of this domain already."""

    code = "domain_already_added"


class SiteLimitReached(StateConflict):
    """The plan allows no further site."""

    code = "site_limit_reached"


class AccountNotUsable(StateConflict):
    """The account has yet to be paid for, or is suspended or cancelled."""

    code = "account_not_usable"


class PasswordIncorrect(InvalidInput):
    """The password is not the user's."""

    code = "password_incorrect"


class TooManyAttempts(LimitReached):
    """Somebody has tried too many passwords in a short time."""

    code = "too_many_attempts"
