"""Somebody is forgotten: written in the register outside the database, then row by row, then their keys. Resumable at any point; never half done.

1. The request and its rows are written (`DataRequest`), and committed. 2. The register of erasures names each row: from here on a restoration
erases them too. 3. Each row is emptied. 4. Once that is committed, the keys are destroyed. A crash leaves a request that is open:
`resume` (each hour, and `carnet data erase --resume`) goes on from there, and every step may be repeated.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from carnet.gateways import erasures
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.privacy.models import DataRequest
from carnet.privacy.queries.finding import Finding, find
from carnet.privacy.rules import Outcome, RequestKind, RowUnknown, marked, sought
from carnet.privacy.rules.erasing import BY_TABLE, Erasure

_WHY = "a person's rows belong to many tenants, and are erased together"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a request, and what became of it."""

    table: str
    row: str
    outcome: Outcome
    law: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What a request did. `is_whole`: nothing waits."""

    request_id: UUID
    steps: tuple[Step, ...]
    keys_destroyed: int

    @property
    def is_whole(self) -> bool:
        return all(step.outcome is not Outcome.WAITS for step in self.steps)


@dataclass(frozen=True, slots=True)
class Again:
    """What a restoration erased again. `unknown`: rows born after the moment come back to; `keys`: destroyed now."""

    read: int
    erased: int
    already: int
    unknown: int
    keys: int
    broken_at: int | None


def erase(*, text: str, only: Collection[str] = (), leave: Collection[str] = (), actor: Actor, request_id: UUID, at: datetime) -> Done:
    """Erase whatever may be of the person found by `text`. `only`, `leave`: rows by their names, when two people share one.

    Not inside a transaction: each step is committed before the next. Raises: TooVague, NobodyFound, RowUnknown.
    Repeat: the same request_id goes on with the first one.
    """
    with acting_as_everything(why=_WHY):
        row = DataRequest.objects.filter(request_id=request_id).first()
        if row is None:
            chosen = _chosen(find(text), only, leave)
            steps = [_as_json(_waiting(found)) for found in chosen]
            mark = key_ring().mark("data request", marked(sought(text)))
            row = DataRequest.objects.create(
                kind=RequestKind.ERASE.value, mark=mark, steps=steps, asked_at=at, asked_through=actor.label[:60] or actor.kind, request_id=request_id
            )  # fmt: skip
    return _carried_out(row.id, actor=actor, at=at)


def resume(*, actor: Actor, at: datetime) -> list[Done]:
    """Go on with what was cut short: a request that is open, whoever began it."""
    with acting_as_everything(why=_WHY):
        waiting = list(DataRequest.objects.filter(done_at=None, kind=RequestKind.ERASE.value).order_by("id").values_list("id", flat=True))
    return [_carried_out(each, actor=actor, at=at) for each in waiting]


def again(registers: Iterable[erasures.Read], *, at: datetime) -> Again:
    """Erase again, in a database that came back from before, every row that the registers name; destroy their keys again.

    A row is known by what it was born with: another of the same number is left alone. Repeat: what is erased stays erased.
    """
    registers = list(registers)
    lines = erasures.together(*registers)
    erased = already = unknown = keys = 0
    ring = key_ring()
    for line in lines:
        about = BY_TABLE.get(line.table)
        if about is None:
            unknown += 1
            continue
        with acting_as_everything(why=_WHY):
            found = _born(about, line.row)
            if found is None or erasures.mark_of(ring, line.table, line.row, found[0]) != line.mark:
                unknown += 1
            elif found[2]:
                already += 1
            else:
                _emptied(about, line.row, at)
                erased += 1
        keys += bool(line.person) and ring.destroy_person_key(line.person)
    broken = next((each.broken_at for each in registers if each.broken_at is not None), None)
    return Again(len(lines), erased, already, unknown, keys, broken)


def _carried_out(row_id: int, *, actor: Actor, at: datetime) -> Done:
    with acting_as_everything(why=_WHY):
        row = DataRequest.objects.select_for_update(of=("self",)).get(id=row_id)
        steps = [_from_json(each) for each in row.steps]
        named = [(each, BY_TABLE[each.table]) for each in steps if each.outcome is Outcome.WAITS]
        lines, people = [], []
        for each, about in named:
            if (born := _born(about, int(each.row))) is not None:
                lines.append((each.table, int(each.row), born[0], born[1]))
                people.append(born[1])
        # Outside the database first: from here on, a copy brought back is erased too.
        erasures.write(lines, why="ASKED", at=at)
        done = [_stepped(each, at) for each in steps]
        row.steps, row.done_at = [_as_json(each) for each in done], at
        row.save(update_fields=["steps", "done_at"])
        if named:
            facts = {
                "erased": sum(each.outcome is Outcome.ERASED for each in done),
                "kept": sum(each.outcome is Outcome.KEPT for each in done),
            }
            journal.record(
                actor=actor, action="privacy.person-erased", subject=("data-request", row.id), facts=facts, request_id=row.request_id, at=at
            )
    destroyed = sum(key_ring().destroy_person_key(person) for person in people if person)
    return Done(row.request_id, tuple(done), destroyed)


def _stepped(step: Step, at: datetime) -> Step:
    if step.outcome is not Outcome.WAITS:
        return step
    about = BY_TABLE[step.table]
    found = _born(about, int(step.row))
    if found is None or found[2]:
        return Step(step.table, step.row, Outcome.ALREADY)
    _emptied(about, int(step.row), at)
    return Step(step.table, step.row, Outcome.ERASED)


def _emptied(about: Erasure, row: int, at: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in about.statements:
            cursor.execute(statement, {"id": row, "at": at})


def _born(about: Erasure, row: int) -> tuple[str, str, bool] | None:
    """What the row was born with, whose key it has, and whether it is erased already. None when there is no such row."""
    done = about.done.replace("%%", "%")
    with connection.cursor() as cursor:
        question = f"SELECT ({about.born})::text, ({about.person or 'NULL'})::text, ({done}) FROM {about.table} r WHERE r.id = {int(row)}"
        cursor.execute(question)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return None if found is None else (found[0], found[1] or "", bool(found[2]))


def _chosen(found: tuple[Finding, ...], only: Collection[str], leave: Collection[str]) -> list[Finding]:
    known = {each.name for each in found}
    for name in (*only, *leave):
        if name not in known:
            raise RowUnknown(row=name)
    return [each for each in found if (not only or each.name in only) and each.name not in leave]


def _waiting(found: Finding) -> Step:
    if found.can_be_erased:
        return Step(found.table, found.row, Outcome.WAITS)
    return Step(found.table, found.row, Outcome.KEPT, found.law, found.until)


def _as_json(step: Step) -> dict[str, str]:
    return {"table": step.table, "row": step.row, "outcome": step.outcome.value, "law": step.law, "until": step.until}


def _from_json(said: dict[str, str]) -> Step:
    return Step(said["table"], said["row"], Outcome(said["outcome"]), said["law"], said["until"])
