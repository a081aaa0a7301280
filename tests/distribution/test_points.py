"""Where one receives a booklet: what a desk may say of a door, and what the public is shown of it. Never how many booklets are left."""

from datetime import timedelta
from uuid import uuid4

import pytest

from carnet.distribution import operations, queries
from carnet.distribution.models import ProgrammePrescriber
from carnet.distribution.rules.points import (
    PointAgesReversed,
    PointCommuneUnknown,
    PointFarFromCommune,
    PointIncomplete,
    PointSaid,
    PointUnknown,
    checked_point,
    serves_age,
)
from carnet.gateways.database import acting_as
from carnet.kernel.identifiers import NirInText, PhoneNumberInvalid
from carnet.parties.rules import NotAllowed, Role
from carnet.places import queries as places
from carnet.places.rules.offers import OfferRefused
from tests.distribution.conftest import Desks, person

DOOR = {"name": "Accueil Bottière", "street": "3 rue du Pré", "postcode": "44000", "commune": "Nantes"}


def said(**more: object) -> PointSaid:
    return PointSaid(**DOOR | more)  # type: ignore[arg-type]


def test_a_point_is_kept_with_its_commune_and_hours_as_they_are_computed() -> None:
    facts = checked_point(
        said(
            commune="nantes", phone="02 40 41 90 00", hours="lundi au vendredi 9h-12h", communes=["Rezé", "44109"], languages=["ar", "en"]
        ),
        places.gazetteer(),
    )
    assert (facts.commune, facts.commune_code, facts.is_exact) == ("Nantes", "44109", False)
    assert facts.opening_hours == "Mo-Fr 09:00-12:00"
    assert facts.commune_codes == ("44143", "44109")
    assert facts.languages == ("en", "ar")


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"street": " "}, PointIncomplete),
        ({"commune": "Trifouilly"}, PointCommuneUnknown),
        ({"postcode": "440"}, PointCommuneUnknown),
        ({"communes": ["Trifouilly"]}, PointCommuneUnknown),
        ({"latitude": 48.85, "longitude": 2.35}, PointFarFromCommune),
        ({"age_from": 30, "age_until": 25}, PointAgesReversed),
        ({"age_from": 200}, PointAgesReversed),
        ({"phone": "02 40"}, PhoneNumberInvalid),
        ({"hours": "quand je peux"}, OfferRefused),
        ({"languages": ["xx"]}, OfferRefused),
        ({"note": "Demander Anne, 2 55 08 14 168 025 38"}, NirInText),
    ],
)
def test_what_cannot_be_a_point_is_refused_with_its_reason(more: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked_point(said(**more), places.gazetteer())


def test_both_ages_are_included() -> None:
    assert [serves_age(age, age_from=16, age_until=25) for age in (15, 16, 25, 26)] == [False, True, True, False]
    assert serves_age(99, age_from=None, age_until=None)


def opened(desks: Desks, **more: object) -> int:
    lead = person(desks.desk_id, Role.PRESCRIBER_LEAD)
    facts = {"programme_id": desks.programme_id, "organisation_id": desks.desk_id, "request_id": uuid4(), "at": desks.at}
    with acting_as(lead):
        return operations.open_point(said=said(**more), actor=lead, **facts)


def test_a_visitor_finds_the_nearest_point_with_booklets_and_never_learns_how_many(desks: Desks) -> None:
    near = opened(desks)
    far = opened(desks, name="Accueil Ancenis", commune="Ancenis-Saint-Géréon", postcode="44150")
    opened(desks, name="Refuge", is_listed=False)
    found = queries.open_points(at=desks.at, around="44109", radius_km=60)
    assert [(each.point.id, each.has_booklets) for each in found.points] == [(near, True), (far, True)]
    assert found.points[0].organisation == "Médiathèque"
    assert found.points[0].km == 0.0
    assert 20 < (found.points[1].km or 0) < 60
    assert queries.open_points(at=desks.at, around="44109").total == 1
    assert not [name for name in type(found.points[0]).__dataclass_fields__ if "count" in name or "stock" in name]


def test_a_point_without_booklets_is_shown_as_such(desks: Desks) -> None:
    point_id = opened(desks)
    with desks.as_desk():
        for rank in range(4):
            operations.hand_over(item=desks.booklet(rank), actor=desks.prescriber, at=desks.at)
    assert queries.open_point(point_id, at=desks.at).has_booklets is False
    assert queries.open_points(at=desks.at, has_booklets=True).total == 0


def test_outside_the_season_no_point_is_shown(desks: Desks) -> None:
    point_id = opened(desks)
    with pytest.raises(PointUnknown):
        queries.open_point(point_id, at=desks.at + timedelta(days=2000))
    assert queries.open_points(at=desks.at + timedelta(days=2000)).points == ()


def test_a_desk_that_left_is_shown_no_more(desks: Desks) -> None:
    opened(desks)
    with acting_as(desks.agent):
        ProgrammePrescriber.objects.filter(organisation_id=desks.desk_id).update(left_at=desks.at + timedelta(hours=1))
    assert queries.open_points(at=desks.at + timedelta(hours=2)).points == ()


def test_only_its_desk_or_its_operator_changes_a_point(desks: Desks) -> None:
    point_id, lead = opened(desks), person(desks.desk_id, Role.PRESCRIBER_LEAD)
    with acting_as(lead):
        assert operations.change_point(point_id=point_id, said=said(age_until=25), actor=lead, request_id=uuid4(), at=desks.at) == (
            "age_until",
        )
        assert operations.change_point(point_id=point_id, said=said(age_until=25), actor=lead, request_id=uuid4(), at=desks.at) == ()
    stranger = person(desks.other_id, Role.PRESCRIBER_LEAD)
    with acting_as(stranger), pytest.raises(PointUnknown):
        operations.close_point(point_id=point_id, actor=stranger, request_id=uuid4(), at=desks.at)
    with acting_as(desks.prescriber), pytest.raises(NotAllowed):
        operations.close_point(point_id=point_id, actor=desks.prescriber, request_id=uuid4(), at=desks.at)
    with acting_as(desks.agent):
        operations.close_point(point_id=point_id, actor=desks.agent, request_id=uuid4(), at=desks.at)
        with pytest.raises(PointUnknown):
            operations.change_point(point_id=point_id, said=said(), actor=desks.agent, request_id=uuid4(), at=desks.at)
    assert queries.open_points(at=desks.at).points == ()


def test_the_walls_hide_what_is_not_published(desks: Desks) -> None:
    opened(desks, is_listed=False)
    facts = {"programme_id": desks.programme_id, "organisation_id": desks.desk_id}
    with desks.as_desk():
        assert [each.name for each in queries.points_of_desk(**facts)] == [DOOR["name"]]
    with acting_as(desks.stranger):
        assert queries.points_of_desk(**facts) == ()
