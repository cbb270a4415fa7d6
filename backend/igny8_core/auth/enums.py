"""The states and kinds of accounts, as the API and the database spell them."""

from django.db import models


class AccountStatus(models.TextChoices):
    TRIAL = "trial", "Trial"
    PENDING_PAYMENT = "pending_payment", "Pending payment"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    CANCELLED = "cancelled", "Cancelled"


class SubscriptionStatus(models.TextChoices):
    PENDING_PAYMENT = "pending_payment", "Pending payment"
    ACTIVE = "active", "Active"
    PAST_DUE = "past_due", "Past due"
    CANCELLED = "cancelled", "Cancelled"


LIVE_SUBSCRIPTION_STATUSES = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)


class PlanInterval(models.TextChoices):
    MONTH = "month", "Month"
    YEAR = "year", "Year"


class UserRole(models.TextChoices):
    OWNER = "owner", "Owner"
    MEMBER = "member", "Member"


class ChangeCredit(models.TextChoices):
    """What a plan's unused days are worth when another plan replaces it."""

    DAYS = "days", "Its unused days are taken off"
    NONE = "none", "Nothing is taken off"


class CreditsAtRenewal(models.TextChoices):
    """What becomes of a plan's credits that are left when the next period begins."""

    ADD = "add", "They are kept"
    RESET = "reset", "They expire"
    KEEP_UP_TO = "keep_up_to", "They are kept up to a number"
