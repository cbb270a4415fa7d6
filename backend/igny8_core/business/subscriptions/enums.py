"""The stages of a subscription, and what comes, as the API spells them."""

from django.db import models


class Stage(models.TextChoices):
    """What a customer has to know first about the plan."""

    NO_PLAN = "no_plan", "No plan"
    ORDER = "order", "Order not paid yet"
    ACTIVE = "active", "Active"
    RENEWAL_OPEN = "renewal_open", "Next period to be paid"
    GRACE = "grace", "Late, nothing changes yet"
    PAST_DUE = "past_due", "Past due"
    SUSPENDED = "suspended", "Suspended"
    UNDER_REVIEW = "under_review", "A confirmation under review stops the clock"
    ENDING = "ending", "Ends with its period"


class ComingStep(models.TextChoices):
    """The names of ``steps.StepName``; reminders by their kind."""

    START_PERIOD = "start_period", "The next period begins"
    RENEW = "renew", "The next period is invoiced"
    RENEWAL_REMINDER = "renewal_reminder", "Email before the due day"
    RENEWAL_DUE = "renewal_due", "Email after the due day"
    ANNOUNCE_PRICE = "announce_price", "Email about a higher price"
    FALL_DUE = "fall_due", "The plan is past due"
    PAST_DUE = "past_due", "Email that the plan is past due"
    FINAL_NOTICE = "final_notice", "Last email before the suspension"
    SUSPEND = "suspend", "The account is suspended"
    ENDING = "ending", "Email before the end"
    LAPSE = "lapse", "The plan ends, because it wasn't paid"
    END = "end", "The plan ends, as asked for"
    EXPIRE_SIGN_UP = "expire_sign_up", "The unpaid order expires"
    EXPIRE_CHANGE = "expire_change", "The unpaid change of plan expires"
