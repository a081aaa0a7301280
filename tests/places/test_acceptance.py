"""Places accept a programme, cease to, are run by somebody, close."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.actors import Actor
from carnet.kernel.periods import start_of_day
from carnet.parties.operations import create_organisation
from carnet.parties.rules import NotAllowed, OrganisationUnknown, Role
from carnet.places import queries
from carnet.places.models import Place, PlaceAcceptance
from carnet.places.operations import accept_programme, attach_operator, end_acceptance, end_place
from carnet.places.rules import (
    AcceptanceDatesReversed,
    AcceptanceOverlaps,
    AcceptanceUnknown,
    AcceptanceWithoutPlace,
    AcceptanceWithoutService,
    OperatorNotRunningPlaces,
    PlaceEnded,
    PlaceNotYours,
    PlaceUnknown,
    ServiceKindUnknown,
    ServiceOutsideProgramme,
)
from tests.places.conftest import AT, GOOD, person
from tests.places.test_imports import bring, csv_bytes

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
YEAR = {"from_on": date(2026, 11, 1), "until_on": date(2027, 11, 1)}


@pytest.fixture
def place_ids(agent) -> list[int]:
    bring(csv_bytes(GOOD, {**GOOD, "id": "a-2", "nom": "Autre"}), agent)
    return list(Place.objects.order_by("id").values_list("id", flat=True))


@pytest.fixture
def accept(place_ids, programme_id, agent):
    def accepted(**changed):
        said = {
            "place_ids": place_ids, "programme_id": programme_id, "service_codes": ["printer", "mailbox"], **YEAR,
            "actor": agent, "request_id": uuid4(), "at": AT,
        }  # fmt: skip
        return accept_programme(**(said | changed))

    return accepted


def journal_lines(action: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('carnet.everything', 'on', true)")
        cursor.execute("SELECT count(*) FROM journal_line WHERE action = %s", [action])
        return cursor.fetchone()[0]


def test_many_places_accept_a_programme_at_once(accept, place_ids, programme_id):
    assert accept() == tuple(place_ids)
    (first,) = queries.accepted(place_ids[0], at=AT)
    assert (first.programme_id, first.service_codes, first.from_on, first.until_on) == (
        programme_id, ("mailbox", "printer"), YEAR["from_on"], YEAR["until_on"],
    )  # fmt: skip
    assert queries.places_accepting(programme_id, at=AT) == tuple(place_ids)
    assert queries.place_counts([programme_id], at=AT) == {programme_id: 2}
    assert journal_lines("places.programme-accepted") == 1


def test_an_acceptance_holds_from_its_first_day_to_the_eve_of_its_end(accept, place_ids):
    accept()
    held = [bool(queries.accepted(place_ids[0], at=start_of_day(day))) for day in (YEAR["from_on"], YEAR["until_on"] - timedelta(days=1))]
    outside = [bool(queries.accepted(place_ids[0], at=start_of_day(day))) for day in (date(2026, 10, 31), YEAR["until_on"])]
    assert (held, outside) == ([True, True], [False, False])
    last_second = start_of_day(YEAR["until_on"]) - timedelta(seconds=1)
    assert queries.accepted(place_ids[0], at=last_second)


def test_the_same_request_gives_the_first_answer(accept, place_ids, request_id):
    assert accept(request_id=request_id) == accept(request_id=request_id) == tuple(place_ids)
    assert PlaceAcceptance.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"service_codes": []}, AcceptanceWithoutService),
        ({"service_codes": ["bananas"]}, ServiceKindUnknown),
        ({"service_codes": ["mailbox", "spreadsheet"]}, ServiceOutsideProgramme),
        ({"place_ids": []}, AcceptanceWithoutPlace),
        ({"place_ids": [0]}, PlaceUnknown),
        ({"from_on": date(2027, 1, 1), "until_on": date(2027, 1, 1)}, AcceptanceDatesReversed),
        ({"from_on": date(2027, 1, 2), "until_on": date(2027, 1, 1)}, AcceptanceDatesReversed),
        ({"programme_id": 0}, ProgrammeUnknown),
    ],
)
def test_what_is_refused_changes_nothing(accept, changed, refusal):
    with pytest.raises(refusal):
        accept(**changed)
    assert PlaceAcceptance.objects.count() == 0


@pytest.mark.parametrize(
    ("from_on", "until_on", "clashes"),
    [
        (date(2027, 1, 1), date(2027, 2, 1), True),
        (date(2026, 1, 1), None, True),
        (date(2027, 10, 31), None, True),
        (date(2027, 11, 1), None, False),
        (date(2026, 1, 1), date(2026, 11, 1), False),
        (date(2026, 1, 1), date(2026, 11, 2), True),
    ],
)
def test_two_acceptances_of_a_programme_never_overlap(accept, from_on, until_on, clashes, place_ids, programme_id):
    accept()
    if clashes:
        with pytest.raises(AcceptanceOverlaps) as refused:
            accept(from_on=from_on, until_on=until_on)
        assert refused.value.facts == {"place_id": place_ids[0], "name": GOOD["nom"]}
    else:
        accept(from_on=from_on, until_on=until_on)
    row = {"place_id": place_ids[0], "programme_id": programme_id, "service_codes": ["cv"], "request_id": uuid4()}
    if clashes:  # and PostgreSQL says the same by itself
        with pytest.raises(IntegrityError, match="places_acceptance_no_overlap"), transaction.atomic():
            PlaceAcceptance.objects.create(from_on=from_on, until_on=until_on, **row)


def test_only_staff_of_the_programmes_operator_may(accept, agent, place_operator_id, programme_id):
    other_operator = create_organisation(
        name="Autre opérateur", kinds=["OPERATOR"], is_simulated=True, actor=Actor.system("test"), request_id=uuid4(), at=AT
    )
    stranger = person(other_operator, Role.OPERATOR_ADMIN, programme_ids=(programme_id,))
    with pytest.raises(ProgrammeUnknown):
        accept(actor=stranger)
    for refused in (person(place_operator_id, Role.PLACE_MANAGER, programme_ids=(programme_id,)), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            accept(actor=refused)
    assert PlaceAcceptance.objects.count() == 0


def test_an_acceptance_ends_on_a_day_and_another_may_follow(accept, place_ids, programme_id, agent):
    accept()
    said = {"place_id": place_ids[0], "programme_id": programme_id, "ended_on": date(2027, 1, 1), "actor": agent, "at": AT}
    end_acceptance(**said, request_id=uuid4())
    end_acceptance(**said, request_id=uuid4())
    (held,) = queries.acceptances_of(place_ids[0])
    assert held.until_on == date(2027, 1, 1)
    assert journal_lines("places.acceptance-ended") == 1
    accept(place_ids=[place_ids[0]], from_on=date(2027, 1, 1))
    with pytest.raises(AcceptanceUnknown):
        end_acceptance(**(said | {"ended_on": date(2030, 1, 1)}), request_id=uuid4())


def test_an_acceptance_still_to_come_is_cancelled_by_an_empty_period(accept, place_ids, programme_id, agent):
    accept()
    end_acceptance(place_id=place_ids[0], programme_id=programme_id, ended_on=date(2026, 10, 1), actor=agent, request_id=uuid4(), at=AT)
    (held,) = queries.acceptances_of(place_ids[0])
    assert held.from_on == held.until_on == YEAR["from_on"]
    assert queries.accepted(place_ids[0], at=AT) == ()
    accept(place_ids=[place_ids[0]])
    assert len(queries.accepted(place_ids[0], at=AT)) == 1


def test_an_ended_place_accepts_nothing_and_leaves_the_directory_but_keeps_its_page(accept, place_ids, programme_id, agent):
    accept()
    end_place(place_id=place_ids[0], ended_on=TODAY, actor=agent, request_id=uuid4(), at=AT)
    assert queries.accepted(place_ids[0], at=AT) == ()
    assert [place.place_id for place in queries.search(at=AT).places] == [place_ids[1]]
    assert queries.place_card(place_ids[0], at=AT).summary.ended_on == TODAY
    with pytest.raises(PlaceEnded):
        accept(place_ids=place_ids, from_on=TODAY, until_on=None)
    assert queries.places_accepting(programme_id, at=AT) == (place_ids[1],)


def test_a_manager_ends_its_own_place_only(place_ids, agent, place_operator_id):
    manager = person(place_operator_id, Role.PLACE_MANAGER)
    with pytest.raises(PlaceNotYours):
        end_place(place_id=place_ids[0], ended_on=TODAY, actor=manager, request_id=uuid4(), at=AT)
    attach_operator(place_id=place_ids[0], organisation_id=place_operator_id, actor=agent, request_id=uuid4(), at=AT)
    end_place(place_id=place_ids[0], ended_on=TODAY, actor=manager, request_id=uuid4(), at=AT)
    assert Place.objects.get(id=place_ids[0]).ended_on == TODAY
    with pytest.raises(NotAllowed):
        end_place(place_id=place_ids[0], ended_on=TODAY, actor=person(place_operator_id, Role.MEDIATOR), request_id=uuid4(), at=AT)


def test_an_operator_is_attached_once_and_must_run_places(place_ids, agent, operator_id, place_operator_id):
    for _again in range(2):
        attach_operator(place_id=place_ids[0], organisation_id=place_operator_id, actor=agent, request_id=uuid4(), at=AT)
    assert [place.place_id for place in queries.places_of([place_operator_id], at=AT)] == [place_ids[0]]
    assert journal_lines("places.operator-attached") == 1
    with pytest.raises(OperatorNotRunningPlaces):
        attach_operator(place_id=place_ids[0], organisation_id=operator_id, actor=agent, request_id=uuid4(), at=AT)
    with pytest.raises(OrganisationUnknown):
        attach_operator(place_id=place_ids[0], organisation_id=0, actor=agent, request_id=uuid4(), at=AT)


@pytest.mark.parametrize(
    "changed",
    [
        {"latitude": 1.0, "longitude": None},
        {"latitude": 91.0, "longitude": 0.0},
        {"postcode": "4400"},
        {"commune_code": "99"},
        {"provenance": ""},
    ],
)
def test_postgresql_refuses_a_place_that_cannot_be(place_ids, changed):
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(id=place_ids[0]).update(**changed)
