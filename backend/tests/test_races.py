"""Races on real PostgreSQL between separate processes, and with the locks off each is seen."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import count, cycle, islice

import pytest
from django.db import connection

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.enums import EventName, ObjectType, PaymentStatus
from igny8_core.business.billing.models import (
    Consent,
    CreditTransaction,
    Invoice,
    InvoiceNumberCounter,
    Payment,
    PaymentEvent,
)
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.common.models import OutgoingMail
from tests.database import cut_connections, somebody_else
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    confirmation_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)
from tests.racer import Answer, Call, LocksOff, send
from tests.races import RACERS, ROUNDS, Racers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sized]

PAYMENTS = "/api/v1/billing/admin/payments/"
REGISTER = "/api/v1/auth/register/"
TAKE_NUMBER = "igny8_core.business.billing.services.invoices.TAKE_NUMBER"
KEY_LOCK = "igny8_core.common.http.idempotency._lock_or_refuse"
emails = (f"race{number}@shop.example" for number in count(1))


def deciding(verb: str, payment: Payment, admin: User) -> Call:
    body = {"admin_notes": "Looked it up"}
    if verb == "reverse":
        body = {"reason": "It bounced", "invoice_becomes": "pending"}
    return Call(f"{PAYMENTS}{payment.pk}/{verb}/", body, user_id=admin.pk)


def withdrawing(payment: Payment, owner: User) -> Call:
    return Call(f"/api/v1/billing/payments/{payment.pk}/withdraw/", user_id=owner.pk)


def voiding(invoice: Invoice, admin: User) -> Call:
    url = f"/api/v1/billing/admin/invoices/{invoice.pk}/void/"
    return Call(url, {"reason": "Ordered twice"}, user_id=admin.pk)


def cancelling(invoice: Invoice, owner: User) -> Call:
    return Call(f"/api/v1/billing/invoices/{invoice.pk}/cancel/", user_id=owner.pk)


def confirming(owner: User) -> Call:
    return Call(f"{PAYMENTS}confirm/", confirmation_of(owner), user_id=owner.pk)


def upgrading(owner: User, plan_slug: str = "scale") -> Call:
    body = {"plan_slug": plan_slug, "payment_method": "bank_transfer"}
    return Call("/api/v1/billing/subscriptions/upgrade/", body, user_id=owner.pk)


def closing(owner: User) -> Call:
    body = {"password": PASSWORD, "confirmation": owner.email}
    return Call("/api/v1/auth/account/close/", body, user_id=owner.pk)


def registering(email: str, *, key: str = "", fails_at: str = "") -> Call:
    body = {
        "email": email,
        "password": PASSWORD,
        "plan_slug": "starter",
        "country": "PK",
        "payment_method": "jazzcash",
    }
    return Call(REGISTER, body, key=key, fails_at=fails_at)


def shared_out(*calls: Call) -> list[Call]:
    """As many calls as racers, of each of these the same number."""
    return list(islice(cycle(calls), RACERS))


def statuses(answers: Sequence[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def successes(answers: Sequence[Answer]) -> Counter[str]:
    """How many of each act were done, by the last word of their address."""
    done = [answer.call.url.rstrip("/") for answer in answers if answer.status in {200, 201}]
    return Counter(url.rpartition("/")[2] for url in done)


def assert_all_invariants_hold() -> None:
    assert [str(result) for result in verify_billing() if not result.holds] == []


def assert_losers_are_told_the_state(answers: Sequence[Answer]) -> None:
    """Everybody who did not win got 409 with the present state, and nobody anything else."""
    losers = [answer for answer in answers if answer.status not in {200, 201}]
    assert {answer.status for answer in losers} <= {409}, [answer.body for answer in losers]
    assert all(answer.body["state"] for answer in losers)


def events(payment: Payment, *names: EventName) -> int:
    return PaymentEvent.objects.filter(
        object_type=ObjectType.PAYMENT, object_id=payment.pk, event__in=names
    ).count()


def test_one_concurrent_approval_wins_and_grants_once(racers: Racers, billing_admin: User) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        payment = make_payment(owner)
        answers = racers.race(shared_out(deciding("approve", payment, billing_admin)))

        assert statuses(answers) == {200: 1, 409: RACERS - 1}
        assert_losers_are_told_the_state(answers)
        assert CreditTransaction.objects.filter(account__users=owner).count() == 1
        assert OutgoingMail.objects.filter(key=f"payment_approved:{payment.pk}").count() == 1
        assert (events(payment, EventName.APPROVE), account_of(owner).credits) == (1, 1000)
        assert_all_invariants_hold()


def test_racers_survive_lost_connections(racers: Racers, billing_admin: User) -> None:
    """They are made once for all files, and those of faults cut every connection."""
    for _ in range(2):
        payment = make_payment(make_owner())
        answers = racers.race(shared_out(deciding("approve", payment, billing_admin)))
        assert statuses(answers) == {200: 1, 409: RACERS - 1}
        cut_connections()


def test_approvals_without_locks_all_pass_the_check(
    racers: Racers, owner: User, billing_admin: User
) -> None:
    """What is then left to hold is the database."""
    calls = shared_out(deciding("approve", make_payment(owner), billing_admin))
    assert statuses(racers.race(calls, LocksOff())) == {200: 1, 500: RACERS - 1}
    assert_all_invariants_hold()


def test_concurrent_approvals_and_rejections_decide_once(
    racers: Racers, billing_admin: User
) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        payment = make_payment(owner)
        verbs = (deciding(verb, payment, billing_admin) for verb in ("approve", "reject"))
        answers = racers.race(shared_out(*verbs))

        assert statuses(answers) == {200: 1, 409: RACERS - 1}
        assert_losers_are_told_the_state(answers)
        payment.refresh_from_db()
        ((winner, _once),) = successes(answers).items()
        assert payment.status == {"approve": "succeeded", "reject": "failed"}[winner]
        assert account_of(owner).credits == {"approve": 1000, "reject": 0}[winner]
        assert events(payment, EventName.APPROVE, EventName.REJECT) == 1
        assert_all_invariants_hold()


def test_approvals_and_rejections_without_locks_pass_the_check(
    racers: Racers, owner: User, billing_admin: User
) -> None:
    payment = make_payment(owner)
    verbs = (deciding(verb, payment, billing_admin) for verb in ("approve", "reject"))
    assert 409 not in statuses(racers.race(shared_out(*verbs), LocksOff()))


TWO_PERSONS = {"BILLING_DUAL_CONTROL_ABOVE": Decimal(50)}


def marking(verb: str, payment: Payment, admin: User) -> Call:
    return replace(deciding(verb, payment, admin), settings=TWO_PERSONS)


def waiting_for(verb: str, owner: User, admin: User) -> Payment:
    """Return a payment of which this is the next thing to do."""
    payment = make_payment(owner)
    if verb == "reverse":
        approve(payment, admin)
    return payment


@pytest.mark.parametrize("verb", ["approve", "reverse"])
def test_one_admin_racing_does_not_count_twice(
    racers: Racers, billing_admin: User, verb: str
) -> None:
    for _ in range(ROUNDS):
        payment = waiting_for(verb, make_owner(), billing_admin)
        answers = racers.race(shared_out(marking(verb, payment, billing_admin)))

        assert statuses(answers) == {200: 1, 403: RACERS - 1}
        refused = {answer.code for answer in answers if answer.status == 403}
        assert refused == {"second_approver_required"}
        payment.refresh_from_db()
        assert payment.status == {"approve": "pending_approval", "reverse": "succeeded"}[verb]
        assert_all_invariants_hold()


@pytest.mark.parametrize("verb", ["approve", "reverse"])
def test_two_racing_admins_mark_and_complete(
    racers: Racers, billing_admin: User, verb: str
) -> None:
    second = make_billing_admin()
    for _ in range(ROUNDS):
        owner = make_owner()
        payment = waiting_for(verb, owner, billing_admin)
        calls = [marking(verb, payment, admin) for admin in (billing_admin, second)]
        answers = racers.race(shared_out(*calls))

        winners = [answer.call.user_id for answer in answers if answer.status == 200]
        assert sorted(map(str, winners)) == sorted([str(billing_admin.pk), str(second.pk)])
        assert set(statuses(answers)) <= {200, 403, 409}
        payment.refresh_from_db()
        assert payment.status == {"approve": "succeeded", "reverse": "reversed"}[verb]
        assert account_of(owner).credits == {"approve": 1000, "reverse": 0}[verb]
        assert_all_invariants_hold()


def test_one_admin_without_locks_passes_check_repeatedly(
    racers: Racers, owner: User, billing_admin: User
) -> None:
    """What is then left to hold is the unique pair of payment and admin."""
    payment = waiting_for("reverse", owner, billing_admin)
    consent = f'INSERT INTO "{Consent._meta.db_table}"'  # what is out of date goes before
    calls = shared_out(marking("reverse", payment, billing_admin))
    answers = racers.race(calls, LocksOff(all_read_before=consent))
    assert statuses(answers) == {200: 1, 500: RACERS - 1}
    assert_all_invariants_hold()


def test_one_concurrent_confirmation_wins(racers: Racers, catalog: None) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        answers = racers.race(shared_out(confirming(owner)))

        assert statuses(answers) == {201: 1, 409: RACERS - 1}
        assert_losers_are_told_the_state(answers)
        payments = Payment.objects.filter(invoice=invoice_of(owner))
        assert [payment.status for payment in payments] == [PaymentStatus.PENDING_APPROVAL]
        assert_all_invariants_hold()


def test_confirmations_without_locks_all_pass_the_check(racers: Racers, owner: User) -> None:
    answers = racers.race(shared_out(confirming(owner)), LocksOff())
    assert statuses(answers) == {201: 1, 500: RACERS - 1}


def test_concurrent_approvals_and_withdrawals_decide_once(
    racers: Racers, billing_admin: User
) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        payment = make_payment(owner)
        calls = (deciding("approve", payment, billing_admin), withdrawing(payment, owner))
        answers = racers.race(shared_out(*calls))

        assert statuses(answers) == {200: 1, 409: RACERS - 1}
        assert_losers_are_told_the_state(answers)
        payment.refresh_from_db()
        ((winner, _once),) = successes(answers).items()
        assert payment.status == {"approve": "succeeded", "withdraw": "withdrawn"}[winner]
        assert_all_invariants_hold()


def test_approvals_and_withdrawals_without_locks_pass_the_check(
    racers: Racers, owner: User, billing_admin: User
) -> None:
    payment = make_payment(owner)
    calls = (deciding("approve", payment, billing_admin), withdrawing(payment, owner))
    assert 409 not in statuses(racers.race(shared_out(*calls), LocksOff()))


def test_order_is_either_cancelled_or_confirmed(racers: Racers, billing_admin: User) -> None:
    """Nobody's claim is of an invoice that was given up at the same moment."""
    for _ in range(ROUNDS):
        owner = make_owner()
        invoice = invoice_of(owner)
        answers = racers.race(shared_out(cancelling(invoice, owner), confirming(owner)))
        done = successes(answers)
        assert done["cancel"] + done["confirm"] == 1
        assert set(statuses(answers)) <= {200, 201, 409}
        invoice.refresh_from_db()
        expected = ("void", 0) if done["cancel"] else ("pending", 1)
        assert (invoice.status, invoice.payments.count()) == expected
    assert_all_invariants_hold()


