"""Invalid values in every field of bodies, headers and URLs: a clear error, never a 500.

The environment variables ``FUZZING_SEED`` and ``BODIES_DRAWN`` select other values, and more.
"""

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import LazySettings
from rest_framework.test import APIClient

from igny8_core.api.bodies import LONGEST_LOG_IN
from igny8_core.auth.models import User
from tests.factories import PASSWORD, client_of, invoice_of, make_payment
from tests.roles import close, undone
from tests.sizes import size

pytestmark = pytest.mark.django_db

SEED = os.environ.get("FUZZING_SEED", "20261124")
DRAWN = size("BODIES_DRAWN", quick=200, whole=2500)
CLIENTS = ("browser", "app")
CONFIRM = "/api/v1/billing/admin/payments/confirm/"
HALF = '"\\ud800"'
# Raw JSON, as part of a body or instead of one.
UNREADABLE = [
    HALF, '"x\\udfffx"', '"a\\ud800@shop.example"', '"a@\\ud800.com"', '["\\ud800"]',
    '{"\\ud800": 1}', '{"a": {"b": "\\udc00"}}', '"\\u0000"', '"a\\u0000b"', '{"\\u0000": 1}',
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000, "1." + "0" * 5000,
    "[" * 60_000 + "]" * 60_000, '{"a":' * 60_000 + "1" + "}" * 60_000, "[" * 40 + "]" * 40,
    '{"a": 1, "a": 2}', "tru", "'x'", "\\", '"\t"', '"', "",
]  # fmt: skip
ODD = [
    "null", "true", "false", "0", "-1", "1.5", "1e30", "9" * 30, "[]", "[null]", "{}", '""', '" "',
    '{"email": "x"}', '["a", 1]', '"-a"', '"a-"', '"-"', '"--"', '"0-0"', '":"', '"::"', '"a:b:c"',
    '"zzzzzzzzzzzzz-x"', '"' + "z" * 40 + '-x"', '"-1-x"', '"\\ud83d\\ude00"', '"\\u202e\\u200b"',
    '"' + "x" * 20_000 + '"', '"' + "9" * 500 + '"', '"NaN"', '"\\r\\nBcc: x@shop.example"',
    '"\u0660\u0661"', '"%00"', '"../../x"', '"2026-13-45"', '"\\ufeff\\uffff"',
    '"\u017fam@x.example"',
]  # fmt: skip


