"""Somebody is found in every table, reads it, has it corrected, is erased whole; the nights forget; a copy from before is erased again."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from carnet.gateways import erasures
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson
from carnet.mandates.rules import IdentityErased, PivotIdentity
from carnet.parties import operations as parties
from carnet.parties.models import Invitation, Person
from carnet.privacy import operations
from carnet.privacy.models import DataRequest, RetentionReport
from carnet.privacy.queries import finding, periods, searching
from carnet.privacy.rules import NobodyFound, NotCorrectable, Outcome, RowUnknown
from tests.factories.campaign import NOW, rid
from tests.factories.houses import DELPHINE, House, house

pytestmark = pytest.mark.django_db
PROGRAM = Actor.system("test")
OTHER = PivotIdentity("Montferrand", "Achille", "1951-03-01", "male", "44109", "99100", "achille@example.org")
NAME = "Delphine Quatrefages"


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path) -> Iterator[None]:
    with override_settings(KEYS_DIR=tmp_path / "keys", KEYS_WRAPPING=tmp_path / "keys" / "wrapping.key"):
        yield


@pytest.fixture
def ours() -> House:
    """A structure, where two people signed; one of them has an account by the same address."""
    made = house()
    made.sign(contact="+33639980001")
    made.sign(OTHER, subject="subject of achille")
    parties.enrol_member(
        organisation_id=made.organisation_id, email="delphine@example.org", display_name="Delphine Quatrefages", role="HELPER",
        actor=PROGRAM, request_id=rid(), at=NOW,
    )  # fmt: skip
    return made


def find(text: str) -> tuple[finding.Finding, ...]:
    with acting_as_everything(why="find"):
        return finding.find(text)


def places_of(text: str) -> list[searching.Place]:
    with acting_as_everything(why="search"):
        return list(searching.search(text).found)


def erase(text: str = NAME, **more: Any) -> operations.Done:
    return operations.erase(text=text, actor=PROGRAM, **{"request_id": uuid4(), "at": NOW} | more)


class TestFinding:
    def test_an_address_leads_to_the_account_and_the_mandate(self, ours: House) -> None:
        assert {each.table for each in find("delphine@example.org")} == {
            "mandates_assistedperson", "parties_person", "parties_membership", "mandates_mandate",
        }  # fmt: skip
        # The account's address says the same human, whom the telephone alone would not have led to.
        assert {each.table for each in find("06 39 98 00 01")} >= {"mandates_assistedperson", "parties_person"}

    def test_what_is_given_to_read_holds_the_identity_and_no_secret(self, ours: House) -> None:
        with acting_as_everything(why="export"):
            content = finding.exported(finding.find(NAME), at=NOW)
        written = str(content)
        assert "Quatrefages" in written and "1948-02-29" in written and "+33639980001" in written
        assert "Montferrand" not in written and "$argon2" not in written
        assert all(each["why"] and each["basis"] and each["kept"] for row in content["rows"] for each in row["columns"])

    def test_nobody_is_said(self, ours: House) -> None:
        with pytest.raises(NobodyFound):
            find("nobody@example.org")


class TestErasing:
    def test_leaves_the_name_nowhere_and_the_other_everywhere(self, ours: House) -> None:
        before, other = places_of(NAME), places_of("Achille Montferrand")
        assert {each.kind for each in before} == {"ROW", "SEALED"} and other
        done = erase()
        assert done.is_whole and done.keys_destroyed == 1
        assert {each.outcome for each in done.steps if each.table == "mandates_mandate"} == {Outcome.KEPT}
        assert all(each.law and each.until for each in done.steps if each.outcome is Outcome.KEPT)
        assert places_of(NAME) == []
        assert places_of("Achille Montferrand") == other
        with acting_as_everything(why="look"):
            person = Person.objects.exclude(erased_at=None).get()
            assert (person.email, person.is_active, person.phone) == (None, False, "")
            facts = Line.objects.get(action="privacy.person-erased").facts
        assert facts == {"erased": 2, "kept": 2}

    def test_the_same_request_is_done_once_and_what_was_cut_short_goes_on(self, ours: House) -> None:
        request_id = uuid4()
        first = erase(request_id=request_id)
        assert erase(request_id=request_id).request_id == first.request_id
        with acting_as_everything(why="cut it short"):
            assert DataRequest.objects.count() == 1
            row = DataRequest.objects.get()
            row.done_at, row.steps = None, [{**each, "outcome": "WAITS"} if each["outcome"] == "ERASED" else each for each in row.steps]
            row.save()
        (again,) = operations.resume(actor=PROGRAM, at=NOW)
        assert {each.outcome for each in again.steps} == {Outcome.ALREADY, Outcome.KEPT}
        assert operations.resume(actor=PROGRAM, at=NOW) == []

    def test_a_namesake_is_left_and_a_row_of_somebody_else_is_refused(self, ours: House) -> None:
        account = next(each.name for each in find(NAME) if each.table == "parties_person")
        done = erase(leave=[account])
        assert all(each.table != "parties_person" for each in done.steps)
        with pytest.raises(RowUnknown):
            erase("delphine@example.org", only=["parties_person:999999"])

    def test_the_register_is_written_before_anything_is_emptied(self, ours: House, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_words: Any, **_facts: Any) -> None:
            raise OSError("no room left")

        monkeypatch.setattr(erasures, "write", fails)
        with pytest.raises(OSError, match="no room"):
            erase()
        assert places_of(NAME), "nothing was emptied without being in the register"
        monkeypatch.undo()
        (done,) = operations.resume(actor=PROGRAM, at=NOW)
        assert done.is_whole and places_of(NAME) == []


class TestKeysAndCopies:
    def test_a_copy_from_before_says_nothing_once_the_key_is_destroyed(self, ours: House) -> None:
        with acting_as_everything(why="take a copy"):
            copy = AssistedPerson.objects.get(id=find(NAME)[0].row if find(NAME)[0].table == "mandates_assistedperson" else 0)
            assert access.identity_of(copy).family_name == "Quatrefages"
        erase()
        with pytest.raises(IdentityErased):
            access.identity_of(copy)

    def test_a_database_that_came_back_is_erased_again_and_another_row_is_left_alone(self, ours: House) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            erase()
            assert places_of(NAME) == []
            raise ZeroDivisionError  # as a restoration: the database is from before, the register is not
        assert [each for each in places_of(NAME) if each.kind == "ROW"]
        done = operations.again([erasures.read()], at=NOW)
        assert (done.read, done.erased, done.unknown, done.broken_at) == (2, 2, 0, None)
        assert places_of(NAME) == []
        assert operations.again([erasures.read(), erasures.read()], at=NOW).already == 2
        with acting_as_everything(why="another row under the same number"), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE parties_person SET created_at = created_at + interval '1 second', erased_at = NULL WHERE erased_at IS NOT NULL"
            )
        assert operations.again([erasures.read()], at=NOW).unknown == 1

    def test_keys_go_with_whoever_a_night_erased_and_stay_with_the_living(self, ours: House) -> None:
        before = key_ring().person_keys()
        assert len(before) == 2
        with acting_as_everything(why="a night of mandates"):
            from carnet.mandates.operations.retention import erase_person

            lead = ours.lead
            number = erase_person(
                person_id=int(next(e.row for e in find(NAME) if e.table == "mandates_assistedperson")), actor=lead, request_id=rid(), at=NOW
            )
        assert operations.tend_keys(at=NOW) == 1
        assert key_ring().person_keys() == tuple(each for each in before if not each.endswith(number))
        assert [line.person for line in erasures.read().lines] == [f"person-{number}"]
        assert operations.tend_keys(at=NOW) == 0

    def test_what_was_sealed_before_people_had_keys_is_sealed_anew(self, ours: House) -> None:
        with acting_as_everything(why="as it was"):
            row = AssistedPerson.objects.order_by("id").first()
            assert row is not None
            row.sealed_key = key_ring().seal(access.key_purpose(row.number), access.key_of(row))
            row.save(update_fields=["sealed_key"])
            key_ring().destroy_person_key(access.key_name(row.number))
        operations.tend_keys(at=NOW)
        with acting_as_everything(why="look"):
            row.refresh_from_db()
            assert access.key_name(row.number) in key_ring().person_keys()
            assert access.identity_of(row).family_name in {"Quatrefages", "Montferrand"}


class TestCorrecting:
    def test_a_name_is_corrected_with_its_trace(self, ours: House) -> None:
        account = next(each.name for each in find(NAME) if each.table == "parties_person")
        was = operations.correct(
            text=NAME, row=account, column="display_name", value="Delphine de Quatrefages", actor=PROGRAM, request_id=rid(), at=NOW
        )
        assert was == "Delphine Quatrefages"
        with acting_as_everything(why="look"):
            assert Person.objects.filter(display_name="Delphine de Quatrefages").count() == 1
            assert Line.objects.get(action="privacy.person-corrected").facts == {"table": "parties_person", "column": "display_name"}

    def test_proofs_and_sealed_words_are_not(self, ours: House) -> None:
        for table, column in (("parties_person", "email"), ("mandates_assistedperson", "sealed_identity")):
            row = next(each.name for each in find(NAME) if each.table == table)
            with pytest.raises(NotCorrectable):
                operations.correct(text=NAME, row=row, column=column, value="x", actor=PROGRAM, request_id=rid(), at=NOW)


class TestNights:
    def test_forgets_what_is_due_and_nothing_a_day_before(self, ours: House) -> None:
        with acting_as_everything(why="prepare"):
            parties_before = Person.objects.filter(erased_at=None).count()
            Invitation.objects.create(
                organisation_id=ours.organisation_id, email="late@example.org", display_name="Tardive", role="HELPER", secret_hash=b"x" * 32,
                invited_at=NOW - timedelta(days=40), expires_at=NOW - timedelta(days=31), request_id=rid(),
            )  # fmt: skip
            Invitation.objects.create(
                organisation_id=ours.organisation_id, email="soon@example.org", display_name="Récente", role="HELPER", secret_hash=b"y" * 32,
                invited_at=NOW - timedelta(days=40), expires_at=NOW - timedelta(days=29), request_id=rid(),
            )  # fmt: skip
        night = operations.keep_in_time(actor=PROGRAM, at=NOW)
        assert (night.forgotten, night.late, night.repeated) == (1, 0, False)
        assert operations.keep_in_time(actor=PROGRAM, at=NOW).repeated
        assert places_of("late@example.org") == [] and places_of("soon@example.org")
        with acting_as_everything(why="look"):
            assert Person.objects.filter(erased_at=None).count() == parties_before
            (report,) = periods.reports()
        assert next(line for line in report.lines if line["code"] == "invitations")["forgotten"] == 1

    def test_says_what_is_late_and_keeps_its_proof(self, ours: House) -> None:
        # Nine years without the task of mandates: six after the end of the last one, somebody is late.
        with acting_as_everything(why="count"):
            assert {each.code: each.late for each in periods.standings(at=NOW)}["helped-people"] == 0
            late = {each.code: each.late for each in periods.standings(at=NOW + timedelta(days=9 * 365))}
        assert late["helped-people"] == 2
        assert operations.keep_in_time(actor=PROGRAM, at=NOW + timedelta(days=9 * 365)).late == 2
        with acting_as_everything(why="rewrite the proof"), pytest.raises(DatabaseError), transaction.atomic():
            RetentionReport.objects.update(late_count=0)

    def test_a_shorter_period_is_kept_where_the_settings_say(self, ours: House) -> None:
        with override_settings(KEPT={"accounts": 12}), acting_as_everything(why="count"):
            assert {each.code: each.kept for each in periods.standings(at=NOW)}["accounts"] == 12


def test_the_search_reads_what_is_packed_and_written_in_files(ours: House, tmp_path: Path) -> None:
    import gzip
    import zipfile
    import zlib

    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "plain.csv").write_text("Quatrefages;Delphine", encoding="utf-8")
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress(b'{"name": "Delphine Quatrefages"}'))
    with zipfile.ZipFile(folder / "bundle.zip", "w") as bundle:
        bundle.writestr("inner.json", '{"name": "Delphine Quatref\\u0061ges"}')
    (folder / "sheet.pdf").write_bytes(b"%PDF-1.7\nstream\n" + zlib.compress(b"(Delphine Quatrefages)") + b"\nendstream")
    (folder / "nothing.txt").write_text("Delphine et les autres", encoding="utf-8")
    (folder / "sealed.age").write_bytes(b"age-encryption.org/v1")
    with acting_as_everything(why="search"):
        found = searching.search(NAME, folders=[folder], tables=False)
    assert {Path(each.where).name for each in found.found} == {"plain.csv", "rows.jsonl.gz", "bundle.zip", "sheet.pdf"}
    assert [Path(each).name for each in found.unopened] == ["sealed.age"]


def test_delphine_is_nobody_else() -> None:
    assert DELPHINE.family_name == "Quatrefages"