def everything_at_once(owner: User, admin: User) -> tuple[Payment, list[Call]]:
    payment = make_payment(owner)
    return payment, shared_out(
        deciding("approve", payment, admin),
        voiding(payment.invoice, admin),
        withdrawing(payment, owner),
        deciding("reverse", payment, admin),
    )


def test_mixed_concurrent_decisions_stay_consistent(racers: Racers, billing_admin: User) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        payment, calls = everything_at_once(owner, billing_admin)
        answers = racers.race(calls)

        assert_losers_are_told_the_state(answers)
        done = successes(answers)
        assert done["approve"] + done["withdraw"] == 1
        assert done["reverse"] <= done["approve"]
        assert done["void"] <= done["withdraw"] + done["reverse"]
        assert done["approve"] == events(payment, EventName.APPROVE)
        assert done["withdraw"] == events(payment, EventName.WITHDRAW)
        assert done["reverse"] == events(payment, EventName.REVERSE)
        assert done["void"] == (invoice_of(owner).status == "void")
        assert account_of(owner).credits == 1000 * (done["approve"] - done["reverse"])
        assert_all_invariants_hold()


def test_mixed_decisions_without_locks_pass_the_check(
    racers: Racers, owner: User, billing_admin: User
) -> None:
    _payment, calls = everything_at_once(owner, billing_admin)
    answers = racers.race(calls, LocksOff())
    got_past = [answer for answer in answers if answer.status != 409]
    verbs = Counter(answer.call.url.rstrip("/").rpartition("/")[2] for answer in got_past)
    assert verbs["approve"] + verbs["withdraw"] == RACERS // 2


