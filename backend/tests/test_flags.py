"""Flags: what an admin should check twice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import Invoice, Payment, PaymentMethodConfig
from igny8_core.business.billing.selectors.queue import payment_queue
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.common.clock import utc_now
from igny8_core.desk import flags
from igny8_core.desk.flags import MAX_COUNTED, flags_of
from tests.factories import account_of, make_owner, make_payment, make_pdf, reject

pytestmark = pytest.mark.django_db
PDF = make_pdf("A receipt")


def withdraw(payment: Payment, user: User) -> Payment:
    return withdraw_payment(
        payment_id=payment.pk, account=account_of(user), actor=Actor(user=user), now=utc_now()
    )


def close(user: User) -> None:
    close_account(account_id=account_of(user).pk, actor=Actor(user=user), now=utc_now())


def codes(payment: Payment) -> set[str]:
    return {flag.code for flag in found(payment)}


def found(payment: Payment) -> Any:
    return flags_of([payment_queue().get(pk=payment.pk)])[payment.pk]


def proof(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("receipt.pdf", content)


@pytest.fixture
def plain(owner: User) -> User:
    """An owner with nothing suspicious."""
    Account.objects.update(created_at=utc_now() - timedelta(days=30))
    owner.emailaddress_set.update(verified=True)
    return owner


def make_local(owner: User, **changes: Any) -> Payment:
    """Confirm in the method's own currency."""
    local = {"amount": Decimal("25053.50"), "currency": "PKR"}
    return make_payment(owner, **{**local, **changes})


def test_ordinary_payment_has_no_flag(plain: User) -> None:
    assert not found(make_local(plain))


def test_reused_reference_is_flagged(plain: User) -> None:
    first = make_payment(make_owner(), reference="TT-42")
    payment = make_local(plain, reference="tt-42")

    assert codes(payment) == {"reference_reused"}
    (flag,) = found(payment)
    assert (
        f"payment {first.pk} of Lahore Textiles ({first.invoice}, pending approval)" in flag.detail
    )
    assert "reference_reused" in codes(first)


@pytest.mark.parametrize(
    "typed",
    [
        "TRX-55500010",
        "TRX55500010",
        "trx  55500010.",
        "TRX\u200b 555\u206000010",
        "\u0422R\u0425 55500010",
        "\uff34\uff32\uff38\u0665\u0665\u0665\u0660\u0660\u0660\u0661\u0660",
    ],
)
def test_reused_reference_is_flagged_in_any_spelling(plain: User, typed: str) -> None:
    make_payment(make_owner(), reference="TRX 55500010")
    assert codes(make_local(plain, reference=typed)) == {"reference_reused"}


def flags_on_a_page() -> dict[str, set[str]]:
    rows = list(payment_queue())
    return {
        row.manual_reference: {flag.code for flag in flags} & {"reference_reused", "proof_reused"}
        for row, flags in zip(rows, (flags_of(rows)[row.pk] for row in rows), strict=True)
    }


