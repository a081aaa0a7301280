"""What is known of people leaves everyday use after three years, and is destroyed after six, by itself; or at once when they ask.

Destroying is throwing away the person's own key, a file outside the database: what was sealed under it is noise, there and in every older copy. What is
left is numbers: mandates, authorisations and uses as they were, and the journal's chain, which never held a name.
Source: docs/decisions/0054-uses-that-outlive-names.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q

from carnet.gateways import erasures
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, RetentionRun, Structure
from carnet.mandates.operations._ending import end_live
from carnet.mandates.operations._notes import note
from carnet.mandates.rules import EndReason
from carnet.mandates.rules.retention import Because, archived_when_over_by, digest_of_numbers, erased_when_over_by
from carnet.parties.rules import check_allowed_now

# The day on which the last mandate of each person stopped being in force, in Paris; people of one programme, not erased yet.
_DUE = """
    SELECT p.id FROM mandates_assistedperson p
    JOIN mandates_structure s ON s.organisation_id = p.organisation_id AND s.programme_id = %s
    JOIN mandates_mandate m ON m.person_id = p.id
    WHERE p.erased_at IS NULL AND (%s OR p.archived_at IS NULL OR p.archived_at < p.signed_at)
    GROUP BY p.id HAVING max(LEAST(m.ends_on, (m.ended_at AT TIME ZONE 'Europe/Paris')::date)) <= %s ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one night did in a programme. `repeated`: it had been done that day."""

    programme_id: int
    day: date
    archived_count: int
    erased_count: int
    repeated: bool


@transaction.atomic
def keep_in_time(*, programme_id: int, actor: Actor, at: datetime) -> Kept:
    """Archive and erase the people of a programme whose time has come; write the day's proof. Call it seeing everything.

    Units: Paris days. Locks: the day of the programme, then the people by number. Repeat: the same day gives the first answer.
    """
    today = legal_day(at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('mandates.retention', %s))", [programme_id])
    first = RetentionRun.objects.filter(programme_id=programme_id, day=today).first()
    if first is not None:
        return Kept(programme_id, today, first.archived_count, first.erased_count, repeated=True)
    erased = _destroy(_due(programme_id, erased_when_over_by(today), for_good=True), why=Because.TIME, at=at)
    archived = _archive(_due(programme_id, archived_when_over_by(today), for_good=False), at=at)
    row = _proof(programme_id, today, archived, erased, at)
    facts = {
        "day": today.isoformat(), "archived": row.archived_count, "erased": row.erased_count,
        "archived_sha256": row.archived_digest.hex(), "erased_sha256": row.erased_digest.hex(),
    }  # fmt: skip
    journal.record(
        actor=actor, action="mandates.kept-in-time", subject=("retention", row.id), facts=facts, programme_id=programme_id, at=at
    )
    return Kept(programme_id, today, row.archived_count, row.erased_count, repeated=False)


@transaction.atomic
def erase_person(*, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> str:
    """Erase somebody who asks for it: what they authorise ends, their key is destroyed. Returns the number that is left of them.

    Locks: the person, then as `end_authorisations`. Raises: NotAllowed, SecondFactorNeeded, PersonUnknown.
    Repeat: a person erased already is erased; nothing more happens.
    """
    check_allowed_now(actor, "mandates.erase", at)
    person = access.kept_person(actor, person_id, lock=True)
    if person.erased_at is None:
        ended = end_live({"person_id": person.id}, EndReason.REVOKED, by_id=actor.person_id, at=at)
        _destroy([person.id], why=Because.ASKED, at=at)
        facts = {"because": Because.ASKED.value, "ended": len(ended)}
        note("person-erased", ("assisted-person", person.id), person.organisation_id, facts, actor=actor, request_id=request_id, at=at)
    return person.number


def programmes_to_keep() -> list[int]:
    """The programmes that have, or had, structures. Call it seeing everything."""
    return list(Structure.objects.order_by("programme_id").values_list("programme_id", flat=True).distinct())


def _due(programme_id: int, over_by: date, *, for_good: bool) -> list[int]:
    """People whose last mandate was over by that day. Locked, then read again: whoever signed meanwhile is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [programme_id, for_good, over_by])
        found = [person_id for (person_id,) in cursor.fetchall()]
        cursor.execute("SELECT id FROM mandates_assistedperson WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [found])
        cursor.execute(_DUE, [programme_id, for_good, over_by])
        still = {person_id for (person_id,) in cursor.fetchall()}
    return [person_id for person_id in found if person_id in still]


def _archive(person_ids: Collection[int], *, at: datetime) -> list[str]:
    numbers = list(AssistedPerson.objects.filter(id__in=person_ids).order_by("number").values_list("number", flat=True))
    AssistedPerson.objects.filter(id__in=person_ids).update(archived_at=at)
    return numbers


def _destroy(person_ids: Collection[int], *, why: Because, at: datetime) -> list[str]:
    """Leave numbers of these people. Every mark that could find them again goes with their keys; open visits to their page end.

    Once committed, the register of erasures names the rows, so that a copy brought back is erased again, and their keys are destroyed.
    """
    with acting_as_everything(why="a visit belongs to no tenant, and ends with whom it shows"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mandates_visit v SET ended_at = %s FROM mandates_assistedperson p"
            " WHERE p.id = ANY(%s) AND v.key_mark IN (p.subject_mark, p.code_mark) AND v.ended_at IS NULL",
            [at, list(person_ids)],
        )
    with connection.cursor() as cursor:
        # The telephone that answered for them, hashed, and what was being prepared with them.
        cursor.execute(
            "UPDATE mandates_remoteconsent c SET number_mark = sha256(convert_to(gen_random_uuid()::text, 'UTF8')) WHERE c.mandate_id IN"
            " (SELECT id FROM mandates_mandate WHERE person_id = ANY(%s)) OR c.draft_id IN"
            " (SELECT id FROM mandates_draft WHERE person_id = ANY(%s))",
            [list(person_ids), list(person_ids)],
        )
        cursor.execute(
            "UPDATE mandates_draft SET closed_at = COALESCE(closed_at, %s), sealed_identity = NULL, sealed_contact = NULL"
            " WHERE person_id = ANY(%s)",
            [at, list(person_ids)],
        )
        cursor.execute(
            "UPDATE mandates_telling SET done_at = %s WHERE person_id = ANY(%s) AND done_at IS NULL",
            [at, list(person_ids)],
        )
        cursor.execute(
            "UPDATE mandates_assistedperson SET sealed_key = NULL, sealed_identity = NULL, sealed_contact = NULL, subject_mark = NULL,"
            " identity_mark = NULL, search_marks = '{}', code_mark = sha256(convert_to(gen_random_uuid()::text, 'UTF8')), erased_at = %s"
            " WHERE id = ANY(%s) AND erased_at IS NULL RETURNING id, number",
            [at, list(person_ids)],
        )
        gone = cursor.fetchall()
    transaction.on_commit(partial(_forget, gone, why, at))
    return sorted(number for _id, number in gone)


def _forget(gone: list[tuple[int, str]], why: Because, at: datetime) -> None:
    rows = (("mandates_assistedperson", row, number, access.key_name(number)) for row, number in gone)
    erasures.write(rows, why=why.value, at=at)
    for _row, number in gone:
        key_ring().destroy_person_key(access.key_name(number))


def _proof(programme_id: int, today: date, archived: Collection[str], erased: Collection[str], at: datetime) -> RetentionRun:
    structures = Structure.objects.filter(programme_id=programme_id).values("organisation_id")
    people = AssistedPerson.objects.filter(organisation_id__in=structures)
    kept = people.filter(erased_at=None)
    in_use = kept.filter(Q(archived_at=None) | Q(archived_at__lt=F("signed_at"))).count()
    return RetentionRun.objects.create(
        programme_id=programme_id, day=today, archived_count=len(archived), erased_count=len(erased),
        archived_digest=digest_of_numbers(archived), erased_digest=digest_of_numbers(erased), people_in_use=in_use,
        people_archived=kept.count() - in_use, people_erased=people.exclude(erased_at=None).count(), at=at,
    )  # fmt: skip