def test_one_concurrent_upgrade_wins(racers: Racers, catalog: None) -> None:
    for _ in range(ROUNDS):
        owner = make_owner(plan_slug="free")
        answers = racers.race(shared_out(upgrading(owner)))

        assert statuses(answers) == {201: 1, 409: RACERS - 1}
        assert_losers_are_told_the_state(answers)
        assert Invoice.objects.filter(account__users=owner).count() == 1
        assert_all_invariants_hold()


def test_upgrades_without_locks_all_pass_the_check(racers: Racers, catalog: None) -> None:
    owner = make_owner(plan_slug="free")
    answers = racers.race(shared_out(upgrading(owner)), LocksOff())
    assert 409 not in statuses(answers)


def make_upgrade_under_review(admin: User) -> tuple[User, Payment]:
    """An active account with a confirmation of its upgrade."""
    owner = make_owner()
    approve(make_payment(owner), admin)
    assert send(upgrading(owner, "growth")).status == 201
    return owner, make_payment(owner, reference="BT-2025-002")


def test_concurrent_upgrades_and_approvals_stay_consistent(
    racers: Racers, billing_admin: User
) -> None:
    for _ in range(ROUNDS):
        owner, payment = make_upgrade_under_review(billing_admin)
        calls = (upgrading(owner), deciding("approve", payment, billing_admin))
        answers = racers.race(shared_out(*calls))

        assert_losers_are_told_the_state(answers)
        done = successes(answers)
        assert done["approve"] == 1
        assert done["upgrade"] <= 1
        assert Invoice.objects.filter(account__users=owner).count() == 2 + done["upgrade"]
        (unused,) = payment.invoice.billing_snapshot["credited"]
        assert account_of(owner).credits == 1000 + 2000 - unused["credits"]
        assert_all_invariants_hold()


