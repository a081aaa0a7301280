"""Taking over a programme of another installation, whole: read, checked, copied beside, put in its place at once.

Nothing of it is visible, to anybody, before the last commit; a takeover that is refused leaves nothing. Killed, it goes on where it was
(docs/decisions/0083-taken-over-beside-then-at-once.md).
"""

import csv
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection

from carnet.continuity.models import Takeover
from carnet.continuity.operations.archives._copying import totals
from carnet.continuity.operations.takeovers import _beside, _opening, _switching
from carnet.continuity.operations.takeovers._beside import OnRows, check_free, copy_all, forget
from carnet.continuity.operations.takeovers._opening import Opened, open_whole
from carnet.continuity.rules.takeovers import (
    AlreadyTakenOver,
    NumbersTaken,
    OperatorMissing,
    TakeoverState,
    TotalsDiffer,
)
from carnet.gateways import programme_archives as archives
from carnet.gateways import schema
from carnet.gateways.database import acting_as_everything
from carnet.gateways.programme_archives import Archive
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.redemption import access as redemption_access
from carnet.redemption import queries as redemption

__all__ = ["Opened", "TakenOver", "open_whole", "operator_of", "take_over"]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What came. Unit: whole cents. `known_until`: what was accepted after it is known by the receipts that places hold."""

    takeover_id: int
    programme_id: int
    programme_name: str
    known_until: datetime
    rows: dict[str, int]
    owed_cents: int
    owed_organisations: int
    seconds: int


def operator_of(siret: str, archive: Archive) -> int:
    """Who will run the programme: the operator named, or the only one here; in an installation without any, the one of the archive, that comes with it.

    Raises: OperatorMissing.
    """
    with acting_as_everything(why="who takes over is named before any tenant is known"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM parties_organisation WHERE 'OPERATOR' = ANY(kinds) AND (%s = '' OR siret = %s) AND ended_on IS NULL ORDER BY id LIMIT 2",
            [siret, siret],
        )
        found = [row[0] for row in cursor.fetchall()]
    if not found and not siret:
        return _archived_operator(archive)
    if len(found) != 1:
        raise OperatorMissing(siret=siret)
    return int(found[0])


def _archived_operator(archive: Archive) -> int:
    """The number of the organisation that ran the programme when it was archived last."""
    latest = next(step for step in reversed(archive.steps) if step.manifest.table("funding_programme") is not None)
    entry = latest.manifest.table("funding_programme")
    assert entry is not None, "a base holds its programme"
    (cells,) = csv.reader(row.decode() for row in archives.rows(latest, "funding_programme"))
    return int(cells[entry.columns.index("operator_id")])


def take_over(
    *,
    opened: Opened,
    operator_id: int,
    successor: X25519PrivateKey,
    actor: Actor,
    request_id: UUID,
    at: datetime,
    on_rows: OnRows = lambda _count: None,
) -> TakenOver:
    """Bring a whole programme in, from an archive found as it was signed (`open_whole`); it is this operator's from then on.

    Raises:  ArchiveOfAnotherVersion, AlreadyTakenOver, NumbersTaken, SuccessorKeyWrong, RowsRefused, LedgerBroken, TotalsDiffer, KeysOfAnother:
             nothing of the programme is here then.
    Repeat:  interrupted, it goes on where it was; done, it refuses (AlreadyTakenOver).
    """
    began = time.monotonic()
    archive = opened.archive
    keys, seeds = _opening.opened_keys(archive, successor), _opening.opened_seeds(archive, successor)
    with schema.as_owner():
        _opening.check_same_tables(opened.latest)
        takeover = _begun(opened, operator_id, request_id, at)
        try:
            copy_all(takeover, archive, on_rows=on_rows)
            check_free(takeover, archive)
            with acting_as_everything(why=_beside.WHY):
                rows = _switching.put_in_place(takeover, archive)
                heads = _switching.keep_former_chain(takeover, archive)
                _switching.verify_ledger()
                _check_totals(archive, takeover.programme_id)
                owed = _switching.owed_to_places(takeover.programme_id)
                takeover.row_count, takeover.seconds = sum(rows.values()), round(time.monotonic() - began)
                takeover.facts = {"rows": rows, "heads": heads, "owed": owed, "gap": opened.gap.step if opened.gap else ""}
                _switching.finish(takeover, heads=heads, actor=actor, request_id=request_id, at=at)
                # Last: a folder is no part of the transaction, and keys without their programme open nothing.
                _opening.bring_keys(takeover.programme_id, keys, seeds)
        except Refusal as refusal:
            _undo(takeover, refusal, at)
            raise
        forget(takeover.id)
    redemption_access.forget_place_keys()
    redemption.forget_series_facts()
    return TakenOver(
        takeover.id,
        takeover.programme_id,
        takeover.programme_name,
        takeover.known_until,
        rows,
        sum(cents for _organisation, cents in owed),
        len(owed),
        takeover.seconds,
    )


def _begun(opened: Opened, operator_id: int, request_id: UUID, at: datetime) -> Takeover:
    """The takeover's row: the one that was interrupted on the same base, or a new one."""
    archive, latest = opened.archive, opened.latest
    base = archive.base.manifest
    with acting_as_everything(why=_beside.WHY):
        known = Takeover.objects.filter(programme_id=latest.programme.id).exclude(state=TakeoverState.REFUSED).first()
        if known is not None and known.state == TakeoverState.DONE:
            raise AlreadyTakenOver(programme_id=known.programme_id, taken_at=known.taken_at)
        _refuse_known_numbers(archive)
        is_same = known is not None and known.base_digest == base.digest and known.organisation_id == operator_id
        is_longer = known is not None and known.latest_number <= latest.number
        if known is not None and not (is_same and is_longer):
            known.state, known.refused_at, known.refusal = TakeoverState.REFUSED, at, "replaced"
            known.save()
            forget(known.id)
            known = None
        said = {
            "latest_digest": latest.digest,
            "latest_number": latest.number,
            "known_until": latest.made_at,
            "archive_bytes": opened.byte_count,
        }
        if known is not None:
            for name, value in said.items():
                setattr(known, name, value)
            known.save()
            return known
        return Takeover.objects.create(
            programme_id=latest.programme.id,
            organisation_id=operator_id,
            programme_name=latest.programme.name[:200],
            former_name=latest.programme.operator.name[:200],
            former_siret=latest.programme.operator.siret,
            base_digest=base.digest,
            signing_key=opened.signing_key,
            base_number=base.number,
            begun_at=at,
            request_id=request_id,
            **said,
        )


