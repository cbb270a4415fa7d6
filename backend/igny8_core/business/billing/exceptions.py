"""What the billing services refuse, each with its stable code and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igny8_core.auth.exceptions import NOT_OPEN
from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.common.exceptions import (
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    StateConflict,
    Words,
)

if TYPE_CHECKING:
    from igny8_core.auth.models import Account
    from igny8_core.business.billing.methods import PromisedMethod
    from igny8_core.business.billing.models import (
        Invoice,
        Payment,
        PaymentMethodConfig,
        SettingChange,
    )

# What there is


class NoSuchInvoice(NotFound):
    """There is no such invoice, or it is another account's."""

    attr = "invoice_id"
    words = Words(en="There is no invoice {invoice}.", ur="انوائس {invoice} موجود نہیں۔")


class NoSuchPayment(NotFound):
    """There is no such payment, or it is another account's."""

    words = Words(en="There is no payment {payment}.", ur="ادائیگی {payment} موجود نہیں۔")


class NoProof(NotFound):
    """The payment has no proof, or its file is gone."""

    words = Words(en="Payment {payment} has no proof.", ur="ادائیگی {payment} کی کوئی رسید نہیں۔")


class NoSuchProposal(NotFound):
    """No change of a setting was proposed under this id."""

    words = Words(en="There is no proposal {change}.", ur="تجویز {change} موجود نہیں۔")


# What customers say


class UnknownPaymentMethod(InvalidInput):
    """The account's country has no enabled method of this code."""

    code = "unknown_payment_method"
    attr = "payment_method"


class MethodNotOffered(UnknownPaymentMethod):
    """The country has other methods."""

    words = Words(
        en="There is no payment method '{method}' for this country. Choose one of: {offered}.",
        ur="اس ملک کے لیے ادائیگی کا طریقہ '{method}' نہیں۔ ان میں سے چنیں: {offered}۔",
    )


class NoMethodOffered(UnknownPaymentMethod):
    """The country has no method at all."""

    words = Words(
        en="There is no payment method for this country yet. Contact support.",
        ur="اس ملک میں ابھی ادائیگی کا کوئی طریقہ نہیں۔ ہمیں لکھیں، ہم مدد کریں گے۔",
    )


class AmountMismatch(InvalidInput):
    """The amount claimed is not what is due."""

    code = "amount_mismatch"
    attr = "amount"
    words = Words(
        en="The amount and its currency must be exactly what is due: {due}.",
        ur="رقم اور اس کی کرنسی بالکل وہی ہونی چاہیے جو واجب ہے: {due}۔",
    )


class CurrencyNotAccepted(InvalidInput):
    """The currency is neither the invoice's nor its payable one."""

    code = "currency_not_accepted"
    attr = "currency"


class CurrencyNotOfInvoice(CurrencyNotAccepted):
    """The invoice isn't due in this currency."""

    words = Words(
        en="Invoice {invoice} can't be paid in {currency}. Amount due: {due}.",
        ur="انوائس {invoice} کی ادائیگی {currency} میں نہیں ہو سکتی۔ واجب رقم: {due}۔",
    )


class CurrencyNotOfMethod(CurrencyNotAccepted):
    """The method takes another currency."""

    words = Words(
        en="{method} takes {currency} only. Amount due: {due}.",
        ur="{method} سے صرف {currency} میں ادائیگی ہوتی ہے۔ واجب رقم: {due}۔",
    )

    def __init__(self, method: PromisedMethod, *, due: str) -> None:
        super().__init__(method=method.display_name, currency=method.currency, due=due)


class ReferencePatternMismatch(InvalidInput):
    """The reference can't be one of this method's."""

    code = "reference_pattern_mismatch"
    attr = "manual_reference"
    words = Words(
        en="This doesn't look like a {label}. {hint}",
        ur="یہ {label} جیسا نہیں لگتا۔ {hint}",
    )

    def __init__(self, method: PromisedMethod) -> None:
        super().__init__(label=method.reference_label, hint=method.reference_hint)


class PaidOnInFuture(InvalidInput):
    """The day of payment has not come yet."""

    code = "paid_on_in_future"
    attr = "paid_on"
    words = Words(
        en="The day of payment is in the future. Give the day on which you paid.",
        ur="ادائیگی کا دن مستقبل میں ہے۔ وہ دن لکھیں جب آپ نے ادا کیا۔",
    )


