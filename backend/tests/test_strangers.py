"""What a stranger can set up with somebody's email, and whom attempts count against."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.mail import EmailMessage
from django.test import Client, RequestFactory
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from igny8_core.auth.log_in.keys import billing_email_key, reset_key
from igny8_core.auth.log_in.known_devices import known_device
from igny8_core.auth.models import User
from igny8_core.auth.selectors import mail_addresses
from igny8_core.business.proofs.models import ProofAttempt
from igny8_core.common.email_form import normal_email
from igny8_core.common.models import OutgoingMail
from tests.desk import form_of
from tests.factories import PASSWORD as FACTORY_PASSWORD
from tests.factories import account_of, client_of, make_owner, make_receipt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
PASSWORD = "another-horse-battery"
LOG_IN = "/_allauth/browser/v1/auth"
REGISTER = "/api/v1/auth/register/"
START = datetime.now(UTC)
OTHER_FORMS = [
    "support@\uff53\uff48\uff4f\uff50.example",
    "support@\u017fhop.example",
    "support@shop.ex\u00adample",
    " Support@SHOP.example ",
]


def sign_up(email: str, **more: str) -> APIClient:
    client = APIClient()
    body = {"email": email, "password": PASSWORD, "plan_slug": "free", **more}
    assert client.post(REGISTER, body).status_code == 201
    return client


def words_to(email: str) -> str:
    mails = OutgoingMail.objects.filter(recipient=email).values("job_id")
    return str([job.args for job in ProcrastinateJob.objects.filter(pk__in=mails)])


@pytest.mark.parametrize("same", OTHER_FORMS)
def test_one_mailbox_can_sign_up_once(same: str) -> None:
    sign_up("support@shop.example")
    body = {"email": same, "password": PASSWORD, "plan_slug": "free"}
    answer = APIClient().post(REGISTER, body)
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "email")
    assert normal_email(same) == "support@shop.example"


def test_mail_goes_to_normalized_email() -> None:
    for typed in ("ayesha@b\u00fccher.example", "ayesha@\u0645\u062b\u0627\u0644.example"):
        message = EmailMessage(to=[normal_email(typed)]).message()
        assert message["To"] == normal_email(typed)
        assert normal_email(typed).isascii()
    sign_up("ayesha@b\u00fccher.example")
    assert User.objects.get().email == "ayesha@xn--bcher-kva.example"
    for form in ("ayesha@b\u00fccher.example", "ayesha@xn--bcher-kva.example"):
        answer = APIClient().post(f"{LOG_IN}/login", {"email": form, "password": PASSWORD})
        assert answer.status_code == 200


@pytest.mark.parametrize("email", ["\u017fupport@shop.example", '"pay\\ now"@shop.example'])
def test_lookalike_email_is_refused(email: str) -> None:
    body = {"email": email, "password": PASSWORD, "plan_slug": "free"}
    assert APIClient().post(REGISTER, body).status_code == 400


def test_reset_limit_covers_domain_spellings() -> None:
    shops = ["shop", "\uff53hop", "s\uff48op", "sh\uff4fp"]
    for shop in shops:
        for _ in range(4):
            APIClient().post(f"{LOG_IN}/password/request", {"email": f"x@{shop}.example"})
    assert OutgoingMail.objects.filter(kind="unknown_account").count() <= 5


def test_repeated_sign_ins_do_not_raise_mail_limit() -> None:
    """Each browser counts by itself, and all of them together."""
    email = "victim@owner.example"
    sign_up(email)
    for _ in range(6):
        browser = APIClient()
        browser.post(f"{LOG_IN}/login", {"email": email, "password": PASSWORD})
        browser.delete(f"{LOG_IN}/session")
        for _ in range(5):
            browser.post(f"{LOG_IN}/password/request", {"email": email})
    assert OutgoingMail.objects.filter(kind="password_reset_key").count() == 10


def test_repeated_sign_ins_do_not_raise_guess_limit(owner: User) -> None:
    reached = 0
    for n in range(12):
        browser = APIClient(REMOTE_ADDR=f"198.51.100.{n}")
        browser.post(f"{LOG_IN}/login", {"email": owner.email, "password": FACTORY_PASSWORD})
        browser.delete(f"{LOG_IN}/session")
        for period in range(4):
            with time_machine.travel(START + timedelta(minutes=6 * period), tick=False):
                for _ in range(5):
                    guess = {"email": owner.email, "password": "wrong"}
                    answer = browser.post(f"{LOG_IN}/login", guess)
                    reached += answer.json()["errors"][0]["code"] == "email_password_mismatch"
    assert reached <= 100


def test_owner_reset_forgets_strangers_browsers() -> None:
    """And those in which the owner logs in then are known."""
    email = "victim@owner.example"
    stranger = sign_up(email)
    assert is_known(stranger, email)
    victim = User.objects.get()
    owner = APIClient()
    body = {"key": reset_key(victim), "password": "victims-own-pass-9"}
    owner.post(f"{LOG_IN}/password/reset", body)
    assert not is_known(stranger, email)
    owner.post(f"{LOG_IN}/login", {"email": email, "password": "victims-own-pass-9"})
    assert is_known(owner, email)


def is_known(client: APIClient, email: str) -> bool:
    request = RequestFactory().get("/")
    request.COOKIES.update({name: morsel.value for name, morsel in client.cookies.items()})
    return bool(known_device(request, email=email))


def test_owner_reset_drops_strangers_billing_email() -> None:
    sign_up("victim@owner.example", billing_email="evil@evil.example")
    victim = User.objects.get()
    key = billing_email_key(account_id=account_of(victim).pk, address="evil@evil.example")
    confirmed = APIClient().post("/api/v1/auth/billing-email/confirm/", {"key": key})
    assert confirmed.status_code == 200, confirmed.json()
    assert "evil@evil.example" in mail_addresses(account=account_of(victim))
    body = {"key": reset_key(victim), "password": "victims-own-pass-9"}
    APIClient().post(f"{LOG_IN}/password/reset", body)
    assert mail_addresses(account=account_of(victim)) == ["victim@owner.example"]


def test_verified_owner_reset_keeps_billing_email(owner: User) -> None:
    account = account_of(owner)
    account.billing_email = account.confirmed_billing_email = "books@shop.example"
    account.save()
    owner.emailaddress_set.update(verified=True)
    body = {"key": reset_key(owner), "password": "victims-own-pass-9"}
    APIClient().post(f"{LOG_IN}/password/reset", body)
    assert account_of(owner).confirmed_billing_email == "books@shop.example"


@pytest.mark.parametrize("is_verified", [False, True])
def test_unconfirmed_email_gets_no_strangers_text(*, is_verified: bool) -> None:
    client = sign_up("victim@owner.example")
    victim = User.objects.get()
    victim.emailaddress_set.update(verified=is_verified)
    new = "your-account-is-at-risk@evil.example"
    answer = client.post("/api/v1/auth/email/", {"email": new, "password": PASSWORD})
    assert answer.status_code < 300, answer.json()
    told = words_to("victim@owner.example")
    assert "another_address" not in told
    assert ("evil.example" in told) is is_verified
    assert OutgoingMail.objects.filter(recipient="victim@owner.example", kind="email_change_asked")


def test_failed_tries_of_others_do_not_block_sign_up() -> None:
    for n in range(25):
        stranger = APIClient(REMOTE_ADDR=f"198.51.100.{n}")
        stranger.post(REGISTER, {"email": "new@shop.example"})
    body = {"email": "new@shop.example", "password": PASSWORD, "plan_slug": "free"}
    assert APIClient(REMOTE_ADDR="203.0.113.5").post(REGISTER, body).status_code == 201


def test_desk_billing_email_needs_confirmation(client: Client, owner: User) -> None:
    client.force_login(User.objects.create_superuser("root@desk.example", PASSWORD))
    url = f"/admin/igny8_auth/account/{owner.account_id}/change/"
    form = form_of(client, url)
    assert "confirmed_billing_email" not in form
    new = {"billing_email": "books@else.example", "confirmed_billing_email": "books@else.example"}
    assert client.post(url, form | new).status_code == 302
    account = account_of(owner)
    assert (account.billing_email, account.confirmed_billing_email) == ("books@else.example", "")
    assert OutgoingMail.objects.filter(
        kind="confirm_billing_email", recipient="books@else.example"
    ).exists()


def test_file_in_refused_form_counts_toward_limit(owner: User) -> None:
    body = {
        "invoice_id": "x",
        "payment_method": "bank_transfer",
        "amount": "89.00",
        "manual_reference": "A1",
        "proof": make_receipt(),
    }
    url = "/api/v1/billing/admin/payments/confirm/"
    assert client_of(owner).post(url, body, format="multipart").status_code == 400
    assert ProofAttempt.objects.count() == 1
    del body["proof"]
    assert client_of(owner).post(url, body, format="multipart").status_code == 400
    assert ProofAttempt.objects.count() == 1


@pytest.mark.parametrize("method", ["options", "post", "put", "patch", "delete"])
def test_docs_page_is_read_only(method: str) -> None:
    client = make_client_of_nobody()
    assert getattr(client, method)("/api/docs/").status_code == 405
    assert client.get("/api/docs/").status_code == 200


def make_client_of_nobody() -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(make_owner())
    return client


@pytest.mark.parametrize("door", ["api", "desk"])
def test_known_browser_survives_wrong_codes_of_others(door: str) -> None:
    """Nor do they succeed: those of unknown browsers are counted all together."""
    person = User.objects.create_superuser("root@desk.example", PASSWORD)
    TOTP.activate(person, generate_totp_secret())
    codes = RecoveryCodes.activate(person).get_unused_codes()
    credentials = {"email": person.email, "password": PASSWORD}
    own = APIClient()
    own.post(f"{LOG_IN}/login", credentials)
    assert own.post(f"{LOG_IN}/2fa/authenticate", {"code": codes[0]}).status_code == 200
    own.delete(f"{LOG_IN}/session")
    refused = []
    for n in range(6):
        thief = APIClient(REMOTE_ADDR=f"198.51.100.{n}")
        thief.post(f"{LOG_IN}/login", credentials)
        answer = thief.post(f"{LOG_IN}/2fa/authenticate", {"code": "000000"})
        refused.append(answer.json()["errors"][0]["code"])
    assert refused == ["incorrect_code"] * 5 + ["too_many_login_attempts"]
    if door == "desk":
        desk = Client()
        desk.cookies["known-device"] = own.cookies["known-device"].value
        sent = {"username": person.email, "password": PASSWORD, "code": codes[1]}
        assert desk.post("/admin/login/", sent).status_code == 302
    else:
        own.post(f"{LOG_IN}/login", credentials)
        assert own.post(f"{LOG_IN}/2fa/authenticate", {"code": codes[1]}).status_code == 200
