"""The three workflows against a running server: ``python test_payment_workflow.py``.

``API_URL`` names the server (default http://localhost:8011); it has to have the demo's billing
admin. New customers are made at each run. pytest collects the same workflows, against a server
that it starts itself.
"""

import sys
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

from api_integration_example import (
    API_URL,
    DEMO_PASSWORD,
    ApiError,
    Client,
    Invoice,
    Payment,
    Registration,
)

PASSWORD = "correct-horse-battery"
CREDITS = 1000  # of the free and of the starter plan


def test_free_trial(api_url: str) -> None:
    """A visitor takes the free plan: on trial with its credits, nothing to pay."""
    _, registered = _sign_up(api_url, plan_slug="free")

    _step("the account is on trial", registered["account"]["status"] == "trial")
    _step("it has the plan's credits", registered["account"]["credits"] == CREDITS)
    _step("there is no subscription", registered["subscription"] is None)
    _step("there is no invoice", registered["invoice"] is None)


def test_paid_sign_up(api_url: str) -> None:
    """A visitor takes a paid plan, pays, confirms, and is approved: active with its credits."""
    customer, invoice = _sign_up_for_starter(api_url)
    admin = _admin(api_url)

    payment = _confirm(customer, invoice)
    _step("the payment waits for approval", payment["status"] == "pending_approval")
    again = _refused(lambda: _confirm(customer, invoice))
    _step("a second confirmation is refused", again == (409, ["payment_already_under_review"]))
    decision = admin.approve_payment(payment["id"], "Verified in bank statement")
    _step("approval: the payment has succeeded", decision["payment"]["status"] == "succeeded")
    _step("the invoice is paid", decision["invoice"]["status"] == "paid")
    _step("the subscription is active", decision["subscription"]["status"] == "active")
    _step("the account is active", decision["account"]["status"] == "active")
    _step("it has the plan's credits", decision["account"]["credits"] == CREDITS)
    again = _refused(lambda: admin.approve_payment(payment["id"]))
    _step("a second approval is refused", again == (409, ["payment_already_decided"]))
    standing = customer.me()
    _step("the customer has the credits once", standing["account"]["credits"] == CREDITS)
    _step("nothing is due any more", standing["open_invoice"] is None)


def test_rejection_and_retry(api_url: str) -> None:
    """An admin rejects, the customer reads why, tries again, and is approved."""
    customer, invoice = _sign_up_for_starter(api_url)
    admin = _admin(api_url)

    payment = _confirm(customer, invoice)
    silent = _refused(lambda: admin.reject_payment(payment["id"], ""))
    _step("a rejection without a reason is refused", silent[0] == 400)
    decision = admin.reject_payment(payment["id"], "Reference not found")
    _step("rejection: the payment has failed", decision["payment"]["status"] == "failed")
    _step("the customer can read why", decision["payment"]["admin_notes"] == "Reference not found")
    _step("the invoice is pending again", decision["invoice"]["status"] == "pending")
    _step("the account still waits", decision["account"]["status"] == "pending_payment")
    _step("it has no credits", decision["account"]["credits"] == 0)
    retry = _confirm(customer, invoice)
    _step("the customer confirms again", retry["status"] == "pending_approval")
    decision = admin.approve_payment(retry["id"], "Found it")
    _step("approval: the account is active", decision["account"]["status"] == "active")
    _step("it has the plan's credits", decision["account"]["credits"] == CREDITS)


def _sign_up(api_url: str, **choices: str) -> tuple[Client, Registration]:
    customer = Client(api_url)
    email = f"workflow-{uuid4().hex[:12]}@shop.example"
    registered = customer.register({"email": email, "password": PASSWORD, **choices})
    _step(f"{email} signs up for {choices['plan_slug']}", registered["account"]["id"] > 0)
    customer.log_in(email, PASSWORD)
    return customer, registered


def _sign_up_for_starter(api_url: str) -> tuple[Client, Invoice]:
    customer, registered = _sign_up(
        api_url, plan_slug="starter", country="PK", payment_method="bank_transfer"
    )
    account, subscription = registered["account"], registered["subscription"]
    _step("the account waits for its payment", account["status"] == "pending_payment")
    _step("it has no credits yet", account["credits"] == 0)
    assert subscription is not None, "a paid plan has a subscription"
    _step("so does the subscription", subscription["status"] == "pending_payment")
    invoice = registered["invoice"]
    assert invoice is not None, "a paid plan has an invoice"
    _step(f"invoice {invoice['number']} is pending", invoice["status"] == "pending")
    return customer, invoice


def _confirm(customer: Client, invoice: Invoice) -> Payment:
    return customer.confirm_payment(
        invoice_id=invoice["id"],
        payment_method="bank_transfer",
        amount=Decimal(invoice["total"]),
        manual_reference=f"BT-{uuid4().hex[:8].upper()}",
    )


def _admin(api_url: str) -> Client:
    admin = Client(api_url)
    admin.log_in("admin@example.com", DEMO_PASSWORD)
    return admin


def _refused(act: Callable[[], object]) -> tuple[int, list[str]]:
    try:
        act()
    except ApiError as refusal:
        return refusal.status, refusal.codes
    return 200, []


def _step(sentence: str, holds: bool) -> None:  # noqa: FBT001  (reads as a sentence)
    assert holds, f"not so: {sentence}"
    print(f"  ok  {sentence}")


def main() -> int:
    """Run all; return 0 if all pass."""
    workflows = (test_free_trial, test_paid_sign_up, test_rejection_and_retry)
    passing = 0
    for workflow in workflows:
        print(workflow.__doc__)
        try:
            workflow(API_URL)
        except (AssertionError, ApiError, OSError) as failure:
            print(f"  FAILED  {failure}")
        else:
            passing += 1
    print(f"{passing}/{len(workflows)} passing")
    return 0 if passing == len(workflows) else 1


if __name__ == "__main__":
    sys.exit(main())