class PaidOnTooEarly(InvalidInput):
    """The day of payment is long before the invoice."""

    code = "paid_on_too_early"
    attr = "paid_on"
    words = Words(
        en="The day of payment is long before invoice {invoice} was issued ({issued_on}). Give "
        "the day on which you paid this invoice.",
        ur="ادائیگی کا دن انوائس {invoice} کے جاری ہونے ({issued_on}) سے بہت پہلے کا ہے۔ وہ دن "
        "لکھیں جب آپ نے یہ انوائس ادا کی۔",
    )


class ClaimLimitReached(LimitReached):
    """The invoice was confirmed as often as a day allows, and withdrawn or rejected each time."""

    code = "claim_limit_reached"
    words = Words(
        en="Invoice {invoice} was confirmed {limit} times within a day. Try again later, or ask "
        "support to look at it.",
        ur="انوائس {invoice} کی تصدیق ایک دن میں {limit} بار ہو چکی ہے۔ بعد میں کوشش کریں یا ہمیں "
        "لکھیں۔",
    )


class CancellationLimitReached(LimitReached):
    """The account gave up as many orders as a day allows."""

    code = "cancellation_limit_reached"
    words = Words(
        en="You cancelled {limit} orders within a day. Try again later, or ask support to do it.",
        ur="ایک دن میں {limit} آرڈر منسوخ ہو چکے ہیں۔ بعد میں کوشش کریں یا ہمیں لکھیں۔",
    )


class ProofNotReplaceable(StateConflict):
    """The claim has a file that is being checked or kept, or it is decided."""

    code = "proof_not_replaceable"
    words = Words(
        en="This confirmation already has its file. To send another one, withdraw it first.",
        ur="اس تصدیق کی رسید ہمارے پاس ہے۔ دوسری بھیجنے کے لیے پہلے تصدیق واپس لیں۔",
    )

    def __init__(self, payment: Payment) -> None:
        super().__init__(state=payment.status)


class ExchangeRateMissing(InvalidInput):
    """The method can't be chosen now: no rate is kept by which an amount could be named in it."""

    code = "exchange_rate_missing"
    attr = "payment_method"

    def __init__(self, method: PaymentMethodConfig) -> None:
        super().__init__(method=method, currency=method.currency)


class NoExchangeRate(ExchangeRateMissing):
    """No rate is kept for the method's currency."""

    words = Words(
        en="{method} can't be used now: there is no exchange rate for {currency}. Choose another "
        "method, or contact support.",
        ur="{method} ابھی استعمال نہیں ہو سکتا: {currency} کی شرح مقرر نہیں۔ دوسرا طریقہ چنیں یا "
        "ہمیں لکھیں۔",
    )


class ImpossibleExchangeRate(ExchangeRateMissing):
    """At the rate that is kept nothing would be due, or more than can be kept."""

    words = Words(
        en="{method} can't be used now: the exchange rate for {currency} can't be right. Choose "
        "another method, or contact support.",
        ur="{method} ابھی استعمال نہیں ہو سکتا: {currency} کی شرح درست نہیں لگتی۔ دوسرا طریقہ "
        "چنیں یا ہمیں لکھیں۔",
    )


# What an invoice's state forbids


class PaymentAlreadyUnderReview(StateConflict):
    """The invoice has a confirmation that waits for an admin."""

    code = "payment_already_under_review"


class InvoiceUnderReview(PaymentAlreadyUnderReview):
    """Nothing else is done with an invoice meanwhile."""

    words = Words(
        en="A confirmation of invoice {invoice} is under review. Wait for the decision, or "
        "withdraw it first.",
        ur="انوائس {invoice} کی تصدیق کی جانچ جاری ہے۔ فیصلے کا انتظار کریں یا پہلے تصدیق واپس "
        "لیں۔",
    )

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(state=invoice.payment_state, invoice=invoice)


class RivalUnderReview(InvoiceUnderReview):
    """A renewal and a change of plan may both have been paid: an admin decides which one counts."""

    words = Words(
        en="Approving this voids invoice {invoice}, and a confirmation of that one is under "
        "review, too. Only one of the two invoices can be paid: reject the other confirmation "
        "first, or this one.",
        ur="اس کی منظوری سے انوائس {invoice} منسوخ ہو جائے گی، اور اُس کی تصدیق کی جانچ بھی جاری "
        "ہے۔ دونوں میں سے ایک ہی انوائس ادا ہو سکتی ہے: پہلے دوسری تصدیق مسترد کریں، یا یہ والی۔",
    )


