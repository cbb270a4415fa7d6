"""What mails tell, as it was at their event: kept with the mail, for rows go on changing.

Amounts are texts with their currency, dates ISO 8601. ``seller_name`` is who writes.
"""

from typing import Any

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.sellers import seller_snapshot

Facts = dict[str, Any]

# What customers typed themselves: told to nobody whose address is not confirmed.
STRANGERS_WORDS = ("account_name", "reference")


def facts_of_trial(account: Account) -> Facts:
    """Return what a new trial has."""
    return {
        "seller_name": seller_snapshot()["name"],
        "account_name": account.name,
        "plan": account.plan.name,
        "credits": account.credits,
    }


def facts_of_invoice(invoice: Invoice, *, event: EventName) -> Facts:
    """Return what paying an invoice needs.

    :param event: why it is told: a sign-up, an upgrade, another way to pay.
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
    """Return what was not owed after all, and why."""
    return {
        **_seller_of(invoice),
        "number": invoice.number,
        "due": str(invoice.due),
        "reason": reason,
    }


def facts_of_payment(payment: Payment) -> Facts:
    """Return what a customer has claimed."""
    return {
        **_seller_of(payment.invoice),
        "number": payment.invoice.number,
        "amount": str(payment.money),
        "method": payment.paid_by.display_name,
        "method_names": payment.paid_by.names,
        "reference": payment.manual_reference,
    }


def facts_of_refused_proof(payment: Payment) -> Facts:
    """Return the claim with the code of why its file can't be used."""
    return {**facts_of_payment(payment), "reason": payment.proof_refusal}


def facts_of_approval(payment: Payment, *, credits: int) -> Facts:  # noqa: A002  (what they are)
    """Return the claim with what its approval brought.

    :param credits: the account's balance after it.
    """
    return {**facts_of_payment(payment), "credits": credits, "note": payment.admin_notes}


def facts_of_rejection(payment: Payment) -> Facts:
    """Return the claim with the reason why it was rejected."""
    return {**facts_of_payment(payment), "reason": payment.admin_notes}


def facts_of_reversal(payment: Payment, *, reason: str, credits_taken: int) -> Facts:
    """Return the claim with the reason why its approval was taken back, and what became of it.

    :param credits_taken: how many of its credits were left to be taken back.
    """
    return {
        **facts_of_payment(payment),
        "reason": reason,
        "invoice_status": payment.invoice.status,
        "credits_taken": credits_taken,
    }


def facts_of_claim(payment: Payment) -> Facts:
    """Return the claim for who is to check it."""
    return {**facts_of_payment(payment), "account_name": payment.invoice.account.name}


def _seller_of(invoice: Invoice) -> Facts:
    return {"seller_name": invoice.billing_snapshot["seller"]["name"]}
