"""Whoever keeps a place corrects it; who said what stays known, and no older file undoes it in silence."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from carnet.parties.rules import NotAllowed, Role
from carnet.places import queries
from carnet.places.models import Place
from carnet.places.operations import edit_place
from carnet.places.rules import EditRefused, PlaceNotYours
from tests.places.conftest import AT, GOOD, csv_bytes, person
from tests.places.test_imports import bring

pytestmark = pytest.mark.django_db
NEW, OLD, OTHER = "+33240000001", GOOD["telephone"], "+33240000002"


@pytest.fixture
def place(agent, place_operator_id) -> Place:
    bring(csv_bytes(GOOD), agent)
    Place.objects.update(operator_id=place_operator_id)
    return Place.objects.get()


@pytest.fixture
def manager(place_operator_id):
    return person(place_operator_id, Role.PLACE_MANAGER)


def edit(place: Place, actor, at=AT, **said: str) -> tuple[str, ...]:
    return edit_place(place_id=place.id, said=said, actor=actor, request_id=uuid4(), at=at)


def again(agent, day: str, **changed: str) -> list[tuple[str, str, str, str]]:
    report = bring(csv_bytes({**GOOD, "date_maj": day, **changed}), agent, at=AT + timedelta(days=30))
    return [
        (fault.code.value, fault.outcome.value, fault.field, fault.value) for fault in report.faults if fault.code.value != "day-to-come"
    ]


def phone_origin(place: Place):
    return next(each for each in queries.field_origins(place.id) if each.field == "telephone")


def test_an_edit_is_written_as_the_standard_wants_it_and_remembers_who_and_when(place, manager, place_operator_id):
    assert phone_origin(place).source == "essai"
    assert edit(place, manager, telephone="02 40 00 00 01", courriels="a@exemple.fr\nb@exemple.fr", horaires="lundi 9h-12h") == (
        "telephone", "courriels", "horaires",
    )  # fmt: skip
    place.refresh_from_db()
    assert (place.phone, place.emails, place.opening_hours) == (NEW, ["a@exemple.fr", "b@exemple.fr"], "Mo 09:00-12:00")
    told = phone_origin(place)
    assert (told.organisation_id, told.said_on, told.file_says) == (place_operator_id, date(2026, 11, 21), OLD)
    assert place.updated_on == date(2026, 11, 21)
    assert edit(place, manager, telephone=NEW) == ()


def test_an_older_file_and_one_that_brings_nothing_new_leave_the_edit(place, manager, agent):
    edit(place, manager, telephone=NEW)
    assert again(agent, "2024-05-01", nom="Nouveau nom") == []  # the telephone it always had: nothing new about it
    assert again(agent, "2024-06-01", telephone=OTHER) == [("edit-kept", "set-aside", "telephone", OTHER)]
    place.refresh_from_db()
    assert (place.phone, place.name, place.updated_on) == (NEW, GOOD["nom"], date(2026, 11, 21))
    assert phone_origin(place).file_says == OTHER
    assert again(agent, "2026-12-01", telephone=OTHER, nom="X") == []  # newer, but of the telephone it says the same as before
    place.refresh_from_db()
    assert place.phone == NEW


def test_a_newer_file_that_changed_its_mind_is_followed_and_told(place, manager, agent):
    edit(place, manager, telephone=NEW)
    assert again(agent, "2026-12-01", telephone=OTHER) == [("edit-replaced", "kept", "telephone", OTHER)]
    place.refresh_from_db()
    assert place.phone == OTHER
    assert (phone_origin(place).source, phone_origin(place).said_on) == ("essai", date(2026, 12, 1))


def test_a_file_that_agrees_takes_the_field_back(place, manager, agent):
    edit(place, manager, telephone=NEW)
    assert again(agent, "2024-05-01", telephone=NEW) == []
    assert phone_origin(place).file_says is None


def test_saying_again_what_the_file_says_takes_the_edit_off(place, manager):
    edit(place, manager, telephone=NEW)
    edit(place, manager, telephone=OLD)
    assert (phone_origin(place).source, phone_origin(place).file_says) == ("essai", None)


def test_each_field_has_its_own_day(place, agent):
    again(agent, "2025-01-01", telephone=OTHER)
    days = {each.field: each.said_on for each in queries.field_origins(place.id)}
    assert (days["telephone"], days["nom"]) == (date(2025, 1, 1), date(2024, 4, 2))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"telephone": "douze"}, "phone-malformed"),
        ({"courriels": "pas une adresse"}, "email-malformed"),
        ({"horaires": "quand on veut"}, "hours-unreadable"),
        ({"nom": " "}, "required-missing"),
        ({"frais_a_charge": "Troc"}, "value-unknown"),
        ({"presentation_resume": "mot " * 100}, "text-too-long"),
    ],
)
def test_what_a_file_could_not_say_an_edit_cannot(place, manager, said, fault):
    with pytest.raises(EditRefused) as refused:
        edit(place, manager, **said)
    assert refused.value.facts["fault"] == fault
    assert phone_origin(place).file_says is None


def test_who_may_not(place, operator_id, place_operator_id):
    with pytest.raises(PlaceNotYours):
        edit(place, person(operator_id, Role.PLACE_MANAGER), telephone=NEW)
    with pytest.raises(NotAllowed):
        edit(place, person(place_operator_id, Role.MEDIATOR), telephone=NEW)


def test_what_may_not_be_edited_is_left(place, manager):
    assert edit(place, manager, commune="ailleurs", id="autre") == ()