class UndecidedConfirmation(InvoiceUnderReview):
    """A reversal would void an invoice that may have been paid."""

    words = Words(
        en="This voids invoice {invoice}, and a confirmation of that one is under review. Decide "
        "on it first.",
        ur="اس سے انوائس {invoice} منسوخ ہو جائے گی، اور اُس کی تصدیق کی جانچ جاری ہے۔ پہلے اُس کا "
        "فیصلہ کریں۔",
    )


class InvoiceAlreadyPaid(StateConflict):
    """The invoice is paid."""

    code = "invoice_already_paid"
    words = Words(
        en="Invoice {invoice} is already paid. Nothing more is due.",
        ur="انوائس {invoice} کی ادائیگی ہو چکی ہے۔ مزید کچھ واجب نہیں۔",
    )

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(state=invoice.payment_state, invoice=invoice)


class InvoiceVoid(StateConflict):
    """The invoice was voided: nothing is owed."""

    code = "invoice_void"
    words = Words(
        en="Invoice {invoice} is void. Nothing is due on it.",
        ur="انوائس {invoice} منسوخ ہو چکی ہے۔ اس پر کچھ واجب نہیں۔",
    )

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(state=invoice.payment_state, invoice=invoice)


class PaidInvoiceVoid(InvoiceVoid):
    """Somebody wants to pay it, or has: what to do instead."""

    words = Words(
        en="Invoice {invoice} is void, so don't pay it. Pay the invoice that is open, or choose a "
        "plan. If you have already sent money, write to support and quote {invoice}.",
        ur="انوائس {invoice} منسوخ ہو چکی ہے، اس لیے اسے ادا نہ کریں۔ جو انوائس کھلی ہے وہ ادا "
        "کریں، یا پلان چنیں۔ اگر آپ رقم بھیج چکے ہیں تو ہمیں لکھیں اور {invoice} کا حوالہ دیں۔",
    )


class RenewalIsNoOrder(StateConflict):
    """The invoice is for the next period of a plan that runs."""

    code = "renewal_is_no_order"
    words = Words(
        en="Invoice {invoice} is for the next period of your plan. If you don't want it, cancel "
        "the plan.",
        ur="انوائس {invoice} آپ کے پلان کی اگلی مدت کی ہے۔ اگر نہیں چاہیے تو پلان منسوخ کریں۔",
    )

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(state=invoice.payment_state, invoice=invoice)


class AccountClosed(StateConflict):
    """The account is closed for good."""

    code = "account_closed"
    words = NOT_OPEN

    def __init__(self, account: Account) -> None:
        super().__init__(state=account.status)


class TransitionNotAllowed(StateConflict):
    """The object's state doesn't allow the event."""

    code = "transition_not_allowed"
    words = Words(
        en="The event {event} is not possible: this {object_type} is {current}.",
        ur="{event} نہیں ہو سکتا: {object_type} کی موجودہ حالت {current} ہے۔",
    )


# Who may decide


class NotDeskStaff(NotAllowed):
    """Only staff with a role of the approval desk may see this."""

    code = "not_desk_staff"
    words = Words(
        en="Only billing staff can see this.",
        ur="یہ صرف بلنگ کا عملہ دیکھ سکتا ہے۔",
    )


class ProofsNotShown(NotAllowed):
    """The role doesn't show what customers have sent."""

    code = "proofs_not_shown"
    words = Words(
        en="Your role doesn't let you see proofs.",
        ur="آپ کو رسیدیں دیکھنے کی اجازت نہیں۔",
    )


class NotBillingAdmin(NotAllowed):
    """Only billing admins may do this."""

    code = "not_billing_admin"
    words = Words(
        en="Only billing admins can do this.",
        ur="یہ صرف بلنگ ایڈمن کر سکتے ہیں۔",
    )


class MayNotReverse(NotAllowed):
    """Only those with the permission to reverse payments may do this."""

    code = "may_not_reverse"
    words = Words(
        en="You don't have permission to reverse payments.",
        ur="آپ کو ادائیگی کی منظوری واپس لینے کی اجازت نہیں۔",
    )


class OwnAccountPayment(NotAllowed):
    """Nobody decides on money of the own account, or on what they have claimed themselves."""

    code = "own_account_payment"
    words = Words(
        en="This is your own account. Another billing admin has to decide.",
        ur="یہ آپ کا اپنا اکاؤنٹ ہے۔ فیصلہ کسی اور بلنگ ایڈمن کو کرنا ہوگا۔",
    )


class SecondApproverRequired(NotAllowed):
    """Two admins have to agree, and this one has done so already."""

    code = "second_approver_required"


