"""Subscriptions at the desk: the list by stage, a subscription's page, and its acts."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from igny8_core.auth.models import Account, Plan, User
from igny8_core.business.billing.models import PaymentEvent
from igny8_core.desk.overrides import ACTS
from tests.factories import PASSWORD, account_of, invoice_of
from tests.life import day, days, forget_deadlines, order, pay, state
from tests.operators import REASON, STAGES, At, act, stage_for
from tests.roles import user_as

pytestmark = pytest.mark.django_db
LIST = "/admin/igny8_auth/subscription/"
# The state that the list shows, and the tabs that a subscription is in
SHOWN = {
    "order": ("Order, unpaid", []),
    "active": ("Active", []),
    "renewal_open": ("Renewal open", ["due"]),
    "grace": ("Grace", ["grace"]),
    "under_review": ("Under review", ["grace"]),
    "past_due": ("Past due", ["past_due"]),
    "suspended": ("Suspended", ["suspended"]),
    "ends_soon": ("Suspended", ["suspended", "ends_soon"]),
    "cancelled": ("Cancelled at period end", ["cancelled"]),
    "about_to_end": ("Ends soon", ["ends_soon", "cancelled"]),
    "planned": ("Renewal open", ["due"]),
    "held": ("Grace", ["grace"]),
    "parked": ("Renewal open", ["due", "parked"]),
    "ended": ("Ended", []),
}
TABS = ["due", "grace", "past_due", "suspended", "ends_soon", "cancelled", "parked"]
OWING = (
    "remind_now extend_due hold plan_next_period agree_price order_plan comp_period adjust_credits "
    "cancel_plan end_now"
)
OFFERED = {
    "order": "order_plan adjust_credits",
    "active": OWING.removeprefix("remind_now extend_due "),
    "renewal_open": OWING,
    "grace": OWING,
    "under_review": "extend_due hold order_plan adjust_credits",
    "past_due": OWING,
    "suspended": OWING,
    "ends_soon": OWING,
    "cancelled": "hold order_plan comp_period adjust_credits keep_plan end_now",
    "about_to_end": "hold order_plan comp_period adjust_credits keep_plan end_now",
    "planned": OWING.replace("agree_price", "drop_next_plan"),
    "held": OWING.removeprefix("remind_now "),
    "parked": OWING.replace("cancel_plan", "unpark cancel_plan"),
    "ended": "order_plan adjust_credits",
}


@pytest.fixture
def root(catalog: None) -> User:
    return User.objects.create_superuser("root@desk.example", PASSWORD)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(day(0), tick=False) as clock:
        yield clock


def desk_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(at: At) -> str:
    return reverse("admin:igny8_auth_subscription_change", args=[at.subscription.pk])


def act_of(at: At, name: str) -> str:
    return reverse(f"admin:igny8_auth_subscription_{name}", args=[at.subscription.pk])


def shown(answer: Any) -> str:
    """The visible text of a page, with white space normalized."""
    assert answer.status_code == 200
    text = re.sub(
        r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", unescape(text))


@pytest.mark.parametrize("stage", SHOWN)
def test_list_and_page_show_the_stage(
    root: User, clock: time_machine.Traveller, stage: str
) -> None:
    at = STAGES[stage](root)
    clock.move_to(at.now)
    desk, (label, tabs) = desk_of(root), SHOWN[stage]
    found = []
    for tab in TABS:
        answer = desk.get(LIST, {"stage": tab})
        listed = [row.pk for row in answer.context["cl"].result_list]
        found += [tab] if at.subscription.pk in listed else []
        counts = {item["label"]: item["count"] for item in answer.context["stages"]}
        assert list(counts.values())[1 + TABS.index(tab)] == str(len(listed))
    assert found == tabs
    assert f"Lahore Textiles Starter {label}" in shown(desk.get(LIST))

    page = desk.get(page_of(at))
    assert f"Subscriptions {label}" in shown(page)
    offered = [item["url"].rstrip("/").rpartition("/")[2] for item in page.context["acts"]]
    assert offered == OFFERED[stage].split()


def test_ends_soon_by_the_deadlines_of_its_own_invoice(
    root: User, clock: time_machine.Traveller, settings: LazySettings
) -> None:
    """Paused on day 41, it ends on day 71; an invoice without deadlines follows the settings."""
    at = STAGES["suspended"](root)
    tab = {"stage": "ends_soon"}

    def ends_soon(number: int) -> bool:
        clock.move_to(day(number))
        return at.subscription in desk_of(root).get(LIST, tab).context["cl"].result_list

    days(46, 65)
    for end in (20, 100):
        settings.BILLING_END_AFTER_DAYS = end
        assert [ends_soon(number) for number in (45, 63, 64, 65)] == [False, False, True, True]
    forget_deadlines(invoice_of(at.owner))
    assert not ends_soon(65)
    settings.BILLING_END_AFTER_DAYS = 20
    assert ends_soon(45)


@pytest.mark.parametrize("stage", ["suspended", "parked"])
@pytest.mark.parametrize("role", ["viewer", "support", "admin"])
def test_role_is_offered_what_it_may(
    root: User, clock: time_machine.Traveller, stage: str, role: str
) -> None:
    at = STAGES[stage](root)
    clock.move_to(at.now)
    page = desk_of(user_as(role, at.owner)).get(page_of(at))
    offered = [item["url"].rstrip("/").rpartition("/")[2] for item in page.context["acts"]]
    for_superusers = {"comp_period", "agree_price"}
    whole = [name for name in OFFERED[stage].split() if name not in for_superusers]
    assert offered == (whole if role == "admin" else [])
    sees_mails = role != "support" and stage == "suspended"
    assert ("Email past due : to" in shown(page)) is sees_mails


def test_own_account_is_not_acted_on(root: User, clock: time_machine.Traveller) -> None:
    at = STAGES["past_due"](root)
    clock.move_to(at.now)
    at.owner.is_staff = at.owner.is_superuser = True
    at.owner.save()
    page = desk_of(at.owner).get(page_of(at))
    assert page.context["acts"] == []
    assert "This is your own account." in shown(page)


def test_page_tells_the_whole_story(root: User, clock: time_machine.Traveller) -> None:
    at = STAGES["past_due"](root)
    clock.move_to(at.now)
    text = shown(desk_of(root).get(page_of(at)))
    for part in (
        "paid until 1 Feb 2027",
        "1 Jan 2027 to 1 Feb 2027 runs now, paid, INV-2027-000001",
        "1 Feb 2027 to 1 Mar 2027 not paid yet",
        "9 Feb 2027 Email: final notice before the pause",
        "11 Feb 2027 Access is paused",
        "13 Mar 2027 The subscription ends unpaid",
        "Lahore Textiles Active, 1000 credits",
        "89.00 USD a month",
        "Renewal past due : subscription active → past due, invoice INV-2027-000002, by the system",
        "Email: past due : invoice INV-2027-000002",
        "Email past due : to owner",
    ):
        assert part in text, part
    assert text.index("Email: past due :") < text.index("Payment approved :")


def test_period_paid_ahead_and_given_are_told_apart(
    root: User, clock: time_machine.Traveller
) -> None:
    at = STAGES["renewal_open"](root)
    pay(at.owner, root, at.now)
    act("comp_period", at, root)
    clock.move_to(day(26))
    text = shown(desk_of(root).get(page_of(at)))
    assert "1 Feb 2027 to 1 Mar 2027 paid ahead 1 Mar 2027 to 1 Apr 2027 paid ahead" in text
    days(26, 60)
    clock.move_to(day(60))
    text = shown(desk_of(root).get(page_of(at)))
    assert "1 Mar 2027 to 1 Apr 2027 runs now, free of charge" in text


@pytest.mark.parametrize("name", ACTS)
def test_act_shows_first_what_it_changes(
    root: User, clock: time_machine.Traveller, name: str
) -> None:
    at = STAGES[stage_for(name)](root)
    clock.move_to(at.now)
    desk, url, leads_to = desk_of(root), act_of(at, name), page_of(at)
    page = desk.get(url)
    assert page.context["preview"] is None
    assert "Show what will happen" in shown(page)
    words = {
        **page.context["form"].initial,
        "reason": REASON,
        "amount": "500",
        "plan_slug": "scale",
        "price": "49.00",
    }
    before = PaymentEvent.objects.count()
    preview = desk.post(url, words)
    assert "As it is" in shown(preview)
    assert "After this" in shown(preview)
    assert PaymentEvent.objects.count() == before

    done = desk.post(url, {**words, "do": preview.context["form"].outcome}, follow=True)
    assert done.redirect_chain == [(leads_to, 302)]
    assert ACTS[name].said in shown(done)
    event = PaymentEvent.objects.filter(actor=root).latest("pk")  # the last that isn't billing's
    assert event.created_at == at.now
    assert event.note.endswith(REASON)


@pytest.mark.parametrize(
    ("late_payment", "says"),
    [
        ("clock_stops", "A pause ends: its days aren't charged."),
        ("restarts", "A pause ends: the unpaid period begins at that moment."),
        ("keeps_due", "A pause ends: its days are part of the unpaid period."),
    ],
)
def test_act_says_what_becomes_of_the_paused_days(
    root: User,
    clock: time_machine.Traveller,
    settings: LazySettings,
    late_payment: str,
    says: str,
) -> None:
    settings.BILLING_LATE_PAYMENT = late_payment
    at = STAGES["suspended"](root)
    clock.move_to(at.now)
    for name in ("extend_due", "hold"):
        assert says in shown(desk_of(root).get(act_of(at, name)))


def test_preview_says_the_days_before_and_after(root: User, clock: time_machine.Traveller) -> None:
    at = STAGES["suspended"](root)
    clock.move_to(at.now)
    words = {"due_date": day(50).date().isoformat(), "reason": REASON}
    text = shown(desk_of(root).post(act_of(at, "extend_due"), words))
    before, after = text.split("As it is")[1].split("After this")
    assert "Access paused Last paid day 1 Feb 2027 Due day 1 Feb 2027" in before
    assert "13 Mar 2027 The subscription ends unpaid" in before
    assert "Access yes Last paid day 5 Feb 2027 Due day 20 Feb 2027" in after
    assert "2 Mar 2027 Access is paused" in after
    assert "1 Apr 2027 The subscription ends unpaid" in after


def sides(answer: Any) -> list[str]:
    """What a preview says: before, and after."""
    return shown(answer).split("As it is")[1].split("After this")


def test_preview_of_a_cancellation_says_when_the_plan_ends(
    root: User, clock: time_machine.Traveller
) -> None:
    at = STAGES["renewal_open"](root)
    clock.move_to(at.now)
    before, after = sides(desk_of(root).post(act_of(at, "cancel_plan"), {"reason": REASON}))
    assert "Due day 1 Feb 2027 What comes next" in before
    assert "nothing is due Cancelled: ends on 1 Feb 2027 What comes next" in after
    assert "1 Feb 2027 The subscription ends, as asked for" in after


def test_preview_of_the_next_plan_names_it(root: User, clock: time_machine.Traveller) -> None:
    at = STAGES["planned"](root)
    clock.move_to(at.now)
    desk, words = desk_of(root), {"reason": REASON, "plan_slug": "scale"}
    before, after = sides(desk.post(act_of(at, "plan_next_period"), words))
    assert ("Next plan Growth" in before, "Next plan Scale" in after) == (True, True)
    before, after = sides(desk.post(act_of(at, "drop_next_plan"), {"reason": REASON}))
    assert ("Next plan Growth" in before, "Next plan" in after) == (True, False)
    before, after = sides(desk.post(act_of(at, "order_plan"), words))
    assert "Next plan Growth What comes next" in before
    assert "Next plan Growth Order, due day 1 Feb 2027 What comes next" in after
    assert "The unpaid change of plan expires" in after


def test_cancelled_plan_has_no_next_one(root: User, clock: time_machine.Traveller) -> None:
    at = STAGES["planned"](root)
    act("cancel_plan", at, root)
    clock.move_to(at.now)
    text = shown(desk_of(root).get(page_of(at)))
    assert "Cancelled: ends on 1 Feb 2027" in text
    assert "Next plan" not in text


def test_only_paid_plans_on_offer_are_chosen(root: User, clock: time_machine.Traveller) -> None:
    at = STAGES["active"](root)
    clock.move_to(at.now)
    Plan.objects.filter(slug="scale").update(is_public=False)
    form = desk_of(root).get(act_of(at, "order_plan")).context["form"]
    assert form.fields["plan_slug"].choices == [
        ("starter", "Starter, 89.00 USD a month"),
        ("growth", "Growth, 139.00 USD a month"),
    ]


def test_what_was_changed_after_the_preview_is_shown_again(
    root: User, clock: time_machine.Traveller
) -> None:
    at = STAGES["past_due"](root)
    clock.move_to(at.now)
    desk, url = desk_of(root), act_of(at, "hold")
    other = {"until": day(70).date().isoformat(), "reason": REASON, "do": str(day(60).date())}
    page = desk.post(url, other)
    assert page.context["preview"]
    assert at.subscription.hold_until is None
    desk.post(url, {**other, "do": other["until"]})
    assert at.subscription.hold_until == day(70).date()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("extend_due", {"due_date": "", "reason": REASON}),
        ("extend_due", {"due_date": "tomorrow", "reason": REASON}),
        ("extend_due", {"due_date": "2027-02-20", "reason": " "}),
        ("hold", {"until": "2027-13-01", "reason": REASON}),
        ("adjust_credits", {"amount": "many", "reason": REASON}),
        ("adjust_credits", {"amount": "9" * 20, "reason": REASON}),
        ("end_now", {"reason": "x" * 151}),
        ("order_plan", {"plan_slug": "", "reason": REASON}),
        ("order_plan", {"plan_slug": "free", "reason": REASON}),
        ("plan_next_period", {"plan_slug": "growth", "reason": ""}),
    ],
)
def test_invalid_form_is_shown_again(
    root: User, clock: time_machine.Traveller, name: str, words: dict[str, str]
) -> None:
    at = STAGES["past_due"](root)
    clock.move_to(at.now)
    page = desk_of(root).post(act_of(at, name), {**words, "do": "yes"})
    assert page.context["form"].errors
    assert page.context["preview"] is None
    assert state(at.owner)[:2] == ("active", "past_due")


def test_refused_act_says_why(root: User, clock: time_machine.Traveller) -> None:
    at = STAGES["past_due"](root)
    clock.move_to(at.now)
    words = {"due_date": "2027-02-07", "reason": REASON, "do": "2027-02-06"}
    late = {"due_date": "2027-02-06", "reason": REASON, "do": "2027-02-06"}
    desk, url = desk_of(root), act_of(at, "extend_due")
    text = shown(desk.post(url, late, follow=True))
    assert "Nothing was changed. Choose a due day from 2027-02-07 to 2028-02-08." in text
    assert desk.post(url, words).context["preview"]


def test_page_of_a_subscription_that_another_one_has_followed_changes_neither(
    root: User, clock: time_machine.Traveller
) -> None:
    at = STAGES["active"](root)
    clock.move_to(at.now)
    desk, url, words = desk_of(root), act_of(at, "end_now"), {"reason": REASON, "do": "yes"}
    assert desk.post(url, {"reason": REASON}).context["preview"]
    order(at.owner, "growth", at.now)
    pay(at.owner, root, at.now)
    text = shown(desk.post(url, words, follow=True))
    assert "Nothing was changed. Another subscription of Lahore Textiles runs by now." in text
    assert state(at.owner)[:2] == ("active", "active")


def test_act_that_is_not_possible_is_not_offered(root: User, clock: time_machine.Traveller) -> None:
    at = STAGES["active"](root)
    clock.move_to(at.now)
    assert "This can't be done now" in shown(desk_of(root).get(act_of(at, "extend_due")))


@pytest.mark.parametrize("place", ["0", "999999", "1a", "-1", "9" * 19])
def test_unknown_subscription_is_not_found(root: User, place: str) -> None:
    assert desk_of(root).get(f"{LIST}{place}/change/").status_code == 404


def test_act_on_unknown_subscription_is_not_found(root: User) -> None:
    assert desk_of(root).get(f"{LIST}999999/hold/").status_code == 404


def test_account_and_invoice_lead_to_the_subscription(
    root: User, clock: time_machine.Traveller
) -> None:
    at = STAGES["past_due"](root)
    clock.move_to(at.now)
    desk = desk_of(root)
    account = reverse("admin:igny8_auth_account_change", args=[account_of(at.owner).pk])
    invoice = reverse("admin:billing_invoice_change", args=[invoice_of(at.owner).pk])
    for url in (account, invoice):
        assert f'href="{page_of(at)}"' in desk.get(url).content.decode()


def account_page_of(at: At) -> str:
    return reverse("admin:igny8_auth_account_change", args=[at.account.pk])


def offered_on(page: Any) -> list[str]:
    return [item["url"].rstrip("/").rpartition("/")[2] for item in page.context["acts"]]


@pytest.mark.parametrize(
    ("stage", "offered"),
    [("planned", set()), ("renewal_open", {"plan_next_period", "drop_next_plan"})],
)
def test_only_a_next_plan_that_is_paid_for_stays(
    root: User, clock: time_machine.Traveller, stage: str, offered: set[str]
) -> None:
    """The renewal of day 24 is paid: on the plan that was chosen, or before that is chosen."""
    at = STAGES[stage](root)
    pay(at.owner, root, day(27))
    if stage == "renewal_open":
        act("plan_next_period", At(at.owner, day(28)), root, plan_slug="growth")
    clock.move_to(day(29))
    acts = set(offered_on(desk_of(root).get(page_of(at))))
    assert acts & {"plan_next_period", "drop_next_plan"} == offered


@pytest.mark.parametrize(
    ("name", "words", "kept"),
    [("adjust_credits", {"amount": "500"}, (1500, True)), ("unpark", {}, (1000, False))],
)
def test_account_without_subscription_is_acted_on_from_its_page(
    root: User, clock: time_machine.Traveller, name: str, words: dict[str, str], kept: Any
) -> None:
    at = STAGES["trial"](root)
    clock.move_to(at.now)
    Account.objects.update(parked_at=at.now, parked_reason="KeyError")
    desk, words = desk_of(root), {**words, "reason": REASON}
    page = desk.get(account_page_of(at))
    assert offered_on(page) == ["adjust_credits", "unpark"]
    url = next(item["url"] for item in page.context["acts"] if item["url"].endswith(f"{name}/"))
    assert f'href="{url}"' in page.content.decode()
    preview = desk.post(url, words)
    assert "Back to the account" in shown(preview)
    outcome = preview.context["form"].outcome
    done = desk.post(url, {**words, "do": outcome}, follow=True)
    assert done.redirect_chain == [(account_page_of(at), 302)]
    assert ACTS[name].said in shown(done)
    account = at.account
    assert (account.credits, account.parked_at is not None) == kept
    assert PaymentEvent.objects.get(event=name).note.endswith(REASON)


def test_account_page_offers_what_a_person_may_and_what_is_possible(
    root: User, clock: time_machine.Traveller
) -> None:
    at = STAGES["ended"](root)
    clock.move_to(at.now)
    url = account_page_of(at)
    assert offered_on(desk_of(root).get(url)) == ["adjust_credits"]
    viewer = desk_of(user_as("viewer", at.owner))
    assert viewer.get(url.replace("change", "adjust_credits")).status_code == 403
    unpark = url.replace("change", "unpark")
    assert "This can't be done now" in shown(desk_of(root).get(unpark))
    assert desk_of(root).get(unpark.replace(str(at.account.pk), "999999")).status_code == 404
    at.owner.is_staff = at.owner.is_superuser = True
    at.owner.save()
    assert offered_on(desk_of(at.owner).get(url)) == []


def test_list_and_page_take_as_many_statements_for_many(
    root: User, clock: time_machine.Traveller
) -> None:
    at = STAGES["past_due"](root)
    clock.move_to(at.now)
    desk, numbers = desk_of(root), []
    for more in (0, 3):
        for _ in range(more):
            STAGES["past_due"](root)
        clock.move_to(at.now + timedelta(seconds=more))
        for url in (LIST, f"{LIST}?stage=past_due", page_of(at), act_of(at, "hold")):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(url).status_code == 200
            numbers.append(len(queries))
    assert numbers[:4] == numbers[4:]
    assert numbers[:4] == [19, 19, 21, 10]
