"""What a sheet of paper may say: days that could be, vouchers that are there. Pure."""

from datetime import date, timedelta

import pytest

from carnet.distribution.rules.papers import (
    PAPER_DAYS_MAX,
    PAPERS_OPEN_MAX,
    PAPERS_PRINTED_MAX,
    PaperCountOutside,
    PaperDayAhead,
    PaperDayOutside,
    PaperDayTooOld,
    PaperNotedBefore,
    PapersTooMany,
    check_paper_day,
    check_papers,
    check_taken_out_left,
    chosen_vouchers,
)
from carnet.distribution.rules.translations import TranslationUnknown, check_checked, digest_of

TODAY = date(2026, 3, 20)
FIRST, LAST = date(2026, 3, 2), date(2026, 6, 30)


def check(day: date, *, today: date = TODAY, first: date = FIRST, last: date = LAST) -> None:
    check_paper_day(day, today=today, first=first, last=last)


def test_a_day_is_believed_only_when_it_could_be() -> None:
    for day in (FIRST, TODAY, TODAY - timedelta(days=3)):
        check(day)
    with pytest.raises(PaperDayAhead):
        check(TODAY + timedelta(days=1))
    with pytest.raises(PaperDayOutside):
        check(FIRST - timedelta(days=1))
    with pytest.raises(PaperDayOutside):
        check(date(2026, 7, 1), today=date(2026, 7, 2))
    old = TODAY - timedelta(days=PAPER_DAYS_MAX)
    check(old, first=old)
    with pytest.raises(PaperDayTooOld):
        check(old - timedelta(days=1), first=date(2025, 1, 1))


def test_vouchers_are_taken_from_the_one_written_or_from_the_first() -> None:
    here = [11, 12, 14, 15]
    assert chosen_vouchers(here, from_id=0, count=0) == (11, 12, 14, 15)
    assert chosen_vouchers(here, from_id=0, count=2) == (11, 12)
    assert chosen_vouchers(here, from_id=14, count=0) == (14, 15)
    assert chosen_vouchers(here, from_id=12, count=2) == (12, 14)
    with pytest.raises(PaperCountOutside) as refused:
        chosen_vouchers(here, from_id=14, count=3)
    assert refused.value.facts == {"asked": 3, "left": 2}


def test_a_booklet_taken_out_is_noted_up_to_its_vouchers() -> None:
    assert check_taken_out_left(noted=0, booklet_size=5, count=0) == 5
    assert check_taken_out_left(noted=2, booklet_size=5, count=3) == 3
    with pytest.raises(PaperCountOutside):
        check_taken_out_left(noted=2, booklet_size=5, count=4)
    with pytest.raises(PaperNotedBefore):
        check_taken_out_left(noted=5, booklet_size=5, count=0)


def test_sheets_are_numbered_a_few_at_a_time() -> None:
    check_papers(PAPERS_PRINTED_MAX, still_open=0)
    for count, still_open in ((0, 0), (PAPERS_PRINTED_MAX + 1, 0), (1, PAPERS_OPEN_MAX)):
        with pytest.raises(PapersTooMany):
            check_papers(count, still_open=still_open)


def test_one_letter_of_either_text_makes_another_version() -> None:
    versions = {digest_of(source, text) for source in ("Où", "Ou") for text in ("Де", "Дe")}
    assert len(versions) == 4
    assert all(len(each) == 64 for each in versions)


@pytest.mark.parametrize(
    ("language", "checked"),
    [("fr", {"where": "0" * 64}), ("ar", {}), ("ar", {"Where": "0" * 64}), ("uk", {"where": "0" * 63}), ("uk", {"where": "x" * 64})],
)
def test_only_sentences_of_a_translated_language_are_checked(language: str, checked: dict[str, str]) -> None:
    with pytest.raises(TranslationUnknown):
        check_checked(language, checked)
