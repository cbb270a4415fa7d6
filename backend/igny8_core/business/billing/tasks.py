"""Background work of billing: one task for each e-mail, deferred in the transition itself."""

from procrastinate.contrib.django import app

from igny8_core.auth.tasks import MAIL_RETRY
from igny8_core.business.billing import emails
from igny8_core.business.billing.models import Invoice, Payment


@app.task(queue="mail", retry=MAIL_RETRY)
def send_invoice_issued(*, invoice_id: int) -> None:
    """Tell the customer how to pay an invoice."""
    emails.invoice_issued(Invoice.objects.get(pk=invoice_id)).send()


@app.task(queue="mail", retry=MAIL_RETRY)
def send_invoice_voided(*, invoice_id: int) -> None:
    """Tell the customer that nothing is owed on an invoice any more."""
    emails.invoice_voided(Invoice.objects.get(pk=invoice_id)).send()


@app.task(queue="mail", retry=MAIL_RETRY)
def send_payment_submitted(*, payment_id: int) -> None:
    """Tell the customer that the confirmation has arrived."""
    emails.payment_submitted(Payment.objects.get(pk=payment_id)).send()


@app.task(queue="mail", retry=MAIL_RETRY)
def send_payment_approved(*, payment_id: int) -> None:
    """Tell the customer that the account is active."""
    emails.payment_approved(Payment.objects.get(pk=payment_id)).send()


@app.task(queue="mail", retry=MAIL_RETRY)
def send_payment_rejected(*, payment_id: int) -> None:
    """Tell the customer why the payment was rejected and how to try again."""
    emails.payment_rejected(Payment.objects.get(pk=payment_id)).send()


@app.task(queue="mail", retry=MAIL_RETRY)
def notify_billing_admins(*, payment_id: int) -> None:
    """Tell those who decide that a confirmation waits."""
    message = emails.payment_waiting(Payment.objects.get(pk=payment_id))
    if message.recipients():
        message.send()
