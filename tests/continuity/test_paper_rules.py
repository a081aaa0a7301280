"""What a list of serials may say, each fault with its line; what a place may claim. Without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.continuity.rules.papers import (
    COLUMNS,
    LineFault,
    PaperClaimed,
    PaperOfAnotherPlace,
    PaperSpent,
    PaperState,
    PaperTooLate,
    ProofMissing,
    check_paper,
    check_proof,
    read_serials,
)
from carnet.continuity.rules.takeovers import (
    ArchiveOfAnotherVersion,
    NoteMissing,
    ReceiptsMissing,
    ReceiptTooLate,
    ReceiptTooOld,
    Window,
    check_note,
    check_versions,
    receipts_in,
)
from tests.factories.campaign import NOW

SIRET = "21440109300015"
HEADER = "serial;value;state;accepted_until;place\n"


def faults(text: str) -> list[LineFault]:
    return read_serials(text)[1]


def test_a_list_is_read_whatever_its_order_and_its_marks() -> None:
    text = f'\ufeffstate,serial,value,accepted_until,place\nhanded_over,ap 001,10,2026-06-30,\nowed,AP002,"12,50",2026-06-30,{SIRET}\n'
    lines, wrong = read_serials(text)
    assert wrong == []
    assert [(each.serial, each.value_cents, each.state, each.siret) for each in lines] == [
        ("AP001", 1000, PaperState.HANDED_OVER, ""), ("AP002", 1250, PaperState.OWED, SIRET),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "what"),
    [
        (";10;handed_over;2026-06-30;", "serial", "serial-wrong"),
        ("A1;dix;handed_over;2026-06-30;", "value", "value-wrong"),
        ("A1;0;handed_over;2026-06-30;", "value", "value-wrong"),
        ("A1;10;given;2026-06-30;", "state", "state-wrong"),
        ("A1;10;handed_over;30/06/2026;", "accepted_until", "day-wrong"),
        ("A1;10;handed_over;2026-06-30;123", "place", "siret-wrong"),
        ("A1;10;owed;2026-06-30;", "place", "place-missing"),
        ("A1;10;handed_over;2026-06-30", "", "cells-wrong"),
    ],
)
def test_each_fault_is_told_with_its_line(line: str, column: str, what: str) -> None:
    (fault,) = faults(f"{HEADER}A0;10;handed_over;2026-06-30;\n{line}\n")
    assert (fault.line, fault.column, fault.what) == (3, column, what)


def test_a_serial_twice_a_column_missing_nothing_at_all() -> None:
    (fault,) = faults(f"{HEADER}A1;10;handed_over;2026-06-30;\na 1;10;handed_over;2026-06-30;\n")
    assert (fault.line, fault.what, fault.found) == (3, "serial-twice", "2")
    assert {each.what for each in faults("serial,value\n")} == {"column-missing"}
    assert [each.what for each in faults(HEADER)] == ["no-line"]


@given(st.lists(st.integers(min_value=1, max_value=99_999), min_size=1, max_size=5))
def test_no_cent_is_lost_in_reading(cents: list[int]) -> None:
    rows = "\n".join(f"S{rank};{each // 100},{each % 100:02d};handed_over;2026-06-30;" for rank, each in enumerate(cents))
    lines, wrong = read_serials(HEADER + rows)
    assert wrong == []
    assert [line.value_cents for line in lines] == cents
    assert set(COLUMNS) == {"serial", "value", "state", "accepted_until", "place"}


def claim(**changes: object) -> None:
    facts: dict[str, object] = {
        "serial": "A1", "state": PaperState.HANDED_OVER, "siret": "", "own_siret": SIRET, "used_on": date(2026, 5, 1),
        "accepted_until": date(2026, 6, 30), "today": date(2026, 7, 10), "is_claimed": False,
    }  # fmt: skip
    check_paper(**{**facts, **changes})  # type: ignore[arg-type]


def test_what_a_place_may_claim() -> None:
    claim()
    claim(state=PaperState.OWED, siret=SIRET)
    for refusal, change in (
        (PaperSpent, {"state": PaperState.REDEEMED}),
        (PaperSpent, {"state": PaperState.VOID}),
        (PaperOfAnotherPlace, {"state": PaperState.OWED, "siret": "55208131766522"}),
        (PaperTooLate, {"used_on": date(2026, 7, 1)}),
        (PaperTooLate, {"used_on": date(2026, 6, 30), "today": date(2026, 6, 29)}),
        (PaperClaimed, {"is_claimed": True}),
    ):
        with pytest.raises(refusal):
            claim(**change)
    with pytest.raises(ProofMissing):
        check_proof(has_photograph=False, paper_kept=False)


def test_receipts_are_of_the_gap_only() -> None:
    window = Window(since=NOW, taken_at=NOW + timedelta(hours=5))
    window.check(NOW)
    window.check(NOW + timedelta(hours=5))
    with pytest.raises(ReceiptTooOld):
        window.check(NOW - timedelta(minutes=6))
    with pytest.raises(ReceiptTooLate):
        window.check(NOW + timedelta(hours=5, seconds=1))


def test_receipts_are_found_in_a_text_or_a_csv() -> None:
    assert receipts_in("aaa.bbb\n\naaa.bbb\nccc.ddd\n") == ("aaa.bbb", "ccc.ddd")
    assert receipts_in('date;"aaaa.bbbb";10\n') == ("aaaa.bbbb",)
    with pytest.raises(ReceiptsMissing):
        receipts_in("\n \n")


def test_versions_and_notes() -> None:
    check_versions({"ledger": "0005"}, {"ledger": "0005", "places": "0001"})
    with pytest.raises(ArchiveOfAnotherVersion):
        check_versions({"ledger": "0006"}, {"ledger": "0005"})
    assert check_note("  les deux   papiers ") == "les deux papiers"
    with pytest.raises(NoteMissing):
        check_note(" ")
