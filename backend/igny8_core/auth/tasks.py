"""Background work of the accounts."""

from django.core.mail import send_mail
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

MAIL_RETRY = RetryStrategy(max_attempts=12, exponential_wait=5)


@app.task(queue="mail", retry=MAIL_RETRY)
def send_prepared_email(*, subject: str, body: str, html: str, recipient: str) -> None:
    """Send one mail that is written already."""
    send_mail(subject, body, None, [recipient], html_message=html or None)
