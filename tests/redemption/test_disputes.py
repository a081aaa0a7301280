"""A redemption disputed after its window: opened once by its place or for it, decided by somebody else, undone or recovered, told honestly."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import IbanInText, NirInText
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger_queries
from carnet.ledger.rules import Money
from carnet.redemption import operations, queries
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import (
    DISPUTE_DAYS_MAX,
    DISPUTES_PER_REDEMPTION_MAX,
    AlreadyReversed,
    DecidedByOpener,
    DisputeDecided,
    DisputeOpen,
    DisputeOutcome,
    DisputeSettled,
    DisputeTooLate,
    DisputeUnknown,
    ReasonMissing,
    RedemptionUnknown,
    UndoWindowOpen,
    check_next_dispute,
    parse_dispute_number,
)
from tests.factories.campaign import LATER, Campaign, campaign, rid
from tests.settlement.conftest import APRIL, Payday, make_payday

AFTER = LATER + timedelta(days=5)
outcomes = st.lists(st.none() | st.sampled_from(DisputeOutcome), max_size=5)


@given(before=outcomes)
def test_one_dispute_at_a_time_and_only_after_a_refusal(before: list[DisputeOutcome | None]) -> None:
    may = len(before) < DISPUTES_PER_REDEMPTION_MAX and all(each == DisputeOutcome.REFUSED for each in before)
    try:
        assert check_next_dispute(before) == len(before) + 1
        assert may
    except (DisputeOpen, DisputeSettled):
        assert not may


@pytest.mark.parametrize("number", ["", "D", "7", "D-7", "D7 ", "D" + "9" * 19])
def test_what_is_not_a_number_is_no_dispute(number: str) -> None:
    with pytest.raises(DisputeUnknown):
        parse_dispute_number(number)


def operator_of(ready: Campaign, person_id: int = 900) -> Actor:
    programmes = frozenset({ready.programme_id})
    return Actor(
        "person",
        "",
        person_id=person_id,
        organisation_id=ready.operator_id,
        organisation_ids=frozenset({ready.operator_id}),
        programme_ids=programmes,
    )


@pytest.fixture
def operator(ready: Campaign) -> Actor:
    return operator_of(ready)


@pytest.fixture
def spent(ready: Campaign) -> Redeemed:
    with acting_as(ready.mediator):
        (answer,) = operations.redeem_many(asked=[Asked(Item(ready.code(0), "mailbox"), ready.mediator, "SCREEN")], at=LATER)
    assert isinstance(answer, Redeemed)
    return answer


def dispute(actor: Actor, number: str, *, at: datetime = AFTER, **changes: Any) -> str:
    with acting_as(actor):
        return operations.open_dispute(
            number=number, actor=actor, at=at, **{"reason": "mauvais chèque scanné", "request_id": rid(), **changes}
        )


def decide(actor: Actor, number: str, *, at: datetime = AFTER, **changes: Any) -> DisputeOutcome:
    with acting_as(actor):
        return operations.decide_dispute(number=number, actor=actor, at=at, **{"accepted": True, "request_id": rid(), **changes})


def everything_adds_up() -> None:
    with acting_as_everything(why="verify"):
        assert ledger_queries.verify() == []
        assert queries.verify() == []


def test_an_accepted_dispute_undoes_what_is_not_claimed(ready: Campaign, operator: Actor, spent: Redeemed) -> None:
    request_id = rid()
    number = dispute(ready.mediator, spent.number, request_id=request_id)
    assert dispute(ready.mediator, spent.number, request_id=request_id) == number
    with acting_as(operator):
        (waiting,) = queries.disputes(programme_id=ready.programme_id, is_open=True)
    assert (waiting.number, waiting.cents, waiting.voucher_serial, waiting.outcome) == (number, 1000, spent.voucher_serial, None)
    request_id = rid()
    assert decide(operator, number, request_id=request_id) == DisputeOutcome.REVERSED
    assert decide(operator, number, request_id=request_id) == DisputeOutcome.REVERSED
    with acting_as_everything(why="look"):
        assert ledger_queries.money(agreement_id=ready.agreement_id).total == Money(funded=20_000, in_circulation=20_000)
        assert queries.to_recover() == []
    with acting_as(ready.mediator):
        (told,) = queries.disputes(organisation_id=ready.place_organisation_id)
        assert (told.outcome, told.decided_at) == (DisputeOutcome.REVERSED, AFTER)
        # The voucher lives again.
        (again,) = operations.redeem_many(asked=[Asked(Item(ready.code(0), "mailbox"), ready.mediator, "SCREEN")], at=AFTER)
    assert isinstance(again, Redeemed)
    everything_adds_up()


def test_a_refused_dispute_says_why_and_changes_nothing(ready: Campaign, operator: Actor, spent: Redeemed) -> None:
    number = dispute(ready.mediator, spent.number)
    with pytest.raises(ReasonMissing):
        decide(operator, number, accepted=False, reason="  ")
    assert decide(operator, number, accepted=False, reason="Le chèque a bien été scanné deux fois.") == DisputeOutcome.REFUSED
    with acting_as(ready.mediator):
        (told,) = queries.disputes(organisation_id=ready.place_organisation_id)
        assert told.decision_reason == "Le chèque a bien été scanné deux fois."
    with acting_as_everything(why="look"):
        assert ledger_queries.money(agreement_id=ready.agreement_id).total.owed == 1000
    everything_adds_up()


def test_what_is_claimed_is_never_undone_but_recovered(db: None) -> None:
    with acting_as_everything(why="prepare a campaign that pays"):
        payday: Payday = make_payday()
    spent = payday.spend(2)[0]
    payday.claim()
    ready = payday.campaign
    operator = operator_of(ready)
    number = dispute(ready.mediator, spent.number, at=APRIL)
    assert decide(operator, number, at=APRIL) == DisputeOutcome.TO_RECOVER
    with acting_as(operator):
        (owed,) = queries.to_recover(agreement_id=ready.agreement_id)
    assert (owed.organisation_id, owed.cents, owed.dispute) == (ready.place_organisation_id, 1000, number)
    with acting_as(ready.mediator):
        assert queries.disputes(organisation_id=ready.place_organisation_id)[0].outcome == DisputeOutcome.TO_RECOVER
        assert len(queries.to_recover(organisation_id=ready.place_organisation_id)) == 1
    with acting_as_everything(why="look"):
        assert ledger_queries.money(agreement_id=ready.agreement_id).total.owed == 2000
    everything_adds_up()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"at": LATER + timedelta(minutes=1)}, UndoWindowOpen),
        ({"at": LATER + timedelta(days=DISPUTE_DAYS_MAX, seconds=1)}, DisputeTooLate),
        ({"reason": ""}, ReasonMissing),
        ({"reason": "x" * 201}, ReasonMissing),
        ({"reason": "pour 2 69 05 49 588 157 80"}, NirInText),
        ({"reason": "à rendre sur FR76 3000 6000 0112 3456 7890 189"}, IbanInText),
    ],
)
def test_what_may_not_be_disputed(ready: Campaign, spent: Redeemed, changes: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        dispute(ready.mediator, spent.number, **changes)
    with acting_as(ready.mediator):
        assert queries.disputes(organisation_id=ready.place_organisation_id) == []


def test_only_ones_own_redemption_or_the_operator_for_its_place(ready: Campaign, operator: Actor, spent: Redeemed) -> None:
    with acting_as_everything(why="others"):
        foreign = campaign(booklets=1)
    funder = replace(operator, organisation_id=ready.funder_ids[0])
    elsewhere = replace(ready.mediator, place_id=ready.place_id + 1)
    for actor in (foreign.mediator, operator_of(foreign), funder, elsewhere):
        with pytest.raises(RedemptionUnknown):
            dispute(actor, spent.number)
    for number in ("", "1-2", "0-0-0", "x"):
        with pytest.raises(RedemptionUnknown):
            dispute(ready.mediator, number)
    opened = dispute(operator, spent.number)
    with acting_as(ready.mediator):
        assert queries.dispute(number=opened, organisation_id=ready.place_organisation_id).opened_for_place
    with acting_as(foreign.mediator), pytest.raises(DisputeUnknown):
        queries.dispute(number=opened)


def test_one_dispute_at_a_time(ready: Campaign, operator: Actor, spent: Redeemed) -> None:
    for _ in range(DISPUTES_PER_REDEMPTION_MAX):
        number = dispute(ready.mediator, spent.number)
        with pytest.raises(DisputeOpen):
            dispute(ready.mediator, spent.number)
        decide(operator, number, accepted=False, reason="non")
    with pytest.raises(DisputeSettled):
        dispute(ready.mediator, spent.number)


def test_an_undone_redemption_is_not_disputed(ready: Campaign, spent: Redeemed) -> None:
    with acting_as(ready.mediator):
        operations.reverse(number=spent.number, reason="erreur", actor=ready.mediator, request_id=rid(), at=LATER + timedelta(minutes=1))
    with pytest.raises(AlreadyReversed):
        dispute(ready.mediator, spent.number)


def test_whoever_opened_it_never_decides_and_it_is_decided_once(ready: Campaign, operator: Actor, spent: Redeemed) -> None:
    with acting_as_everything(why="others"):
        foreign = campaign(booklets=1)
    number = dispute(operator, spent.number)
    with pytest.raises(DecidedByOpener):
        decide(operator, number)
    for stranger in (ready.mediator, operator_of(foreign), replace(operator_of(ready, 901), organisation_id=ready.funder_ids[0])):
        with pytest.raises(DisputeUnknown):
            decide(stranger, number)
    assert decide(operator_of(ready, 901), number) == DisputeOutcome.REVERSED
    with pytest.raises(DisputeDecided):
        decide(operator_of(ready, 902), number)
    everything_adds_up()


def test_nothing_of_a_dispute_is_changed_or_decided_by_hand(ready: Campaign, operator: Actor, spent: Redeemed) -> None:
    dispute(ready.mediator, spent.number)
    for statement in (
        "UPDATE redemption_dispute SET reason = 'autre'",
        "DELETE FROM redemption_dispute",
        "INSERT INTO redemption_disputedecision (dispute_id, outcome, programme_id, agreement_id, organisation_id, cents, reason, decided_by_id, request_id, at)"
        " SELECT id, 'REVERSED', programme_id, agreement_id, organisation_id, cents, '', 1, gen_random_uuid(), at FROM redemption_dispute",
    ):
        with pytest.raises(Exception, match="permission denied"), acting_as(ready.mediator), connection.cursor() as cursor:
            cursor.execute(statement)


def test_both_sides_are_told_without_the_words(ready: Campaign, operator: Actor, spent: Redeemed) -> None:
    number = dispute(ready.mediator, spent.number)
    decide(operator, number, reason="oui")
    with acting_as_everything(why="read the outbox"), connection.cursor() as cursor:
        cursor.execute("SELECT kind, to_organisation_id, context FROM notices_notice WHERE kind LIKE 'redemption.%' ORDER BY id")
        rows = cursor.fetchall()
        cursor.execute("SELECT action, facts::text FROM journal_line WHERE subject_kind = 'dispute' ORDER BY id")
        lines = cursor.fetchall()
    assert [row[:2] for row in rows] == [
        ("redemption.dispute-opened", ready.operator_id),
        ("redemption.dispute-decided", ready.place_organisation_id),
    ]
    assert [line[0] for line in lines] == ["redemption.dispute-opened", "redemption.dispute-decided"]
    assert "scanné" not in f"{rows}{lines}"


def test_a_long_list_is_two_statements(ready: Campaign, django_assert_max_num_queries: Any) -> None:
    with acting_as(ready.mediator):
        answers = operations.redeem_many(
            asked=[Asked(Item(ready.code(rank), "mailbox"), ready.mediator, "SCREEN") for rank in range(6)], at=LATER
        )
    for answer in answers:
        assert isinstance(answer, Redeemed)
        dispute(ready.mediator, answer.number)
    with acting_as(ready.mediator):
        queries.disputes(organisation_id=ready.place_organisation_id)
        with django_assert_max_num_queries(2):
            assert len(queries.disputes(organisation_id=ready.place_organisation_id)) == 6