def _refuse_known_numbers(archive: Archive) -> None:
    """Before a row is copied: the programme's own number, and those of its organisations, are free here. The others are looked at once copied."""
    for table in ("funding_programme", "parties_organisation"):
        for step in archive.steps:
            entry = step.manifest.table(table)
            if entry is None:
                continue
            place = entry.columns.index("id")
            coming = [int(cells[place]) for cells in csv.reader(row.decode() for row in archives.rows(step, table))]
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id LIMIT 1", [coming])
                taken = cursor.fetchone()
            if taken is not None:
                raise NumbersTaken(table=table, columns="id", value=str(taken[0]))


def _check_totals(archive: Archive, programme_id: int) -> None:
    """What the archive says it holds is what is here. Raises: TotalsDiffer."""
    found = totals(programme_id)  # the same question as when the archive was written
    for name, announced in archive.latest.manifest.totals.items():
        if found.get(name) != announced:
            raise TotalsDiffer(name=name, found=found.get(name, 0), announced=announced)


def _undo(takeover: Takeover, refusal: Refusal, at: datetime) -> None:
    """Nothing stays but the trace of the refusal."""
    with acting_as_everything(why=_beside.WHY):
        Takeover.objects.filter(id=takeover.id).update(state=TakeoverState.REFUSED, refused_at=at, refusal=refusal.code[:60], taken_at=None)
    forget(takeover.id)
