"""Which debts are kept from which claims, when they are asked for instead, how papers are numbered: without a database."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.settlement.rules.debts import (
    NOTE_MOVES,
    DebitNoteNotInState,
    DebitNotePaymentDiffers,
    DebitNotePaymentFuture,
    DebitNoteReferenceMissing,
    DebitNoteTooEarly,
    NoteState,
    Owed,
    PaperKind,
    RecoveryTermsInvalid,
    ask_on,
    check_may_ask,
    check_note_move,
    check_note_payment,
    check_recovery_terms,
    keep_from,
    paper_number,
    with_kept,
)

ids = st.integers(1, 3)
cents = st.sampled_from([500, 1000, 2000])


def rows(amounts: st.SearchStrategy[int]) -> st.SearchStrategy[list[Owed]]:
    """Claims or debts of a few organisations under a few agreements."""
    made = st.lists(st.tuples(ids, ids, amounts), max_size=12)
    return made.map(lambda found: [Owed(rank, *each) for rank, each in enumerate(found, start=1)])


@given(claims=rows(st.integers(1, 6).map(lambda count: count * 500)), debts=rows(cents))
def test_a_debt_is_kept_once_whole_and_only_where_it_belongs(claims: list[Owed], debts: list[Owed]) -> None:
    kept = keep_from(claims=claims, debts=debts)
    assert max(Counter(each.debt_id for each in kept).values(), default=0) <= 1
    by_claim, by_debt = {each.id: each for each in claims}, {each.id: each for each in debts}
    taken: Counter[int] = Counter()
    for each in kept:
        claim, debt = by_claim[each.claim_id], by_debt[each.debt_id]
        assert (claim.agreement_id, claim.organisation_id, debt.cents) == (debt.agreement_id, debt.organisation_id, each.cents)
        taken[claim.id] += each.cents
    # Never negative: what is transferred and what is kept are the claim.
    assert all(taken[claim.id] <= claim.cents for claim in claims)
    # Nothing that fits is left.
    left = [debt for debt in debts if debt.id not in {each.debt_id for each in kept}]
    for debt in left:
        mine = [claim for claim in claims if (claim.agreement_id, claim.organisation_id) == (debt.agreement_id, debt.organisation_id)]
        assert all(claim.cents - taken[claim.id] < debt.cents for claim in mine)


@given(claims=rows(st.integers(1, 6).map(lambda count: count * 1000)), debts=rows(st.just(1000)))
def test_with_one_face_value_as_much_is_kept_as_can_be(claims: list[Owed], debts: list[Owed]) -> None:
    def sums(found: list[Owed]) -> Counter[tuple[int, int]]:
        total: Counter[tuple[int, int]] = Counter()
        for each in found:
            total[each.agreement_id, each.organisation_id] += each.cents
        return total

    claimed, owed = sums(claims), sums(debts)
    kept = sum(each.cents for each in keep_from(claims=claims, debts=debts))
    assert kept == sum(min(claimed[key], owed[key]) for key in owed)


DAY = date(2026, 4, 15)


def test_a_debt_is_asked_for_some_days_after_the_last_claim_or_once_the_vouchers_ended() -> None:
    assert ask_on(owed_on=DAY, claimed_on=None, ended_on=None, ask_after_days=60) == date(2026, 6, 14)
    assert ask_on(owed_on=DAY, claimed_on=date(2026, 5, 7), ended_on=None, ask_after_days=60) == date(2026, 7, 6)
    assert ask_on(owed_on=DAY, claimed_on=date(2026, 5, 7), ended_on=date(2026, 5, 31), ask_after_days=60) == date(2026, 5, 31)
    assert ask_on(owed_on=DAY, claimed_on=None, ended_on=date(2026, 3, 1), ask_after_days=60) == DAY
    check_may_ask(possible_on=DAY, today=DAY)
    with pytest.raises(DebitNoteTooEarly):
        check_may_ask(possible_on=DAY + timedelta(days=1), today=DAY)


@pytest.mark.parametrize("state", NoteState)
@pytest.mark.parametrize("to", NoteState)
def test_a_debit_note_moves_as_its_table_says(state: NoteState, to: NoteState) -> None:
    if to in NOTE_MOVES[state]:
        check_note_move(state=state, to=to)
    else:
        with pytest.raises(DebitNoteNotInState):
            check_note_move(state=state, to=to)


def test_a_payment_is_the_whole_note_under_a_reference_on_a_day_that_came() -> None:
    right = {"asked_cents": 1000, "told_cents": 1000, "reference": " VIR 7 ", "paid_on": DAY, "today": DAY}
    assert check_note_payment(**right) == "VIR 7"
    for wrong, refusal in (
        ({"told_cents": 999}, DebitNotePaymentDiffers),
        ({"reference": " "}, DebitNoteReferenceMissing),
        ({"paid_on": DAY + timedelta(days=1)}, DebitNotePaymentFuture),
    ):
        with pytest.raises(refusal):
            check_note_payment(**(right | wrong))


def test_terms_papers_and_words() -> None:
    check_recovery_terms(ask_after_days=1, due_within_days=1)
    for ask, due in ((0, 30), (366, 30), (60, 0), (60, 121)):
        with pytest.raises(RecoveryTermsInvalid):
            check_recovery_terms(ask_after_days=ask, due_within_days=due)
    assert paper_number(kind=PaperKind.ADVICE, year=2026, number=12) == "AP-2026-000012"
    assert paper_number(kind=PaperKind.DEBIT_NOTE, year=2026, number=3) == "ND-2026-000003"
    assert with_kept("Nantes", 0) == "Nantes"
    assert with_kept("Nantes", 1005) == "Nantes - retenu 10,05 EUR"
    assert len(with_kept("x" * 140, 123456789)) == 140
