"""Each rule speaks from its bound on, and is silent before it and about what is honest. No database."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.controls.rules.signals import ThresholdImpossible
from carnet.controls.rules.signals.beginnings import Beginning, NewAccount
from carnet.controls.rules.signals.beyond_seats import Day, Seats
from carnet.controls.rules.signals.desks_and_places import Pair, Pairs
from carnet.controls.rules.signals.expiry_spike import LastDays
from carnet.controls.rules.signals.late_uploads import Uploads
from carnet.controls.rules.signals.mystery_no import Answers
from carnet.controls.rules.signals.outside import Agenda, Area, FromDesk, OpenHours, TooEarly
from carnet.controls.rules.signals.precision import share_of
from carnet.controls.rules.signals.redeem_and_reverse import Undone
from carnet.controls.rules.signals.registry import BY_CODE, RULES
from carnet.controls.rules.signals.rule import About, Span, periods
from carnet.controls.rules.signals.serials_in_order import Order
from carnet.controls.rules.signals.shared import Shared
from carnet.controls.rules.signals.unlike_peers import Compared, Group, Measure, Peers, deviations, usual_of
from carnet.controls.rules.signals.whole_booklets import Booklets

MONDAY = date(2026, 3, 2)
ABOUT: dict[str, Any] = {"place_id": 7, "organisation_id": 3, "from_on": MONDAY, "until_on": MONDAY + timedelta(days=7)}

DAY = Day(MONDAY, booklets=12, seats=8, cents=12_000)
PAIR = Pair(desk_id=5, vouchers=30, before=0, of_desk=40, desk_before=90, cents=30_000, km=3)
OTHER = Pair(desk_id=6, vouchers=40, before=100, of_desk=200, desk_before=300, cents=40_000, km=4)
SMALL = replace(OTHER, vouchers=20)
ALONE = Pair(desk_id=5, vouchers=70, before=60, of_desk=100, desk_before=90, cents=70_000, km=3)
REST = replace(OTHER, vouchers=30)
PAIRS = {"before": 100, "desks_near": 3, "desk_count": 4, "place_count": 4}
BEYOND = {"vouchers": 40, "beyond": 20, "cents": 20_000}
HUNDREDS = tuple(range(3_000, 4_100, 100))  # eleven places of thirty to forty vouchers: usual 35, usual to differ 3

# Two services behind one switchboard, with ordinary lessons: little beyond them, or less than half of the month.
ORDINARY = [Shared(**ABOUT, vouchers=40, beyond=19, cents=0, others=(9,)), Shared(**ABOUT, vouchers=41, beyond=20, cents=0, others=(9,))]

# Of each rule: what it notices at its usual threshold, exactly at the bound, and what it leaves alone.
SPEAKS: dict[str, list[About]] = {
    "beyond-seats": [Seats(**ABOUT, days=(DAY,))],
    "whole-booklets": [Booklets(**ABOUT, booklets=30, whole=3, cents=15_000)],
    "new-pair": [Pairs(**ABOUT, pairs=(PAIR, SMALL), **PAIRS), Pairs(**ABOUT, pairs=(replace(PAIR, before=22),), **PAIRS)],
    "closed-circuit": [Pairs(**ABOUT, pairs=(ALONE, REST), **PAIRS)],
    "outside-sessions": [Agenda(**ABOUT, vouchers=16, outside=8, sessions=2, cents=8_000)],
    "outside-hours": [OpenHours(**ABOUT, vouchers=12, outside=6, at_night=0, cents=6_000)],
    "outside-area": [Area(**ABOUT, desks=(FromDesk(5, 60, 12, 12_000), FromDesk(6, 2, 28, 28_000)))],
    "before-hand-over": [TooEarly(**ABOUT, before=1, refused=2, vouchers=9, cents=1_000)],
    "serials-in-order": [Order(**ABOUT, run=8, booklets=20, days=2, cents=40_000)],
    "expiry-spike": [
        LastDays(**ABOUT, vouchers=70, beyond=60, before=80, everybody=200, everybody_before=800, was_there=True, cents=60_000),
        LastDays(
            **ABOUT, vouchers=15, beyond=15, before=0, everybody=200, everybody_before=800, was_there=True, cents=15_000
        ),  # asleep until then
    ],
    "odd-uploads": [Uploads(**ABOUT, items=9, odd=5, late=5, ahead=0, back=0, broken=0, devices=1, cents=5_000)],
    "redeem-and-reverse": [
        Undone(**ABOUT, redeemed=25, reversed=5, loops=0, cents=5_000),
        Undone(**ABOUT, redeemed=500, reversed=6, loops=3, cents=6_000),
    ],
    "shared-account": [Shared(**ABOUT, **BEYOND, others=(9,))],
    "shared-contact": [Shared(**ABOUT, **BEYOND, others=(9,), alike=("phone",))],
    "shared-device": [Shared(**ABOUT, **BEYOND, others=(9,))],
    "new-place": [Beginning(**ABOUT, days=62, vouchers=70, beyond=60, peers=(5, 10, 20, 30, 40), cents=60_000)],
    "new-account": [NewAccount(**ABOUT, changed_days=20, before=56, before_days=56, after=50, after_days=20, cents=50_000)],
    "mystery-no": [Answers(**ABOUT, yes=7, no=3, unknown=0)],
    "unlike-its-peers": [
        Peers(**ABOUT, group=Group.AREA, vouchers=99, beyond=90, compared=(Compared(Measure.VOUCHERS, 9_000, HUNDREDS),), cents=90_000)
    ],
}
SILENT: dict[str, list[About]] = {
    "beyond-seats": [
        Seats(**ABOUT, days=(replace(DAY, booklets=11),)),  # under the bound
        Seats(**ABOUT, days=(Day(MONDAY, 6, 3, 6_000),)),  # three people squeezed in, at twice the seats
        Seats(**ABOUT, days=()),
    ],
    "whole-booklets": [
        Booklets(**ABOUT, booklets=30, whole=2, cents=0),
        Booklets(**ABOUT, booklets=31, whole=3, cents=0),  # a large library
    ],
    "new-pair": [
        Pairs(**ABOUT, pairs=(replace(PAIR, vouchers=29), replace(SMALL, vouchers=1)), **PAIRS),
        Pairs(**ABOUT, pairs=(PAIR, replace(SMALL, vouchers=21)), **PAIRS),  # a new partner, which adds to a busy month
        Pairs(**ABOUT, pairs=(PAIR, SMALL), **{**PAIRS, "before": 0}),  # a new place: another rule's
        Pairs(**ABOUT, pairs=(replace(PAIR, desk_before=0), SMALL), **PAIRS),  # a new desk
        Pairs(**ABOUT, pairs=(replace(PAIR, before=23), SMALL), **PAIRS),  # less than four times what it was
        Pairs(**ABOUT, pairs=(replace(PAIR, before=22), SMALL), **{**PAIRS, "before": 70}),  # the whole place grew: not twice its share
    ],
    "closed-circuit": [
        Pairs(**ABOUT, pairs=(replace(ALONE, vouchers=69, of_desk=98), replace(REST, vouchers=31)), **PAIRS),
        Pairs(**ABOUT, pairs=(replace(ALONE, of_desk=101), REST), **PAIRS),  # the desk's people go elsewhere too
        Pairs(**ABOUT, pairs=(ALONE, REST), **{**PAIRS, "desk_count": 3}),
        Pairs(**ABOUT, pairs=(ALONE, REST), **{**PAIRS, "desks_near": 1}),  # the one desk of a village, next door
    ],
    "outside-sessions": [
        Agenda(**ABOUT, vouchers=17, outside=8, sessions=2, cents=0),
        Agenda(**ABOUT, vouchers=7, outside=7, sessions=9, cents=0),  # a week of holidays, a few people who came between lessons
        Agenda(**ABOUT, vouchers=10, outside=10, sessions=0, cents=0),  # by appointment: no agenda at all
        Agenda(**ABOUT, vouchers=4, outside=4, sessions=9, cents=0),
    ],
    "outside-hours": [
        OpenHours(**ABOUT, vouchers=13, outside=6, at_night=0, cents=0),
        OpenHours(**ABOUT, vouchers=4, outside=4, at_night=4, cents=0),
    ],
    "outside-area": [
        Area(**ABOUT, desks=(FromDesk(5, 59, 12, 0), FromDesk(6, 2, 28, 0))),
        Area(**ABOUT, desks=(FromDesk(5, 60, 12, 0), FromDesk(6, 2, 29, 0))),
        Area(**ABOUT, desks=(FromDesk(5, 300, 9, 0),)),  # a family that moved
        Area(**ABOUT, desks=(FromDesk(5, 300, 40, 0),), roams=True),  # a van
    ],
    "before-hand-over": [TooEarly(**ABOUT, before=1, refused=1, vouchers=9, cents=0)],
    "serials-in-order": [Order(**ABOUT, run=7, booklets=20, days=1, cents=0)],
    "expiry-spike": [
        LastDays(**ABOUT, vouchers=200, beyond=59, before=80, everybody=200, everybody_before=800, was_there=True, cents=0),  # full lessons
        LastDays(
            **ABOUT, vouchers=60, beyond=60, before=80, everybody=201, everybody_before=800, was_there=True, cents=0
        ),  # everybody's rush
        LastDays(**ABOUT, vouchers=60, beyond=60, before=0, everybody=1, everybody_before=800, was_there=False, cents=0),  # a new place
        LastDays(**ABOUT, vouchers=14, beyond=14, before=8, everybody=1, everybody_before=800, was_there=True, cents=0),
    ],
    "odd-uploads": [Uploads(**ABOUT, items=9, odd=4, late=4, ahead=0, back=0, broken=0, devices=1, cents=0)],
    "redeem-and-reverse": [
        Undone(**ABOUT, redeemed=26, reversed=5, loops=2, cents=0),
        Undone(**ABOUT, redeemed=4, reversed=4, loops=0, cents=0),  # the first day of somebody new
    ],
    "shared-account": [Shared(**ABOUT, **BEYOND, others=()), *ORDINARY],
    "shared-contact": [
        Shared(**ABOUT, **BEYOND, others=()),
        Shared(**ABOUT, **BEYOND, others=(1, 2, 4, 5, 6), alike=("phone",)),
        *ORDINARY,
    ],
    "shared-device": [Shared(**ABOUT, **BEYOND, others=()), *ORDINARY],
    "new-place": [
        Beginning(**ABOUT, days=62, vouchers=600, beyond=59, peers=(5, 10, 20, 30, 40), cents=0),  # soon liked: its lessons are full
        Beginning(**ABOUT, days=63, vouchers=600, beyond=600, peers=(5, 10, 20, 30, 40), cents=0),
        Beginning(**ABOUT, days=10, vouchers=60, beyond=60, peers=(1, 1, 1, 1), cents=0),  # nobody to compare with
        Beginning(**ABOUT, days=10, vouchers=19, beyond=19, peers=(1, 1, 1, 1, 1), cents=0),
    ],
    "new-account": [
        NewAccount(**ABOUT, changed_days=20, before=56, before_days=56, after=49, after_days=20, cents=0),
        NewAccount(**ABOUT, changed_days=20, before=56, before_days=13, after=500, after_days=20, cents=0),
        NewAccount(**ABOUT, changed_days=46, before=0, before_days=56, after=500, after_days=46, cents=0),
        NewAccount(**ABOUT, changed_days=20, before=0, before_days=56, after=14, after_days=20, cents=0),
    ],
    "mystery-no": [
        Answers(**ABOUT, yes=0, no=2, unknown=9),
        Answers(**ABOUT, yes=8, no=3, unknown=0),
        Answers(**ABOUT, yes=1, no=3, unknown=0),
    ],
    "unlike-its-peers": [
        Peers(**ABOUT, group=Group.AREA, vouchers=57, beyond=57, compared=(Compared(Measure.VOUCHERS, 5_700, HUNDREDS),), cents=0),
        Peers(
            **ABOUT, group=Group.AREA, vouchers=90, beyond=90, compared=(Compared(Measure.VOUCHERS, 9_000, HUNDREDS[:7]),), cents=0
        ),  # too few
        Peers(
            **ABOUT, group=Group.AREA, vouchers=90, beyond=19, compared=(Compared(Measure.VOUCHERS, 1_900, (100,) * 9),), cents=0
        ),  # liked
    ],
}


@pytest.mark.parametrize("code", list(BY_CODE))
def test_every_rule_speaks_and_is_silent(code: str) -> None:
    rule = BY_CODE[code]
    for seen in SPEAKS[code]:
        noticed = rule.judge(seen, rule.usual)
        assert noticed is not None, seen
        assert noticed.facts
        assert noticed.cents >= 0
    for seen in SILENT[code]:
        assert rule.judge(seen, rule.usual) is None, seen


def test_every_rule_has_its_cases_and_says_what_it_is() -> None:
    assert set(SPEAKS) == set(SILENT) == set(BY_CODE)
    assert len(BY_CODE) == len(RULES)
    for rule in RULES:
        assert all((rule.looks_for, rule.because, rule.honest, rule.source)), rule.code
        assert rule.least <= rule.usual <= rule.most
        assert rule.check_threshold(rule.least) == rule.least
        for wrong in (rule.least - 1, rule.most + 1):
            with pytest.raises(ThresholdImpossible):
                rule.check_threshold(wrong)


@pytest.mark.parametrize(
    ("code", "at_bound"),
    [
        ("beyond-seats", 150), ("whole-booklets", 3), ("new-pair", 30), ("closed-circuit", 70), ("outside-sessions", 50), ("outside-hours", 50),
        ("outside-area", 60), ("before-hand-over", 3), ("serials-in-order", 8), ("expiry-spike", 300), ("odd-uploads", 5), ("shared-account", 2),
        ("shared-contact", 2), ("shared-device", 2), ("new-place", 300), ("new-account", 250), ("redeem-and-reverse", 20), ("mystery-no", 30),
    ],
)  # fmt: skip
def test_a_rule_speaks_at_its_bound_and_one_above_is_silent(code: str, at_bound: int) -> None:
    rule, seen = BY_CODE[code], SPEAKS[code][0]
    assert rule.usual == at_bound
    assert rule.judge(seen, at_bound) is not None
    assert rule.judge(seen, at_bound + 1) is None


def test_facts_hold_numbers_days_and_words_of_ours_only() -> None:
    for seen_of in SPEAKS.values():
        for seen in seen_of:
            for rule in RULES:
                if seen in SPEAKS[rule.code]:
                    _plain(rule.judge(seen, rule.usual).facts)  # type: ignore[union-attr]


def _plain(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            assert key.isidentifier()
            _plain(inner)
    elif isinstance(value, list):
        for inner in value:
            _plain(inner)
    else:
        assert isinstance(value, int | str)
        assert not isinstance(value, str) or len(value) <= 20


COUNTS = st.integers(min_value=0, max_value=10_000)


@given(vouchers=COUNTS, outside=COUNTS, sessions=st.integers(0, 50), low=st.integers(10, 100), high=st.integers(10, 100))
def test_a_higher_threshold_never_notices_more(vouchers: int, outside: int, sessions: int, low: int, high: int) -> None:
    seen = Agenda(**ABOUT, vouchers=vouchers + outside, outside=outside, sessions=sessions, cents=0)
    low, high = sorted((low, high))
    judge = BY_CODE["outside-sessions"].judge
    assert judge(seen, high) is None or judge(seen, low) is not None


@given(
    vouchers=COUNTS, before=COUNTS, everybody=COUNTS, everybody_before=COUNTS, more=COUNTS, threshold=st.integers(120, 10_000)
)  # fmt: skip
def test_everybodys_rush_never_makes_a_place_look_worse(
    vouchers: int, before: int, everybody: int, everybody_before: int, more: int, threshold: int
) -> None:
    seen = LastDays(
        **ABOUT,
        vouchers=vouchers,
        beyond=vouchers,
        before=before,
        everybody=everybody,
        everybody_before=everybody_before,
        was_there=True,
        cents=0,
    )
    judge = BY_CODE["expiry-spike"].judge
    if judge(seen, threshold) is None:
        assert judge(replace(seen, everybody=everybody + more), threshold) is None


@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=40))
def test_the_usual_is_the_median_and_its_deviation_that_of_the_differences(values: list[int]) -> None:
    usual = usual_of(values)
    assert usual.doubled == 2 * median(values)
    assert usual.doubled_deviation == int(2 * median(abs(each - median(values)) for each in values))
    assert deviations(min(values), usual) <= deviations(max(values), usual)


@given(st.lists(st.integers(2_000, 4_000), min_size=9, max_size=60), st.integers(0, 10_000_000))
def test_one_place_however_odd_does_not_hide_another(values: list[int], odd: int) -> None:
    """A mean would move with it; the median and the MAD do not go beyond what the others do."""
    usual = usual_of([*values, odd])
    assert min(values) * 2 <= usual.doubled <= max(values) * 2
    assert usual.doubled_deviation <= 2 * (max(values) - min(values))


@given(st.integers(0, 500), st.integers(0, 500))
def test_precision_is_within_its_interval(right: int, wrong: int) -> None:
    share = share_of(right, right + wrong)
    if right + wrong == 0:
        assert share is None
    else:
        assert share is not None
        assert 0 <= share.low <= share.thousandths <= share.high <= 1000


def test_wilsons_interval_as_published() -> None:
    """81 of 263, from Newcombe (1998), table I: 0.2553 to 0.3662."""
    share = share_of(81, 263)
    assert share is not None
    assert (share.low, share.thousandths, share.high) == (255, 308, 367)


@given(first=st.dates(date(2025, 1, 1), date(2027, 1, 1)), days=st.integers(0, 500), span=st.sampled_from(list(Span)))
def test_periods_are_whole_one_after_another_and_over(first: date, days: int, span: Span) -> None:
    until = first + timedelta(days=days)
    found = periods(span, from_on=first, until_on=until)
    for (begin, end), (following, _end) in pairwise(found):
        assert end == following
        assert begin < end
    if found:
        assert found[0][0] <= first
        assert found[-1][1] <= until
        # Beginning again where one stopped gives what is left, and nothing twice.
        assert periods(span, from_on=found[0][1], until_on=until) == found[1:]
