"""Names are forgotten on the day, or when somebody asks; what was done stays, by numbers, and its chain with it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import KeysUnreadable
from carnet.journal import queries as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import start_of_day
from carnet.mandates import access, queries
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate, RetentionRun, Use
from carnet.mandates.operations import retention
from carnet.mandates.operations.retention import Kept
from carnet.mandates.queries.retention import erased_on_request, nights
from carnet.mandates.rules import Duration, Family, IdentityErased, PersonUnknown
from carnet.mandates.rules.retention import digest_of_numbers, kept_until
from carnet.parties.rules import NotAllowed, SecondFactorNeeded
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.factories.houses import DELPHINE, House, house

pytestmark = pytest.mark.django_db
# Whatever could say who she is: her names as typed, her day of birth, her subject, her e-mail.
TELLING = ("quatrefages", "delphine", "ondine", "1948-02-29", "subject of delphine")


def night(ours: House, at: datetime) -> Kept:
    with acting_as_everything(why="the night of a test"):
        return retention.keep_in_time(programme_id=ours.programme_id, actor=SYSTEM, at=at)


def row_of(person_id: int) -> AssistedPerson:
    with acting_as_everything(why="look at a person"):
        return AssistedPerson.objects.get(id=person_id)


def whole_database() -> str:
    """Every row of every table, as text."""
    with acting_as_everything(why="look everywhere"), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT COALESCE(string_agg(to_jsonb(r)::text, ' '), '') FROM {table} r /* series_id: everywhere */")
            found.append(cursor.fetchone()[0])
    return " ".join(found).casefold()


class TestANight:
    def test_archives_after_three_years_erases_after_six_and_is_done_once(self) -> None:
        ours = house()
        signed = ours.sign()
        until = kept_until(signed.ends_on)
        assert night(ours, start_of_day(until.archived_on) - timedelta(minutes=1)).archived_count == 0
        done = night(ours, start_of_day(until.archived_on) + timedelta(hours=3))
        assert (done.archived_count, done.erased_count, done.repeated) == (1, 0, False)
        assert row_of(signed.person_id).is_archived
        assert night(ours, start_of_day(until.archived_on) + timedelta(hours=20)).repeated
        assert night(ours, start_of_day(until.erased_on) - timedelta(minutes=1)).erased_count == 0
        done = night(ours, start_of_day(until.erased_on) + timedelta(hours=3))
        assert (done.archived_count, done.erased_count) == (0, 1)
        assert row_of(signed.person_id).sealed_key is None
        assert night(ours, start_of_day(until.erased_on) + timedelta(days=1)).erased_count == 0

    def test_leaves_the_living_alone_and_counts_from_the_day_it_was_ended(self) -> None:
        ours = house()
        ended, living = ours.sign(), ours.sign(subject="another", duration=Duration.YEAR)
        later = ours.on(NOW + timedelta(days=2))
        with acting_as(later.lead):
            from carnet.mandates import operations

            operations.end_authorisations(
                authorisation_ids=list(later.authorisations(ended.person_id).values()), actor=later.lead, request_id=rid(), at=later.at
            )
        archived_on = kept_until(later.at.date()).archived_on
        assert night(ours, start_of_day(archived_on)).archived_count == 1
        assert row_of(ended.person_id).is_archived and not row_of(living.person_id).is_archived

    def test_somebody_who_signs_again_is_out_of_the_archive_at_once(self) -> None:
        ours = house()
        signed = ours.sign()
        archived_on = kept_until(signed.ends_on).archived_on
        night(ours, start_of_day(archived_on))
        again = ours.on(start_of_day(archived_on) + timedelta(hours=9)).sign()
        assert again.person_id == signed.person_id and not row_of(signed.person_id).is_archived
        assert night(ours, start_of_day(kept_until(signed.ends_on).erased_on)).erased_count == 0

    def test_the_archive_is_out_of_everyday_lists_and_opens_for_the_lead(self) -> None:
        ours = house()
        signed = ours.sign()
        archived_on = kept_until(signed.ends_on).archived_on
        later = ours.on(start_of_day(archived_on) + timedelta(hours=9))
        assert later.helper and queries.people(actor=ours.helper, at=ours.at, which=queries.Which.ALL).count == 0  # no tenant: nothing
        night(ours, start_of_day(archived_on))
        for actor, seen in ((later.helper, 0), (later.lead, 1)):
            with acting_as(actor):
                assert queries.people(actor=actor, at=later.at, which=queries.Which.ALL).count == seen
                assert queries.mandates(actor=actor, at=later.at, which=queries.Which.ALL).count == seen
        with acting_as(later.helper):
            assert queries.people(actor=later.helper, at=later.at, typed="quatre").count == 0
            with pytest.raises(PersonUnknown):
                queries.person(signed.person_id, actor=later.helper, at=later.at)
        with acting_as(later.lead):
            assert queries.person(signed.person_id, actor=later.lead, at=later.at).identity == DELPHINE

    def test_writes_a_proof_that_nobody_changes_and_that_names_nobody(self) -> None:
        ours = house()
        signed = ours.sign()
        number, erased_on = row_of(signed.person_id).number, kept_until(signed.ends_on).erased_on
        night(ours, start_of_day(erased_on))
        operator = Actor(
            kind="person", label="", person_id=900, organisation_id=ours.operator_id, roles=frozenset({"OPERATOR_ADMIN"}),
            organisation_ids=frozenset({ours.operator_id}), programme_ids=frozenset({ours.programme_id}),
        )  # fmt: skip
        with acting_as(operator):
            (line,) = nights(operator)
            (told,) = [each for each in journal.lines(programme_id=ours.programme_id) if each.action == "mandates.kept-in-time"]
        assert (line.erased_count, line.people_erased, line.people_in_use) == (1, 1, 0)
        assert line.erased_digest == digest_of_numbers([number]).hex() == told.facts["erased_sha256"]
        assert number not in str(told.facts)
        for statement in ("UPDATE mandates_retentionrun SET erased_count = 0", "DELETE FROM mandates_retentionrun"):
            with (
                acting_as_everything(why="tamper"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor,
            ):  # fmt: skip
                cursor.execute(statement)
        with pytest.raises(NotAllowed), acting_as(ours.helper):
            nights(ours.helper)


class TestErasing:
    def test_leaves_a_name_nowhere_and_every_use_where_it_was(self) -> None:
        ours = house()
        signed = ours.sign(families=(Family.MONEY, Family.WORK), contact="0639980001")
        used = ours.use(ours.authorisations(signed.person_id)["money"])
        number = row_of(signed.person_id).number
        with acting_as(ours.lead):
            assert retention.erase_person(person_id=signed.person_id, actor=ours.lead, request_id=rid(), at=ours.at) == number
            assert retention.erase_person(person_id=signed.person_id, actor=ours.lead, request_id=rid(), at=ours.at) == number
        everything = whole_database()
        assert not [word for word in TELLING if word in everything]
        row = row_of(signed.person_id)
        with pytest.raises(IdentityErased):
            access.identity_of(row)
        assert (row.search_marks, row.sealed_contact, row.subject_mark, row.identity_mark) == ([], None, None, None)
        with acting_as_everything(why="what is left"):
            left = Use.objects.get(id=used.id)
            assert (left.person_number, left.procedure, left.helper_id) == (number, "taxes", 801)
            assert Authorisation.objects.filter(person_id=signed.person_id, ended_at=None).count() == 0
            assert Mandate.objects.get(id=signed.id).end_reason == "REVOKED"
            assert [each.facts for each in journal.lines(subject=("assisted-person", signed.person_id)) if "erased" in each.action] == [
                {"because": "ASKED", "ended": 2}
            ]

    def test_is_counted_apart_from_what_the_nights_erase(self) -> None:
        ours = house()
        signed = ours.sign(families=(Family.MONEY,))
        with acting_as(ours.lead):
            retention.erase_person(person_id=signed.person_id, actor=ours.lead, request_id=rid(), at=ours.at)
        night(ours, ours.at)
        operator = Actor(
            kind="person", label="", person_id=900, organisation_id=ours.operator_id, roles=frozenset({"OPERATOR_ADMIN"}),
            organisation_ids=frozenset({ours.operator_id}), programme_ids=frozenset({ours.programme_id}),
        )  # fmt: skip
        with acting_as(operator):
            assert erased_on_request(operator) == {ours.programme_id: 1}
        with pytest.raises(NotAllowed), acting_as(ours.helper):
            erased_on_request(ours.helper)

    def test_nothing_in_clear_was_ever_there_to_erase(self) -> None:
        ours = house()
        signed = ours.sign()
        ours.use(ours.authorisations(signed.person_id)["money"])
        everything = whole_database()
        assert not [word for word in TELLING if word in everything]

    def test_an_older_copy_of_the_row_opens_nothing_without_the_key(self) -> None:
        ours = house()
        signed = ours.sign()
        old = row_of(signed.person_id)
        with acting_as(ours.lead):
            retention.erase_person(person_id=signed.person_id, actor=ours.lead, request_id=rid(), at=ours.at)
        # The sealed identity alone, as another's copy of that column would have it: only the destroyed key opened it.
        row = row_of(signed.person_id)
        row.sealed_identity = old.sealed_identity
        with pytest.raises((IdentityErased, KeysUnreadable)):
            access.identity_of(row)

    def test_the_person_signs_again_as_somebody_new(self) -> None:
        ours = house()
        signed = ours.sign()
        with acting_as(ours.lead):
            retention.erase_person(person_id=signed.person_id, actor=ours.lead, request_id=rid(), at=ours.at)
        assert ours.sign().person_id != signed.person_id

    def test_is_for_the_lead_of_that_structure_with_a_fresh_second_factor(self) -> None:
        ours, theirs = house(), house("Autre")
        signed = ours.sign()
        for actor, refusal in ((ours.helper, NotAllowed), (theirs.lead, PersonUnknown)):
            with pytest.raises(refusal), acting_as(actor):
                retention.erase_person(person_id=signed.person_id, actor=actor, request_id=rid(), at=NOW)
        with pytest.raises(SecondFactorNeeded), acting_as(ours.lead):
            retention.erase_person(person_id=signed.person_id, actor=ours.lead, request_id=rid(), at=NOW + timedelta(minutes=16))


def test_the_task_keeps_every_programme_and_twice_a_night_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from carnet.jobs import retention as job

    ours, theirs = house(), house("Autre")
    ended = ours.sign(duration=Duration.DAY), theirs.sign(subject="x", duration=Duration.DAY)
    monkeypatch.setattr(job.timezone, "now", lambda: datetime(2040, 1, 1, 3, 20, tzinfo=UTC))
    for _again in range(2):
        job.keep_in_time(timestamp=0)
    with acting_as_everything(why="count"):
        assert RetentionRun.objects.filter(day=date(2040, 1, 1)).count() == 2
    assert all(row_of(each.person_id).erased_at for each in ended)


def test_delphine_is_who_she_says(db: None) -> None:
    """The words that are looked for everywhere are hers: a test that looked for others would prove nothing."""
    assert {"quatrefages", "delphine", "ondine"} <= set(f"{DELPHINE.name}".casefold().split())
