"""Borders of periods: whole months from the anchor, by the clock on the business's wall."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.business.billing.borders import (
    Anchor,
    LatePayment,
    border,
    day_of,
    index_at,
    last_day,
    re_anchored,
    renewal_due_day,
    start_of,
    with_months,
)

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
KARACHI = ZoneInfo("Asia/Karachi")
SANTIAGO = ZoneInfo("America/Santiago")  # its clocks change at midnight
ZONES = [UTC_ZONE, BERLIN, NEW_YORK, KARACHI, SANTIAGO]


def utc(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


zones = st.sampled_from(ZONES)
instants = st.integers(0, 7 * 365 * 24 * 60).map(
    lambda minutes: utc(2026) + timedelta(minutes=minutes)
)
anchors = st.builds(Anchor, at=instants, index=st.integers(0, 40), months=st.sampled_from([1, 12]))
indexes = st.integers(0, 60)


def days_from(anchor: Anchor, *indexes: int, zone: ZoneInfo = UTC_ZONE) -> list[date]:
    return [day_of(border(anchor, index, zone), zone) for index in indexes]


def test_31_january_does_not_drift() -> None:
    """Complaint 1: 31 Jan, 28 Feb, then 31 Mar again."""
    anchor = Anchor(at=utc(2026, 1, 31, 9), index=0, months=1)
    assert days_from(anchor, 1, 2, 3, 12, 25) == [
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2027, 1, 31),
        date(2028, 2, 29),
    ]


def test_29_february_comes_back_every_fourth_year() -> None:
    anchor = Anchor(at=utc(2028, 2, 29, 12), index=3, months=12)
    assert days_from(anchor, 4, 5, 6, 7) == [
        date(2029, 2, 28),
        date(2030, 2, 28),
        date(2031, 2, 28),
        date(2032, 2, 29),
    ]


def test_31_december_stays_in_its_year() -> None:
    anchor = Anchor(at=utc(2026, 12, 31, 23, 59), index=0, months=1)
    assert days_from(anchor, -1, 1, 2, 12) == [
        date(2026, 11, 30),
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 12, 31),
    ]


def test_months_are_counted_in_the_business_zone() -> None:
    """Complaint 7: 1 in the morning on 1 March in Karachi is 28 February in UTC."""
    anchor = Anchor(at=utc(2027, 2, 28, 20), index=0, months=1)
    assert border(anchor, 1, KARACHI) == utc(2027, 3, 31, 20)
    assert border(anchor, 1, UTC_ZONE) == utc(2027, 3, 28, 20)
    assert days_from(anchor, -1, 1, 2, zone=KARACHI) == [
        date(2027, 2, 1),
        date(2027, 4, 1),
        date(2027, 5, 1),
    ]


def test_wall_clock_time_stays_across_changes_of_the_clocks() -> None:
    anchor = Anchor(at=utc(2026, 1, 15, 9, 30), index=0, months=1)
    assert border(anchor, 3, BERLIN) == utc(2026, 4, 15, 8, 30)
    assert border(anchor, 12, BERLIN) == utc(2027, 1, 15, 9, 30)
    assert border(anchor, 3, NEW_YORK) == utc(2026, 4, 15, 8, 30)


def test_time_that_the_clocks_skip_comes_an_hour_later() -> None:
    anchor = Anchor(at=utc(2027, 2, 28, 1, 30), index=0, months=1)  # 02:30 in Berlin
    hours = [border(anchor, index, BERLIN).astimezone(BERLIN).hour for index in (0, 1, 2)]
    assert hours == [2, 3, 2]
    assert border(anchor, 1, BERLIN) == utc(2027, 3, 28, 1, 30)


def test_time_that_comes_twice_is_the_first() -> None:
    anchor = Anchor(at=utc(2026, 9, 25, 0, 30), index=0, months=1)  # 02:30 in Berlin
    assert border(anchor, 1, BERLIN) == utc(2026, 10, 25, 0, 30)


def test_anchor_in_the_second_of_two_equal_hours_is_itself() -> None:
    anchor = Anchor(at=utc(2026, 10, 25, 1, 30), index=5, months=1)  # the second 02:30
    assert border(anchor, 5, BERLIN) == anchor.at
    assert index_at(anchor, utc(2026, 10, 25, 0, 45), BERLIN) == 4
    assert border(anchor, 6, BERLIN) == utc(2026, 11, 25, 1, 30)


def test_midnight_that_the_clocks_skip_belongs_to_its_day() -> None:
    day = date(2026, 9, 6)  # begins at 01:00 in Santiago
    assert start_of(day, SANTIAGO) == utc(2026, 9, 6, 4)
    assert day_of(start_of(day, SANTIAGO), SANTIAGO) == day
    assert day_of(start_of(day, SANTIAGO) - timedelta(microseconds=1), SANTIAGO) < day


@given(anchors, indexes, zones)
def test_periods_are_half_open_and_follow_each_other(
    anchor: Anchor, index: int, zone: ZoneInfo
) -> None:
    begins, ends = border(anchor, index, zone), border(anchor, index + 1, zone)
    assert timedelta(days=27) < (ends - begins) / anchor.months < timedelta(days=32)
    assert index_at(anchor, begins, zone) == index
    assert index_at(anchor, ends - timedelta(microseconds=1), zone) == index
    assert index_at(anchor, ends, zone) == index + 1


@given(anchors, instants, zones)
def test_each_instant_is_in_one_period(anchor: Anchor, now: datetime, zone: ZoneInfo) -> None:
    index = index_at(anchor, now, zone)
    assert border(anchor, index, zone) <= now < border(anchor, index + 1, zone)


@given(anchors, indexes, zones)
def test_day_and_time_are_the_anchors_or_the_months_last(
    anchor: Anchor, index: int, zone: ZoneInfo
) -> None:
    start, local = anchor.at.astimezone(zone), border(anchor, index, zone).astimezone(zone)
    is_last = (local + timedelta(days=1)).month != local.month
    is_skipped = local.time() != start.time()
    assert local.day == start.day or is_last or is_skipped
    if is_skipped:  # a gap, by which it comes later
        naive = datetime.combine(local.date(), start.time(), zone)
        assert naive.astimezone(UTC) == border(anchor, index, zone)
        assert naive.astimezone(UTC).astimezone(zone) != naive


@given(instants, zones)
def test_day_begins_when_it_begins(moment: datetime, zone: ZoneInfo) -> None:
    start = start_of(day_of(moment, zone), zone)
    assert start <= moment
    assert day_of(start, zone) == day_of(moment, zone)
    assert day_of(start - timedelta(microseconds=1), zone) < day_of(moment, zone)


PAID_UNTIL_1_FEBRUARY = Anchor(at=utc(2027, 1, 1, 10), index=0, months=1)
SUSPENDED = utc(2027, 2, 11, 10)
BACK = utc(2027, 3, 3, 10)


@pytest.mark.parametrize(
    ("late_payment", "begins", "ends"),
    [
        (LatePayment.CLOCK_STOPS, utc(2027, 2, 21, 10), utc(2027, 3, 21, 10)),
        (LatePayment.KEEPS_DUE, utc(2027, 2, 1, 10), utc(2027, 3, 1, 10)),
        (LatePayment.RESTARTS, BACK, utc(2027, 4, 3, 10)),
    ],
)
def test_late_payment_moves_the_unpaid_period(
    late_payment: LatePayment, begins: datetime, ends: datetime
) -> None:
    """Complaint 20: ten days were used before the suspension, so ten are paid."""
    anchor = re_anchored(
        PAID_UNTIL_1_FEBRUARY,
        1,
        UTC_ZONE,
        suspended_at=SUSPENDED,
        back_at=BACK,
        late_payment=late_payment,
    )
    assert (border(anchor, 1, UTC_ZONE), border(anchor, 2, UTC_ZONE)) == (begins, ends)


def test_second_pause_of_a_period_is_counted_too() -> None:
    """Complaint 26: paused on day 10 and, five days after coming back, again."""
    again = re_anchored(PAID_UNTIL_1_FEBRUARY, 1, UTC_ZONE, suspended_at=SUSPENDED, back_at=BACK)
    paused_on, back_at = BACK + timedelta(days=5), utc(2027, 4, 20, 10)
    anchor = re_anchored(again, 1, UTC_ZONE, suspended_at=paused_on, back_at=back_at)
    assert border(anchor, 1, UTC_ZONE) == back_at - timedelta(days=15)


@given(anchors, indexes, zones, st.integers(0, 60), st.integers(0, 400))
def test_used_time_stays_the_same(
    anchor: Anchor, index: int, zone: ZoneInfo, used: int, paused: int
) -> None:
    suspended_at = border(anchor, index, zone) + timedelta(hours=used * 7)
    back_at = suspended_at + timedelta(hours=paused * 5)
    moved = re_anchored(anchor, index, zone, suspended_at=suspended_at, back_at=back_at)
    assert back_at - border(moved, index, zone) == timedelta(hours=used * 7)


def test_pause_before_the_unpaid_period_costs_nothing_of_it() -> None:
    early = utc(2027, 1, 20)
    anchor = re_anchored(PAID_UNTIL_1_FEBRUARY, 1, UTC_ZONE, suspended_at=early, back_at=BACK)
    assert border(anchor, 1, UTC_ZONE) == BACK


def test_other_interval_begins_at_its_border() -> None:
    anchor = Anchor(at=utc(2026, 1, 31, 9), index=0, months=1)
    yearly = with_months(anchor, 1, 12, UTC_ZONE)
    assert border(yearly, 1, UTC_ZONE) == border(anchor, 1, UTC_ZONE) == utc(2026, 2, 28, 9)
    assert border(yearly, 2, UTC_ZONE) == utc(2027, 2, 28, 9)
    assert with_months(anchor, 7, 1, UTC_ZONE) == anchor


@pytest.mark.parametrize(
    ("ends_at", "issued_on", "due_date"),
    [
        (utc(2027, 2, 1, 10), date(2027, 1, 25), date(2027, 2, 1)),
        (utc(2027, 2, 1), date(2027, 1, 25), date(2027, 1, 31)),
        (utc(2027, 2, 1, 10), date(2027, 1, 27), date(2027, 2, 1)),
        (utc(2027, 2, 1, 10), date(2027, 1, 28), date(2027, 2, 2)),
        (utc(2027, 2, 1, 10), date(2027, 2, 9), date(2027, 2, 14)),
    ],
)
def test_renewal_is_due_on_the_last_paid_day_or_five_days_after_its_issue(
    ends_at: datetime, issued_on: date, due_date: date
) -> None:
    assert renewal_due_day(ends_at, UTC_ZONE, issued_on=issued_on, min_term_days=5) == due_date


def test_last_paid_day_is_a_day_of_the_business() -> None:
    ends_at = utc(2027, 1, 31, 20)  # 1 February, 01:00, in Karachi
    assert last_day(ends_at, KARACHI) == date(2027, 2, 1)
    assert last_day(ends_at, UTC_ZONE) == date(2027, 1, 31)
    assert last_day(utc(2027, 1, 31, 19), KARACHI) == date(2027, 1, 31)
