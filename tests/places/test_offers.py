"""What a place offers: declared here it wins over the file, the national fields follow it, and the file stays valid."""

import importlib
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from carnet.gateways.database import acting_as_everything
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import IbanInText
from carnet.parties.rules import NotAllowed, Role
from carnet.places import operations, queries
from carnet.places.models import FreeSpace, Place
from carnet.places.rules import PlaceNotYours
from carnet.places.rules.declaring import ServiceSaid, SpaceSaid, StopSaid
from carnet.places.rules.offers import ACCESS_BY_CODE, NOTHING_DECLARED, Declared, OfferRefused, answering, projected, traits
from carnet.places.rules.standard import FEES, ROAMING, SERVICES, SPECIFIC_CARE, SUPPORT_MODES
from tests.places.conftest import AT, GOOD, csv_bytes, person

SYSTEM = Actor.system("test")
ACCESS = "Accès internet et matériel informatique"


def brought_in(*, days_later: int = 0, **values: str) -> int:
    line = GOOD | values
    operations.import_places(
        provenance="essai", file_name="essai.csv", stream=io.BytesIO(csv_bytes(line)), actor=SYSTEM, request_id=uuid4(),
        at=AT + timedelta(days=days_later),
    )  # fmt: skip
    return Place.objects.get(provenance="essai", national_id=line["id"]).id


@pytest.fixture
def place_id(place_operator_id: int) -> int:
    found = brought_in()
    operations.attach_operator(place_id=found, organisation_id=place_operator_id, actor=SYSTEM, request_id=uuid4(), at=AT)
    return found


@pytest.fixture
def manager(place_operator_id: int) -> Actor:
    return person(place_operator_id, Role.PLACE_MANAGER)


def facts(actor: Actor) -> dict:
    return {"actor": actor, "request_id": uuid4(), "at": AT}


def lines_written() -> int:
    with acting_as_everything(why="read the journal"):
        return Line.objects.filter(action="places.offer-declared").count()


# --- rules, without a database ----------------------------------------------------------------------------------------


