"""The API of billing: each view reads the request, calls one service or selector, and answers."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.listing import OwnListView, PagedListView
from igny8_core.auth.permissions import HasAccount, MaySettle, account_of, user_of
from igny8_core.auth.rights import PersonChangedLately, SecondFactorRequired
from igny8_core.business.billing import openapi_examples as example
from igny8_core.business.billing.enums import EventName, InvoiceStatus
from igny8_core.business.billing.exceptions import (
    AmountMismatch,
    CancellationLimitReached,
    ClaimLimitReached,
    CreditsAlreadySpent,
    CurrencyNotAccepted,
    ExchangeRateMissing,
    ForceNotAllowed,
    InvoiceAlreadyPaid,
    InvoiceNotReopenable,
    InvoiceVoid,
    MayNotReverse,
    NoProof,
    NotBillingAdmin,
    NotDeskStaff,
    OwnAccountPayment,
    PaidOnInFuture,
    PaidOnTooEarly,
    PaymentAlreadyDecided,
    PaymentAlreadyUnderReview,
    PaymentNotReversible,
    ProofNotReplaceable,
    ProofsNotShown,
    ReferencePatternMismatch,
    RenewalIsNoOrder,
    SecondApproverRequired,
    UnknownPaymentMethod,
)
from igny8_core.business.billing.filters import AdminPaymentFilter, InvoiceFilter, PaymentFilter
from igny8_core.business.billing.models import CreditTransaction, Invoice, Payment
from igny8_core.business.billing.permissions import (
    IsBillingAdmin,
    MayReverse,
    MayViewPayments,
    MayViewProofs,
)
from igny8_core.business.billing.selectors.credits import ledger_of
from igny8_core.business.billing.selectors.invoices import (
    invoice_list_of,
    invoice_of,
    read_invoices,
)
from igny8_core.business.billing.selectors.payments import payment_of, payments_with_events_of
from igny8_core.business.billing.selectors.queue import payment_for_admin, payment_queue
from igny8_core.business.billing.sellers import seller_snapshot
from igny8_core.business.billing.serializers.credits import (
    CreditBalanceSerializer,
    CreditTransactionSerializer,
)
from igny8_core.business.billing.serializers.decisions import (
    AdminPaymentDetailSerializer,
    AdminPaymentSerializer,
    ApprovePaymentSerializer,
    DecisionSerializer,
    RejectPaymentSerializer,
    ReversePaymentSerializer,
)
from igny8_core.business.billing.serializers.invoices import (
    InvoiceSerializer,
    ListedInvoiceSerializer,
    SellerSerializer,
    VoidInvoiceSerializer,
)
from igny8_core.business.billing.serializers.methods import ChoosePaymentMethodSerializer
from igny8_core.business.billing.serializers.payment_rows import read_rows, represent_rows
from igny8_core.business.billing.serializers.payments import (
    ConfirmPaymentSerializer,
    PaymentDetailSerializer,
    PaymentSerializer,
    SendProofSerializer,
    claim_of,
)
from igny8_core.business.billing.services import confirmation, invoices, proofs
from igny8_core.business.billing.services.decisions import Decision, approve_payment, reject_payment
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.proofs.attempts import count_attempt
from igny8_core.business.proofs.exceptions import (
    ProofLimitReached,
    ProofsBusy,
    ProofTooLarge,
    ProofTypeNotAccepted,
)
from igny8_core.business.proofs.inbox import Upload, put_aside
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.acts import FileAside, Sent, act
from igny8_core.common.http.describe import (
    LIST_ERRORS,
    Refusal,
    answer_example,
    describe_file,
    describe_read,
)
from igny8_core.common.http.parsers import JSONParser, MultiPartParser
from igny8_core.common.http.throttling import DecideThrottle, PayThrottle
from igny8_core.common.http.unavailable import StorageFull, StorageUnavailable
from igny8_core.common.transactions import one_moment

_NOT_PAYABLE: tuple[Refusal, ...] = (
    InvoiceAlreadyPaid,
    InvoiceVoid,
    PaymentAlreadyUnderReview,
)
_VIEWER_ERRORS: tuple[Refusal, ...] = (NotDeskStaff, SecondFactorRequired)
_DECIDER_ERRORS: tuple[Refusal, ...] = (
    NotBillingAdmin,
    SecondFactorRequired,
    OwnAccountPayment,
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
    UnknownPaymentMethod,
    ExchangeRateMissing,
)
_PROOF_TYPES = ("image/jpeg", "image/png", "image/webp", "application/pdf")


def _put_aside(request: Request, file: UploadedFile[bytes]) -> Upload:
    return put_aside(
        file,
        account=account_of(request),
        address=actor_from_request(request).ip_address,
        now=utc_now(),
    )


def _count_refused(request: Request) -> None:
    """Count the files of a form that is refused, too.

    :raises ProofLimitReached: if they were too many.
    """
    count_attempt(
        account=account_of(request),
        address=actor_from_request(request).ip_address,
        size=sum(file.size or 0 for file in request.FILES.values()),
        now=utc_now(),
    )


PROOF = FileAside("proof", put=_put_aside, forget=proofs.forget_upload, refused=_count_refused)


# The account's users


@extend_schema_view(
    get=extend_schema(
        operation_id="show_seller",
        tags=["Seller"],
        summary="Show the seller and how to contact them",
        description="Public. An invoice names the seller as of the day of issue.",
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
class SellerView(APIView):
    permission_classes = [AllowAny]

    def get(self, _request: Request) -> Response:
        return Response(SellerSerializer(seller_snapshot()).data)


@describe_read(
    "list_invoices",
    "Invoices",
    "List the account's invoices",
    "Newest first, paginated.",
    ListedInvoiceSerializer(many=True),
    example.LISTED_INVOICE,
    *LIST_ERRORS,
)
class InvoiceListView(OwnListView[Invoice]):
    model = Invoice
    select = staticmethod(invoice_list_of)
    read = staticmethod(read_invoices)
    serializer_class = ListedInvoiceSerializer
    filterset_class = InvoiceFilter

    def get(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Answer with a page, read by one statement, which needs no transaction."""
        return self.list(request)


