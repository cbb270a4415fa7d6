"""How the operations of billing are described."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.exceptions import Throttled

from igny8_core.auth.exceptions import PlanChanged, UnknownCountry, UnknownPlan
from igny8_core.auth.openapi_examples import ACTIVE_SUBSCRIPTION
from igny8_core.auth.rights import PersonChangedLately, SecondFactorRequired
from igny8_core.auth.serializers import SubscriptionSerializer
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
    OfferedPaymentMethodSerializer,
    PaymentDetailSerializer,
    PaymentSerializer,
    RejectPaymentSerializer,
    ReversePaymentSerializer,
    SellerSerializer,
    SendProofSerializer,
    UpgradeResultSerializer,
    UpgradeSerializer,
    VoidInvoiceSerializer,
)
from igny8_core.business.proofs.exceptions import (
    ProofLimitReached,
    ProofsBusy,
    ProofTooLarge,
    ProofTypeNotAccepted,
)
from igny8_core.common.exceptions import NotFound
from igny8_core.common.openapi import (
    IDEMPOTENCY_ERRORS,
    IDEMPOTENCY_HEADER,
    LIST_ERRORS,
    READ_ERRORS,
    WRITE_ERRORS,
    Refusal,
    answer_example,
    error_responses,
    request_example,
)
from igny8_core.common.unavailable import StorageFull, StorageUnavailable

_ACT_ERRORS: tuple[Refusal, ...] = (*WRITE_ERRORS, *IDEMPOTENCY_ERRORS, Throttled)
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


def _read(
    operation: str,
    tag: str,
    summary: str,
    description: str,
    answer: Any,
    shown: Any,
    *errors: Refusal,
) -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation,
            tags=[tag],
            summary=summary,
            description=description,
            responses={200: answer, **error_responses(*READ_ERRORS, *errors)},
            examples=[answer_example(shown)] if shown else [],
        )
    )


def _act(
    operation: str,
    tag: str,
    summary: str,
    description: str,
    *,
    request: Any,
    sent: dict[str, Any],
    media_type: str = "application/json",
    answer: Any,
    shown: Any,
    status: int = 200,
    errors: tuple[Refusal, ...] = (),
) -> Any:
    return extend_schema_view(
        post=extend_schema(
            operation_id=operation,
            tags=[tag],
            summary=summary,
            description=description,
            parameters=[IDEMPOTENCY_HEADER],
            request=request,
            responses={status: answer, **error_responses(*_ACT_ERRORS, *errors)},
            examples=[
                *(request_example(value, name, media_type) for name, value in sent.items()),
                answer_example(shown, status=status),
            ],
        )
    )


def _file(
    operation: str,
    tag: str,
    summary: str,
    description: str,
    *media_types: str,
    errors: tuple[Refusal, ...] = (),
) -> Any:
    files = {
        (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")
        for media_type in media_types
    }
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation,
            tags=[tag],
            summary=summary,
            description=description,
            responses={**files, **error_responses(*READ_ERRORS, NotFound, *errors)},
        )
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
LIST_PAYMENT_METHODS = extend_schema_view(
    get=extend_schema(
        operation_id="list_payment_methods",
        tags=["Payment methods"],
        summary="List the ways to pay in a country",
        description=(
            "The country's own methods and the global ones, in order; a country's own hides the "
            "global one of the same code. Without `country`, the global ones alone. "
            "`exchange_rate` is the rate at which an invoice issued now would be locked."
        ),
        parameters=[
            OpenApiParameter("country", str, description="ISO 3166-1 alpha-2, such as PK.")
        ],
        responses={
            200: OfferedPaymentMethodSerializer(many=True),
            **error_responses(UnknownCountry),
        },
        examples=[answer_example(example.OFFERED_PAYMENT_METHOD)],
        auth=[],
    )
)
LIST_INVOICES = _read(
    "list_invoices",
    "Invoices",
    "List the account's invoices",
    "Newest first, in pages.",
    InvoiceSerializer(many=True),
    example.INVOICE,
    *LIST_ERRORS,
)
SHOW_INVOICE = _read(
    "show_invoice",
    "Invoices",
    "Show an invoice",
    "With lines, the snapshot taken at issue, how to pay it, and its latest payment.",
    InvoiceSerializer,
    example.INVOICE,
    NotFound,
)
INVOICE_PDF = _file(
    "download_invoice",
    "Invoices",
    "Download an invoice as PDF",
    "The document to print or to file.",
    "application/pdf",
)
CHOOSE_PAYMENT_METHOD = _act(
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
CANCEL_ORDER = _act(
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
CONFIRM_PAYMENT = _act(
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
LIST_PAYMENTS = _read(
    "list_payments",
    "Payments",
    "List the account's payments",
    "Newest first, in pages, each with the timeline of what happened to it.",
    PaymentDetailSerializer(many=True),
    {**example.PAYMENT, "events": [example.EVENT]},
    *LIST_ERRORS,
)
SHOW_PAYMENT = _read(
    "show_payment",
    "Payments",
    "Show a payment",
    "With the timeline of what happened to it.",
    PaymentDetailSerializer,
    {**example.PAYMENT, "events": [example.EVENT]},
    NotFound,
)
_PROOF_TYPES = ("image/jpeg", "image/png", "image/webp", "application/pdf")
PAYMENT_PROOF = _file(
    "download_proof",
    "Payments",
    "Download a payment's proof",
    "As it is kept: what was to be seen of the file that was sent.",
    *_PROOF_TYPES,
)
SEND_PROOF = _act(
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
WITHDRAW_PAYMENT = _act(
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
LIST_SUBSCRIPTIONS = _read(
    "list_subscriptions",
    "Subscriptions",
    "List the account's subscriptions",
    "Newest first, in pages.",
    SubscriptionSerializer(many=True),
    ACTIVE_SUBSCRIPTION,
    *LIST_ERRORS,
)
UPGRADE = _act(
    "upgrade_subscription",
    "Subscriptions",
    "Ask for a paid plan",
    "Issues an invoice. The account goes on as it is until the payment is approved.",
    request=UpgradeSerializer,
    sent={"Request": {"plan_slug": "growth", "payment_method": "bank_transfer"}},
    answer=UpgradeResultSerializer,
    shown=example.UPGRADE,
    status=201,
    errors=(
        UnknownPlan,
        PlanChanged,
        refusals.PlanNotPayable,
        refusals.AlreadyOnPlan,
        *_METHOD_ERRORS,
        refusals.UpgradeAlreadyPending,
        refusals.AccountClosed,
    ),
)
CREDIT_BALANCE = _read(
    "show_credit_balance",
    "Credits",
    "Show the account's credits",
    "The sum of the ledger.",
    CreditBalanceSerializer,
    {"balance": 1000},
)
CREDIT_LEDGER = _read(
    "list_credit_transactions",
    "Credits",
    "List the account's credit ledger",
    "Newest first, in pages. Entries are never changed.",
    CreditTransactionSerializer(many=True),
    example.LEDGER_ENTRY,
    *LIST_ERRORS,
)
LIST_ADMIN_PAYMENTS = _read(
    "list_admin_payments",
    "Approval",
    "List the payments of all accounts",
    "For billing admins; those that wait longest first, in pages.",
    AdminPaymentSerializer(many=True),
    example.ADMIN_PAYMENT,
    *LIST_ERRORS,
    *_VIEWER_ERRORS,
)
SHOW_ADMIN_PAYMENT = _read(
    "show_admin_payment",
    "Approval",
    "Show any payment",
    "For billing admins; with its timeline.",
    AdminPaymentDetailSerializer,
    {**example.ADMIN_PAYMENT, "events": [example.EVENT]},
    NotFound,
    *_VIEWER_ERRORS,
)
ADMIN_PAYMENT_PROOF = _file(
    "download_admin_proof",
    "Approval",
    "Download any payment's proof",
    "For billing admins.",
    *_PROOF_TYPES,
    errors=(refusals.ProofsNotShown, SecondFactorRequired),
)
APPROVE_PAYMENT = _act(
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
REJECT_PAYMENT = _act(
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
REVERSE_PAYMENT = _act(
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
VOID_INVOICE = _act(
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
