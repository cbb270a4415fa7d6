"""Mails tell the truth: what was true at their event, and nothing that is true no more.

Every kind of mail is queued, then anything at all happens before it leaves. The table below says
once more, apart from the code, when each may still be sent.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings, settings
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.db import transaction
from pypdf import PdfReader

from igny8_core.auth.actors import Actor
from igny8_core.auth.emails import LETTERS
from igny8_core.auth.log_in.adapter import OWN_MAILS
from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.auth.services.accounts import change_account
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.billing.enums import CreditKind, EventName
from igny8_core.business.billing.models import (
    Invoice,
    NoticePreference,
    Payment,
    PaymentMethodConfig,
    SellerProfile,
    SettingChange,
)
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.billing.services.invoices import change_payment_method, void_invoice
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.billing.services.setting_changes import (
    agree_to_change,
    change_setting,
    refuse_change,
)
from igny8_core.business.billing.tasks import notify_billing_admins, send_digests
from igny8_core.business.data_rights.export import request_account_export
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.exports import services as exports
from igny8_core.business.exports.models import Export
from igny8_core.business.subscriptions.services.advance import advance
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.business.subscriptions.services.operator import extend_due
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from igny8_core.common.letters import (
    KINDS,
    Letter,
    NothingToSend,
    always,
    letter,
    letter_for,
)
from igny8_core.common.mail import queue_mail, write_mail
from igny8_core.common.models import OutgoingMail
from tests.exports import made_export
from tests.factories import (
    account_of,
    approve,
    check,
    make_billing_admin,
    make_owner,
    make_payment,
    make_unchecked_payment,
    record_credits,
    reject,
)
from tests.renewal_mails import expire, fall_due, issue_renewal, lapse, remind, suspend
from tests.sizes import size

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _links_of_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that is written twice has the same links, also where a second ends in between."""
    monkeypatch.setattr(TimestampSigner, "timestamp", lambda _signer: "1xWedY")


@dataclass
class Scene:
    """Whom and what a mail is about."""

    owner: User
    admin: User
    other_admin: User

    @property
    def account(self) -> Account:
        return account_of(self.owner)

    def confirm(self) -> Payment:
        return make_payment(self.owner, reference=f"BT-{Payment.objects.count()}")

    def newest(self) -> Payment:
        return Payment.objects.latest("pk")

    def reversible(self) -> Payment:
        """Return the newest payment, but none of a subscription that owes its next period."""
        owing = Invoice.objects.filter(kind="renewal", status="pending").values("subscription")
        return Payment.objects.exclude(invoice__subscription__in=owing).latest("pk")

    def invoice(self) -> Invoice:
        return Invoice.objects.filter(account=self.account).latest("pk")

    def renewal(self) -> Invoice:
        return Invoice.objects.filter(account=self.account, kind="renewal").latest("pk")

    def actor(self) -> Actor:
        return Actor(user=self.admin)

    def reverse(self, event: EventName) -> None:
        reverse_payment(
            payment_id=self.reversible().pk,
            actor=self.actor(),
            now=utc_now(),
            reason="Recalled",
            event=event,
        )

    def void(self) -> None:
        void_invoice(
            invoice_id=self.invoice().pk, actor=self.actor(), now=utc_now(), reason="Ordered twice"
        )

    def upgrade(self) -> None:
        change_plan_now(
            account=self.account,
            plan_slug="growth",
            method_code="raast",
            actor=Actor(user=self.owner),
            now=utc_now(),
        )

    def change_method(self) -> None:
        change_payment_method(
            invoice_id=self.invoice().pk,
            account=self.account,
            method_code="jazzcash",
            actor=Actor(user=self.owner),
            now=utc_now(),
        )

    def withdraw(self) -> None:
        withdraw_payment(
            payment_id=self.newest().pk,
            account=self.account,
            actor=Actor(user=self.owner),
            now=utc_now(),
        )

    def close(self) -> None:
        close_account(account_id=self.account.pk, actor=Actor(user=self.owner), now=utc_now())

    def propose(self) -> None:
        change_setting(
            obj=PaymentMethodConfig.objects.get(catalog_key="raast:PK"),
            after={"instructions": "Send it there."},
            actor=Actor(user=self.other_admin),
            now=utc_now(),
        )

    def change(self) -> SettingChange:
        return SettingChange.objects.latest("pk")

    def agree(self) -> None:
        agree_to_change(change_id=self.change().pk, actor=self.actor(), now=utc_now())

    def refuse(self) -> None:
        refuse_change(change_id=self.change().pk, actor=self.actor(), now=utc_now())

    def extend(self, *, days: int) -> None:
        invoice = self.renewal()
        extend_due(
            account_id=self.account.pk,
            due_date=max(invoice.due_date, utc_now().date()) + timedelta(days=days),
            actor=self.actor(),
            now=utc_now(),
            reason="Agreed by phone",
        )

    def demote(self) -> None:
        self.other_admin.groups.clear()


