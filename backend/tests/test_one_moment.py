"""A response shows one snapshot, whatever is committed while it is read."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.db import InternalError, connection, connections
from django.test import Client, RequestFactory

from igny8_core.auth.actors import Actor
from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.business.billing.services.setting_changes import change_setting
from igny8_core.business.data_rights.export import request_account_export
from igny8_core.business.exports.services import make
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.common.clock import utc_now
from igny8_core.common.transactions import one_moment
from igny8_core.desk.dashboard import add_numbers
from tests.factories import (
    approve,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)
from tests.sizes import THOROUGH

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("catalog")]

CUSTOMERS_PAGES = [
    "/api/v1/auth/me/",
    "/api/v1/billing/invoices/",
    "/api/v1/billing/invoices/{invoice}/",
    "/api/v1/billing/payments/",
    "/api/v1/billing/payments/{payment}/",
    "/api/v1/billing/subscriptions/",
    "/api/v1/billing/subscriptions/current/",
    "/api/v1/billing/subscriptions/plan-changes/",
    "/api/v1/billing/credits/ledger/",
]
ADMINS_PAGES = [
    "/api/v1/billing/admin/payments/",
    "/api/v1/billing/admin/payments/{payment}/",
    "/admin/billing/payment/{payment}/change/",
]
DRAWN = re.compile(r'value="(\w{64}|[0-9a-f-]{36})"|nonce="[^"]+"')  # new for each page


class Meanwhile:
    """Lets somebody else commit a change right after a statement of this connection.

    :param after: which statement: its number, or a text among its parameters.
    """

    def __init__(self, act: Callable[[], object], *, after: int | str) -> None:
        self.act, self.after, self.count, self.is_done = act, after, 0, False

    def __call__(self, execute: Callable[..., object], sql: str, *more: Any) -> object:
        result = execute(sql, *more)
        self.count += 1
        is_named = isinstance(self.after, str) and self.after in str(more)
        is_it = is_named or self.count == self.after
        if is_it and not self.is_done:
            self.is_done = True
            with ThreadPoolExecutor(1) as somebody:
                somebody.submit(self._commit).result()
        return result

    def _commit(self) -> None:
        try:
            self.act()
        finally:
            connections.close_all()


def told(client: Client, url: str) -> object:
    response = client.get(url)
    assert response.status_code == 200, response.content
    if response["Content-Type"] == "application/json":
        return json.loads(response.content)
    return DRAWN.sub("", response.content.decode())


@pytest.mark.sized
@pytest.mark.parametrize("path", [*CUSTOMERS_PAGES, *ADMINS_PAGES])
def test_page_shows_a_consistent_snapshot(path: str) -> None:
    admin = make_billing_admin()
    statement, statements = 1, 1
    while statement <= statements:
        owner = make_owner()
        payment = make_payment(owner)
        client = client_of(admin if path in ADMINS_PAGES else owner)
        url = path.format(invoice=invoice_of(owner).pk, payment=payment.pk)
        before = told(client, url)
        meanwhile = Meanwhile(partial(approve, payment, admin), after=statement)
        with connection.execute_wrapper(meanwhile):
            between = told(client, url)
        after = told(client, url)
        statements = meanwhile.count
        assert before != after
        assert between in (before, after), f"torn by a decision after statement {statement}"
        statement += 1 if THOROUGH else 3


def test_desk_numbers_are_of_one_moment() -> None:
    admin = make_billing_admin()
    request = RequestFactory().get("/admin/")
    request.user = admin
    statement, statements = 1, 1
    while statement <= statements:
        payment = make_payment(make_owner())
        before = add_numbers(request, {})["numbers"]
        meanwhile = Meanwhile(partial(approve, payment, admin), after=statement)
        with connection.execute_wrapper(meanwhile):
            between = add_numbers(request, {})["numbers"]
        after = add_numbers(request, {})["numbers"]
        statements = meanwhile.count
        assert before != after
        assert between in (before, after), f"torn by a decision after statement {statement}"
        statement += 1


def test_export_contains_a_consistent_snapshot() -> None:
    admin = make_billing_admin()
    for statement in range(5, 24):
        owner = make_owner()
        payment = make_payment(owner)
        export = request_account_export(user=owner, now=utc_now())
        meanwhile = Meanwhile(partial(approve, payment, admin), after=statement)
        with connection.execute_wrapper(meanwhile):
            make(export_id=export.pk, now=utc_now())
        assert meanwhile.count > statement
        with default_storage.open(export.file) as file, ZipFile(BytesIO(file.read())) as archive:
            facts = json.loads(archive.read("account.json"))
        is_paid = facts["invoices"][0]["status"] == "paid"
        assert (facts["account"]["status"] == "active") == is_paid
        assert bool(facts["credits"]) == is_paid
        assert (facts["payments"][0]["status"] == "succeeded") == is_paid


def test_concurrent_change_causes_no_false_alarm() -> None:
    method, actor = PaymentMethodConfig.objects.latest("pk"), Actor(user=make_billing_admin())

    def move_to(place: int) -> None:
        method.refresh_from_db()
        change_setting(obj=method, after={"order": place}, actor=actor, now=utc_now())

    move_to(7)
    meanwhile = Meanwhile(partial(move_to, 8), after="billing.paymentmethodconfig")
    with connection.execute_wrapper(meanwhile):
        results = verify_billing()
    assert meanwhile.is_done
    assert [str(result) for result in results if not result.holds] == []


def test_write_in_one_moment_is_refused() -> None:
    with pytest.raises(InternalError, match="read-only"), one_moment():
        make_billing_admin()


@pytest.mark.django_db
def test_write_in_one_moment_inside_transaction_is_refused() -> None:
    with pytest.raises(InternalError, match="read-only"), one_moment():
        make_billing_admin()
    make_billing_admin()
