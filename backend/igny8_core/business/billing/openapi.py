"""How the operations of billing are described."""

from drf_spectacular.utils import (
    extend_schema,
    extend_schema_view,
)

from igny8_core.auth.rights import PersonChangedLately, SecondFactorRequired
from igny8_core.business.billing import exceptions as refusals
from igny8_core.business.billing import openapi_examples as example
from igny8_core.business.billing.serializers import (
    AdminPaymentDetailSerializer,
    AdminPaymentSerializer,
    ApprovePaymentSerializer,
    ChoosePaymentMethodSerializer,
    ConfirmPaymentSerializer,
    CreditBalanceSerializer,
    CreditTransactionSerializer,
    DecisionSerializer,
    InvoiceSerializer,
    PaymentDetailSerializer,
    PaymentSerializer,
    RejectPaymentSerializer,
    ReversePaymentSerializer,
    SellerSerializer,
    SendProofSerializer,
    VoidInvoiceSerializer,
)
from igny8_core.business.proofs.exceptions import (
    ProofLimitReached,
    ProofsBusy,
    ProofTooLarge,
    ProofTypeNotAccepted,
)
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.describe import (
    LIST_ERRORS,
    Refusal,
    answer_example,
    describe_act,
    describe_file,
    describe_read,
)
from igny8_core.common.http.unavailable import StorageFull, StorageUnavailable

_NOT_PAYABLE: tuple[Refusal, ...] = (
    refusals.InvoiceAlreadyPaid,
    refusals.InvoiceVoid,
    refusals.PaymentAlreadyUnderReview,
)
_VIEWER_ERRORS: tuple[Refusal, ...] = (refusals.NotDeskStaff, SecondFactorRequired)
_DECIDER_ERRORS: tuple[Refusal, ...] = (
    refusals.NotBillingAdmin,
    SecondFactorRequired,
    refusals.OwnAccountPayment,
)
_FILE_ERRORS: tuple[Refusal, ...] = (
    ProofTooLarge,
    ProofTypeNotAccepted,
    ProofLimitReached,
    ProofsBusy,
    StorageFull,
    StorageUnavailable,
)
_METHOD_ERRORS: tuple[Refusal, ...] = (
    refusals.UnknownPaymentMethod,
    refusals.ExchangeRateMissing,
)