def test_common_reference_does_not_hide_other_flags(
    plain: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever fills the queue with "cash" must not make the flag of another one vanish."""
    monkeypatch.setattr(flags, "MAX_COUNTED", 4)
    make_payment(make_owner(), reference="TT-1", proof=proof())
    for number in range(flags.MAX_COUNTED + 2):
        make_payment(make_owner(), reference="cash", proof=proof(make_pdf(str(number))))
    make_local(plain, reference="TT 1", proof=proof())
    found = flags_on_a_page()
    assert found["TT 1"] == {"reference_reused", "proof_reused"}
    assert found["TT-1"] == {"reference_reused", "proof_reused"}
    assert found["cash"] == {"reference_reused"}


def test_reused_reference_count_is_bounded(plain: User) -> None:
    payment = make_local(plain, reference="cash")
    for _ in range(4):
        make_payment(make_owner(), reference="CASH")
    assert found(payment)[0].detail.endswith(" and 1 more.")
    for _ in range(MAX_COUNTED - 3):
        make_payment(make_owner(), reference="CASH")
    assert found(payment)[0].detail.endswith(" and many more.")


def test_erased_reference_is_not_flagged(plain: User) -> None:
    for _ in range(2):
        gone = make_owner()
        withdraw(make_payment(gone, reference="TT-77"), gone)
        close(gone)
    payment = make_local(plain, reference="erased")
    assert not found(payment)
    assert set(flags_on_a_page()) == {"erased"}
    assert [codes(row) & {"reference_reused"} for row in payment_queue()] == [set()] * 3


def test_reference_without_characters_is_not_flagged(catalog: None) -> None:
    PaymentMethodConfig.objects.update(reference_pattern="")
    make_payment(make_owner(), reference="---")
    assert "reference_reused" not in codes(make_payment(make_owner(), reference="..."))


@pytest.mark.parametrize(("days", "flag"), [(3, {"paid_before_issue"}), (1, set()), (0, set())])
def test_payment_before_invoice_date_is_flagged(plain: User, days: int, flag: set[str]) -> None:
    assert codes(make_local(plain, paid_on=utc_now().date() - timedelta(days=days))) == flag


def test_many_withdrawals_are_flagged(plain: User) -> None:
    for _ in range(2):
        withdraw(make_local(plain), plain)
    third = make_local(plain)
    assert not codes(third)
    withdraw(third, plain)
    assert codes(make_local(plain)) == {"many_withdrawals"}


def test_retry_of_same_invoice_is_not_flagged(plain: User, billing_admin: User) -> None:
    reject(make_local(plain, proof=proof()), billing_admin)
    assert not codes(make_local(plain, proof=proof()))


def test_reused_proof_file_is_flagged(plain: User) -> None:
    make_payment(make_owner(), reference="OTHER", proof=proof())
    assert codes(make_local(plain, proof=proof())) == {"proof_reused"}


def test_other_or_missing_file_is_not_flagged(plain: User) -> None:
    make_payment(make_owner(), reference="OTHER", proof=proof(PDF + b" of another"))
    make_payment(make_owner(), reference="NONE")
    assert not codes(make_local(plain, proof=proof()))


def test_unexpected_currency_is_flagged(plain: User) -> None:
    assert codes(make_payment(plain)) == {"currency_off"}


def test_outdated_amount_is_flagged(plain: User) -> None:
    payment = make_local(plain)
    Invoice.objects.filter(pk=payment.invoice_id).update(payable_amount=Decimal("26000.00"))
    assert codes(payment) == {"amount_off"}


def test_method_of_other_country_is_flagged(plain: User) -> None:
    """The invoice says where the customer is; a move since is what the flag is for."""
    Account.objects.update(country="US")
    (flag,) = found(make_payment(plain, method_code="ach_wire"))
    assert flag.code == "country_differs"
    assert flag.detail.startswith("The customer is in Pakistan; ACH or wire transfer is for US.")


def test_move_after_payment_is_not_flagged(plain: User) -> None:
    payment = make_local(plain)
    Account.objects.update(country="US")
    assert not found(payment)


def test_young_account_and_unverified_email_are_flagged(owner: User) -> None:
    assert codes(make_local(owner)) == {"account_young", "email_unverified"}


def test_many_rejections_are_flagged(plain: User, billing_admin: User) -> None:
    for number in range(2):
        reject(make_local(plain, reference=f"BT-{number}00"), billing_admin)
    third = make_local(plain, reference="BT-300")
    assert not codes(third)
    reject(third, billing_admin)
    assert codes(make_local(plain, reference="BT-400")) == {"many_rejections"}


def test_most_severe_flag_comes_first(owner: User) -> None:
    make_payment(make_owner(), reference="TT-42")
    severities = [flag.severity for flag in found(make_payment(owner, reference="TT-42"))]
    assert severities == ["danger", "info", "info", "info"]


def test_flag_query_count_does_not_grow(plain: User, django_assert_num_queries: Any) -> None:
    make_local(plain)
    for number in range(4):
        make_payment(make_owner(), reference=f"BT-{number}00", proof=proof())
    rows = list(payment_queue())
    with django_assert_num_queries(4):
        flags_of(rows[:1] + rows[-1:])
    with django_assert_num_queries(4):
        flags_of(rows)