def test_upgrades_without_locks_see_stale_state(racers: Racers, billing_admin: User) -> None:
    owner, payment = make_upgrade_under_review(billing_admin)
    calls = (upgrading(owner), deciding("approve", payment, billing_admin))
    answers = racers.race(shared_out(*calls), LocksOff())
    assert statuses(answers) == {200: 1, 409: RACERS // 2, 500: RACERS // 2 - 1}


def test_one_concurrent_registration_per_email_wins(racers: Racers, catalog: None) -> None:
    for _ in range(ROUNDS):
        email = next(emails)
        answers = racers.race(shared_out(registering(email)))

        assert statuses(answers) == {201: 1, 400: RACERS - 1}
        assert {answer.code for answer in answers if answer.status == 400} == {
            "email_already_registered"
        }
        (user,) = User.objects.filter(email=email)
        assert Account.objects.filter(billing_email=email).count() == 1
        assert Invoice.objects.filter(account=user.account).count() == 1
        assert_all_invariants_hold()


def test_email_without_constraint_gets_many_accounts(racers: Racers, catalog: None) -> None:
    email = next(emails)
    with without_constraint(User._meta.db_table, "email"), without_one_address_each():
        answers = racers.race(shared_out(registering(email)), LocksOff())
        assert statuses(answers)[201] > 1
        assert Account.objects.filter(billing_email=email).count() > 1


@contextmanager
def without_one_address_each() -> Iterator[None]:
    """Let the log-in know an address as that of several people, for a while."""
    index = "CREATE UNIQUE INDEX address_is_one_persons ON account_emailaddress (email)"
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX address_is_one_persons")
        try:
            yield
        finally:
            cursor.execute("TRUNCATE account_emailaddress CASCADE")
            cursor.execute(index)


@contextmanager
def without_constraint(table: str, column: str) -> Iterator[None]:
    """Take the unique constraint off a column for a while; then the table is emptied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'u' AND pg_get_constraintdef(oid) = %s",
            [table, f"UNIQUE ({column})"],
        )
        ((name, definition),) = cursor.fetchall()
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        try:
            yield
        finally:
            cursor.execute(f'TRUNCATE "{table}" CASCADE')
            cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')


def test_concurrent_registration_with_one_key_runs_once(racers: Racers, catalog: None) -> None:
    for _ in range(ROUNDS):
        email = next(emails)
        answers = racers.race(shared_out(registering(email, key=email)))

        assert statuses(answers).keys() <= {201, 409}
        assert {answer.code for answer in answers if answer.status == 409} <= {
            "idempotency_key_in_use"
        }
        (user,) = User.objects.filter(email=email)
        winners = [answer.body["user"]["id"] for answer in answers if answer.status == 201]
        assert set(winners) == {user.pk}
        assert Invoice.objects.filter(account=user.account).count() == 1
        again = send(registering(email, key=email))
        assert (again.status, again.body["user"]["id"]) == (201, user.pk)
        assert_all_invariants_hold()


def test_registration_without_key_lock_gets_other_answers(racers: Racers, catalog: None) -> None:
    email = next(emails)
    calls = shared_out(registering(email, key=email))
    answers = racers.race(calls, LocksOff(disabled=(KEY_LOCK,)))
    assert statuses(answers) == {201: 1, 400: RACERS - 1}


def assert_losers_are_out(answers: Sequence[Answer]) -> None:
    """Who comes after a closing is told that it is closed, or logged out already."""
    assert {answer.status for answer in answers} <= {200, 201, 401, 409}


def test_one_concurrent_closing_wins(racers: Racers, catalog: None) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        answers = racers.race(shared_out(closing(owner)))

        assert_losers_are_out(answers)
        assert successes(answers) == {"close": 1}
        account = account_of(owner)
        closed = PaymentEvent.objects.filter(account=account, event=EventName.CLOSE_ACCOUNT)
        assert closed.filter(object_type=ObjectType.ACCOUNT).count() == 1
        assert_all_invariants_hold()


def test_concurrent_closing_and_confirmation_exclude_each_other(
    racers: Racers, catalog: None
) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        answers = racers.race(shared_out(closing(owner), confirming(owner)))

        assert_losers_are_out(answers)
        assert successes(answers) in ({"close": 1}, {"confirm": 1})
        assert_all_invariants_hold()


def test_concurrent_closing_and_approval_stay_consistent(
    racers: Racers, billing_admin: User
) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        calls = (closing(owner), deciding("approve", make_payment(owner), billing_admin))
        answers = racers.race(shared_out(*calls))

        assert_losers_are_out(answers)
        done = successes(answers)
        assert done["approve"] == 1
        account = account_of(owner)
        assert account.status == ("cancelled" if done["close"] else "active")
        assert account.credits == 1000
        assert_all_invariants_hold()


def test_concurrent_closing_and_upgrade_stay_consistent(racers: Racers, catalog: None) -> None:
    for _ in range(ROUNDS):
        owner = make_owner(plan_slug="free")
        answers = racers.race(shared_out(closing(owner), upgrading(owner, "growth")))

        assert_losers_are_out(answers)
        assert successes(answers)["close"] == 1
        assert_all_invariants_hold()


def test_closing_without_locks_leaves_payment_under_review(racers: Racers, owner: User) -> None:
    calls = [closing(owner), *[confirming(owner)] * (RACERS - 1)]
    assert successes(racers.race(calls, LocksOff())) == {"close": 1, "confirm": 1}
    broken = [check.sentence for check in verify_billing() if not check.holds]
    assert "every closed account has nothing open and nobody who can sign in" in broken


def serials() -> list[int]:
    numbers = Invoice.objects.values_list("number", flat=True)
    return sorted(int(number[-6:]) for number in numbers)


def test_rolled_back_registrations_leave_no_number_gaps(racers: Racers, catalog: None) -> None:
    """Every other sign-up loses its database after it has taken a number."""
    lost = "INSERT INTO procrastinate_jobs"  # the mails' jobs: the last that a sign-up does
    for number in range(1, ROUNDS + 1):
        answers = racers.race(
            [registering(next(emails), fails_at=lost if n % 2 else "") for n in range(RACERS)]
        )
        assert statuses(answers) == {201: RACERS // 2, 503: RACERS // 2}
        assert serials() == list(range(1, number * RACERS // 2 + 1))
        assert_all_invariants_hold()


def test_invoice_number_without_locks_is_taken_repeatedly(racers: Racers, owner: User) -> None:
    """The numbers' own constraint lets one of them have it."""
    counter = InvoiceNumberCounter._meta.db_table
    only_read = f"SELECT last_number + 1 FROM {counter} WHERE year = %s"  # noqa: S608
    locks_off = LocksOff(
        replaced={TAKE_NUMBER: only_read},
        all_read_before=f'INSERT INTO "{Invoice._meta.db_table}"',
    )
    calls = [registering(next(emails)) for _ in range(RACERS)]
    answers = racers.race(calls, locks_off)
    assert statuses(answers) == {201: 1, 500: RACERS - 1}
    assert serials() == [1, 2]


def adding_sites(owner: User) -> list[Call]:
    bodies = (
        {"name": "Shop", "domain": f"d{n}.example", "industry": "retail"} for n in range(RACERS)
    )
    return [Call("/api/v1/sites/", body, user_id=owner.pk) for body in bodies]


def test_site_limit_holds_under_concurrency(racers: Racers, catalog: None) -> None:
    answers = racers.race(adding_sites(make_owner(plan_slug="free")))
    assert statuses(answers) == {201: 1, 409: RACERS - 1}
    assert_losers_are_told_the_state(answers)


def test_site_limit_without_locks_is_exceeded(racers: Racers, catalog: None) -> None:
    answers = racers.race(adding_sites(make_owner(plan_slug="free")), LocksOff())
    assert statuses(answers) == {201: RACERS}


def test_decisions_on_different_accounts_do_not_block(racers: Racers, billing_admin: User) -> None:
    """All are decided while one account is held; only that one's decision waits."""
    payments = [make_payment(make_owner()) for _ in range(RACERS)]
    held = account_of(payments[0].submitted_by)
    with somebody_else() as other:
        other.execute("SELECT 1 FROM igny8_auth_account WHERE id = %s FOR UPDATE", [held.pk])
        calls = [deciding("approve", payment, billing_admin) for payment in payments[1:]]
        assert statuses(racers.race(calls)) == {200: RACERS - 1}
    assert statuses(racers.race([deciding("approve", payments[0], billing_admin)])) == {200: 1}
    assert_all_invariants_hold()