CHANGES: dict[str, Callable[[Scene], object]] = {
    "nothing": lambda _scene: None,
    "confirmed": Scene.confirm,
    "withdrawn": Scene.withdraw,
    "rejected": lambda scene: reject(scene.newest(), scene.admin),
    "approved": lambda scene: approve(scene.newest(), scene.admin),
    "reversed": lambda scene: scene.reverse(EventName.REVERSE),
    "reversed and void": lambda scene: scene.reverse(EventName.REVERSE_AND_VOID),
    "void": Scene.void,
    "upgraded": Scene.upgrade,
    "method changed": Scene.change_method,
    "closed": Scene.close,
    "demoted": Scene.demote,
    "agreed": Scene.agree,
    "refused": Scene.refuse,
    "past due": lambda scene: fall_due(scene.renewal()),
    "suspended": lambda scene: suspend(scene.renewal()),
    "lapsed": lambda scene: lapse(scene.renewal()),
    "expired": lambda scene: expire(scene.invoice()),
    "put off": lambda scene: scene.extend(days=3),
    "cheaper": lambda _scene: Plan.objects.filter(slug="starter").update(price=Decimal(80)),
}


def is_open(mail: OutgoingMail) -> bool:
    return Account.objects.get(pk=mail.arguments["account_id"]).status != "cancelled"


def payment_in(mail: OutgoingMail) -> Payment:
    return Payment.objects.get(pk=mail.arguments["payment_id"])


def invoice_in(mail: OutgoingMail) -> Invoice:
    return Invoice.objects.get(pk=mail.arguments["invoice_id"])


def change_in(mail: OutgoingMail) -> SettingChange:
    return SettingChange.objects.get(pk=mail.arguments["change_id"])


def is_to_be_paid_by(mail: OutgoingMail) -> bool:
    invoice = invoice_in(mail)
    if not is_open(mail):
        return False
    waits = invoice.payments.filter(status="pending_approval").exists()
    name = mail.arguments["facts"]["method"]["display_name"]
    kept = (invoice.method_snapshot or {}).get("display_name")
    return invoice.status == "pending" and not waits and kept == name


def is_owed(mail: OutgoingMail, account: str, *subscription: str) -> bool:
    """Tell whether a renewal is unpaid in these states, and its clock runs."""
    invoice = invoice_in(mail)
    first = invoice.payments.order_by("pk")[:2]
    waits = any(claim.status == "pending_approval" for claim in first)
    states = invoice.account.status == account and invoice.subscription.status in subscription
    is_open = invoice.status == "pending" and not may_be_replaced(invoice)
    return is_open and not waits and states and tells_the_due_day(mail)


def may_be_replaced(invoice: Invoice) -> bool:
    """Tell whether a change of plan may have been paid."""
    claims = Payment.objects.filter(invoice__account=invoice.account, invoice__kind="change")
    return claims.filter(invoice__status="pending", status="pending_approval").exists()


def tells_the_due_day(mail: OutgoingMail) -> bool:
    told: str | None = mail.arguments.get("facts", {}).get("due_date")
    return str(invoice_in(mail).due_date) == told


def is_due_as_told(mail: OutgoingMail) -> bool:
    invoice = invoice_in(mail)
    is_due = invoice.status == "pending" and invoice.account.status == "active"
    return is_due and tells_the_due_day(mail)


