"""Each night: what no other task forgets is forgotten, keys of erased people are destroyed, and the proof of the night is written once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from carnet.gateways import erasures
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import UNDER_A_PERSON, key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.privacy.models import RetentionReport
from carnet.privacy.operations._erasing import _emptied
from carnet.privacy.queries.periods import kept_here, standings
from carnet.privacy.rules.erasing import BY_TABLE, ERASURES, Erasure
from carnet.privacy.rules.periods import PERIODS, Period
from carnet.privacy.rules.reading import SEALED_COLUMNS, SealedColumn

_WHY = "data of every tenant is kept equally long"
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Night:
    """What one night did. `repeated`: it had been done that day."""

    day: date
    forgotten: int
    late: int
    keys_destroyed: int
    repeated: bool


def keep_in_time(*, actor: Actor, at: datetime) -> Night:
    """Forget what is due, then count what is held and late, and write it down. Repeat: the same day gives the first answer."""
    day = legal_day(at)
    destroyed = tend_keys(at=at)
    with acting_as_everything(why=_WHY):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('privacy.retention', 0))")
        first = RetentionReport.objects.filter(day=day).first()
        if first is not None:
            return Night(day, first.forgotten_count, first.late_count, destroyed, repeated=True)
        gone = {period.code: _forgotten(period, at) for period in PERIODS if period.forgets}
        lines = [
            {
                "code": each.code, "kept": each.kept, "unit": each.unit, "held": each.held, "late": each.late, "forgotten": gone.get(each.code),
                "done_by": each.done_by,
            }
            for each in standings(at=at)
        ]  # fmt: skip
        digest = hashlib.sha256(json.dumps(lines, sort_keys=True).encode()).digest()
        row = RetentionReport.objects.create(
            day=day, lines=lines, forgotten_count=sum(gone.values()), late_count=sum(line["late"] for line in lines), digest=digest, at=at
        )  # fmt: skip
        facts = {"day": day.isoformat(), "forgotten": row.forgotten_count, "late": row.late_count, "sha256": digest.hex()}
        journal.record(actor=actor, action="privacy.kept-in-time", subject=("retention-report", row.id), facts=facts, at=at)
    return Night(day, row.forgotten_count, row.late_count, destroyed, repeated=False)


def tend_keys(*, at: datetime) -> int:
    """Destroy the keys of rows that are erased, by whatever erased them, and write those in the register; seal anew what has no key of its own yet.

    Only what a row says is erased: a copy of the database from before, looked at beside with the same keys, destroys nothing of the living.
    """
    ring, destroyed = key_ring(), 0
    for each in SEALED_COLUMNS:
        if each.person:
            _sealed_anew(each)
    kept = ring.person_keys()
    for about in ERASURES:
        if not about.person:
            continue
        word = about.person.split("'")[1]
        mine = [name for name in kept if name.startswith(word)]
        for first in range(0, len(mine), _AT_ONCE):
            with acting_as_everything(why=_WHY):
                over = _over(about, mine[first : first + _AT_ONCE])
            erasures.write(((about.table, row, born, person) for row, born, person in over), why="TIME", at=at)
            destroyed += sum(ring.destroy_person_key(person) for _row, _born, person in over)
    return destroyed


def _sealed_anew(each: SealedColumn) -> None:
    """Under the person's own key, what was sealed under the installation's before people had keys."""
    ring, column = key_ring(), each.under or each.column
    purpose = each.key_purpose or each.purpose
    needs = ", ".join(f"({said})::text" for said in each.needs.values())
    with acting_as_everything(why=_WHY), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id, r.{column}, {needs} FROM {each.table} r WHERE r.{column} IS NOT NULL AND substring(r.{column} from 1 for %s) <> %s"
            " ORDER BY r.id LIMIT %s FOR NO KEY UPDATE",
            [len(UNDER_A_PERSON), UNDER_A_PERSON, _AT_ONCE],
        )
        for row, content, *values in cursor.fetchall():
            said = dict(zip(each.needs, values, strict=True))
            person, about = each.person.format(**said), purpose.format(**said)
            sealed = ring.seal_for(person, about, ring.unseal(about, bytes(content)))
            cursor.execute(f"UPDATE {each.table} SET {column} = %s WHERE id = %s", [sealed, row])


def _over(about: Erasure, people: list[str]) -> list[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id, ({about.born})::text, ({about.person})::text FROM {about.table} r WHERE ({about.done}) AND ({about.person})::text = ANY(%s)",
            [people],
        )
        return [(int(row), str(born), str(person)) for row, born, person in cursor.fetchall()]


def _forgotten(period: Period, at: datetime) -> int:
    table, question = period.forgets
    about = BY_TABLE.get(table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(question, {"at": at, "kept": kept_here(period)})
        if about is None:
            return int(cursor.rowcount)
        due = [int(row) for (row,) in cursor.fetchall()]
    for row in due:
        _emptied(about, row, at)
    return len(due)
