"""What the billing services refuse, each with its stable code."""

from igny8_core.common.exceptions import InvalidInput, LimitReached, NotAllowed, StateConflict


class UnknownPaymentMethod(InvalidInput):
    """The account's country has no enabled method of this code."""

    code = "unknown_payment_method"


class AmountMismatch(InvalidInput):
    """The amount claimed is not what is due."""

    code = "amount_mismatch"


class CurrencyNotAccepted(InvalidInput):
    """The currency is neither the invoice's nor its payable one."""

    code = "currency_not_accepted"


class ReferencePatternMismatch(InvalidInput):
    """The reference can't be one of this method's."""

    code = "reference_pattern_mismatch"


class PaidOnInFuture(InvalidInput):
    """The day of payment has not come yet."""

    code = "paid_on_in_future"


class PaidOnTooEarly(InvalidInput):
    """The day of payment is long before the invoice."""

    code = "paid_on_too_early"


class ClaimLimitReached(LimitReached):
    """The invoice was confirmed as often as a day allows, and withdrawn or rejected each time."""

    code = "claim_limit_reached"


class CancellationLimitReached(LimitReached):
    """The account gave up as many orders as a day allows."""

    code = "cancellation_limit_reached"


class ReasonRequired(InvalidInput):
    """A rejection or a void needs words that the customer will read."""

    code = "reason_required"


class TransitionNotAllowed(StateConflict):
    """The object's state doesn't allow the event."""

    code = "transition_not_allowed"


class NotDeskStaff(NotAllowed):
    """Only staff with a role of the approval desk may see this."""

    code = "not_desk_staff"


class ProofsNotShown(NotAllowed):
    """The role doesn't show what customers have sent."""

    code = "proofs_not_shown"


class NotBillingAdmin(NotAllowed):
    """Only billing admins may do this."""

    code = "not_billing_admin"


class MayNotReverse(NotAllowed):
    """Only those with the permission to reverse payments may do this."""

    code = "may_not_reverse"


class OwnAccountPayment(NotAllowed):
    """Nobody decides on money of the own account, or on what they have claimed themselves."""

    code = "own_account_payment"


class SecondApproverRequired(NotAllowed):
    """Two admins have to agree, and this one has done so already."""

    code = "second_approver_required"


class ForceNotAllowed(NotAllowed):
    """Only a superuser may reverse an approval whose credits were spent."""

    code = "force_not_allowed"


class PaymentNotReversible(StateConflict):
    """Only an approved payment can be reversed."""

    code = "payment_not_reversible"


class CreditsAlreadySpent(StateConflict):
    """The account has fewer credits left than the payment had brought."""

    code = "credits_already_spent"


class InvoiceNotReopenable(StateConflict):
    """The invoice can't be due again: it can only be voided."""

    code = "invoice_not_reopenable"


class PaymentAlreadyDecided(StateConflict):
    """Somebody has approved, rejected or withdrawn the payment already."""

    code = "payment_already_decided"


class ProofNotReplaceable(StateConflict):
    """The claim has a file that is being checked or kept, or it is decided."""

    code = "proof_not_replaceable"


class PaymentAlreadyUnderReview(StateConflict):
    """The invoice has a confirmation that waits for an admin."""

    code = "payment_already_under_review"


class InvoiceAlreadyPaid(StateConflict):
    """The invoice is paid."""

    code = "invoice_already_paid"


class InvoiceVoid(StateConflict):
    """The invoice was voided: nothing is owed."""

    code = "invoice_void"


class AccountClosed(StateConflict):
    """The account is suspended or cancelled."""

    code = "account_closed"


class ExchangeRateMissing(InvalidInput):
    """The method can't be chosen now: no rate is kept by which an amount could be named in it."""

    code = "exchange_rate_missing"


class OwnChange(NotAllowed):
    """Nobody agrees to the own change of a setting."""

    code = "own_change"


class ChangeWaitsAlready(StateConflict):
    """Another change of this setting waits for a second admin."""

    code = "change_waits_already"


class ChangeAlreadyDecided(StateConflict):
    """The proposed change is in effect, refused or withdrawn already."""

    code = "change_already_decided"


class ChangeNotPossible(StateConflict):
    """The setting has become another since the change was proposed."""

    code = "change_not_possible"
