"""Did you do it yourself? Counted for the house that asked, once per request, of nobody."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from carnet.activities import operations, queries
from carnet.activities.models import DoneAnswer
from carnet.activities.rules import Afterwards, AnswerUnknown, AskedAfter, DoneBy, checked_answer, gathered
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal import queries as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed
from carnet.places.rules import PROCEDURES, ProcedureUnknown
from tests.factories.campaign import organisation

AT = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # the first of April, half past midnight, in Paris
CODES = [each.code for each in PROCEDURES]


class TestTheRule:
    @given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(list(DoneBy)), st.integers(1, 50))))
    def test_no_answer_is_lost(self, counted: list[tuple[str, str, int]]) -> None:
        lines = gathered(counted)
        assert sum(line.total for line in lines) == sum(count for _code, _answer, count in counted)
        assert [line.procedure for line in lines] == [code for code in CODES if code in {each[0] for each in counted}]

    @pytest.mark.parametrize(("procedure", "answer", "refusal"), [("chess", "SELF", ProcedureUnknown), ("cv", "MAYBE", AnswerUnknown)])
    def test_only_known_words(self, procedure: str, answer: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            checked_answer(procedure, answer)


def house(role: str = "HELPER") -> Actor:
    with acting_as_everything(why="a house that asks"):
        ours = organisation("Structure", "HELPER")
    return Actor(kind="person", label="", person_id=1, organisation_id=ours, organisation_ids=frozenset({ours}), roles=frozenset({role}))


def note(actor: Actor, answer: str = "SELF", **more: Any) -> DoneBy:
    told: dict[str, Any] = {"procedure": "cv", "answer": answer, "asked_after": AskedAfter.MANDATE, "request_id": uuid4(), "at": AT}
    with acting_as(actor):
        return operations.note_answer(actor=actor, **told | more)


@pytest.mark.django_db
class TestAnAnswer:
    def test_counts_once_on_the_legal_day_and_for_its_house_only(self) -> None:
        ours, theirs, again = house(), house(), uuid4()
        note(ours, request_id=again)
        assert note(ours, "SOMEBODY_ELSE", request_id=again) is DoneBy.SELF
        note(ours, "TOGETHER")
        note(theirs, "SOMEBODY_ELSE")
        with acting_as(ours):
            assert queries.afterwards_of_house(ours, from_on=date(2026, 3, 1), until_on=date(2026, 3, 31)) == ()
            april = queries.afterwards_of_house(ours, from_on=date(2026, 4, 1), until_on=date(2026, 4, 30))
            assert april == (Afterwards("cv", by_self=1, together=1),)
            assert queries.afterwards() == april
        with acting_as_everything(why="publish"):
            assert queries.afterwards() == (Afterwards("cv", by_self=1, together=1, by_somebody=1),)

    def test_has_no_room_for_a_name_and_is_never_changed(self) -> None:
        actor = house()
        note(actor)
        for column in ("person", "person_id", "at", "mandate", "voucher"):
            with pytest.raises(FieldDoesNotExist):
                DoneAnswer._meta.get_field(column)
        with acting_as_everything(why="look"):
            (line,) = [each for each in journal.lines(limit=5) if each.action == "activities.asked-afterwards"]
            assert line.facts == {}
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE activities_doneanswer SET answer = 'SELF'")

    def test_is_not_for_a_funder(self) -> None:
        with pytest.raises(NotAllowed):
            note(house("FUNDER"))
