"""Two places that are one: told, merged with what each says best, followed by later files, taken apart again."""

import io
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from carnet.parties.rules import NotAllowed, Role
from carnet.places import queries
from carnet.places.models import Place, PlaceAcceptance
from carnet.places.operations import (
    accept_programme,
    attach_operator,
    edit_place,
    end_place,
    import_places,
    merge_places,
    part_places,
    tell_apart,
)
from carnet.places.rules import FaultCode, PlaceEnded, PlaceMergedAlready, PlaceNotMerged, RepeatOfItself, RepeatStillRun
from carnet.places.rules.merging import merged
from carnet.places.rules.standard import COLUMNS, FIELDS, Kind
from carnet.places.rules.uniting import CHOICES, differing, parted, proposed, united
from tests.places.conftest import AT, GOOD, csv_bytes, person

LATER = AT + timedelta(days=1)
TOWN = {**GOOD, "telephone": "", "presentation_resume": "Une salle claire.", "date_maj": "2024-01-10"}
REGION = {
    **GOOD, "id": "b-7", "nom": "Espace numérique Bellevue", "telephone": "+33240419001", "courriels": "bonjour@exemple.fr",
    "horaires": "Mo-Fr 09:00-17:00", "date_maj": "2025-03-05",
}  # fmt: skip


def bring(agent, provenance, *lines, at=AT):
    return import_places(
        provenance=provenance, file_name="l.csv", stream=io.BytesIO(csv_bytes(*lines)), actor=replace(agent, proved_at=at),
        request_id=uuid4(), at=at,
    )  # fmt: skip


def place_of(provenance):
    return Place.objects.get(provenance=provenance)


@pytest.fixture
def both(agent):
    bring(agent, "ville", TOWN)
    bring(agent, "région", REGION)
    return place_of("ville").id, place_of("région").id


def merge(agent, both, *taken, at=AT, request_id=None):
    kept_id, other_id = both
    return merge_places(
        kept_id=kept_id, other_id=other_id, taken=taken, actor=replace(agent, proved_at=at), request_id=request_id or uuid4(), at=at
    )


def part(agent, other_id, at=LATER):
    return part_places(other_id=other_id, actor=replace(agent, proved_at=at), request_id=uuid4(), at=at)


class TestTelling:
    def test_a_pair_is_told_with_its_likeness_and_what_differs(self, both):
        kept_id, other_id = both
        (repeat,) = queries.repeats(at=AT).shown
        assert (repeat.likeness, {repeat.kept.place_id, repeat.other.place_id}) == (FaultCode.PLACE_NEAR, set(both))
        told = {each.name: each for each in queries.differences(kept_id=kept_id, other_id=other_id)}
        assert set(told) == {"nom", "telephone", "courriels", "horaires", "presentation_resume"}
        assert {name for name, each in told.items() if each.is_proposed} == {"telephone", "courriels"}

    def test_two_told_apart_are_told_no_more_here_nor_by_the_next_file(self, agent, both):
        tell_apart(place_ids=both, actor=agent, request_id=uuid4(), at=AT)
        tell_apart(place_ids=(both[1], both[0]), actor=agent, request_id=uuid4(), at=AT)
        assert queries.repeats(at=AT).total == 0
        again = bring(agent, "région", {**REGION, "telephone": "+33240419002"}, at=LATER)
        assert [fault for fault in again.faults if "elsewhere" in fault.code] == []

    def test_the_one_that_is_run_had_better_stay(self, agent, both, place_operator_id):
        attach_operator(place_id=both[1], organisation_id=place_operator_id, actor=agent, request_id=uuid4(), at=AT)
        assert queries.repeats(at=AT).shown[0].kept.place_id == both[1]

    def test_three_questions_whatever_their_number(self, agent, both, django_assert_max_num_queries):
        with django_assert_max_num_queries(4):
            queries.repeats(at=AT)


