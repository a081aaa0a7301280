"""What one activity says, what the national tool's file makes of it, which seat is free when. No database."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.activities.rules import (
    ACTIVITY_COLUMNS,
    AGE_BANDS,
    DAYS_BACK,
    KIND_LABELS,
    PERSON_COLUMNS,
    THEMES,
    THEMES_OF_SERVICE,
    THEMES_OF_STEPS,
    USUAL_THEMES,
    ActivityDayInvalid,
    ActivityMinutesInvalid,
    ActivityPeopleInvalid,
    ActivityWordUnknown,
    Exported,
    Kind,
    SeatsTaken,
    Stretch,
    Told,
    Where,
    Whereabouts,
    activity_lines,
    attributes,
    checked,
    free_stations,
    lengths,
    opened,
    person_lines,
    starts,
    station_for,
    stations,
)
from carnet.kernel.identifiers import NirInText
from carnet.kernel.periods import PARIS
from carnet.places.rules import SERVICE_KINDS

TODAY = date(2026, 3, 10)
HELP = Told(Kind.ONE_TO_ONE, TODAY, 30, {"soixante_soixante_neuf": 1}, themes=("email",))
LIBRARY = Whereabouts("=Médiathèque", "15 rue de la Haluchère", "Nantes", "44300", "44109")


def exported(told: Told) -> Exported:
    return Exported("A", told, LIBRARY, TODAY)


def test_every_service_of_the_catalogue_has_its_themes() -> None:
    assert set(THEMES_OF_SERVICE) == {kind.code for kind in SERVICE_KINDS}
    assert {theme for themes in THEMES_OF_SERVICE.values() for theme in themes} <= set(THEMES)
    assert (len(THEMES), len(THEMES_OF_STEPS), len(USUAL_THEMES), len(AGE_BANDS)) == (30, 11, 8, 8)
    assert set(KIND_LABELS) == set(Kind)


def test_what_is_told_comes_back_whole_and_in_order() -> None:
    told = checked(replace(HELP, themes=("sante", "email", "email"), equipment=("tablette", "ordinateur")), today=TODAY)
    assert (told.themes, told.equipment) == (("email", "sante"), ("ordinateur", "tablette"))
    assert list(told.people) == list(AGE_BANDS)


def test_a_title_and_a_level_are_of_what_is_done_together() -> None:
    assert checked(replace(HELP, title="Monsieur Durand", level="avance"), today=TODAY).title == ""
    told = checked(replace(HELP, kind=Kind.EVENT, title=" Fête du numérique ", level="avance"), today=TODAY)
    assert (told.title, told.level) == ("Fête du numérique", "avance")
    with pytest.raises(NirInText):
        checked(replace(HELP, kind=Kind.EVENT, title="2 69 05 49 588 157 80"), today=TODAY)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"day": TODAY + timedelta(days=1)}, ActivityDayInvalid),
        ({"day": TODAY - timedelta(days=DAYS_BACK + 1)}, ActivityDayInvalid),
        ({"minutes": 4}, ActivityMinutesInvalid),
        ({"minutes": 24 * 60}, ActivityMinutesInvalid),
        ({"people": {}}, ActivityPeopleInvalid),
        ({"people": {"non_communique": 501}}, ActivityPeopleInvalid),
        ({"people": {"non_communique": 3, "douze_dix_huit": -1}}, ActivityPeopleInvalid),
        ({"returning_count": 2}, ActivityPeopleInvalid),
        ({"people": {"vieux": 1}}, ActivityWordUnknown),
        ({"themes": ("tricot",)}, ActivityWordUnknown),
        ({"equipment": ("minitel",)}, ActivityWordUnknown),
        ({"redirected_to": "ailleurs"}, ActivityWordUnknown),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked(replace(HELP, **wrong), today=TODAY)


counts = st.dictionaries(st.sampled_from(list(AGE_BANDS)), st.integers(0, 40), min_size=1).filter(lambda found: sum(found.values()) > 0)


@given(counts, st.sampled_from(Kind), st.sampled_from(Where))
def test_the_file_has_one_line_per_person_and_loses_nobody(people: dict[str, int], kind: Kind, where: Where) -> None:
    told = checked(replace(HELP, people=people, kind=kind, where=where), today=TODAY)
    lines = [dict(zip(PERSON_COLUMNS, line, strict=True)) for line in person_lines([exported(told)])]
    assert len(lines) == told.people_count
    for band, label in AGE_BANDS.items():
        assert sum(line["Tranche d’âge du bénéficiaire"] == label for line in lines) == told.people[band]
    (summed,) = activity_lines([exported(told)])
    row = dict(zip(ACTIVITY_COLUMNS, summed, strict=True))
    assert row["Nombre de participants"] == sum(row[label] for label in AGE_BANDS.values()) == told.people_count  # type: ignore[misc]
    assert len({line["ID CRA"] for line in lines}) == (1 if row["Type"] == "Atelier collectif" else told.people_count)


def test_the_file_says_it_in_the_tools_words() -> None:
    told = Told(
        Kind.WORKSHOP, TODAY, 90, {"soixante_dix_plus": 2}, themes=("email", "sante"), equipment=("ordinateur",), level="intermediaire",
        title="Ma boîte mail", redirected_to="mediation_numerique",
    )  # fmt: skip
    line = dict(zip(PERSON_COLUMNS, next(person_lines([exported(checked(told, today=TODAY))])), strict=True))
    assert line["Date"] == "10/03/2026"
    assert (line["Type"], line["Participants"], line["Durée (min)"]) == ("Atelier collectif", "1/2", 90)
    assert line["Thématique(s) d’accompagnement"] == "E-mail\nSanté"
    assert line["Niveau d’autonomie (ou de l’atelier)"] == "2/3"
    assert (line["Bénéficiaire réorienté"], line["Tags"]) == ("Oui", "Atelier gratuit")
    assert line["Nom du lieu"] == "'=Médiathèque"  # a spreadsheet would run it
    assert "Bénéficiaire" not in PERSON_COLUMNS
    assert attributes(told)["type"] == "collectif"


def test_at_home_the_file_says_the_commune_and_not_the_library() -> None:
    told = checked(replace(HELP, where=Where.HOME), today=TODAY)
    line = dict(zip(PERSON_COLUMNS, next(person_lines([exported(told)])), strict=True))
    assert (line["Canaux d’accompagnement"], line["Nom du lieu"], line["Commune"]) == ("À domicile", "", "Nantes")


# --- seats ------------------------------------------------------------------------------------------------------------


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(TODAY, time(hour, minute), tzinfo=PARIS)


def test_stations_are_the_machines_then_seats_for_ones_own() -> None:
    assert stations(seats=4, machines={"computer": 2, "tablet": 1}) == ("computer", "computer", "tablet", "own")
    assert stations(seats=2, machines={"computer": 5}) == ("computer", "computer")


def test_the_half_hours_of_a_day_are_those_left_within_open_hours() -> None:
    open_stretches = opened(TODAY, [(time(9, 15), time(11)), (time(22), time(0))], zone=PARIS)
    assert starts(open_stretches, at=at(9, 50)) == [at(9, 30), at(10), at(10, 30), at(22), at(22, 30), at(23), at(23, 30)]


def test_a_turn_always_has_a_length() -> None:
    assert (lengths(None), lengths(60), lengths(10)) == ((30, 60, 90, 120), (30, 60), (30,))


stretches = st.builds(
    lambda start, length: Stretch(at(8) + timedelta(minutes=30 * start), at(8) + timedelta(minutes=30 * (start + length))),
    st.integers(0, 20),
    st.integers(1, 4),
)


@given(st.lists(stretches, max_size=30), st.integers(1, 4))
def test_seats_given_one_after_the_other_never_overlap_and_none_is_refused_that_was_free(wanted: list[Stretch], count: int) -> None:
    held: dict[int, list[Stretch]] = {}
    for each in wanted:
        free = free_stations(each, held=held, count=count)
        if not free:
            with pytest.raises(SeatsTaken):
                station_for(each, held=held, machines=["computer"] * count)
            continue
        number = station_for(each, held=held, machines=["computer"] * count)
        assert not any(each.overlaps(other) for other in held.get(number, []))
        held.setdefault(number, []).append(each)