class SecondApprovalRequired(SecondApproverRequired):
    """This one has approved."""

    words = Words(
        en="You already approved this payment. A second billing admin must approve it.",
        ur="آپ اس ادائیگی کی منظوری دے چکے ہیں۔ اب دوسرے بلنگ ایڈمن کی منظوری ضروری ہے۔",
    )


class SecondReversalRequired(SecondApproverRequired):
    """This one wants the approval taken back."""

    words = Words(
        en="You already agreed to reverse this payment. A second billing admin must agree too.",
        ur="آپ منظوری واپس لینے پر اتفاق کر چکے ہیں۔ اب دوسرے بلنگ ایڈمن کا اتفاق ضروری ہے۔",
    )


class ForceNotAllowed(NotAllowed):
    """Only a superuser may reverse an approval whose credits were spent."""

    code = "force_not_allowed"
    words = Words(
        en="Only a superuser can reverse an approval whose credits are spent.",
        ur="جس منظوری کے کریڈٹ خرچ ہو چکے ہوں اسے صرف سپر یوزر واپس لے سکتا ہے۔",
    )


# What is decided


class ReasonRequired(InvalidInput):
    """A rejection or a void needs words that the customer will read."""

    code = "reason_required"


class RejectionReasonRequired(ReasonRequired):
    """A payment is rejected."""

    attr = "admin_notes"
    words = Words(
        en="Say why you reject the payment. The customer will read it.",
        ur="لکھیں کہ ادائیگی کیوں رد کی جا رہی ہے۔ گاہک اسے پڑھے گا۔",
    )


class VoidReasonRequired(ReasonRequired):
    """An invoice is voided."""

    attr = "reason"
    words = Words(
        en="Say why you void the invoice. The customer will read it.",
        ur="لکھیں کہ انوائس کیوں منسوخ کی جا رہی ہے۔ گاہک اسے پڑھے گا۔",
    )


class ReversalReasonRequired(ReasonRequired):
    """An approval is taken back."""

    attr = "reason"
    words = Words(
        en="Say why you reverse the payment. The customer will read it.",
        ur="لکھیں کہ منظوری کیوں واپس لی جا رہی ہے۔ گاہک اسے پڑھے گا۔",
    )


STATES_OF_PAYMENTS = {
    PaymentStatus.PENDING_APPROVAL: Words(en="under review", ur="زیرِ جائزہ"),
    PaymentStatus.SUCCEEDED: Words(en="approved", ur="منظور شدہ"),
    PaymentStatus.FAILED: Words(en="rejected", ur="مسترد"),
    PaymentStatus.WITHDRAWN: Words(en="withdrawn", ur="واپس لی گئی"),
    PaymentStatus.REVERSED: Words(en="reversed", ur="منظوری واپس لی گئی"),
}


class PaymentAlreadyDecided(StateConflict):
    """Somebody has approved, rejected or withdrawn the payment already."""

    code = "payment_already_decided"
    words = Words(
        en="This payment is no longer waiting for a decision. It is {current}.",
        ur="یہ ادائیگی اب فیصلے کی منتظر نہیں۔ موجودہ حالت: {current}۔",
    )

    def __init__(self, payment: Payment) -> None:
        current = STATES_OF_PAYMENTS[PaymentStatus(payment.status)]
        super().__init__(state=payment.status, current=current)


class PaymentNotReversible(StateConflict):
    """Only an approved payment can be reversed."""

    code = "payment_not_reversible"
    words = Words(
        en="Only an approved payment can be reversed. This one is {current}.",
        ur="صرف منظور شدہ ادائیگی کی منظوری واپس لی جا سکتی ہے۔ موجودہ حالت: {current}۔",
    )

    def __init__(self, payment: Payment) -> None:
        current = STATES_OF_PAYMENTS[PaymentStatus(payment.status)]
        super().__init__(state=payment.status, current=current)


class CreditsAlreadySpent(StateConflict):
    """The account has fewer credits left than the payment had brought."""

    code = "credits_already_spent"
    words = Words(
        en="The payment brought {brought} credits, and {left} are left: the others are spent. A "
        "superuser can force the reversal; it takes what is left.",
        ur="اس ادائیگی سے {brought} کریڈٹ ملے تھے، اب {left} باقی ہیں: دوسرے خرچ ہو چکے ہیں۔ سپر "
        "یوزر منظوری پھر بھی واپس لے سکتا ہے؛ تب باقی کریڈٹ واپس ہوں گے۔",
    )


class InvoiceNotReopenable(StateConflict):
    """The invoice can't be due again: it can only be voided."""

    code = "invoice_not_reopenable"


