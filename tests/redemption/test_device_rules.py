"""What a device may accept, and what is read of what it sends: its clock decides nothing."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.kernel.periods import legal_day
from carnet.redemption.rules import (
    CENTS_MOST,
    COUNT_MOST,
    DEFAULT_CAPS,
    HOURS_MOST,
    Caps,
    DeviceLimitsInvalid,
    DeviceNameInvalid,
    ItemUnreadable,
    OfflineItem,
    attended_day,
    check_caps,
    clean_device_name,
    follows,
    in_order,
    parse_moment,
    read_item,
)

FACTS_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SAID = {
    "v": 1,
    "device": 7,
    "key": "11111111-2222-4333-8444-555555555555",
    "counter": 3,
    "previous": "ab" * 32,
    "token": "A" * 136,
    "service": "mailbox",
    "device_at": "2026-03-02T10:00:00.000Z",
    "facts_at": "2026-03-02T08:00:00Z",
}


def item(*, device_at: datetime, facts_at: datetime = FACTS_AT, counter: int = 1, previous: str = "") -> OfflineItem:
    return OfflineItem(UUID(str(SAID["key"])), 7, counter, previous, "A" * 136, "mailbox", device_at, facts_at)


skews = st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=2))
waits = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=72))


@given(skew=skews, since=waits, wait=waits)
def test_a_clock_two_days_wrong_gives_the_true_day(skew: timedelta, since: timedelta, wait: timedelta) -> None:
    accepted_at = FACTS_AT + since
    received_at = accepted_at + wait
    found = attended_day(received_at=received_at, device_now=received_at + skew, item=item(device_at=accepted_at + skew), hours=72)
    assert found == legal_day(accepted_at)


@given(before=skews, after=skews, since=waits, wait=waits, hours=st.integers(1, HOURS_MOST))
def test_a_clock_set_right_or_wrong_in_between_stays_between_the_facts_and_the_upload(
    before: timedelta, after: timedelta, since: timedelta, wait: timedelta, hours: int
) -> None:
    accepted_at = FACTS_AT + since
    received_at = accepted_at + wait
    found = attended_day(received_at=received_at, device_now=received_at + after, item=item(device_at=accepted_at + before), hours=hours)
    assert legal_day(FACTS_AT) <= found <= legal_day(received_at)
    assert found >= legal_day(received_at - timedelta(hours=hours))


def test_facts_said_to_come_from_the_future_hold_nothing() -> None:
    received_at = FACTS_AT + timedelta(hours=30)
    late = item(device_at=FACTS_AT, facts_at=received_at + timedelta(days=300))
    assert attended_day(received_at=received_at, device_now=received_at, item=late, hours=72) == legal_day(FACTS_AT)


def test_the_day_is_that_of_paris() -> None:
    accepted_at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    found = attended_day(received_at=accepted_at, device_now=accepted_at, item=item(device_at=accepted_at), hours=72)
    assert found == date(2026, 3, 3)


@given(order=st.permutations(range(1, 12)))
def test_reordering_on_the_way_changes_nothing(order: list[int]) -> None:
    sent = [(rank, item(device_at=FACTS_AT, counter=counter)) for rank, counter in enumerate(order)]
    assert [each.counter for _rank, each in in_order(sent)] == list(range(1, 12))


def test_an_item_names_the_one_before_it() -> None:
    first, second = item(device_at=FACTS_AT), item(device_at=FACTS_AT, counter=2, previous="cd" * 32)
    assert follows(first, before=None)
    assert follows(second, before=bytes.fromhex("cd" * 32))
    assert not follows(second, before=bytes.fromhex("ce" * 32))
    assert not follows(second, before=None)
    assert not follows(item(device_at=FACTS_AT, previous="cd" * 32), before=None)


@given(count=st.integers(-3, COUNT_MOST + 3), cents=st.integers(-3, CENTS_MOST + 3), hours=st.integers(-3, HOURS_MOST + 3))
def test_limits_within_bounds_only(count: int, cents: int, hours: int) -> None:
    caps = Caps(count, cents, hours)
    if 0 < count <= COUNT_MOST and 0 < cents <= CENTS_MOST and 0 < hours <= HOURS_MOST:
        assert check_caps(caps) is caps
    else:
        with pytest.raises(DeviceLimitsInvalid):
            check_caps(caps)


def test_a_device_begins_with_limits_it_may_have() -> None:
    assert check_caps(DEFAULT_CAPS) == DEFAULT_CAPS


def test_an_item_says_everything_and_nothing_more() -> None:
    read = read_item(json.dumps(SAID))
    assert (read.device_id, read.counter, read.service, read.device_at.hour) == (7, 3, "mailbox", 10)


@pytest.mark.parametrize(
    "changes",
    [{name: None} for name in SAID]
    + [
        {"extra": 1},
        {"v": 2},
        {"counter": -1},
        {"counter": 2**53},
        {"counter": True},
        {"counter": 1.5},
        {"key": "not a key"},
        {"token": "A" * 401},
        {"token": 5},
        {"service": "mail\u0000box"},
        {"previous": "\ud800"},
        {"device_at": "2026-03-02T10:00:00"},
        {"device_at": "1026-03-02T10:00:00Z"},
        {"facts_at": "yesterday"},
    ],
    ids=str,
)
def test_an_item_that_says_something_else_is_unreadable(changes: dict[str, object]) -> None:
    said = {name: value for name, value in (SAID | changes).items() if value is not None}
    with pytest.raises(ItemUnreadable):
        read_item(json.dumps(said))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"v":1,"v":1}', "[" * 5_000, "x" * 2_000, "\ud800"])
def test_what_is_no_item_is_unreadable(text: str) -> None:
    with pytest.raises(ItemUnreadable):
        read_item(text)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    with pytest.raises(ItemUnreadable):
        read_item(text)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60_000)))
def test_a_moment_is_read_back(since: timedelta) -> None:
    at = datetime(2001, 1, 1, tzinfo=UTC) + since
    assert parse_moment(at.isoformat()) == at
    assert parse_moment(at.isoformat().replace("+00:00", "Z")) == at


def test_names_are_short_and_on_one_line() -> None:
    assert clean_device_name("  Tablette   de l’accueil ") == "Tablette de l’accueil"
    for name in ("", "   ", "x" * 61, "a\u202eb"):
        with pytest.raises(DeviceNameInvalid):
            clean_device_name(name)
