"""A file becomes places: created, updated, left alone; told; all or nothing."""

import io
import time
from datetime import timedelta
from uuid import uuid4

import pytest

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed, Role
from carnet.places import queries
from carnet.places.models import Place, PlaceImport
from carnet.places.operations import import_places
from carnet.places.rules import FileTooLarge, ImportUnknown, ProvenanceMissing
from tests.places.conftest import AT, GOOD, csv_bytes, person

pytestmark = pytest.mark.django_db


def bring(content: bytes, actor: Actor, **changed):
    said = {"provenance": "essai", "file_name": "lieux.csv", "actor": actor, "request_id": uuid4(), "at": AT, **changed}
    return import_places(stream=io.BytesIO(content), **said)


def counts(report):
    return report.created_count, report.updated_count, report.unchanged_count, report.refused_count


def test_a_second_import_changes_only_what_changed(agent):
    first = bring(csv_bytes(GOOD, {**GOOD, "id": "a-2", "nom": "Autre"}), agent)
    again = bring(csv_bytes(GOOD, {**GOOD, "id": "a-2", "nom": "Autre nom"}), agent, at=AT + timedelta(days=1))
    assert counts(first) == (2, 0, 0, 0)
    assert counts(again) == (0, 1, 1, 0)
    assert sorted(Place.objects.values_list("name", flat=True)) == ["Autre nom", GOOD["nom"]]
    assert Place.objects.get(national_id="a-1").imported_at == AT
    assert Place.objects.get(national_id="a-2").imported_at == AT + timedelta(days=1)


def test_a_place_gone_from_the_file_is_counted_and_kept(agent):
    bring(csv_bytes(GOOD, {**GOOD, "id": "a-2"}), agent)
    report = bring(csv_bytes(GOOD), agent)
    assert report.absent_count == 1
    assert Place.objects.filter(ended_on=None).count() == 2


def test_the_same_identifier_of_another_provenance_is_another_place(agent):
    bring(csv_bytes(GOOD), agent)
    report = bring(csv_bytes(GOOD), agent, provenance="autre annuaire")
    assert counts(report) == (1, 0, 0, 0)
    assert Place.objects.count() == 2


def test_a_place_that_another_provenance_brought_is_told_and_kept(agent):
    bring(csv_bytes(GOOD), agent)
    report = bring(
        csv_bytes({**GOOD, "id": "z", "nom": GOOD["nom"].upper()}, {**GOOD, "id": "y", "nom": "Ailleurs"}), agent, provenance="autre"
    )
    assert [(fault.line, fault.code.value, fault.outcome.value, fault.detail) for fault in report.faults] == [
        (2, "place-elsewhere", "kept", "essai"), (3, "pivot-twice", "kept", "2"), (3, "pivot-elsewhere", "kept", "essai")
    ]  # fmt: skip
    near = {**GOOD, "id": "x", "nom": "Espace numérique Bellevue", "adresse": "à l'angle", "pivot": ""}
    (_no_number, fault) = bring(csv_bytes(near), agent, provenance="une autre").faults
    assert (fault.code.value, fault.outcome.value, fault.detail) == ("place-near-elsewhere", "kept", "essai")
    assert Place.objects.count() == 4


def test_a_dry_run_tells_the_same_and_changes_nothing(agent):
    content = csv_bytes(GOOD, {**GOOD, "id": ""})
    told = bring(content, agent, dry_run=True)
    assert (told.import_id, Place.objects.count(), PlaceImport.objects.count()) == (None, 0, 0)
    done = bring(content, agent)
    assert counts(told) == counts(done) == (1, 0, 0, 1)
    assert told.faults == done.faults


def test_the_same_request_gives_the_first_report(agent, request_id):
    first = bring(csv_bytes(GOOD), agent, request_id=request_id)
    again = bring(csv_bytes(GOOD, {**GOOD, "id": "a-2"}), agent, request_id=request_id)
    assert again == first
    assert Place.objects.count() == 1


def test_the_report_can_be_read_again_by_its_organisation_only(agent, place_operator_id):
    made = bring(csv_bytes(GOOD, {**GOOD, "id": "a-2", "horaires": "lundi, sur rendez-vous"}), agent)
    assert queries.import_report(made.import_id, organisation_id=agent.organisation_id) == made
    assert [line.fault_count for line in queries.imports(organisation_id=agent.organisation_id)] == [len(made.faults)]
    with pytest.raises(ImportUnknown):
        queries.import_report(made.import_id, organisation_id=place_operator_id)


def test_what_does_not_fit_is_kept_beside_the_place(agent):
    header = (*GOOD, "wifi")
    bring(csv_bytes({**GOOD, "wifi": "oui", "horaires": "lundi, sur rendez-vous"}, header=header), agent)
    place = Place.objects.get()
    assert place.opening_hours == ""
    assert place.extras == {"wifi": "oui", "horaires": "lundi, sur rendez-vous"}


def test_an_import_keeps_the_operator_and_the_end_of_a_place(agent, place_operator_id):
    bring(csv_bytes(GOOD), agent)
    Place.objects.update(operator_id=place_operator_id, ended_on=AT.date())
    bring(csv_bytes({**GOOD, "nom": "Nouveau nom"}), agent)
    place = Place.objects.get()
    assert (place.name, place.operator_id, place.ended_on) == ("Nouveau nom", place_operator_id, AT.date())


def test_if_the_journal_fails_nothing_happened(agent, monkeypatch):
    def broken(**_said):
        raise RuntimeError("the journal is full")

    monkeypatch.setattr(journal, "record", broken)
    with pytest.raises(RuntimeError):
        bring(csv_bytes(GOOD), agent)
    assert (Place.objects.count(), PlaceImport.objects.count()) == (0, 0)


def test_who_may_not(agent, place_operator_id):
    manager = person(place_operator_id, Role.PLACE_MANAGER)
    for stranger in (manager, Actor.anonymous(), person(place_operator_id, Role.PRESCRIBER)):
        with pytest.raises(NotAllowed):
            bring(csv_bytes(GOOD), stranger)
    assert Place.objects.count() == 0


def test_a_file_without_provenance_is_refused(agent):
    with pytest.raises(ProvenanceMissing):
        bring(csv_bytes(GOOD), agent, provenance="  ")


def test_a_huge_file_is_refused_while_it_is_read(agent):
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(FileTooLarge) as refused:
        import_places(provenance="essai", file_name="x.csv", stream=stream, actor=agent, request_id=uuid4(), at=AT)
    assert stream.read_bytes <= 22 * 1024 * 1024
    assert refused.value.facts["size_max_mb"] == 20


@pytest.mark.slow
def test_the_shipped_places_of_france_arrive_in_well_under_ten_seconds(agent):
    started = time.process_time()  # the bench has the clock on the wall; here others may share the machine
    with (queries.DATA / "conseillers-numeriques-france-2022.v0.1.json.gz").open("rb") as stream:
        report = import_places(
            provenance="Conseillers numériques", file_name=stream.name, stream=stream, actor=agent, request_id=uuid4(), at=AT
        )
    seconds = time.process_time() - started
    print(f"\n{report.read_count} places in {seconds:.2f} s")  # noqa: T201
    assert (report.read_count, report.created_count, report.refused_count) == (4930, 4930, 0)
    assert Place.objects.filter(commune_code="44109").count() == 11
    assert seconds < 10