class TestMerging:
    def test_the_one_that_stays_takes_what_was_chosen_and_says_where_from(self, agent, both):
        merge(agent, both, "telephone", "courriels")
        kept = place_of("ville")
        assert (kept.phone, kept.emails, kept.name, kept.opening_hours) == (
            "+33240419001", ["bonjour@exemple.fr"], GOOD["nom"], GOOD["horaires"],
        )  # fmt: skip
        phone = next(each for each in queries.field_origins(kept.id) if each.field == "telephone")
        assert (phone.source, phone.organisation_id, phone.said_on, phone.file_says) == ("région", None, date(2025, 3, 5), "")

    def test_the_other_closes_and_leads_to_it(self, agent, both):
        kept_id, other_id = both
        merge(agent, both)
        assert Place.objects.get(id=other_id).ended_on == AT.date()
        assert queries.merged_into(other_id) == kept_id
        assert queries.merged_into(kept_id) is None
        assert [each.place_id for each in queries.merged_with(kept_id)] == [other_id]
        assert queries.search(at=AT).total == 1
        assert sum("b-7" in line for line in queries.export_lines(at=AT)) == 0

    def test_merged_again_into_a_third_the_first_leads_there(self, agent, both):
        bring(agent, "état", {**GOOD, "id": "c-1"})
        third = place_of("état").id
        merge(agent, both)
        merge(agent, (third, both[0]))
        assert queries.merged_into(both[1]) == third
        part(agent, both[0])
        assert queries.merged_into(both[1]) == both[0]

    def test_it_accepts_what_only_the_other_accepted(self, agent, both, programme_id):
        kept_id, other_id = both
        accept_programme(
            place_ids=[other_id], programme_id=programme_id, service_codes=["cv"], from_on=AT.date(), actor=agent, request_id=uuid4(), at=AT
        )
        merge(agent, both, at=LATER)
        (acceptance,) = queries.accepted(kept_id, at=LATER)
        assert acceptance.service_codes == ("cv",)
        assert queries.accepted(other_id, at=LATER) == ()
        part(agent, other_id, at=LATER)
        assert queries.accepted(kept_id, at=LATER) == ()
        assert PlaceAcceptance.objects.get(place_id=other_id).until_on is None

    def test_the_same_request_or_pair_gives_the_first_answer(self, agent, both, request_id):
        first = merge(agent, both, "telephone", request_id=request_id)
        assert merge(agent, both, request_id=request_id) == first
        assert merge(agent, both) == first

    def test_two_told_apart_may_be_merged_after_all(self, agent, both):
        tell_apart(place_ids=both, actor=agent, request_id=uuid4(), at=AT)
        merge(agent, both)
        part(agent, both[1])
        assert queries.repeats(at=LATER).total == 1


class TestRefusals:
    def test_of_itself(self, agent, both):
        with pytest.raises(RepeatOfItself):
            merge(agent, (both[0], both[0]))

    def test_one_that_is_run_does_not_disappear_before_it_is_closed(self, agent, both, place_operator_id):
        attach_operator(place_id=both[1], organisation_id=place_operator_id, actor=agent, request_id=uuid4(), at=AT)
        with pytest.raises(RepeatStillRun):
            merge(agent, both)
        end_place(place_id=both[1], ended_on=AT.date(), actor=agent, request_id=uuid4(), at=AT)
        merge(agent, both)
        assert queries.merged_into(both[1]) == both[0]

    def test_into_a_closed_one(self, agent, both):
        end_place(place_id=both[0], ended_on=AT.date(), actor=agent, request_id=uuid4(), at=AT)
        with pytest.raises(PlaceEnded):
            merge(agent, both)

    def test_one_merged_already(self, agent, both):
        bring(agent, "état", {**GOOD, "id": "c-1"})
        merge(agent, both)
        with pytest.raises(PlaceMergedAlready):
            merge(agent, (place_of("état").id, both[1]))
        with pytest.raises(PlaceMergedAlready):
            tell_apart(place_ids=both, actor=agent, request_id=uuid4(), at=AT)

    def test_nothing_to_undo(self, agent, both):
        with pytest.raises(PlaceNotMerged):
            part(agent, both[1])

    def test_who_may_not(self, both, place_operator_id):
        manager = person(place_operator_id, Role.PLACE_MANAGER)
        for act in (lambda: merge(manager, both), lambda: part(manager, both[1])):
            with pytest.raises(NotAllowed):
                act()
        with pytest.raises(NotAllowed):
            tell_apart(place_ids=both, actor=manager, request_id=uuid4(), at=AT)