@pytest.fixture(autouse=True)
def _unlimited(settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def people(owner: User, billing_admin: User) -> list[APIClient]:
    """A visitor, an owner with a payment under review, an admin, and somebody mid-sign-in."""
    make_payment(owner)
    owner.emailaddress_set.update(verified=True)
    TOTP.activate(billing_admin, generate_totp_secret())
    RecoveryCodes.activate(billing_admin)
    halfway = APIClient()
    body = {"email": billing_admin.email, "password": PASSWORD}
    assert halfway.post("/_allauth/browser/v1/auth/login", body).status_code == 401
    clients = [APIClient(), client_of(owner), client_of(billing_admin), halfway]
    for client in clients:
        client.raise_request_exception = False
    return clients


def operations(document: dict[str, Any], owner: User) -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation that takes JSON: method, URL, and an example for each field."""
    ids = {"invoice_id": invoice_of(owner).pk, "payment_id": invoice_of(owner).payments.get().pk}
    found: list[tuple[str, str, dict[str, Any]]] = []
    for template, item in document["paths"].items():
        for method, operation in item.items():
            body = _resolved(document, operation.get("requestBody", {}))
            content = body.get("content", {})
            if "application/json" not in content:
                continue
            fields = dict(_fields(document, content["application/json"]["schema"]))
            client = CLIENTS[len(found) % 2]
            found.append((method, template.format(client=client, site_id=1, **ids), fields))
    return found


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    schema = _resolved(document, schema)
    for part in (*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])):
        yield from _fields(document, part)
    for name, field in schema.get("properties", {}).items():
        yield name, field.get("example", KNOWN.get(name, "x"))


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        kind, name = node["$ref"].split("/")[-2:]
        node = document["components"][kind][name]
    return node


KNOWN: dict[str, Any] = {
    "email": "new@shop.example",
    "password": PASSWORD,
    "current_password": PASSWORD,
    "new_password": "other-horse-battery",
    "plan_slug": "starter",
    "country": "PK",
    "payment_method": "bank_transfer",
    "amount": "89.00",
    "invoice_becomes": "pending",
    "language": "en",
    "industry": "fashion",
    "domain": "shop.example",
    "billing_email": "bills@shop.example",
}


def raw(fields: dict[str, Any], **replaced: str) -> bytes:
    """Serialize a body, with some values inserted as raw JSON."""
    texts = {name: json.dumps(value) for name, value in fields.items()}
    pairs = (f"{json.dumps(name)}: {text}" for name, text in {**texts, **replaced}.items())
    return ("{" + ", ".join(pairs) + "}").encode()


def status_of(client: APIClient, method: str, path: str, body: bytes, **request: Any) -> int:
    """Send it, check the format of an error, and roll back what it did."""
    cookies = client.cookies.output(header="")
    content_type = request.pop("content_type", "application/json")
    with undone():
        answer = client.generic(method.upper(), path, body, content_type, **request)  # type: ignore[arg-type]
        status = int(answer.status_code)
        if answer.streaming:
            close(answer)
        elif status >= 400 and answer.content and path.startswith("/api/"):
            for error in answer.json()["errors"]:
                assert set(error) == {"code", "detail", "attr"}, (path, body[:200])
    client.cookies.load(cookies)
    return status


def test_unreadable_field_values_are_refused(
    document: dict[str, Any], owner: User, people: list[APIClient]
) -> None:
    """The log-in's addresses refuse it before anything is looked at, the API's once they read."""
    tried = 0
    for method, path, fields in operations(document, owner):
        for name in fields or {"anything": "x"}:
            for value in UNREADABLE:
                body = raw(fields, **{name: value})
                found = status_of(people[tried % 4], method, path, body)
                of_log_in = path.startswith("/_allauth/")
                refused = 413 if of_log_in and len(body) > LONGEST_LOG_IN else 400
                at_the_gate = set() if of_log_in else {401, 403, 404, 409}
                assert found in {refused} | at_the_gate, (method, path, name, value[:60], found)
                tried += 1
    assert tried > 1800


def test_odd_field_values_never_fail(
    document: dict[str, Any], owner: User, people: list[APIClient]
) -> None:
    tried = 0
    for method, path, fields in operations(document, owner):
        for name in fields:
            for value in ODD:
                body = raw(fields, **{name: value})
                found = status_of(people[tried % 4], method, path, body)
                assert found < 500, (method, path, name, value[:60], found)
                tried += 1
    assert tried > 2500


@pytest.mark.sized
def test_random_bodies_never_fail(
    document: dict[str, Any], owner: User, people: list[APIClient]
) -> None:
    """Several fields wrong at once, fields of others, lists for objects, and bytes at random."""
    draw = random.Random(SEED)  # noqa: S311
    every = operations(document, owner)
    names = sorted({name for _method, _path, fields in every for name in fields})
    for number in range(DRAWN):
        method, path, fields = draw.choice(every)
        some = draw.sample(names, 3) + draw.sample(sorted(fields), min(2, len(fields)))
        body = raw(fields, **{name: draw.choice(ODD + UNREADABLE) for name in some})
        if number % 10 == 0:
            position = draw.randrange(len(body))
            body = body[:position] + draw.randbytes(3) + body[position + draw.randrange(4) :]
        found = status_of(draw.choice(people), method, path, body)
        assert found < 500, (SEED, number, method, path, body[:2000], found)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
        "application/xml", "application/json; charset=utf-16", "application/json; charset=utf-7",
        "application/json; charset=hex", "application/json; charset=rot13",
        "application/json; charset=unicode_escape", "application/json; charset=undefined", "x",
    ],
)  # fmt: skip
def test_other_content_types_and_charsets_are_refused(
    document: dict[str, Any], owner: User, people: list[APIClient], content_type: str
) -> None:
    for method, path, fields in operations(document, owner):
        for client in people:
            found = status_of(client, method, path, raw(fields), content_type=content_type)
            gates = {401, 403, 404, 409} if path.startswith("/api/") else set()
            takes_files = "multipart" in content_type and path.endswith("/confirm/")
            assert found in {415} | gates | ({400} if takes_files else set()), (path, found)


@pytest.mark.parametrize("charset", ["utf-7", "hex", "unicode_escape", "undefined", "utf-16"])
def test_form_charset_cannot_create_lone_surrogates(owner_api: APIClient, charset: str) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="manual_notes"\r\n\r\n+2AA- \\ud800\r\n'
    answer = owner_api.generic(
        "POST",
        CONFIRM,
        part + b"--b--\r\n",  # type: ignore[arg-type]
        content_type=f"multipart/form-data; boundary=b; charset={charset}",
    )
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["code"] == "unsupported_media_type"


HEADERS = [
    "X-Session-Token", "X-Email-Verification-Key", "X-Password-Reset-Key", "Cookie",
    "Idempotency-Key", "X-Forwarded-For", "Accept", "Accept-Language", "X-CSRFToken",
    "Authorization", "Origin", "Referer", "User-Agent",
]  # fmt: skip
ODD_HEADERS = [
    "\x00", "-a", "a-", "-", ":::", "\xff\xfe", "\xed\xa0\x80", "x" * 7000, "=;=;,", "NaN",
    "sessionid=\xed\xa0\x80; csrftoken=\x00; messages=\xff", "zzzzzzzzzzzzz-x",
]  # fmt: skip
ODD_QUERIES = ["%00", "%ED%A0%80", "key=%00", "email=%ff&key=-a", "&&==", "["]


def reads(document: dict[str, Any]) -> list[str]:
    """Every URL of the sign-in, and one of each kind of the API."""
    log_in = [path for path in document["paths"] if path.startswith("/_allauth/")]
    return [
        *(path.format(client=CLIENTS[number % 2]) for number, path in enumerate(log_in)),
        *("/api/v1/auth/me/", "/api/v1/plans/", "/api/v1/countries/PK/", "/api/v1/nothing/"),
    ]


def test_odd_headers_never_fail(document: dict[str, Any], people: list[APIClient]) -> None:
    """Each with a third of the addresses, and every address with all of those that it reads."""
    for number, path in enumerate(reads(document)):
        for name in HEADERS:
            some = ODD_HEADERS if name.endswith("-Key") else ODD_HEADERS[number % 3 :: 3]
            for value in some:
                client = people[number % 4]
                found = status_of(client, "get", path, b"", headers={name: value})
                assert found < 500, (path, name, value)


def test_odd_queries_never_fail(document: dict[str, Any], people: list[APIClient]) -> None:
    for path in reads(document):
        for query in ODD_QUERIES:
            for client in people:
                assert status_of(client, "get", f"{path}?{query}", b"") < 500, (path, query)


def test_odd_multipart_parts_are_refused(
    document: dict[str, Any], owner: User, people: list[APIClient]
) -> None:
    """Fields and file names of a multipart body: as bytes, so that nothing is made right."""
    fields = ["amount", "currency", "invoice_id", "manual_notes", "manual_reference", "paid_on",
              "payment_method", "proof", "x"]  # fmt: skip
    values = [b"", b"\x00", b"\xed\xa0\x80", b"\xff\xfe", b"NaN", b"9" * 500, b"x" * 5000, b"1e400"]
    heads = [
        b'; filename="a.png"\r\nContent-Type: image/png', b'; filename="\x00\xed\xa0\x80.png"',
        b"; filename*=utf-7''%2B2AA-.png", b"; filename*=hex''zz", b"; filename*=utf-8''%ED%A0%80",
        b"; filename*=nothing''x", b"; filename*0*=undefined''x; filename*1=y",
        b"\r\nContent-Transfer-Encoding: base64", b"\r\nContent-Type: text/plain; charset=hex", b"",
    ]  # fmt: skip
    for name in fields:
        for value in values:
            for head in heads:
                start = b'--b\r\nContent-Disposition: form-data; name="%b"' % name.encode()
                body = start + head + b"\r\n\r\n" + value + b"\r\n--b--\r\n"
                form = "multipart/form-data; boundary=b"
                found = status_of(people[1], "post", CONFIRM, body, content_type=form)
                assert found in {400, 415}, (name, value, head, found)
