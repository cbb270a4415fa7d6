"""The states, events and kinds of billing, as the API and the database spell them."""

from django.db import models


class InvoiceStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    PAID = "paid", "Paid"
    VOID = "void", "Void"


class InvoiceKind(models.TextChoices):
    """What an invoice asks money for."""

    INITIAL = "initial", "First period"
    RENEWAL = "renewal", "Renewal"
    CHANGE = "change", "Change of plan"
    MANUAL = "manual", "Manual"


class InvoicePaymentState(models.TextChoices):
    """What an invoice waits for, derived from its status, due date and latest payment."""

    DUE = "due", "Due"
    OVERDUE = "overdue", "Overdue"
    UNDER_REVIEW = "under_review", "Under review"
    REJECTED = "rejected", "Rejected"
    PAID = "paid", "Paid"
    VOID = "void", "Void"


class PaymentStatus(models.TextChoices):
    PENDING_APPROVAL = "pending_approval", "Pending approval"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REVERSED = "reversed", "Reversed"


DECIDED_PAYMENT_STATUSES = (
    PaymentStatus.SUCCEEDED,
    PaymentStatus.FAILED,
    PaymentStatus.REVERSED,
)


class PaymentMethodKind(models.TextChoices):
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    WALLET = "wallet", "Mobile wallet"
    INSTANT_PAYMENT = "instant_payment", "Instant payment"
    ONLINE_ACCOUNT = "online_account", "Online account"


class CreditKind(models.TextChoices):
    TRIAL_GRANT = "trial_grant", "Trial grant"
    PLAN_GRANT = "plan_grant", "Plan grant"
    ADJUSTMENT = "adjustment", "Adjustment"
    REVERSAL = "reversal", "Reversal"
    EXPIRY = "expiry", "Expiry"


class ObjectType(models.TextChoices):
    """What an event is about."""

    ACCOUNT = "account", "Account"
    SUBSCRIPTION = "subscription", "Subscription"
    INVOICE = "invoice", "Invoice"
    PAYMENT = "payment", "Payment"


class EventName(models.TextChoices):
    """What happened; states.py says which objects it changes, and how."""

    SIGN_UP_FREE = "sign_up_free", "Sign-up, free plan"
    SIGN_UP_PAID = "sign_up_paid", "Sign-up, paid plan"
    UPGRADE = "upgrade", "Upgrade requested"
    CHANGE_METHOD = "change_method", "Payment method changed"
    CONFIRM = "confirm", "Payment confirmed by the customer"
    REPLACE_PROOF = "replace_proof", "Proof sent by the customer"
    REFUSE_PROOF = "refuse_proof", "Proof refused by the check"
    WITHDRAW = "withdraw", "Confirmation withdrawn"
    APPROVE = "approve", "Payment approved"
    SUPERSEDE = "supersede", "Replaced by an upgrade"
    REJECT = "reject", "Payment rejected"
    VOID = "void", "Invoice voided"
    FIRST_APPROVE = "first_approve", "First of two approvals"
    FIRST_REVERSE = "first_reverse", "First of two reversals"
    REVERSE = "reverse", "Approval reversed"
    REVERSE_AND_VOID = "reverse_and_void", "Approval reversed, invoice voided"
    RESTORE = "restore", "Earlier subscription restored"
    CLOSE_ACCOUNT = "close_account", "Account closed"
    RENEW = "renew", "Renewal invoiced"
    START_PERIOD = "start_period", "Period begun"
    FALL_DUE = "fall_due", "Renewal past due"
    SUSPEND = "suspend", "Paused for lack of payment"
    LAPSE = "lapse", "Ended for lack of payment"
    EXPIRE = "expire", "Unpaid order expired"
    END = "end", "Subscription ended"
    REQUEST_CANCEL = "request_cancel", "Cancelled at the end of the period"
    KEEP = "keep", "Cancellation taken back"
    SCHEDULE_PLAN = "schedule_plan", "Plan of the next period chosen"
    ANNOUNCE_PRICE = "announce_price", "Told of a higher price"
    AGREE_PRICE = "agree_price", "Price agreed"
    EXTEND_DUE = "extend_due", "Due day put off"
    HOLD = "hold", "Held until a day"
    COMP = "comp", "Period given"
    REMIND = "remind", "Reminded by an admin"
    ADJUST_CREDITS = "adjust_credits", "Credits adjusted"
    UNPARK = "unpark", "Billing taken up again"


AMONG_ADMINS = (  # customers don't see these
    EventName.FIRST_APPROVE,
    EventName.FIRST_REVERSE,
    EventName.HOLD,
    EventName.REMIND,
    EventName.UNPARK,
)


class ChangeOutcome(models.TextChoices):
    """The outcome of a change of a setting; none while it waits."""

    WAITING = "", "Waiting"
    APPLIED = "applied", "In effect"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class NoticeFrequency(models.TextChoices):
    """How often a billing admin gets notices about what waits."""

    IMMEDIATELY = "immediately", "Immediately, for each confirmation"
    HOURLY = "hourly", "Once an hour, all waiting payments"
    DAILY = "daily", "Once a day (after 8 a.m.), all waiting payments"
    NEVER = "never", "Never"