def rises_as_told(mail: OutgoingMail) -> bool:
    subscription = Subscription.objects.get(pk=mail.arguments["subscription_id"])
    is_live = subscription.status in {"active", "past_due"}
    return is_live and subscription.plan.price == 99


def has_no_plan(mail: OutgoingMail) -> bool:
    account = Account.objects.get(pk=mail.arguments["account_id"])
    is_ordered = account.invoices.filter(status="pending").exists()
    return account.status == "pending_payment" and not is_ordered


def may_be_tried_again(mail: OutgoingMail) -> bool:
    payment = payment_in(mail)
    later = Payment.objects.filter(invoice=payment.invoice, pk__gt=payment.pk).exists()
    is_failed = payment.status == "failed"
    return is_failed and not later and payment.invoice.status == "pending"


def is_decided_by(mail: OutgoingMail) -> bool:
    return User.objects.get(email=mail.recipient).groups.exists()


TRUE: dict[str, Callable[[OutgoingMail], bool]] = {
    "welcome": lambda mail: (
        (account := Account.objects.get(pk=mail.arguments["account_id"])).status == "trial"
        and not account.invoices.filter(status="pending").exists()
    ),
    "invoice_issued": is_to_be_paid_by,
    "invoice_voided": lambda mail: is_open(mail) and invoice_in(mail).status == "void",
    "payment_submitted": lambda mail: payment_in(mail).status == "pending_approval",
    "proof_refused": lambda mail: (
        payment_in(mail).status == "pending_approval" and payment_in(mail).proof_state == "refused"
    ),
    "payment_approved": lambda mail: is_open(mail) and payment_in(mail).status == "succeeded",
    "payment_rejected": may_be_tried_again,
    "payment_reversed": lambda mail: is_open(mail) and payment_in(mail).status == "reversed",
    "renewal_issued": lambda mail: is_to_be_paid_by(mail) and tells_the_due_day(mail),
    "due_day_put_off": is_due_as_told,
    "price_change": rises_as_told,
    "renewal_reminder": lambda mail: is_owed(mail, "active", "active", "past_due"),
    "renewal_due": lambda mail: is_owed(mail, "active", "active", "past_due"),
    "past_due": lambda mail: is_owed(mail, "active", "past_due"),
    "final_notice": lambda mail: is_owed(mail, "active", "past_due"),
    "suspended": lambda mail: is_owed(mail, "suspended", "past_due"),
    "ending": lambda mail: is_owed(mail, "suspended", "past_due"),
    "subscription_ended": has_no_plan,
    "order_expired": lambda mail: is_open(mail) and invoice_in(mail).status == "void",
    "payment_waiting": lambda mail: (
        is_decided_by(mail) and payment_in(mail).status == "pending_approval"
    ),
    "payments_waiting": lambda mail: (
        is_decided_by(mail) and Payment.objects.filter(status="pending_approval").exists()
    ),
    "account_closed": lambda _mail: True,
    "confirm_billing_email": is_open,
    "export_ready": is_open,
    "export_failed": is_open,
    "setting_change_proposed": lambda mail: is_decided_by(mail) and change_in(mail).outcome == "",
    "setting_change_decided": is_decided_by,
}


def scene_of(plan_slug: str = "starter") -> Scene:
    admins = make_billing_admin(), make_billing_admin()
    owner = make_owner(plan_slug=plan_slug)
    owner.emailaddress_set.update(verified=True)
    return Scene(owner, *admins)


def approved() -> Scene:
    scene = scene_of()
    approve(scene.confirm(), scene.admin)
    return scene


def confirmed() -> Scene:
    scene = scene_of()
    notify_billing_admins(payment_id=scene.confirm().pk)
    return scene


def refused() -> Scene:
    scene = scene_of()
    payment = make_unchecked_payment(
        scene.owner, proof=SimpleUploadedFile("slip", b"%PDF-1.7 broken")
    )
    check(payment)
    return scene


def reversed_as(event: EventName) -> Scene:
    scene = approved()
    scene.reverse(event)
    return scene