def some_of(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Any of these, in their order: a number drawn, one bit each (lists drawn one by one take a busy machine seconds)."""
    return st.integers(0, 2 ** len(values) - 1).map(lambda drawn: [value for rank, value in enumerate(values) if drawn >> rank & 1])


LISTS = st.fixed_dictionaries(
    {
        "specific_care": some_of(SPECIFIC_CARE),
        "fees": some_of(FEES),
        "support_modes": some_of(SUPPORT_MODES),
        "services": some_of(SERVICES),
        "roaming": some_of(ROAMING),
    }
)
YES_NO = st.sampled_from((None, True, False))
DECLARED = st.builds(
    Declared,
    access=st.tuples(some_of(tuple(ACCESS_BY_CODE)), some_of(tuple(ACCESS_BY_CODE))).map(
        lambda drawn: {code: code in drawn[1] for code in drawn[0]}
    ),
    languages=st.none() | some_of(("en", "ar", "uk")).map(tuple),
    is_mobile=YES_NO,
    has_home_visits=YES_NO,
    has_free_space=YES_NO,
    taught=some_of(("mailbox", "cv")).map(lambda codes: dict.fromkeys(codes, ("workshop",))),
)


@given(LISTS, DECLARED)
def test_a_declaration_wins_and_the_file_is_believed_for_the_rest(columns: dict, declared: Declared) -> None:
    found, guessed = traits(columns, declared), traits(columns)
    for code, is_answered in declared.access.items():
        assert (f"access:{code}" in found) is is_answered
        assert f"likely:access:{code}" not in found
    for code in ACCESS_BY_CODE.keys() - declared.access.keys():
        likely = f"likely:access:{code}"
        assert (likely in found) is (likely in guessed)
    if declared.languages is not None:
        assert {each for each in found if each.startswith("language:")} - {"language:other"} == {
            f"language:{c}" for c in declared.languages
        }
    assert found == sorted(set(found))


@given(LISTS, DECLARED)
def test_the_national_fields_say_what_was_declared_once_and_only_in_national_words(columns: dict, declared: Declared) -> None:
    made = {**columns, **projected(columns, declared)}
    known = {"specific_care": SPECIFIC_CARE, "support_modes": SUPPORT_MODES, "services": SERVICES, "roaming": ROAMING, "fees": FEES}
    for name, values in made.items():
        assert set(values) <= set(known[name]) and len(values) == len(set(values))
    assert projected(made, declared) == {}
    if declared.languages is not None:
        assert ("Langues étrangères (anglais)" in made["specific_care"]) is ("en" in declared.languages)
    if declared.access.get("step-free"):
        assert "Handicaps moteurs" in made["specific_care"]
    if declared.is_mobile is False:
        assert made["roaming"] == ["Fixe"]
    assert projected(columns, NOTHING_DECLARED) == {}


def test_a_wish_is_answered_by_what_is_declared_then_by_what_the_file_lets_one_think() -> None:
    assert answering("access:step-free") == ["access:step-free", "likely:access:step-free"]


# --- places that were there before ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_migration_says_of_every_place_what_the_rules_say() -> None:
    words = {
        "prise_en_charge_specifique": SPECIFIC_CARE,
        "modalites_accompagnement": SUPPORT_MODES,
        "frais_a_charge": FEES,
        "itinerance": ROAMING,
        "services": SERVICES,
    }
    lines = [GOOD | {"id": "all", **{name: "|".join(values) for name, values in words.items()}}]
    lines += [
        GOOD | {"id": f"{name}-{rank}", "services": "", "frais_a_charge": "", name: value, "nom": f"Lieu {name} {rank}"}
        for name, values in words.items()
        for rank, value in enumerate(values)
    ]
    operations.import_places(
        provenance="essai", file_name="essai.csv", stream=io.BytesIO(csv_bytes(*lines)), actor=SYSTEM, request_id=uuid4(), at=AT
    )
    said = dict(Place.objects.order_by("id").values_list("id", "traits"))
    assert len(said) == len(lines) and any(said.values())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE places_place SET traits = '{}'")
        cursor.execute(importlib.import_module("carnet.places.migrations.0004_offers").GUESSED)
    assert dict(Place.objects.order_by("id").values_list("id", "traits")) == said


# --- declaring --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_access_and_languages_are_declared_field_by_field_with_who_and_when(place_id: int, manager: Actor) -> None:
    changed = operations.declare_access(
        place_id=place_id,
        needs={"step-free": True, "lift": False},
        note="Sonnez à la porte de gauche.",
        languages=("ar", "en"),
        **facts(manager),
    )
    assert set(changed) == {"access:step-free", "access:lift", "access_note", "languages"}
    offer = queries.offer(place_id, at=AT)
    assert offer.access == {"step-free": True, "lift": False}
    assert offer.languages == ("en", "ar")
    assert offer.declared["access:lift"].organisation_id == manager.organisation_id
    place = Place.objects.get(id=place_id)
    assert {"Handicaps moteurs", "Langues étrangères (anglais)", "Langues étrangères (autres)"} <= set(place.specific_care)
    assert place.origins["specific_care"]["by"] == "EDIT"
    assert lines_written() == 1
    again = operations.declare_access(
        place_id=place_id, needs={"step-free": True, "lift": False}, note="Sonnez à la porte de gauche.", languages=("en", "ar"),
        **facts(manager),
    )  # fmt: skip
    assert again == ()
    assert lines_written() == 1


@pytest.mark.django_db
def test_a_newer_file_does_not_undo_what_was_declared(place_id: int, manager: Actor) -> None:
    operations.declare_access(place_id=place_id, needs={"step-free": True}, note="", languages=None, **facts(manager))
    brought_in(days_later=5, date_maj="2026-11-25", prise_en_charge_specifique="Surdité")
    place = Place.objects.get(id=place_id)
    assert place.specific_care == ["Surdité", "Handicaps moteurs"]
    assert place.traits == ["access:step-free", "free", "likely:access:sign-language"]


@pytest.mark.django_db
def test_what_nobody_declares_follows_the_file(place_id: int) -> None:
    brought_in(date_maj="2026-11-20", prise_en_charge_specifique="Handicaps moteurs", modalites_accompagnement="En autonomie")
    offer = queries.offer(place_id, at=AT)
    assert offer.access == {"step-free": None}
    assert offer.has_likely_free_space
    assert offer.declared == {}


@pytest.mark.django_db
def test_services_are_taught_with_their_prices_in_cents(place_id: int, manager: Actor) -> None:
    said = [
        ServiceSaid("cv", ("workshop", "one-to-one"), price_cents=500, voucher_count=1, beyond_cents=0, note="Le mardi"),
        ServiceSaid("mailbox", ("home",), price_cents=0),
    ]
    operations.declare_services(place_id=place_id, services=said, **facts(manager))
    told = queries.offer(place_id, at=AT).taught
    assert [(each.service, each.price_cents, each.voucher_count) for each in told] == [("mailbox", 0, None), ("cv", 500, 1)]
    place = Place.objects.get(id=place_id)
    assert {"taught:cv", "taught:mailbox", "mode:home", "mode:workshop"} <= set(place.traits)
    assert "Insertion professionnelle via le numérique" in place.services
    operations.declare_services(place_id=place_id, services=said[:1], **facts(manager))
    assert [each.service for each in queries.taught_of(place_id)] == ["cv"]
    assert "taught:mailbox" not in Place.objects.get(id=place_id).traits


@pytest.mark.django_db
def test_what_is_not_possible_is_refused_and_changes_nothing(place_id: int, manager: Actor) -> None:
    wrong = [
        [ServiceSaid("cv", ())],
        [ServiceSaid("cv", ("by-post",))],
        [ServiceSaid("cv", ("workshop",), price_cents=-1)],
        [ServiceSaid("cv", ("workshop",), voucher_count=0)],
        [ServiceSaid("cv", ("workshop",)), ServiceSaid("cv", ("home",))],
    ]
    for services in wrong:
        with pytest.raises(OfferRefused):
            operations.declare_services(place_id=place_id, services=services, **facts(manager))
    with pytest.raises(IbanInText):
        operations.declare_cost(place_id=place_id, fees=[], note="Virement sur FR76 3000 6000 0112 3456 7890 189", **facts(manager))
    assert queries.taught_of(place_id) == ()


@pytest.mark.django_db
def test_the_price_is_said_in_the_national_words_and_in_ours(place_id: int, manager: Actor) -> None:
    operations.declare_cost(place_id=place_id, fees=["Payant"], note="L’adhésion coûte 5 € par an.", **facts(manager))
    assert queries.offer(place_id, at=AT).cost_note == "L’adhésion coûte 5 € par an."
    place = Place.objects.get(id=place_id)
    assert place.fees == ["Payant"] and "free" not in place.traits
    assert place.origins["fees"]["organisation"] == manager.organisation_id


@pytest.mark.django_db
def test_a_mobile_place_has_stops_and_visits_homes(place_id: int, manager: Actor) -> None:
    operations.declare_moving(
        place_id=place_id, is_mobile=True, stops=[StopSaid("Rezé", "Place de la mairie", "mardi 9h-12h")],
        has_home_visits=True, home_communes=["44800", "Nantes"], home_note="Sur rendez-vous.", **facts(manager),
    )  # fmt: skip
    offer = queries.offer(place_id, at=AT)
    assert [(each.commune_code, each.commune, each.hours) for each in offer.stops] == [("44143", "Rezé", "Tu 09:00-12:00")]
    assert offer.home_communes == ("44109", "44162") and offer.has_home_visits
    assert Place.objects.get(id=place_id).roaming == ["Itinérant"]
    operations.declare_moving(
        place_id=place_id, is_mobile=False, stops=[], has_home_visits=False, home_communes=["Nantes"], home_note="", **facts(manager)
    )
    offer = queries.offer(place_id, at=AT)
    assert (offer.is_mobile, offer.stops, offer.home_communes, offer.has_home_visits) == (False, (), (), False)
    assert Place.objects.get(id=place_id).roaming == ["Fixe"]


SPACE = SpaceSaid(
    seats=8, machines={"computer": 6, "tablet": 2, "laptop": 0}, opening_hours="lundi au vendredi 14h-18h", has_printer=True,
    has_wifi=True, is_bookable=True, minutes_max=60, rules="Une heure par personne.",
)  # fmt: skip


@pytest.mark.django_db
def test_a_free_space_has_machines_and_hours_of_its_own_and_its_row_stays_when_it_closes(place_id: int, manager: Actor) -> None:
    operations.declare_free_space(place_id=place_id, space=SPACE, **facts(manager))
    space = queries.free_space_of(place_id, at=AT)
    assert space is not None
    assert (space.opening_hours, space.has_own_hours, space.machines) == ("Mo-Fr 14:00-18:00", True, {"computer": 6, "tablet": 2})
    place = Place.objects.get(id=place_id)
    assert "free-space" in place.traits and ACCESS in place.services and "En autonomie" in place.support_modes
    assert operations.declare_free_space(place_id=place_id, space=SPACE, **facts(manager)) == ()
    operations.declare_free_space(place_id=place_id, space=None, **facts(manager))
    assert queries.free_space_of(place_id, at=AT) is None
    assert FreeSpace.objects.get(place_id=place_id).id == space.free_space_id
    assert "free-space" not in Place.objects.get(id=place_id).traits
    operations.declare_free_space(place_id=place_id, space=SPACE, **facts(manager))
    again = queries.free_space_of(place_id, at=AT)
    assert again is not None and again.free_space_id == space.free_space_id


@pytest.mark.django_db
def test_without_hours_of_its_own_a_free_space_has_its_places(place_id: int, manager: Actor) -> None:
    operations.declare_free_space(place_id=place_id, space=SpaceSaid(seats=2), **facts(manager))
    space = queries.free_space_of(place_id, at=AT)
    assert space is not None and not space.has_own_hours and space.opening_hours == GOOD["horaires"]


@pytest.mark.django_db
def test_hours_that_say_nothing_are_refused(place_id: int, manager: Actor) -> None:
    with pytest.raises(OfferRefused):
        operations.declare_free_space(place_id=place_id, space=SpaceSaid(seats=2, opening_hours="quand on peut"), **facts(manager))


@pytest.mark.django_db
def test_only_who_keeps_the_place_declares(place_id: int, place_operator_id: int, operator_id: int, agent: Actor) -> None:
    with pytest.raises(NotAllowed):
        operations.declare_free_space(place_id=place_id, space=SPACE, **facts(person(place_operator_id, Role.MEDIATOR)))
    with pytest.raises(PlaceNotYours):
        operations.declare_free_space(place_id=place_id, space=SPACE, **facts(person(operator_id, Role.PLACE_MANAGER)))
    assert operations.declare_free_space(place_id=place_id, space=SPACE, **facts(agent)) == ("has_free_space",)