class SubscriptionHasEnded(InvoiceNotReopenable):
    """What the invoice is for could not start again."""

    words = Words(
        en="The subscription of invoice {invoice} has ended. Reverse and void it instead.",
        ur="انوائس {invoice} کا پلان ختم ہو چکا ہے۔ منظوری واپس لے کر انوائس منسوخ کریں۔",
    )


class AnotherInvoiceIsDue(InvoiceNotReopenable):
    """An account has one invoice to pay at a time."""

    words = Words(
        en="The account has another invoice to pay. Void that one first, or reverse and void "
        "this one.",
        ur="اس اکاؤنٹ کی ایک اور انوائس واجب ہے۔ پہلے اسے منسوخ کریں، یا منظوری واپس لے کر یہ "
        "انوائس منسوخ کریں۔",
    )


class LaterPeriodIsPaid(InvoiceNotReopenable):
    """The periods of a subscription are taken back from the last one on."""

    words = Words(
        en="A later period of this subscription is paid. Reverse that payment first.",
        ur="اس پلان کی ایک بعد والی مدت ادا ہو چکی ہے۔ پہلے اس ادائیگی کی منظوری واپس لیں۔",
    )


class NothingPaidBefore(InvoiceNotReopenable):
    """A renewal can be owed only by who has paid for the time before it."""

    words = Words(
        en="No earlier period of this subscription is paid any more. Reverse the approval and "
        "void the invoice.",
        ur="اس پلان کی کوئی پہلے والی مدت اب ادا شدہ نہیں۔ منظوری واپس لے کر انوائس منسوخ کریں۔",
    )


class DaysAreCredited(InvoiceNotReopenable):
    """What was credited for a payment stands on an order: that one is taken back first."""

    words = Words(
        en="Unused days of this invoice were credited on invoice {invoice}. Reverse or void that "
        "one first.",
        ur="اس انوائس کے غیر استعمال شدہ دن انوائس {invoice} میں منہا کیے جا چکے ہیں۔ پہلے اُس کی "
        "منظوری واپس لیں یا اسے منسوخ کریں۔",
    )


# Settings that change by two persons


class OwnChange(NotAllowed):
    """Nobody agrees to the own change of a setting."""

    code = "own_change"
    words = Words(
        en="This is your own change. Another admin has to agree to it.",
        ur="یہ آپ کی اپنی تبدیلی ہے۔ کسی اور ایڈمن کی منظوری ضروری ہے۔",
    )


class ChangeWaitsAlready(StateConflict):
    """Another change of this setting waits for a second admin."""

    code = "change_waits_already"
    words = Words(
        en="A change of {setting} is already waiting. Decide on it before you propose another.",
        ur="{setting} کی ایک تبدیلی پہلے سے منتظر ہے۔ نئی تجویز سے پہلے اس پر فیصلہ کریں۔",
    )


class ChangeAlreadyDecided(StateConflict):
    """The proposed change is in effect, refused or withdrawn already."""

    code = "change_already_decided"
    words = Words(
        en="This change is no longer waiting for a decision: {current}.",
        ur="یہ تبدیلی اب فیصلے کی منتظر نہیں: {current}۔",
    )

    def __init__(self, change: SettingChange) -> None:
        super().__init__(state=change.outcome, current=change.get_outcome_display().lower())


class ChangeNotPossible(StateConflict):
    """The setting has become another since the change was proposed."""

    code = "change_not_possible"

    def __init__(self, change: SettingChange, **facts: object) -> None:
        super().__init__(state=change.outcome, **facts)


class SettingChangedSince(ChangeNotPossible):
    """The setting has other values than those that were to be replaced."""

    words = Words(
        en="{setting} was changed after this was proposed. Propose it again.",
        ur="اس تجویز کے بعد {setting} میں تبدیلی ہو چکی ہے۔ دوبارہ تجویز کریں۔",
    )


class SettingDeleted(ChangeNotPossible):
    """The setting is gone."""

    words = Words(
        en="What this change is about was deleted.",
        ur="جس چیز کو بدلنا تھا وہ حذف ہو چکی ہے۔",
    )


class SettingWouldBeInvalid(ChangeNotPossible):
    """The values don't go with what else there is by now."""

    words = Words(
        en="This can't take effect now. {why}",
        ur="یہ ابھی نافذ نہیں ہو سکتا۔ {why}",
    )


class SettingIsTaken(ChangeNotPossible):
    """There is another setting of the kind by now."""

    words = Words(
        en="This can't take effect now. Another setting has taken its place.",
        ur="یہ ابھی نافذ نہیں ہو سکتا۔ اس کی جگہ دوسری ترتیب موجود ہے۔",
    )
