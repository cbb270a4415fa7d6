"""The stages of a subscription, and what comes: spelled for the API, in words for the desk."""

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
    """The names of ``steps.StepName``; reminders by their kind: see ``Step.told_as``."""

    START_PERIOD = "start_period", "The next period begins"
    RENEW = "renew", "A renewal is invoiced"
    RENEWAL_REMINDER = "renewal_reminder", "Email: please pay by the due day"
    RENEWAL_DUE = "renewal_due", "Email: the due day is over"
    ANNOUNCE_PRICE = "announce_price", "Email: a higher price"
    FALL_DUE = "fall_due", "The subscription is past due"
    PAST_DUE = "past_due", "Email: past due"
    FINAL_NOTICE = "final_notice", "Email: final notice before the pause"
    SUSPEND = "suspend", "Access is paused"
    ENDING = "ending", "Email: the plan ends soon"
    LAPSE = "lapse", "The subscription ends unpaid"
    END = "end", "The subscription ends, as asked for"
    EXPIRE_SIGN_UP = "expire_sign_up", "The unpaid order expires"
    EXPIRE_CHANGE = "expire_change", "The unpaid change of plan expires"