def voided() -> Scene:
    scene = scene_of()
    scene.void()
    return scene


def rejected() -> Scene:
    scene = scene_of()
    reject(scene.confirm(), scene.admin)
    return scene


def renewed() -> Scene:
    scene = approved()
    issue_renewal(scene.owner)
    return scene


def told_of_a_price() -> Scene:
    scene = approved()
    Plan.objects.filter(slug="starter").update(price=Decimal(99))
    advance(account_id=scene.account.pk, now=utc_now())
    return scene


def put_off() -> Scene:
    scene = renewed()
    scene.extend(days=5)
    return scene


def late() -> Scene:
    scene = renewed()
    fall_due(scene.renewal())
    return scene


def paused() -> Scene:
    scene = late()
    suspend(scene.renewal())
    return scene


def lapsed() -> Scene:
    scene = paused()
    lapse(scene.renewal())
    return scene


def expired() -> Scene:
    scene = scene_of()
    expire(scene.invoice())
    return scene


def reminded(kind: str, make_scene: Callable[[], Scene]) -> Scene:
    scene = make_scene()
    remind(scene.renewal(), ReminderKind(kind))
    return scene


def digest() -> Scene:
    scene = scene_of()
    scene.confirm()
    hourly = scene.other_admin
    NoticePreference.objects.create(user=hourly, frequency="hourly")
    send_digests(3600 * 9)
    return scene


def closed() -> Scene:
    scene = scene_of()
    scene.close()
    return scene


def with_billing_email() -> Scene:
    scene = scene_of()
    change_account(account=scene.account, changes={"billing_email": "books@shop.example"})
    return scene


def exported() -> Scene:
    scene = scene_of()
    request_account_export(user=scene.owner, now=utc_now())
    made_export()
    return scene


def not_exported() -> Scene:
    scene = scene_of()
    export = request_account_export(user=scene.owner, now=utc_now())
    exports.give_up(export_id=export.pk, now=utc_now())
    return scene


def proposed() -> Scene:
    scene = scene_of()
    scene.propose()
    return scene


def decided() -> Scene:
    scene = scene_of()
    scene.propose()
    scene.agree()
    return scene


QUEUED: list[tuple[str, Callable[[], Scene]]] = [
    ("welcome", lambda: scene_of("free")),
    ("invoice_issued", scene_of),
    ("invoice_voided", voided),
    ("payment_submitted", confirmed),
    ("proof_refused", refused),
    ("payment_approved", approved),
    ("payment_rejected", rejected),
    ("payment_reversed", lambda: reversed_as(EventName.REVERSE)),
    ("payment_reversed", lambda: reversed_as(EventName.REVERSE_AND_VOID)),
    ("renewal_issued", renewed),
    ("due_day_put_off", put_off),
    ("price_change", told_of_a_price),
    ("renewal_reminder", lambda: reminded("renewal_reminder", renewed)),
    ("renewal_due", lambda: reminded("renewal_due", renewed)),
    ("past_due", lambda: reminded("past_due", late)),
    ("final_notice", lambda: reminded("final_notice", late)),
    ("suspended", paused),
    ("ending", lambda: reminded("ending", paused)),
    ("subscription_ended", lapsed),
    ("order_expired", expired),
    ("payment_waiting", confirmed),
    ("payments_waiting", digest),
    ("account_closed", closed),
    ("confirm_billing_email", with_billing_email),
    ("export_ready", exported),
    ("export_failed", not_exported),
    ("setting_change_proposed", proposed),
    ("setting_change_decided", decided),
]


def test_every_mail_kind_is_tested() -> None:
    assert {kind for kind, _scene in QUEUED} == set(TRUE) == set(KINDS)