class TestFilesAfterwards:
    def test_the_file_of_the_one_that_stays_does_not_undo_it(self, agent, both):
        merge(agent, both, "telephone")
        bring(agent, "ville", {**TOWN, "presentation_resume": "Une salle très claire.", "date_maj": "2024-02-10"}, at=LATER)
        kept = place_of("ville")
        assert (kept.phone, kept.summary) == ("+33240419001", "Une salle très claire.")

    def test_a_newer_word_of_that_file_is_followed_and_told(self, agent, both):
        merge(agent, both, "telephone")
        report = bring(agent, "ville", {**TOWN, "telephone": "+33240419009", "date_maj": "2026-02-10"}, at=LATER)
        assert place_of("ville").phone == "+33240419009"
        assert FaultCode.EDIT_REPLACED in {fault.code for fault in report.faults}

    def test_the_file_of_the_other_brings_what_was_taken_from_it_up_to_date(self, agent, both):
        merge(agent, both, "telephone")
        report = bring(
            agent, "région", {**REGION, "telephone": "+33240419008", "courriels": "autre@exemple.fr", "date_maj": "2025-09-01"}, at=LATER
        )
        kept = place_of("ville")
        assert (kept.phone, kept.emails, kept.updated_on) == ("+33240419008", [], date(2025, 9, 1))
        assert [fault.detail for fault in report.faults if fault.code == "place-merged"] == [GOOD["nom"]]
        assert place_of("région").ended_on == AT.date()

    def test_neither_file_tells_the_repeat_again(self, agent, both):
        merge(agent, both)
        for provenance, line in (("ville", TOWN), ("région", REGION)):
            report = bring(agent, provenance, {**line, "telephone": "+33240419007"}, at=LATER)
            assert [fault for fault in report.faults if "elsewhere" in fault.code] == []


class TestPartingAgain:
    def test_everything_is_as_before(self, agent, both):
        rows = {each["id"]: each for each in Place.objects.values()}
        merge(agent, both, *[choice.name for choice in CHOICES])
        assert part(agent, both[1]) == both[0]
        assert part(agent, both[1]) == both[0]
        after = {each["id"]: each for each in Place.objects.values()}
        for place_id, before in rows.items():
            told = {name: value for name, value in after[place_id].items() if name != "origins"}
            assert told == {name: value for name, value in before.items() if name != "origins"}
        assert [each.source for each in queries.field_origins(both[0]) if each.source != "ville"] == []

    def test_what_was_corrected_since_stays(self, agent, both):
        merge(agent, both, "telephone", "courriels")
        edit_place(place_id=both[0], said={"telephone": "0240419055"}, actor=agent, request_id=uuid4(), at=AT)
        part(agent, both[1])
        kept = place_of("ville")
        assert (kept.phone, kept.emails) == ("+33240419055", [])


# Two values for each column are enough for two places to agree, differ or be silent: a bit of one drawn number chooses each.
NAMES = [name for name in COLUMNS if name not in ("latitude", "longitude", "updated_on")]
LISTED = {field.column for field in FIELDS if field.is_list or field.kind is Kind.CHOICES}
POINTS = ((None, None), (47.2, -1.5), (48.0, 2.0))


@some.composite
def places(draw):
    said = draw(some.integers(0, 4 ** len(NAMES) - 1))
    columns = {}
    for rank, name in enumerate(NAMES):
        word = ("", "a", "b", "b")[said >> 2 * rank & 3]
        columns[name] = ([word] if word else []) if name in LISTED else word
    latitude, longitude = draw(some.sampled_from(POINTS))
    day = draw(some.dates(min_value=date(2022, 1, 1), max_value=date(2026, 1, 1)))
    return {**columns, "latitude": latitude, "longitude": longitude, "updated_on": day}


@given(kept=places(), other=places(), taken=some.sets(some.sampled_from([choice.name for choice in CHOICES])))
def test_merging_then_parting_changes_nothing(kept, other, taken):
    made = united(
        kept, {}, other, taken=taken, own=("ville", AT), other_id=7, other_source="région", organisation_id=None, at=AT
    )  # fmt: skip
    for choice in CHOICES:
        from_whom = other if choice.name in taken else kept
        assert all(made.columns[column] == from_whom[column] for column in choice.columns)
    apart = parted(made.columns, made.origins, kept, {}, other_id=7)
    assert apart.columns == kept
    assert [entry for entry in apart.origins.values() if entry["by"] == "EDIT"] == []


@given(kept=places(), other=places())
def test_what_is_proposed_never_empties_nor_replaces(kept, other):
    for choice in CHOICES:
        if choice.name in proposed(kept, other):
            assert choice in differing(kept, other)
            assert not any(kept[column] for column in choice.columns)


@given(kept=places(), other=places(), taken=some.sets(some.sampled_from([choice.name for choice in CHOICES])))
def test_the_same_file_again_takes_nothing_back(kept, other, taken):
    made = united(
        kept, {}, other, taken=taken, own=("ville", AT), other_id=7, other_source="région", organisation_id=None, at=AT
    )  # fmt: skip
    again = merged(made.columns, made.origins, kept, source="ville", before_at=AT, at=AT)
    assert {name: value for name, value in again.columns.items() if name != "updated_on"} == {
        name: value for name, value in made.columns.items() if name != "updated_on"
    }
    assert again.conflicts == ()