class InvoicePaymentMethodView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]

    @act(
        "choose_payment_method",
        tag="Invoices",
        summary="Change an invoice's payment method",
        description=(
            "Locks the exchange rate and the payable amount again. Refused while a payment is "
            "under review."
        ),
        sent=ChoosePaymentMethodSerializer,
        examples={"Request": {"payment_method": "jazzcash"}},
        answer=InvoiceSerializer,
        shown=example.INVOICE,
        refusals=(NotFound, *_METHOD_ERRORS, *_NOT_PAYABLE),
    )
    def post(self, request: Request, sent: Sent, invoice_id: int) -> Invoice:
        invoices.change_payment_method(
            invoice_id=invoice_id,
            account=account_of(request),
            method_code=sent["payment_method"],
            actor=actor_from_request(request),
            now=utc_now(),
        )
        return _own_invoice(request, invoice_id)


class CancelOrderView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]

    @act(
        "cancel_order",
        tag="Invoices",
        summary="Cancel an unpaid order",
        description=(
            "Voids the invoice, so that nothing is due on it and another plan can be ordered. "
            "Refused while a payment is under review: withdraw that first."
        ),
        answer=InvoiceSerializer,
        shown={**example.INVOICE, "status": "void", "payment_state": "void"},
        refusals=(NotFound, *_NOT_PAYABLE, RenewalIsNoOrder, CancellationLimitReached),
    )
    def post(self, request: Request, _sent: Sent, invoice_id: int) -> Invoice:
        invoices.cancel_order(
            invoice_id=invoice_id,
            account=account_of(request),
            actor=actor_from_request(request),
            now=utc_now(),
        )
        return _own_invoice(request, invoice_id)