SHOW_SELLER = extend_schema_view(
    get=extend_schema(
        operation_id="show_seller",
        tags=["Seller"],
        summary="Show who sells, and where to ask",
        description="For everybody. The invoices name the seller of the day of their issue.",
        responses={200: SellerSerializer},
        examples=[
            answer_example(
                {
                    "name": "IGNY8 Ltd",
                    "email": "billing@igny8.example",
                    "website": "https://igny8.example",
                }
            )
        ],
        auth=[],
    )
)
LIST_INVOICES = describe_read(
    "list_invoices",
    "Invoices",
    "List the account's invoices",
    "Newest first, in pages.",
    InvoiceSerializer(many=True),
    example.INVOICE,
    *LIST_ERRORS,
)
SHOW_INVOICE = describe_read(
    "show_invoice",
    "Invoices",
    "Show an invoice",
    "With lines, the snapshot taken at issue, how to pay it, and its latest payment.",
    InvoiceSerializer,
    example.INVOICE,
    NotFound,
)
CHOOSE_PAYMENT_METHOD = describe_act(
    "choose_payment_method",
    "Invoices",
    "Choose another way to pay an invoice",
    "Locks the exchange rate and the payable amount anew. Not while a payment is under review.",
    request=ChoosePaymentMethodSerializer,
    sent={"Request": {"payment_method": "jazzcash"}},
    answer=InvoiceSerializer,
    shown=example.INVOICE,
    errors=(NotFound, *_METHOD_ERRORS, *_NOT_PAYABLE),
)
CANCEL_ORDER = describe_act(
    "cancel_order",
    "Invoices",
    "Cancel an order that is not paid",
    (
        "The invoice is void and nothing is owed on it; another plan can be ordered then. Not "
        "while a payment is under review: withdraw that first."
    ),
    request=None,
    sent={},
    answer=InvoiceSerializer,
    shown={**example.INVOICE, "status": "void", "payment_state": "void"},
    errors=(NotFound, *_NOT_PAYABLE, refusals.CancellationLimitReached),
)
CONFIRM_PAYMENT = describe_act(
    "confirm_payment",
    "Payments",
    "Confirm that an invoice was paid",
    (
        "The account's owner says that the money was sent; a billing admin will check it. "
        "`amount` must be exactly what is due: the invoice's total, or with `currency` its "
        "payable amount. Send multipart/form-data to attach a `proof`: JPEG, PNG, WebP or PDF. "
        "It is looked at later: `proof_state` is `checking`, then `kept` or `refused`, whatever "
        "becomes of it the confirmation stays."
    ),
    request=ConfirmPaymentSerializer,
    sent={
        "In the invoice's currency": example.CONFIRM_REQUEST,
        "In the payable currency": example.CONFIRM_LOCAL_REQUEST,
    },
    answer=PaymentSerializer,
    shown=example.PAYMENT,
    status=201,
    errors=(
        NotFound,
        *_NOT_PAYABLE,
        refusals.UnknownPaymentMethod,
        refusals.AmountMismatch,
        refusals.CurrencyNotAccepted,
        refusals.ReferencePatternMismatch,
        refusals.PaidOnInFuture,
        refusals.PaidOnTooEarly,
        refusals.ClaimLimitReached,
        *_FILE_ERRORS,
    ),
)
LIST_PAYMENTS = describe_read(
    "list_payments",
    "Payments",
    "List the account's payments",
    "Newest first, in pages, each with the timeline of what happened to it.",
    PaymentDetailSerializer(many=True),
    {**example.PAYMENT, "events": [example.EVENT]},
    *LIST_ERRORS,
)
SHOW_PAYMENT = describe_read(
    "show_payment",
    "Payments",
    "Show a payment",
    "With the timeline of what happened to it.",
    PaymentDetailSerializer,
    {**example.PAYMENT, "events": [example.EVENT]},
    NotFound,
)
_PROOF_TYPES = ("image/jpeg", "image/png", "image/webp", "application/pdf")
PAYMENT_PROOF = describe_file(
    "download_proof",
    "Payments",
    "Download a payment's proof",
    "As it is kept: what was to be seen of the file that was sent.",
    *_PROOF_TYPES,
)
SEND_PROOF = describe_act(
    "send_proof",
    "Payments",
    "Send a proof for a confirmation",
    (
        "For a confirmation under review that has no proof, or whose proof was refused. It is "
        "looked at later, as one that comes with the confirmation."
    ),
    request=SendProofSerializer,
    sent={"A picture": {"proof": "receipt.png"}},
    media_type="multipart/form-data",
    answer=PaymentSerializer,
    shown={**example.PAYMENT, "proof_state": "checking"},
    errors=(
        NotFound,
        refusals.PaymentAlreadyDecided,
        refusals.ProofNotReplaceable,
        *_FILE_ERRORS,
    ),
)
WITHDRAW_PAYMENT = describe_act(
    "withdraw_payment",
    "Payments",
    "Withdraw a confirmation",
    "Before it is decided on; the invoice can be confirmed again.",
    request=None,
    sent={},
    answer=PaymentSerializer,
    shown={**example.PAYMENT, "status": "withdrawn"},
    errors=(NotFound, refusals.PaymentAlreadyDecided),
)
CREDIT_BALANCE = describe_read(
    "show_credit_balance",
    "Credits",
    "Show the account's credits",
    "The sum of the ledger.",
    CreditBalanceSerializer,
    {"balance": 1000},
)
CREDIT_LEDGER = describe_read(
    "list_credit_transactions",
    "Credits",
    "List the account's credit ledger",
    "Newest first, in pages. Entries are never changed.",
    CreditTransactionSerializer(many=True),
    example.LEDGER_ENTRY,
    *LIST_ERRORS,
)
LIST_ADMIN_PAYMENTS = describe_read(
    "list_admin_payments",
    "Approval",
    "List the payments of all accounts",
    "For billing admins; those that wait longest first, in pages.",
    AdminPaymentSerializer(many=True),
    example.ADMIN_PAYMENT,
    *LIST_ERRORS,
    *_VIEWER_ERRORS,
)
SHOW_ADMIN_PAYMENT = describe_read(
    "show_admin_payment",
    "Approval",
    "Show any payment",
    "For billing admins; with its timeline.",
    AdminPaymentDetailSerializer,
    {**example.ADMIN_PAYMENT, "events": [example.EVENT]},
    NotFound,
    *_VIEWER_ERRORS,
)
ADMIN_PAYMENT_PROOF = describe_file(
    "download_admin_proof",
    "Approval",
    "Download any payment's proof",
    "For billing admins.",
    *_PROOF_TYPES,
    errors=(refusals.ProofsNotShown, SecondFactorRequired),
)
APPROVE_PAYMENT = describe_act(
    "approve_payment",
    "Approval",
    "Approve a payment",
    (
        "Invoice paid, subscription and account active, the plan's credits granted: all of it or "
        "nothing, and once, whoever else decides at the same moment. Where two admins have to "
        "approve, the first one's approval only marks the payment: it stays `pending_approval`, "
        "with `first_approved_by`."
    ),
    request=ApprovePaymentSerializer,
    sent={"Request": {"admin_notes": "Verified in bank statement"}},
    answer=DecisionSerializer,
    shown=example.APPROVAL,
    errors=(
        NotFound,
        *_DECIDER_ERRORS,
        refusals.SecondApproverRequired,
        PersonChangedLately,
        refusals.PaymentAlreadyDecided,
    ),
)
REJECT_PAYMENT = describe_act(
    "reject_payment",
    "Approval",
    "Reject a payment",
    "The invoice waits again; the customer reads the reason and can retry.",
    request=RejectPaymentSerializer,
    sent={"Request": {"admin_notes": "Reference not found"}},
    answer=DecisionSerializer,
    shown=example.REJECTION,
    errors=(
        NotFound,
        *_DECIDER_ERRORS,
        refusals.PaymentAlreadyDecided,
    ),
)
REVERSE_PAYMENT = describe_act(
    "reverse_payment",
    "Approval",
    "Reverse an approved payment",
    (
        "Credits are taken back by a ledger entry, the invoice is due again or void, and "
        "subscription and account follow; the newest earlier plan that is paid for comes back "
        "while its period lasts. Where two admins have to agree, the first one's call only marks "
        "the payment: it stays `succeeded`, with `reversal_marked_by`. The second one has to ask "
        "for the same."
    ),
    request=ReversePaymentSerializer,
    sent={"Request": {"reason": "The bank recalled the transfer", "invoice_becomes": "pending"}},
    answer=DecisionSerializer,
    shown=example.REVERSAL,
    errors=(
        NotFound,
        refusals.MayNotReverse,
        SecondFactorRequired,
        refusals.OwnAccountPayment,
        refusals.SecondApproverRequired,
        PersonChangedLately,
        refusals.ForceNotAllowed,
        refusals.PaymentNotReversible,
        refusals.InvoiceNotReopenable,
        refusals.CreditsAlreadySpent,
    ),
)
VOID_INVOICE = describe_act(
    "void_invoice",
    "Approval",
    "Void an invoice",
    "Nothing is owed on it any more and its subscription is cancelled. Not while under review.",
    request=VoidInvoiceSerializer,
    sent={"Request": {"reason": "Ordered twice by mistake"}},
    answer=InvoiceSerializer,
    shown=example.VOID_INVOICE,
    errors=(NotFound, *_DECIDER_ERRORS, *_NOT_PAYABLE),
)
