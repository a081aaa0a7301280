"""Whoever keeps a place confirms its data twice a year: when it falls due, when it is asked for, when the operator sees it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.notices.models import Notice
from carnet.parties.rules import NotAllowed, Role
from carnet.places import operations, queries
from carnet.places.rules import PlaceNotYours
from carnet.places.rules.confirming import LATE_AFTER, PERIOD, RECALLS, SOON, Standing, due_on, recall_due, standing
from tests.places.conftest import AT, SERVICES, person
from tests.places.test_offers import brought_in

SYSTEM = Actor.system("test")
DAY = date(2026, 6, 1)


@pytest.fixture
def place_id(place_operator_id: int) -> int:
    found = brought_in(date_maj="2026-11-01")
    operations.attach_operator(place_id=found, organisation_id=place_operator_id, actor=SYSTEM, request_id=uuid4(), at=AT)
    return found


@pytest.fixture
def manager(place_operator_id: int) -> Actor:
    return person(place_operator_id, Role.PLACE_MANAGER)


def confirm(place_id: int, actor: Actor, at=AT) -> None:
    operations.confirm_place(place_id=place_id, actor=actor, request_id=uuid4(), at=at)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_data_are_due_half_a_year_after_they_were_confirmed_or_said(updated: date, confirmed: date | None) -> None:
    assert due_on(confirmed_on=confirmed, updated_on=updated) == (confirmed or updated) + PERIOD


@pytest.mark.parametrize(
    ("today", "where"),
    [
        (DAY - SOON - timedelta(days=1), Standing.FRESH),
        (DAY - SOON, Standing.SOON),
        (DAY - timedelta(days=1), Standing.SOON),
        (DAY, Standing.DUE),
        (DAY + LATE_AFTER - timedelta(days=1), Standing.DUE),
        (DAY + LATE_AFTER, Standing.LATE),
    ],
)
def test_a_place_is_fresh_soon_due_then_late(today: date, where: Standing) -> None:
    assert standing(DAY, today=today) is where


def test_two_letters_recall_it_and_no_more() -> None:
    assert not recall_due(DAY, today=DAY - timedelta(days=1), sent=0)
    assert recall_due(DAY, today=DAY, sent=0)
    assert not recall_due(DAY, today=DAY, sent=1)
    assert recall_due(DAY, today=DAY + RECALLS[1], sent=1)
    assert not recall_due(DAY, today=DAY + timedelta(days=500), sent=len(RECALLS))


@pytest.mark.django_db
def test_one_tap_confirms_and_the_page_says_so(place_id: int, manager: Actor) -> None:
    assert queries.confirmed_on(place_id) is None
    confirm(place_id, manager)
    confirm(place_id, manager)
    assert queries.confirmed_on(place_id) == AT.date()
    found = queries.confirmation_of(place_id, at=AT)
    assert found is not None and (found.due_on, found.standing) == (AT.date() + PERIOD, Standing.FRESH)


@pytest.mark.django_db
def test_only_who_keeps_the_place_confirms(place_id: int, place_operator_id: int, operator_id: int) -> None:
    with pytest.raises(NotAllowed):
        confirm(place_id, person(place_operator_id, Role.MEDIATOR))
    with pytest.raises(PlaceNotYours):
        confirm(place_id, person(operator_id, Role.PLACE_MANAGER))


@pytest.mark.django_db
def test_letters_are_posted_once_each_on_their_day(place_id: int, manager: Actor) -> None:
    confirm(place_id, manager)
    due = AT + PERIOD
    posted = []
    with acting_as_everything(why="the timer"):
        for days in (-1, 0, 0, 1, 21, 22, 60):
            posted.append(operations.recall_confirmations(at=due + timedelta(days=days)))
        letters = list(Notice.objects.filter(kind="places.confirmation-due").order_by("id"))
    assert posted == [0, 1, 0, 0, 1, 0, 0]
    assert [(each.to_organisation_id, each.context["is_again"]) for each in letters] == [
        (manager.organisation_id, False),
        (manager.organisation_id, True),
    ]


@pytest.mark.django_db
def test_the_operator_sees_the_late_ones_of_its_programmes(place_id: int, manager: Actor, programme_id: int) -> None:
    operations.accept_programme(
        place_ids=[place_id], programme_id=programme_id, service_codes=SERVICES, from_on=AT.date(),
        actor=Actor.system("test", programme_ids={programme_id}), request_id=uuid4(), at=AT,
    )  # fmt: skip
    confirm(place_id, manager)
    late = AT + PERIOD + LATE_AFTER
    assert queries.late_confirmations([programme_id], at=late - timedelta(days=1)) == ()
    (found,) = queries.late_confirmations([programme_id], at=late)
    assert (found.place_id, found.standing) == (place_id, Standing.LATE)
    assert queries.late_confirmations([programme_id + 1], at=late) == ()


@pytest.mark.django_db
def test_a_place_nobody_runs_is_asked_nothing() -> None:
    lonely = brought_in(date_maj="2020-01-01")
    assert queries.confirmation_of(lonely, at=AT) is None
    with acting_as_everything(why="the timer"):
        assert operations.recall_confirmations(at=AT) == 0