class ConfirmPaymentView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]
    parser_classes = [JSONParser, MultiPartParser]

    @act(
        "confirm_payment",
        tag="Payments",
        summary="Confirm that an invoice was paid",
        description=(
            "The account's owner reports that the money was sent; a billing admin will check it. "
            "`amount` must be exactly the amount due: the invoice's total, or with `currency` its "
            "payable amount. Send multipart/form-data to attach a `proof`: JPEG, PNG, WebP or "
            "PDF. The file is checked later: `proof_state` is `checking`, then `kept` or "
            "`refused`. The confirmation stands either way."
        ),
        sent=ConfirmPaymentSerializer,
        examples={
            "In the invoice's currency": example.CONFIRM_REQUEST,
            "In the payable currency": example.CONFIRM_LOCAL_REQUEST,
        },
        answer=PaymentSerializer,
        shown=example.PAYMENT,
        status=201,
        refusals=(
            NotFound,
            *_NOT_PAYABLE,
            UnknownPaymentMethod,
            AmountMismatch,
            CurrencyNotAccepted,
            ReferencePatternMismatch,
            PaidOnInFuture,
            PaidOnTooEarly,
            ClaimLimitReached,
            *_FILE_ERRORS,
        ),
        file=PROOF,
    )
    def post(self, request: Request, sent: Sent) -> Payment:
        return confirmation.confirm_payment(
            invoice_id=sent["invoice_id"],
            account=account_of(request),
            claim=claim_of(sent),
            submitter=user_of(request),
            actor=actor_from_request(request),
            now=utc_now(),
        )


@describe_read(
    "list_payments",
    "Payments",
    "List the account's payments",
    "Newest first, paginated, each with its timeline.",
    PaymentDetailSerializer(many=True),
    {**example.PAYMENT, "events": [example.EVENT]},
    *LIST_ERRORS,
)
class PaymentListView(OwnListView[Payment]):
    model = Payment
    select = staticmethod(payments_with_events_of)
    serializer_class = PaymentDetailSerializer
    filterset_class = PaymentFilter


@describe_read(
    "show_payment",
    "Payments",
    "Show a payment",
    "Includes its timeline.",
    PaymentDetailSerializer,
    {**example.PAYMENT, "events": [example.EVENT]},
    NotFound,
)
class PaymentDetailView(APIView):
    permission_classes = [HasAccount]

    @one_moment()
    def get(self, request: Request, payment_id: int) -> Response:
        return Response(PaymentDetailSerializer(_own_payment(request, payment_id)).data)


@describe_file(
    "download_proof",
    "Payments",
    "Download a payment's proof",
    "The file is re-encoded: its visible content is kept, metadata is removed.",
    *_PROOF_TYPES,
)
class PaymentProofView(APIView):
    permission_classes = [HasAccount]

    def get(self, request: Request, payment_id: int) -> FileResponse:
        return proof_response(_own_payment(request, payment_id))


class SendProofView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]
    parser_classes = [MultiPartParser]

    @act(
        "send_proof",
        tag="Payments",
        summary="Send a proof for a confirmation",
        description=(
            "For a confirmation under review that has no proof, or whose proof was refused. The "
            "file is checked later, like one sent with the confirmation."
        ),
        sent=SendProofSerializer,
        examples={"A picture": {"proof": "receipt.png"}},
        media_type="multipart/form-data",
        answer=PaymentSerializer,
        shown={**example.PAYMENT, "proof_state": "checking"},
        refusals=(
            NotFound,
            PaymentAlreadyDecided,
            ProofNotReplaceable,
            *_FILE_ERRORS,
        ),
        file=PROOF,
    )
    def post(self, request: Request, sent: Sent, payment_id: int) -> Payment:
        return proofs.send_proof(
            payment_id=payment_id,
            account=account_of(request),
            upload=sent["proof"],
            actor=actor_from_request(request),
            now=utc_now(),
        )


class WithdrawPaymentView(APIView):
    permission_classes = [MaySettle]
    throttle_classes = [PayThrottle]

    @act(
        "withdraw_payment",
        tag="Payments",
        summary="Withdraw a confirmation",
        description="Possible until it is decided. The invoice can then be confirmed again.",
        answer=PaymentSerializer,
        shown={**example.PAYMENT, "status": "withdrawn"},
        refusals=(NotFound, PaymentAlreadyDecided),
    )
    def post(self, request: Request, _sent: Sent, payment_id: int) -> Payment:
        return confirmation.withdraw_payment(
            payment_id=payment_id,
            account=account_of(request),
            actor=actor_from_request(request),
            now=utc_now(),
        )