@pytest.mark.sized
@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("place", range(len(QUEUED)), ids=[kind for kind, _scene in QUEUED])
def test_sent_mail_is_true_or_dropped(place: int) -> None:
    """Whatever happens first, and one of some that happen then; of all in ``make check``."""
    kind, make_scene = QUEUED[place]
    scene = make_scene()
    others = [change for change in CHANGES if change != "nothing"]
    drawn = random.sample(others, size("SECOND_CHANGES", quick=2, whole=len(others)))
    seconds = ["nothing", *drawn]
    mail = OutgoingMail.objects.filter(kind=kind).latest("pk")
    tried = [
        (first, *then)
        for first in CHANGES
        if happens(scene, mail, first)
        for then in [(), *((second,) for second in seconds)]
        if happens(scene, mail, first, *then)
    ]
    assert len(tried) > (1 if kind == "account_closed" else len(seconds))


def happens(scene: Scene, mail: OutgoingMail, *changes: str) -> bool:
    """Let these happen, compare, and undo them; tells whether they can happen in this order."""
    with transaction.atomic():
        try:
            for change in changes:
                CHANGES[change](scene)
        except (DomainError, ObjectDoesNotExist):
            return False
        else:
            mail.refresh_from_db()
            assert is_sent(mail) == TRUE[mail.kind](mail), changes
        finally:
            transaction.set_rollback(True)
    return True


def is_sent(mail: OutgoingMail) -> bool:
    if not mail.is_waiting:  # the closed account's
        return False
    try:
        letter = letter_for(mail)
    except NothingToSend:
        return False
    write_mail(letter, recipient=mail.recipient, language="ur")
    for receipt in letter.attachments:
        words = PdfReader(BytesIO(receipt.content)).pages[0].extract_text()
        assert "Receipt" in words
        assert "VOID" not in words
    return True


# What is told is what was


def words_of(mail: OutgoingMail) -> str:
    return str(write_mail(letter_for(mail), recipient=mail.recipient, language="en").body)


def spend(owner: User, amount: int) -> None:
    record_credits(
        account=account_of(owner),
        amount=-amount,
        kind=CreditKind.ADJUSTMENT,
        description="Used",
        now=utc_now(),
    )


def edit_everything(scene: Scene) -> None:
    """Edit whatever an admin or the customer can, apart from the states."""
    PaymentMethodConfig.objects.update(
        display_name="Edited", details=[], instructions="Edited", reference_label="Edited"
    )
    Plan.objects.update(name="Edited", price=Decimal(1), included_credits=1)
    Account.objects.filter(pk=scene.account.pk).update(name="Edited", country="DE")
    SellerProfile.objects.create(name="Edited")
    if scene.account.credits:
        spend(scene.owner, 1)


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    "place",
    [place for place, (kind, _scene) in enumerate(QUEUED) if kind != "account_closed"],
    ids=[kind for kind, _scene in QUEUED if kind != "account_closed"],
)
def test_mail_keeps_the_facts_of_its_event(place: int) -> None:
    kind, make_scene = QUEUED[place]
    scene = make_scene()
    mail = OutgoingMail.objects.filter(kind=kind).latest("pk")
    before = words_of(mail)
    edit_everything(scene)
    mail.refresh_from_db()
    if kind == "payments_waiting":  # it tells of the queue as it is
        assert "Edited" in words_of(mail)
        return
    if kind == "price_change":  # a price that doesn't come isn't told
        with pytest.raises(NothingToSend):
            words_of(mail)
        return
    assert words_of(mail) == before


@pytest.mark.usefixtures("catalog")
def test_reversal_mail_states_consequence_while_current() -> None:
    scene = reversed_as(EventName.REVERSE)
    mail = OutgoingMail.objects.get(kind="payment_reversed")
    assert "You need to pay the invoice again" in words_of(mail)
    scene.void()
    assert "Recalled" in words_of(mail)
    assert "pay the invoice again" not in words_of(mail)
    assert "for what has happened since" in words_of(mail)


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("is_development", [True, False])
def test_example_details_are_never_shown_as_real(
    settings: LazySettings, *, is_development: bool
) -> None:
    scene_of()
    settings.IS_DEVELOPMENT = is_development
    mail = OutgoingMail.objects.get(kind="invoice_issued")
    words = words_of(mail)
    assert ("EXAMPLE: do not send money" in words) == is_development
    assert ("PK36SCBL0000001123456702" in words) == is_development
    assert ("still setting up this payment method" in words) == (not is_development)


