"""What was true at an email's event: stored with the email, because rows keep changing.

Amounts are strings with their currency, dates are ISO 8601. ``seller_name`` is the sender.
"""

from typing import Any

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.sellers import seller_snapshot

Facts = dict[str, Any]

# What customers typed themselves: never sent to an unconfirmed address.
STRANGERS_WORDS = ("account_name", "reference")


def facts_of_trial(account: Account) -> Facts:
    """Return the facts of a new trial."""
    return {
        "seller_name": seller_snapshot()["name"],
        "account_name": account.name,
        "plan": account.plan.name,
        "credits": account.credits,
    }


def facts_of_invoice(invoice: Invoice, *, event: EventName) -> Facts:
    """Return what is needed to pay an invoice.

    :param event: the reason: a sign-up, an upgrade, a change of method.
    """
    return {
        **_seller_of(invoice),
        "number": invoice.number,
        "due": str(invoice.due),
        "payable": str(invoice.payable),
        "due_date": invoice.due_date.isoformat(),
        "payment_reference": invoice.payment_reference,
        "method": invoice.method_snapshot,
        "is_welcome": event == EventName.SIGN_UP_PAID,
        "is_change": event == EventName.CHANGE_METHOD,
    }


def facts_of_void(invoice: Invoice, *, reason: str) -> Facts:
    """Return what is no longer owed, and why."""
    return {
        **_seller_of(invoice),
        "number": invoice.number,
        "due": str(invoice.due),
        "reason": reason,
    }


def facts_of_payment(payment: Payment) -> Facts:
    """Return the payment as the customer confirmed it."""
    method = payment.paid_by
    return {
        **_seller_of(payment.invoice),
        "number": payment.invoice.number,
        "amount": str(payment.money),
        "method": method.display_name,
        "method_names": method.names,
        "reference": payment.manual_reference,
    }


def facts_of_refused_proof(payment: Payment) -> Facts:
    """Return the payment with the code of why its file can't be used."""
    return {**facts_of_payment(payment), "reason": payment.proof_refusal}


def facts_of_approval(payment: Payment, *, credits: int) -> Facts:  # noqa: A002  (what they are)
    """Return the payment with what follows from its approval.

    :param credits: the account's balance after it.
    """
    return {**facts_of_payment(payment), "credits": credits, "note": payment.admin_notes}


def facts_of_rejection(payment: Payment) -> Facts:
    """Return the payment with the reason why it was rejected."""
    return {**facts_of_payment(payment), "reason": payment.admin_notes}


def facts_of_reversal(payment: Payment, *, reason: str, credits_taken: int) -> Facts:
    """Return the payment with the reason for the reversal, and its result.

    :param credits_taken: how many of its credits were left to be taken back.
    """
    return {
        **facts_of_payment(payment),
        "reason": reason,
        "invoice_status": payment.invoice.status,
        "credits_taken": credits_taken,
    }


def facts_of_claim(payment: Payment) -> Facts:
    """Return the payment for the admin who will check it."""
    return {**facts_of_payment(payment), "account_name": payment.invoice.account.name}


def _seller_of(invoice: Invoice) -> Facts:
    return {"seller_name": invoice.billing_snapshot["seller"]["name"]}