@describe_read(
    "show_credit_balance",
    "Credits",
    "Show the account's credits",
    "The sum of the ledger.",
    CreditBalanceSerializer,
    {"balance": 1000, "plan_credits": 800},
)
class CreditBalanceView(APIView):
    permission_classes = [HasAccount]

    def get(self, request: Request) -> Response:
        account = account_of(request)
        balance = {"balance": account.credits, "plan_credits": account.plan_credits}
        return Response(CreditBalanceSerializer(balance).data)


@describe_read(
    "list_credit_transactions",
    "Credits",
    "List the account's credit ledger",
    "Newest first, paginated. Entries never change.",
    CreditTransactionSerializer(many=True),
    example.LEDGER_ENTRY,
    *LIST_ERRORS,
)
class CreditLedgerView(OwnListView[CreditTransaction]):
    model = CreditTransaction
    select = staticmethod(ledger_of)
    serializer_class = CreditTransactionSerializer


# Billing admins


@describe_read(
    "list_admin_payments",
    "Approval",
    "List the payments of all accounts",
    "For billing admins. Longest waiting first, paginated.",
    AdminPaymentSerializer(many=True),
    example.ADMIN_PAYMENT,
    *LIST_ERRORS,
    *_VIEWER_ERRORS,
)
class AdminPaymentListView(PagedListView[Payment]):
    permission_classes = [MayViewPayments]
    serializer_class = AdminPaymentSerializer
    filterset_class = AdminPaymentFilter
    queryset = payment_queue()
    read = staticmethod(read_rows)

    def get(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Answer with a page, read by one statement, which needs no transaction."""
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([*represent_rows(rows)])


@describe_read(
    "show_admin_payment",
    "Approval",
    "Show any payment",
    "For billing admins. Includes its timeline.",
    AdminPaymentDetailSerializer,
    {**example.ADMIN_PAYMENT, "events": [example.EVENT]},
    NotFound,
    *_VIEWER_ERRORS,
)
class AdminPaymentDetailView(APIView):
    permission_classes = [MayViewPayments]

    @one_moment()
    def get(self, request: Request, payment_id: int) -> Response:
        payment = payment_for_admin(payment_id=payment_id)
        return Response(AdminPaymentDetailSerializer(payment).data)


@describe_file(
    "download_admin_proof",
    "Approval",
    "Download any payment's proof",
    "For billing admins.",
    *_PROOF_TYPES,
    errors=(ProofsNotShown, SecondFactorRequired),
)
class AdminPaymentProofView(APIView):
    permission_classes = [MayViewProofs]

    def get(self, request: Request, payment_id: int) -> FileResponse:
        return proof_response(payment_for_admin(payment_id=payment_id))


class ApprovePaymentView(APIView):
    permission_classes = [IsBillingAdmin]
    throttle_classes = [DecideThrottle]

    @act(
        "approve_payment",
        tag="Approval",
        summary="Approve a payment",
        description=(
            "Marks the invoice paid, activates the subscription and the account, and grants the "
            "plan's credits: all or nothing, and only once, even if several admins decide at the "
            "same time. If two admins must approve, the first approval only marks the payment: it "
            "stays `pending_approval`, with `first_approved_by`."
        ),
        sent=ApprovePaymentSerializer,
        examples={"Request": {"admin_notes": "Verified in bank statement"}},
        answer=DecisionSerializer,
        shown=example.APPROVAL,
        refusals=(
            NotFound,
            *_DECIDER_ERRORS,
            SecondApproverRequired,
            PersonChangedLately,
            PaymentAlreadyDecided,
        ),
    )
    def post(self, request: Request, sent: Sent, payment_id: int) -> Decision:
        return approve_payment(
            payment_id=payment_id, actor=actor_from_request(request), now=utc_now(), **sent
        )


class RejectPaymentView(APIView):
    permission_classes = [IsBillingAdmin]
    throttle_classes = [DecideThrottle]

    @act(
        "reject_payment",
        tag="Approval",
        summary="Reject a payment",
        description="The invoice is due again; the customer sees the reason and can try again.",
        sent=RejectPaymentSerializer,
        examples={"Request": {"admin_notes": "Reference not found"}},
        answer=DecisionSerializer,
        shown=example.REJECTION,
        refusals=(
            NotFound,
            *_DECIDER_ERRORS,
            PaymentAlreadyDecided,
        ),
    )
    def post(self, request: Request, sent: Sent, payment_id: int) -> Decision:
        return reject_payment(
            payment_id=payment_id, actor=actor_from_request(request), now=utc_now(), **sent
        )


class ReversePaymentView(APIView):
    permission_classes = [MayReverse]
    throttle_classes = [DecideThrottle]

    @act(
        "reverse_payment",
        tag="Approval",
        summary="Reverse an approved payment",
        description=(
            "Removes the credits with a ledger entry, makes the invoice due again or void, and "
            "updates the subscription and the account; the latest earlier plan that is paid for "
            "resumes for the rest of its period. If two admins must agree, the first call only "
            "marks the payment: it stays `succeeded`, with `reversal_marked_by`. The second admin "
            "must make the same request."
        ),
        sent=ReversePaymentSerializer,
        examples={
            "Request": {"reason": "The bank recalled the transfer", "invoice_becomes": "pending"}
        },
        answer=DecisionSerializer,
        shown=example.REVERSAL,
        refusals=(
            NotFound,
            MayNotReverse,
            SecondFactorRequired,
            OwnAccountPayment,
            SecondApproverRequired,
            PersonChangedLately,
            ForceNotAllowed,
            PaymentNotReversible,
            InvoiceNotReopenable,
            CreditsAlreadySpent,
        ),
    )
    def post(self, request: Request, sent: Sent, payment_id: int) -> Decision:
        is_void = sent["invoice_becomes"] == InvoiceStatus.VOID
        return reverse_payment(
            payment_id=payment_id,
            event=EventName.REVERSE_AND_VOID if is_void else EventName.REVERSE,
            reason=sent["reason"],
            is_forced=sent["force"],
            actor=actor_from_request(request),
            now=utc_now(),
        )


class VoidInvoiceView(APIView):
    permission_classes = [IsBillingAdmin]
    throttle_classes = [DecideThrottle]

    @act(
        "void_invoice",
        tag="Approval",
        summary="Void an invoice",
        description=(
            "Nothing is due on it afterwards. The subscription that it was to begin is cancelled; "
            "one that runs gets a new invoice. Refused while a payment is under review."
        ),
        sent=VoidInvoiceSerializer,
        examples={"Request": {"reason": "Ordered twice by mistake"}},
        answer=InvoiceSerializer,
        shown=example.VOID_INVOICE,
        refusals=(NotFound, *_DECIDER_ERRORS, *_NOT_PAYABLE),
    )
    def post(self, request: Request, sent: Sent, invoice_id: int) -> Invoice:
        return invoices.void_invoice(
            invoice_id=invoice_id, actor=actor_from_request(request), now=utc_now(), **sent
        )


def proof_response(payment: Payment) -> FileResponse:
    """Answer with a payment's proof, never to be run or framed by the browser.

    :raises NotFound: if it has none, or the file is gone.
    """
    try:
        proof = payment.proof.open("rb")
    except (ValueError, FileNotFoundError) as error:
        raise NoProof(payment=payment.pk) from error
    extension = payment.proof_content_type.rpartition("/")[2]
    return FileResponse(
        proof,
        as_attachment=True,
        filename=f"proof-{payment.pk}.{extension}",
        content_type=payment.proof_content_type,
        headers={"Content-Security-Policy": "sandbox; default-src 'none'"},
    )


def _own_invoice(request: Request, invoice_id: int) -> Invoice:
    return invoice_of(account=account_of(request), invoice_id=invoice_id)


def _own_payment(request: Request, payment_id: int) -> Payment:
    return payment_of(account=account_of(request), payment_id=payment_id)
