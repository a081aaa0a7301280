"""A booklet by post: to the desk that has some, handed over like any other; the address is sealed, seen by one desk, erased with the sending."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.distribution import operations, queries
from carnet.distribution.models import PostalRequest
from carnet.distribution.operations import AskedByPost
from carnet.distribution.rules import AgeBand, Area, NotPrescriber, Reason, Ticks, postal
from carnet.distribution.rules.postal import (
    ADDRESS_KEPT,
    PostalAddress,
    PostalAddressIncomplete,
    PostalClosed,
    PostalEnded,
    PostalNotReady,
    PostalNumber,
    PostalNumberMistyped,
    PostalOutside,
    PostalReady,
    PostalRefusedFor,
    PostalState,
    PostalTownUnknown,
    PostalUnknown,
    Sender,
    checked_address,
    chosen_sender,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import NirInText
from carnet.parties.rules import NotAllowed, Role
from carnet.places import queries as places
from tests.distribution.conftest import Desks, person

HOME = PostalAddress("Anne Le Goff", "12 rue du Calvaire", "44000", "Nantes", "3e étage")
SECRET_WORDS = ("Anne", "Goff", "Calvaire")
NOBODY = Actor.anonymous()

# --- The rules --------------------------------------------------------------------------------------------------------


def test_an_address_is_kept_as_it_is_written_on_an_envelope() -> None:
    kept, code = checked_address(replace(HOME, name="  Anne   Le Goff ", commune="nantes"), places.gazetteer())
    assert (kept.lines, code) == (("Anne Le Goff", "3e étage", "12 rue du Calvaire", "44000 NANTES"), "44109")
    assert kept.told_apart == replace(HOME, street="12, RUE du calvaire", name="Quelqu’un").told_apart


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"name": " "}, PostalAddressIncomplete),
        ({"street": ""}, PostalAddressIncomplete),
        ({"commune": "Trifouilly"}, PostalTownUnknown),
        ({"postcode": "75001"}, PostalTownUnknown),
        ({"street_extra": "2 55 08 14 168 025 38"}, NirInText),
    ],
)
def test_what_cannot_be_an_address_is_refused(more: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked_address(replace(HOME, **more), places.gazetteer())


def test_the_desk_that_has_booklets_sends_then_the_nearest_then_the_least_busy() -> None:
    here, there = (47.2, -1.5), (47.9, -1.5)
    near_empty, far_full = Sender(1, False, 0, here), Sender(2, True, 0, there)
    assert chosen_sender([near_empty, far_full], near=here) == 2
    assert chosen_sender([Sender(3, True, 0, there), Sender(4, True, 9, here)], near=here) == 4
    assert chosen_sender([Sender(5, True, 9, here), Sender(6, True, 1, here)], near=here) == 6
    assert chosen_sender([Sender(7, True, 0, None), Sender(8, True, 0, there)], near=here) == 8
    with pytest.raises(PostalClosed):
        chosen_sender([], near=None)


# --- The operations ---------------------------------------------------------------------------------------------------


def ask(desks: Desks, *, actor: Actor = NOBODY, said: PostalAddress = HOME, **more: Any) -> AskedByPost:
    return operations.ask_by_post(said=said, actor=actor, **{"request_id": uuid4(), "at": desks.at} | more)


def mine(desks: Desks) -> list[queries.PostalView]:
    with desks.as_desk():
        return queries.postal_requests(organisation_id=desks.desk_id)


def act(desks: Desks, what: str, asked: queries.PostalView, *, actor: Actor | None = None, **more: Any) -> Any:
    who = actor or desks.prescriber
    with acting_as(who):
        facts = {"postal_id": asked.id, "actor": who, "request_id": uuid4(), "at": desks.at} | more
        return getattr(operations, what)(**facts)


def row(asked: queries.PostalView) -> PostalRequest:
    with acting_as_everything(why="look at a row"):
        return PostalRequest.objects.get(id=asked.id)


def written(desks: Desks) -> str:
    """All that the tables and the journal say of the request, in one text."""
    with acting_as_everything(why="look for words that may not be there"), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(p::text, ' ') FROM distribution_postalrequest p")
        rows = cursor.fetchone()[0]
        lines = [f"{line.action} {line.actor_label} {line.facts}" for line in Line.objects.filter(action__startswith="distribution.postal")]
    assert lines
    return " ".join([rows, *lines])


def test_a_request_goes_from_a_page_to_an_envelope_and_leaves_no_address(desks: Desks) -> None:
    said = Ticks(AgeBand.FROM_75, Reason.PROCEDURES, Area.TOWN)
    asked = ask(desks, ticks=said, request_id=(request_id := uuid4()))
    assert ask(desks, request_id=request_id) == asked
    (waiting,) = mine(desks)
    assert (waiting.state, waiting.organisation_id, waiting.ticks) == (PostalState.WAITING, desks.desk_id, said)
    assert not any(word in written(desks) for word in SECRET_WORDS)

    assert act(desks, "see_postal_address", waiting) == HOME
    given = act(desks, "hand_over_for_post", waiting, booklet_id=desks.series.first_booklet_id, request_id=(given_id := uuid4()))
    assert act(desks, "hand_over_for_post", waiting, booklet_id=desks.series.first_booklet_id, request_id=given_id) == given
    with desks.as_desk():
        line = queries.hand_over(given.id)
    assert (line.voucher_count, line.ticks) == (given.voucher_count, said)
    act(desks, "mark_posted", waiting)
    act(desks, "mark_posted", waiting)

    sent = row(waiting)
    assert (sent.state, sent.sealed_address, sent.address_mark) == (PostalState.SENT, None, None)
    assert queries.postal_by_number(asked.number).state is PostalState.SENT
    assert not any(word in written(desks) for word in SECRET_WORDS)
    with pytest.raises(PostalEnded):
        act(desks, "see_postal_address", waiting)


def test_only_the_desk_that_sends_reads_the_address(desks: Desks) -> None:
    ask(desks)
    (waiting,) = mine(desks)
    stranger = desks.stranger
    for what in ("see_postal_address", "mark_posted"):
        with pytest.raises(PostalUnknown):
            act(desks, what, waiting, actor=stranger)
        with pytest.raises(NotAllowed):
            act(desks, what, waiting, actor=desks.agent)  # the operator sees that somebody waits, never where
    with acting_as(desks.agent):
        assert [each.id for each in queries.postal_requests(programme_id=desks.programme_id)] == [waiting.id]
    with acting_as(stranger):
        assert queries.postal_requests() == []
    assert Line.objects.count() == 0  # the journal is walled too
    with acting_as_everything(why="each look at an address is in the journal"):
        assert Line.objects.filter(action="distribution.postal-address-seen").count() == 0
    act(desks, "see_postal_address", waiting)
    with acting_as_everything(why="each look at an address is in the journal"):
        assert Line.objects.filter(action="distribution.postal-address-seen", actor_person_id=desks.desk_id).count() == 1


def test_steps_are_taken_in_order(desks: Desks) -> None:
    ask(desks)
    (waiting,) = mine(desks)
    with pytest.raises(PostalNotReady):
        act(desks, "mark_posted", waiting)
    act(desks, "hand_over_for_post", waiting, booklet_id=desks.series.first_booklet_id)
    with pytest.raises(PostalReady):
        act(desks, "hand_over_for_post", waiting, booklet_id=desks.series.first_booklet_id + 1)
    with pytest.raises(PostalReady):
        act(desks, "refuse_postal", waiting, refused_for=PostalRefusedFor.TWICE)


def test_the_person_takes_a_request_back_with_its_number_alone(desks: Desks) -> None:
    asked = ask(desks)
    operations.take_postal_back(number=asked.number.lower(), actor=NOBODY, request_id=uuid4(), at=desks.at)
    operations.take_postal_back(number=asked.number, actor=NOBODY, request_id=uuid4(), at=desks.at)
    (ended,) = mine(desks)
    assert (ended.state, row(ended).sealed_address) == (PostalState.WITHDRAWN, None)
    with pytest.raises(PostalUnknown):
        queries.postal_by_number(unlike(asked.number))
    with pytest.raises(PostalNumberMistyped):
        queries.postal_by_number("K7FM")
    assert PostalRequest.objects.count() == 0  # without the number, nobody sees a row


def unlike(number: str) -> str:
    """Another well-formed number."""
    return next(other for other in (str(PostalNumber.from_drawn(each)) for each in (1, 2)) if other != number)


def test_an_address_nobody_used_is_erased(desks: Desks) -> None:
    for _rank in range(2):
        ask(desks)
    first, second = mine(desks)
    assert (first.same_box_count, second.same_box_count) == (1, 1)
    act(desks, "hand_over_for_post", second, booklet_id=desks.series.first_booklet_id)
    for late, count in ((timedelta(seconds=-1), 0), (timedelta(), 2)):
        with acting_as_everything(why="what the timer sees"):
            assert operations.forget_postal(at=desks.at + ADDRESS_KEPT + late) == count
    assert {each.state for each in mine(desks)} == {PostalState.EXPIRED}
    assert {row(each).sealed_address for each in mine(desks)} == {None}


def test_a_desk_refuses_with_a_reason_or_passes_a_request_on(desks: Desks) -> None:
    ask(desks)
    ask(desks)
    first, second = mine(desks)
    act(desks, "refuse_postal", first, refused_for=PostalRefusedFor.NO_STOCK)
    assert row(first).sealed_address is None
    with pytest.raises(NotPrescriber):
        act(desks, "pass_postal_on", second, organisation_id=desks.other_id)
    agent = desks.agent
    with acting_as(agent):
        operations.join_programme(
            programme_id=desks.programme_id, organisation_id=desks.other_id, actor=agent, request_id=uuid4(), at=desks.at
        )
    act(desks, "pass_postal_on", second, organisation_id=desks.other_id)
    with pytest.raises(PostalUnknown):
        act(desks, "see_postal_address", second)
    assert act(desks, "see_postal_address", second, actor=desks.stranger) == HOME


def test_a_request_from_elsewhere_or_in_excess_is_told_to_call(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postal, "ASKED_PER_DAY_MAX", 2)
    with pytest.raises(PostalOutside):
        ask(desks, said=PostalAddress("A", "1 rue de Siam", "29200", "Brest"))
    with pytest.raises(PostalOutside):
        ask(desks, ticks=Ticks(area=Area.OUTSIDE))
    with pytest.raises(PostalClosed):
        ask(desks, at=desks.at + timedelta(days=3650))
    for _rank in range(2):
        ask(desks)
    with pytest.raises(PostalClosed):
        ask(desks)
    # Whoever answers the telephone is not held to it, and a place's counter notes nothing.
    helper = person(desks.desk_id, Role.PRESCRIBER)
    with acting_as(helper):
        assert ask(desks, actor=helper, organisation_id=desks.desk_id)
    with pytest.raises(NotAllowed):
        ask(desks, actor=desks.mediator)


def test_the_database_refuses_an_address_kept_after_the_end(desks: Desks) -> None:
    ask(desks)
    (waiting,) = mine(desks)
    with acting_as_everything(why="try what may never be"), pytest.raises(IntegrityError), transaction.atomic():
        PostalRequest.objects.filter(id=waiting.id).update(state=PostalState.WITHDRAWN, ended_at=desks.at)
