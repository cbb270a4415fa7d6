"""Whatever a client sends: a clear 4xx in the error format, never a 500, no changes."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.common.http.json_reader import JsonRefused, read_json
from tests.factories import PASSWORD, confirmation_of, invoice_of
from tests.server import running_server

pytestmark = pytest.mark.django_db
REGISTER = "/api/v1/auth/register/"
CONFIRM = "/api/v1/billing/admin/payments/confirm/"
LONG_PASSWORD = b'{"email": "a@shop.example", "password": "%s"}' % (b"x" * 16_384)
VALID = {"email": "a@shop.example", "password": PASSWORD, "plan_slug": "free"}


def assert_refused(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert body["type"] in {"validation_error", "client_error"}
    for error in body["errors"]:
        assert set(error) == {"code", "detail", "attr"}
        assert error["detail"]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json", 400),
        (b'{"email": NaN}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"email": "\\u0000@shop.example"}', "application/json", 400),
        (b'{"email": "\\ud800@shop.example"}', "application/json", 400),
        (b'{"email": "a@shop.example", "first_name": "\\ud800"}', "application/json", 400),
        (b"{}" + b" " * (1024 * 1024), "application/json", 413),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "application/xml", 415),
        (b"{}", "text/plain", 415),
    ],
)
def test_unreadable_body_is_refused(
    api: APIClient, catalog: None, content: bytes, content_type: str, status: int
) -> None:
    assert_refused(api.post(REGISTER, content, content_type=content_type), status)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ["a@shop.example"]},
        {"email": {"$ne": ""}},
        {"email": "a\r\nBcc: b@shop.example"},
        {"first_name": "x" * 10_000},
        {"first_name": "Aye\x00sha"},
        {"account_name": "Shop\r\nBcc: x@shop.example"},
        {"plan_slug": 5},
        {"tax_id": 7},
        {"billing_city": True},
        {"first_name": 1.5},
        {"account_name": "x" * 151},
        {"email": "a\u202e@shop.example"},
        {"email": "a@shop.example\u0000"},
        {"country": "\U0001f1f5\U0001f1f0"},
        {"language": "xx"},
        {"plan_slug": None},
        {"country": "\x00\x00"},
        {"payment_method": "x" * 1000},
        {"billing_email": "nobody"},
        {"tax_id": "\x07"},
        {"password": "short"},
        {"password": 12345678901},
        {"password": "x" * 5000},
    ],
)
def test_invalid_field_is_refused(api: APIClient, catalog: None, changes: dict[str, Any]) -> None:
    assert_refused(api.post(REGISTER, {**VALID, **changes}), 400)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "-89.00", "0", "1e400", "89.001", "9" * 500, "", None, True, [], "٨٩.00"],
)
def test_invalid_amount_is_refused(owner: User, owner_api: APIClient, amount: object) -> None:
    body = {
        "invoice_id": invoice_of(owner).pk,
        "payment_method": "bank_transfer",
        "amount": amount,
        "manual_reference": "BT-2025-001",
    }
    answer = owner_api.post(CONFIRM, body)

    if amount == "٨٩.00":  # Arabic-Indic digits are digits: 89.00
        assert answer.status_code == 201
        return
    assert_refused(answer, 400)
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"manual_reference": "BT-2025\x07"},
        {"manual_reference": "BT\r\n2025"},
        {"manual_reference": "BT\x7f2025"},
        {"manual_reference": "BT\x002025"},
        {"manual_reference": 20250001},
        {"manual_reference": "  "},
        {"manual_reference": "B" * 101},
        {"manual_notes": "x" * 1001},
        {"manual_notes": "\x00"},
        {"manual_notes": 5},
        {"currency": "EUR"},
        {"currency": "U$D"},
        {"currency": "USDT"},
        {"currency": 840},
        {"payment_method": "\u202e"},
        {"paid_on": "2026-02-30"},
        {"paid_on": "2999-01-01"},
        {"paid_on": "0000-00-00"},
        {"proof": "no file"},
    ],
)
def test_invalid_confirmation_is_refused(
    owner: User, owner_api: APIClient, changes: dict[str, Any]
) -> None:
    assert_refused(owner_api.post(CONFIRM, {**confirmation_of(owner), **changes}), 400)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("notes", ["\u202e\u2066<b>\u200b", "e\u0301" * 500, "\U0001f4b8\r\n\t<i>"])
def test_notes_are_kept_as_typed(owner: User, owner_api: APIClient, notes: str) -> None:
    answer = owner_api.post(CONFIRM, {**confirmation_of(owner), "manual_notes": notes})
    assert answer.status_code == 201
    assert answer.json()["manual_notes"] == notes
    assert Payment.objects.get().manual_notes == notes


@pytest.mark.parametrize("invoice_id", [0, -1, 2**63, 10**40, "x", None, 1.5, "1; DROP TABLE"])
def test_invalid_invoice_id_is_refused(
    owner: User, owner_api: APIClient, invoice_id: object
) -> None:
    body = {
        "invoice_id": invoice_id,
        "payment_method": "bank_transfer",
        "amount": "89.00",
        "manual_reference": "BT-2025-001",
    }
    answer = owner_api.post(CONFIRM, body)

    assert_refused(answer, answer.status_code)
    assert answer.status_code in {400, 404}


def test_unknown_numeric_id_returns_404(owner_api: APIClient) -> None:
    for number in ("0", "9" * 19, "9" * 40):
        assert_refused(owner_api.get(f"/api/v1/billing/invoices/{number}/"), 404)


def test_truncated_multipart_is_refused(owner_api: APIClient) -> None:
    answer = owner_api.post(
        CONFIRM, b"--b\r\nContent-Dis", content_type="multipart/form-data; boundary=b"
    )
    assert_refused(answer, 400)


def test_multipart_without_boundary_is_refused(owner_api: APIClient) -> None:
    answer = owner_api.post(CONFIRM, b"x", content_type="multipart/form-data")
    assert_refused(answer, 400)


def test_unknown_address_and_method_use_error_envelope(api: APIClient, catalog: None) -> None:
    assert_refused(api.get("/api/v1/nothing/"), 404)
    assert_refused(api.delete("/api/v1/plans/"), 405)


def test_unsupported_accept_header_returns_406(api: APIClient, catalog: None) -> None:
    assert_refused(api.get("/api/v1/plans/", headers={"Accept": "application/xml"}), 406)


# What the JSON parser rejects before any view


@pytest.mark.parametrize(
    "text",
    ["{}", '{"a": [1, 2.50, "\\ud83d\\ude00", null, true]}', '{"a": ' + "[" * 31 + "]" * 31 + "}"],
)
def test_json_is_read_like_the_standard_library(text: str) -> None:
    assert read_json(text.encode()) == json.loads(text)


def test_json_number_keeps_every_digit() -> None:
    assert str(read_json(b'{"amount": 25053.500000000000001}')["amount"]) == "25053.500000000000001"


@pytest.mark.parametrize(
    ("text", "code", "attr"),
    [
        ('{"a": 1, "a": 1}', "parse_error", None),
        ('{"a": ' + "[" * 32 + "]" * 32 + "}", "parse_error", None),
        ('{"a": ' + "9" * 351 + "}", "parse_error", None),
        ('{"a": 1e400}', "parse_error", None),
        ('{"a": 1e-999999999}', "parse_error", None),
        ('{"a": -Infinity}', "parse_error", None),
        ('{"a": [{"b": "x\\udc00"}]}', "surrogate_characters_not_allowed", "a.0.b"),
        ('{"a": {"\\ud83d": 1}}', "surrogate_characters_not_allowed", "a"),
        ('{"\\u0000": 1}', "control_characters_not_allowed", None),
        ('{"a": "\\u0000"}', "control_characters_not_allowed", "a"),
        ('{"a": "\t"}', "parse_error", None),
        ("\ufeff{}", "parse_error", None),
    ],
)
def test_ambiguous_json_is_refused(text: str, code: str, attr: str | None) -> None:
    with pytest.raises(JsonRefused) as refused:
        read_json(text.encode())
    assert (refused.value.code, refused.value.attr) == (code, attr)


@pytest.mark.parametrize("kind", ["browser", "app"])
@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (LONG_PASSWORD, "application/json", 413, "body_too_large"),
        (b"{}" + b" " * (1024 * 1024), "application/json", 413, "body_too_large"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"email=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "application/json; charset=utf-16", 415, "unsupported_media_type"),
        (b"[]", "application/json", 400, "parse_error"),
        (b'{"email": "\\ud800"}', "application/json", 400, "surrogate_characters_not_allowed"),
        (b'{"email": "a", "email": "b"}', "application/json", 400, "parse_error"),
    ],
)
def test_sign_in_errors_use_error_envelope(
    api: APIClient, db: None, kind: str, content: bytes, content_type: str, status: int, code: str
) -> None:
    url = f"/_allauth/{kind}/v1/auth/login"
    answer = api.post(url, content, content_type=content_type)
    assert_refused(answer, status)
    assert answer.json()["errors"][0]["code"] == code


def test_middleware_errors_use_error_envelope(api: APIClient, db: None) -> None:
    for path in ("/api/v1/plans/", "/_allauth/browser/v1/config"):
        assert_refused(api.get(path, headers={"Host": "elsewhere.example"}), 400)
    assert_refused(api.get("/_allauth/browser/v1/nothing"), 404)


@pytest.mark.django_db(transaction=True)
def test_odd_content_type_does_not_stop_the_server(catalog: None) -> None:
    """Django reads it before its first middleware, and fails on some."""
    odd = [
        "a/b; x*=nothing''y",
        "a/b; charset*=undefined''%ff",
        "multipart/form-data; boundary*=x''y",
    ]
    with running_server() as server:
        for path in ("/healthz", "/api/v1/plans/", "/_allauth/app/v1/config", "/admin/login/"):
            for content_type in odd:
                reply = server.visitor().send(path, None, Content_Type=content_type)
                assert reply.status in {200, 415}, (path, content_type, reply)
        assert "Traceback" not in server.log()
