"""When vouchers may be handed over and until when they are taken; what a programme may be and become."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.funding.rules import (
    AcceptanceBeforeHandOver,
    AcceptanceUnclear,
    BookletSizeWrong,
    FrozenOnceIssued,
    GraceNegative,
    HandOverEnded,
    HandOverNotOpen,
    HandOverWindowReversed,
    NameMissing,
    PerimeterCodeWrong,
    PerimeterEmpty,
    ProgrammeEnded,
    ServiceCodeWrong,
    ServicesMissing,
    TemplateUnknown,
    UndoWindowWrong,
    VoucherValueNotPositive,
    Windows,
    acceptance_after,
    check_change,
    check_hand_over_open,
    check_terms,
    check_windows,
    is_in_perimeter,
    latest_acceptance,
    template_terms,
)
from carnet.kernel.periods import PARIS, start_of_day

DATED = Windows(
    hand_over_from=start_of_day(date(2025, 11, 1)),
    hand_over_until=start_of_day(date(2026, 11, 1)),
    printed_until=start_of_day(date(2027, 1, 1)),
    months_after_hand_over=None,
    grace_days=31,
)
MONTHS = replace(DATED, printed_until=None, months_after_hand_over=1)
TERMS = template_terms("nantes", first_day=date(2025, 11, 1), service_codes=("mailbox", "cv"))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"hand_over_until": DATED.hand_over_from}, HandOverWindowReversed),
        ({"hand_over_until": DATED.hand_over_from - timedelta(days=1)}, HandOverWindowReversed),
        ({"printed_until": None}, AcceptanceUnclear),
        ({"months_after_hand_over": 6}, AcceptanceUnclear),
        ({"printed_until": None, "months_after_hand_over": 0}, AcceptanceUnclear),
        ({"printed_until": DATED.hand_over_until - timedelta(seconds=1)}, AcceptanceBeforeHandOver),
        ({"grace_days": -1}, GraceNegative),
        ({"grace_days": 367}, GraceNegative),
    ],
)
def test_windows_no_voucher_could_live_in_are_refused(changes: dict, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_windows(replace(DATED, **changes))


def test_printed_and_accepted_are_two_instants_a_month_of_grace_apart() -> None:
    acceptance = acceptance_after(DATED, handed_over_at=datetime(2026, 3, 3, tzinfo=UTC))
    assert acceptance.printed_until == datetime(2027, 1, 1, tzinfo=PARIS)
    assert acceptance.accepted_until == datetime(2027, 2, 1, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("handed_over", "last_day"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 2, 28), date(2026, 3, 28)),
        (date(2026, 5, 31), date(2026, 6, 30)),
    ],
)
def test_a_month_after_the_31st_ends_with_the_shorter_month_included(handed_over: date, last_day: date) -> None:
    noon = start_of_day(handed_over) + timedelta(hours=12)
    acceptance = acceptance_after(replace(MONTHS, grace_days=0), handed_over_at=noon)
    assert acceptance.printed_until == acceptance.accepted_until == start_of_day(last_day + timedelta(days=1))


def test_the_day_counted_from_is_the_day_in_paris() -> None:
    just_after_midnight_in_paris = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    acceptance = acceptance_after(replace(MONTHS, grace_days=0), handed_over_at=just_after_midnight_in_paris)
    assert acceptance.printed_until == start_of_day(date(2026, 8, 2))


def test_grace_is_counted_in_days_over_the_night_the_clocks_change() -> None:
    windows = replace(DATED, hand_over_until=start_of_day(date(2026, 3, 1)), printed_until=start_of_day(date(2026, 3, 15)))
    assert acceptance_after(windows, handed_over_at=DATED.hand_over_from).accepted_until == start_of_day(date(2026, 4, 15))


@given(minutes=st.integers(0, 365 * 24 * 60 - 1))
def test_no_voucher_outlives_the_latest_acceptance(minutes: int) -> None:
    at = DATED.hand_over_from + timedelta(minutes=minutes)
    check_hand_over_open(MONTHS, at=at)
    ends = acceptance_after(MONTHS, handed_over_at=at)
    assert at < ends.printed_until <= ends.accepted_until <= latest_acceptance(MONTHS).accepted_until


def test_handing_over_is_refused_before_and_from_the_end_on() -> None:
    check_hand_over_open(DATED, at=DATED.hand_over_from)
    with pytest.raises(HandOverNotOpen):
        check_hand_over_open(DATED, at=DATED.hand_over_from - timedelta(microseconds=1))
    with pytest.raises(HandOverEnded):
        check_hand_over_open(DATED, at=DATED.hand_over_until)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "  "}, NameMissing),
        ({"perimeter": ()}, PerimeterEmpty),
        ({"perimeter": ("44", "Nantes")}, PerimeterCodeWrong),
        ({"perimeter": ("20",)}, PerimeterCodeWrong),
        ({"voucher_value_cents": 0}, VoucherValueNotPositive),
        ({"voucher_value_cents": -10_00}, VoucherValueNotPositive),
        ({"booklet_size": 0}, BookletSizeWrong),
        ({"booklet_size": 51}, BookletSizeWrong),
        ({"service_codes": ()}, ServicesMissing),
        ({"service_codes": ("Boîte mail",)}, ServiceCodeWrong),
        ({"undo_window_minutes": -1}, UndoWindowWrong),
        ({"windows": replace(DATED, printed_until=None)}, AcceptanceUnclear),
    ],
)
def test_a_programme_that_could_not_work_is_refused(changes: dict, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_terms(replace(TERMS, **changes))


@pytest.mark.parametrize("template", ["nantes", "departement"])
def test_every_template_gives_terms_that_hold(template: str) -> None:
    check_terms(template_terms(template, first_day=date(2025, 11, 1), service_codes=("mailbox",)))


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(TemplateUnknown):
        template_terms("lyon", first_day=date(2025, 11, 1), service_codes=("mailbox",))


@pytest.mark.parametrize(
    ("proposed", "fields"),
    [
        (replace(TERMS, voucher_value_cents=20_00), ("voucher_value_cents",)),
        (replace(TERMS, booklet_size=10), ("booklet_size",)),
        (replace(TERMS, windows=replace(TERMS.windows, grace_days=0)), ("grace_days",)),
    ],
)
def test_what_is_printed_is_frozen_once_vouchers_exist(proposed, fields: tuple[str, ...]) -> None:
    check_change(current=TERMS, proposed=proposed, vouchers_exist=False, ended_at=None)
    with pytest.raises(FrozenOnceIssued) as refused:
        check_change(current=TERMS, proposed=proposed, vouchers_exist=True, ended_at=None)
    assert refused.value.facts["fields"] == fields


def test_texts_and_services_may_change_until_the_programme_ends() -> None:
    proposed = replace(TERMS, phone="02 40 00 00 00", service_codes=("cv",))
    check_change(current=TERMS, proposed=proposed, vouchers_exist=True, ended_at=None)
    with pytest.raises(ProgrammeEnded):
        check_change(current=TERMS, proposed=proposed, vouchers_exist=True, ended_at=DATED.hand_over_until)


@pytest.mark.parametrize(
    ("commune", "epci", "perimeter", "inside"),
    [
        ("44109", "244400404", ("244400404",), True),
        ("44109", None, ("244400404",), False),
        ("44109", None, ("44",), True),
        ("35238", "243500139", ("44", "244400404"), False),
        ("97411", None, ("974",), True),
        ("97411", None, ("97411",), True),
        ("2A004", None, ("2A",), True),
        ("75056", None, ("FR",), True),
        ("04490", None, ("44",), False),
    ],
)
def test_a_commune_is_in_the_perimeter_by_itself_its_department_or_its_epci(
    commune: str, epci: str | None, perimeter: tuple[str, ...], inside: bool
) -> None:
    assert is_in_perimeter(commune=commune, epci=epci, perimeter=perimeter) is inside