# Mails of an earlier version; those that billing sends by itself always had their facts

FIRST_OF_ALL = [
    place
    for place, (kind, _scene) in enumerate(QUEUED)
    if KINDS[kind].write.__module__ != "igny8_core.business.subscriptions.letters"
]

EARLIER: dict[str, Callable[[Scene], dict[str, Any]]] = {
    "welcome": lambda scene: {"account_id": scene.account.pk},
    "invoice_issued": lambda scene: {"invoice_id": scene.invoice().pk},
    "invoice_voided": lambda scene: {"invoice_id": scene.invoice().pk},
    "proof_refused": lambda scene: {"payment_id": scene.newest().pk},
    "payments_waiting": lambda _scene: {},
    "confirm_billing_email": lambda scene: {"account_id": scene.account.pk},
    "account_closed": lambda _scene: {"kept_until": "2036-12-31"},
    "export_ready": lambda _scene: {"export_id": Export.objects.latest("pk").pk},
    "export_failed": lambda _scene: {"export_id": Export.objects.latest("pk").pk},
    "setting_change_proposed": lambda scene: {"change_id": scene.change().pk},
    "setting_change_decided": lambda scene: {"change_id": scene.change().pk},
}


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("place", FIRST_OF_ALL, ids=[QUEUED[place][0] for place in FIRST_OF_ALL])
def test_mail_of_earlier_version_reads_the_same(place: int) -> None:
    kind, make_scene = QUEUED[place]
    scene = make_scene()
    mail = OutgoingMail.objects.filter(kind=kind).latest("pk")
    words = words_of(mail)
    of_payment: dict[str, Any] = {}
    if kind.startswith("payment_"):
        of_payment = {"payment_id": scene.newest().pk}
    mail.arguments = EARLIER[kind](scene) if kind in EARLIER else of_payment
    assert words_of(mail) == words


# The kinds


def test_duplicate_mail_writer_is_refused() -> None:
    def welcome(_mail: OutgoingMail) -> Letter:
        raise NotImplementedError

    with pytest.raises(ImproperlyConfigured, match=r"notifications\.letters and tests"):
        letter(premise=always)(welcome)


def test_unknown_mail_kind_is_not_queued() -> None:
    with pytest.raises(LookupError, match="no_such_kind"):
        queue_mail(kind="no_such_kind", about=1, recipient="a@b.example", language="en")


def rooms() -> list[Path]:
    """Return the folders of mails of all rooms, each with one for each language."""
    ours = [app.path for app in apps.get_app_configs() if app.name.startswith("igny8_core")]
    return [path.parent for room in ours for path in Path(room).glob("templates/*/email/en")]


def test_every_language_has_the_same_templates() -> None:
    assert len(rooms()) > 2
    for folder in rooms():
        languages = {code: templates(folder / code) for code, _name in settings.LANGUAGES}
        for code, found in languages.items():
            assert found == languages["en"] != {}, f"{folder}/{code}"


def test_mail_kinds_match_templates() -> None:
    named = {path.stem for folder in rooms() for path in folder.glob("en/*.txt")}
    prepared = {name for name, _link in OWN_MAILS.values()}
    assert named == set(KINDS) | prepared | set(LETTERS)


def templates(folder: Path) -> dict[str, set[str]]:
    return {path.name: placeholders(path) for path in sorted(folder.glob("*.txt"))}


def placeholders(path: Path) -> set[str]:
    """Return the names of the facts that a template asks for."""
    found: set[str] = set()
    for text in re.findall(r"{{(.+?)}}|{%(.+?)%}", path.read_text("utf-8")):
        words = re.sub(r'"[^"]*"', "", " ".join(text)).replace("|", " ").split()
        if words[:1] == ["for"]:
            words = words[3:]
        found |= {word for word in words if re.fullmatch(r"[a-z_][a-z_.]*", word)}
    return found - NO_FACTS


NO_FACTS = set(
    """extends layout load mail block endblock subject body button if elif else endif and or not
    value fact endfact facts endfacts for in endfor date pluralize detail.label
    detail.value opening outlook end""".split()  # noqa: SIM905  (a table of words)
)
