"""The API of billing: each view reads the request, calls one service or selector, and answers."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.listing import OwnListView, PagedListView
from igny8_core.auth.permissions import HasAccount, IsAccountOwner, account_of, user_of
from igny8_core.business.billing import openapi
from igny8_core.business.billing.enums import EventName, InvoiceStatus
from igny8_core.business.billing.filters import AdminPaymentFilter, InvoiceFilter, PaymentFilter
from igny8_core.business.billing.models import CreditTransaction, Invoice, Payment
from igny8_core.business.billing.permissions import (
    IsBillingAdmin,
    MayReverse,
    MayViewPayments,
    MayViewProofs,
)
from igny8_core.business.billing.selectors.credits import ledger_of
from igny8_core.business.billing.selectors.invoices import invoice_of, invoices_of
from igny8_core.business.billing.selectors.payments import payment_of, payments_with_events_of
from igny8_core.business.billing.selectors.queue import payment_for_admin, payment_queue
from igny8_core.business.billing.sellers import seller_snapshot
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
from igny8_core.business.billing.services import (
    confirmation,
    decisions,
    invoices,
    proofs,
    reversals,
)
from igny8_core.business.proofs.attempts import count_attempt
from igny8_core.business.proofs.inbox import Upload, put_aside
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.idempotency import AccountAnswer, prepare_and_run_once, run_once
from igny8_core.common.http.parsers import JSONParser, MultiPartParser
from igny8_core.common.http.throttling import DecideThrottle, PayThrottle
from igny8_core.common.transactions import one_moment

# The account's users


@openapi.SHOW_SELLER
class SellerView(APIView):
    permission_classes = [AllowAny]

    def get(self, _request: Request) -> Response:
        return Response(SellerSerializer(seller_snapshot()).data)


@openapi.LIST_INVOICES
class InvoiceListView(OwnListView[Invoice]):
    model = Invoice
    select = staticmethod(invoices_of)
    serializer_class = InvoiceSerializer
    filterset_class = InvoiceFilter


@openapi.SHOW_INVOICE
class InvoiceDetailView(APIView):
    permission_classes = [HasAccount]

    @one_moment()
    def get(self, request: Request, invoice_id: int) -> Response:
        return Response(InvoiceSerializer(_own_invoice(request, invoice_id)).data)


@openapi.CHOOSE_PAYMENT_METHOD
class InvoicePaymentMethodView(APIView):
    permission_classes = [IsAccountOwner]
    throttle_classes = [PayThrottle]

    def post(self, request: Request, invoice_id: int) -> Response:
        body = ChoosePaymentMethodSerializer(data=request.data)
        body.is_valid(raise_exception=True)

        def choose() -> AccountAnswer:
            invoice = invoices.change_payment_method(
                invoice_id=invoice_id,
                account=account_of(request),
                method_code=body.validated_data["payment_method"],
                actor=actor_from_request(request),
                now=utc_now(),
            )
            answer = InvoiceSerializer(_own_invoice(request, invoice_id))
            return AccountAnswer(answer.data, account_id=invoice.account_id)

        return run_once(request, choose)


@openapi.CANCEL_ORDER
class CancelOrderView(APIView):
    permission_classes = [IsAccountOwner]
    throttle_classes = [PayThrottle]

    def post(self, request: Request, invoice_id: int) -> Response:
        def cancel() -> AccountAnswer:
            invoice = invoices.cancel_order(
                invoice_id=invoice_id,
                account=account_of(request),
                actor=actor_from_request(request),
                now=utc_now(),
            )
            answer = InvoiceSerializer(_own_invoice(request, invoice_id))
            return AccountAnswer(answer.data, account_id=invoice.account_id)

        return run_once(request, cancel)


@openapi.CONFIRM_PAYMENT
class ConfirmPaymentView(APIView):
    permission_classes = [IsAccountOwner]
    throttle_classes = [PayThrottle]
    parser_classes = [JSONParser, MultiPartParser]

    def post(self, request: Request) -> Response:
        body = ConfirmPaymentSerializer(data=request.data)
        _check_form(body, request)

        def confirm(upload: Upload | None) -> AccountAnswer:
            payment = confirmation.confirm_payment(
                invoice_id=body.validated_data["invoice_id"],
                account=account_of(request),
                claim=body.claim(proof=upload),
                submitter=user_of(request),
                actor=actor_from_request(request),
                now=utc_now(),
            )
            return AccountAnswer(
                PaymentSerializer(payment).data,
                account_id=payment.invoice.account_id,
                status=status.HTTP_201_CREATED,
            )

        file = body.validated_data["proof"]
        if file is None:
            return run_once(request, lambda: confirm(None))
        return _run_once_with_file(request, file, confirm)


@openapi.LIST_PAYMENTS
class PaymentListView(OwnListView[Payment]):
    model = Payment
    select = staticmethod(payments_with_events_of)
    serializer_class = PaymentDetailSerializer
    filterset_class = PaymentFilter


@openapi.SHOW_PAYMENT
class PaymentDetailView(APIView):
    permission_classes = [HasAccount]

    @one_moment()
    def get(self, request: Request, payment_id: int) -> Response:
        return Response(PaymentDetailSerializer(_own_payment(request, payment_id)).data)


@openapi.PAYMENT_PROOF
class PaymentProofView(APIView):
    permission_classes = [HasAccount]

    def get(self, request: Request, payment_id: int) -> FileResponse:
        return proof_response(_own_payment(request, payment_id))


@openapi.SEND_PROOF
class SendProofView(APIView):
    permission_classes = [IsAccountOwner]
    throttle_classes = [PayThrottle]
    parser_classes = [MultiPartParser]

    def post(self, request: Request, payment_id: int) -> Response:
        body = SendProofSerializer(data=request.data)
        _check_form(body, request)

        def send(upload: Upload) -> AccountAnswer:
            payment = proofs.send_proof(
                payment_id=payment_id,
                account=account_of(request),
                upload=upload,
                actor=actor_from_request(request),
                now=utc_now(),
            )
            return AccountAnswer(PaymentSerializer(payment).data, account_id=account_of(request).pk)

        return _run_once_with_file(request, body.validated_data["proof"], send)


@openapi.WITHDRAW_PAYMENT
class WithdrawPaymentView(APIView):
    permission_classes = [IsAccountOwner]
    throttle_classes = [PayThrottle]

    def post(self, request: Request, payment_id: int) -> Response:
        def withdraw() -> AccountAnswer:
            payment = confirmation.withdraw_payment(
                payment_id=payment_id,
                account=account_of(request),
                actor=actor_from_request(request),
                now=utc_now(),
            )
            answer = PaymentSerializer(payment)
            return AccountAnswer(answer.data, account_id=payment.invoice.account_id)

        return run_once(request, withdraw)


@openapi.CREDIT_BALANCE
class CreditBalanceView(APIView):
    permission_classes = [HasAccount]

    def get(self, request: Request) -> Response:
        return Response(CreditBalanceSerializer({"balance": account_of(request).credits}).data)


@openapi.CREDIT_LEDGER
class CreditLedgerView(OwnListView[CreditTransaction]):
    model = CreditTransaction
    select = staticmethod(ledger_of)
    serializer_class = CreditTransactionSerializer


# Billing admins


@openapi.LIST_ADMIN_PAYMENTS
class AdminPaymentListView(PagedListView[Payment]):
    permission_classes = [MayViewPayments]
    serializer_class = AdminPaymentSerializer
    filterset_class = AdminPaymentFilter
    queryset = payment_queue()


@openapi.SHOW_ADMIN_PAYMENT
class AdminPaymentDetailView(APIView):
    permission_classes = [MayViewPayments]

    @one_moment()
    def get(self, request: Request, payment_id: int) -> Response:
        payment = payment_for_admin(payment_id=payment_id)
        return Response(AdminPaymentDetailSerializer(payment).data)


@openapi.ADMIN_PAYMENT_PROOF
class AdminPaymentProofView(APIView):
    permission_classes = [MayViewProofs]

    def get(self, request: Request, payment_id: int) -> FileResponse:
        return proof_response(payment_for_admin(payment_id=payment_id))


@openapi.APPROVE_PAYMENT
class ApprovePaymentView(APIView):
    permission_classes = [IsBillingAdmin]
    throttle_classes = [DecideThrottle]

    def post(self, request: Request, payment_id: int) -> Response:
        body = ApprovePaymentSerializer(data=request.data)
        body.is_valid(raise_exception=True)

        def approve() -> AccountAnswer:
            decision = decisions.approve_payment(
                payment_id=payment_id,
                actor=actor_from_request(request),
                now=utc_now(),
                admin_notes=body.validated_data["admin_notes"],
            )
            return _decision_answer(decision)

        return run_once(request, approve)


@openapi.REJECT_PAYMENT
class RejectPaymentView(APIView):
    permission_classes = [IsBillingAdmin]
    throttle_classes = [DecideThrottle]

    def post(self, request: Request, payment_id: int) -> Response:
        body = RejectPaymentSerializer(data=request.data)
        body.is_valid(raise_exception=True)

        def reject() -> AccountAnswer:
            decision = decisions.reject_payment(
                payment_id=payment_id,
                actor=actor_from_request(request),
                now=utc_now(),
                admin_notes=body.validated_data["admin_notes"],
            )
            return _decision_answer(decision)

        return run_once(request, reject)


@openapi.REVERSE_PAYMENT
class ReversePaymentView(APIView):
    permission_classes = [MayReverse]
    throttle_classes = [DecideThrottle]

    def post(self, request: Request, payment_id: int) -> Response:
        body = ReversePaymentSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        is_void = body.validated_data["invoice_becomes"] == InvoiceStatus.VOID

        def reverse() -> AccountAnswer:
            decision = reversals.reverse_payment(
                payment_id=payment_id,
                actor=actor_from_request(request),
                now=utc_now(),
                reason=body.validated_data["reason"],
                event=EventName.REVERSE_AND_VOID if is_void else EventName.REVERSE,
                is_forced=body.validated_data["force"],
            )
            return _decision_answer(decision)

        return run_once(request, reverse)


@openapi.VOID_INVOICE
class VoidInvoiceView(APIView):
    permission_classes = [IsBillingAdmin]
    throttle_classes = [DecideThrottle]

    def post(self, request: Request, invoice_id: int) -> Response:
        body = VoidInvoiceSerializer(data=request.data)
        body.is_valid(raise_exception=True)

        def void() -> AccountAnswer:
            invoice = invoices.void_invoice(
                invoice_id=invoice_id,
                actor=actor_from_request(request),
                now=utc_now(),
                reason=body.validated_data["reason"],
            )
            answer = InvoiceSerializer(invoice)
            return AccountAnswer(answer.data, account_id=invoice.account_id)

        return run_once(request, void)


def proof_response(payment: Payment) -> FileResponse:
    """Answer with a payment's proof, never to be run or framed by the browser.

    :raises NotFound: if it has none, or the file is gone.
    """
    try:
        proof = payment.proof.open("rb")
    except (ValueError, FileNotFoundError) as error:
        detail = f"Payment {payment.pk} has no proof."
        raise NotFound(detail) from error
    extension = payment.proof_content_type.rpartition("/")[2]
    return FileResponse(
        proof,
        as_attachment=True,
        filename=f"proof-{payment.pk}.{extension}",
        content_type=payment.proof_content_type,
        headers={"Content-Security-Policy": "sandbox; default-src 'none'"},
    )


def _decision_answer(decision: decisions.Decision) -> AccountAnswer:
    answer = DecisionSerializer(decision)
    return AccountAnswer(answer.data, account_id=decision.billing.account.pk)


def _check_form(body: Serializer[Any], request: Request) -> None:
    """Check a form that may carry a file; the files of one that is refused count, too.

    :raises ValidationError: if the form is refused.
    :raises ProofLimitReached: if its files were too many.
    """
    try:
        body.is_valid(raise_exception=True)
    except ValidationError:
        if sent := list(request.FILES.values()):
            count_attempt(
                account=account_of(request),
                address=actor_from_request(request).ip_address,
                size=sum(file.size or 0 for file in sent),
                now=utc_now(),
            )
        raise


def _run_once_with_file(
    request: Request, file: UploadedFile[bytes], act: Callable[[Upload], AccountAnswer]
) -> Response:
    """Put a file aside, before any lock is taken, and carry out the act that names it."""
    return prepare_and_run_once(
        request,
        prepare=lambda: put_aside(
            file,
            account=account_of(request),
            address=actor_from_request(request).ip_address,
            now=utc_now(),
        ),
        act=act,
        undo=proofs.forget_upload,
    )


def _own_invoice(request: Request, invoice_id: int) -> Invoice:
    return invoice_of(account=account_of(request), invoice_id=invoice_id)


def _own_payment(request: Request, payment_id: int) -> Payment:
    return payment_of(account=account_of(request), payment_id=payment_id)
