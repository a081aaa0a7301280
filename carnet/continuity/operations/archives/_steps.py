"""Writing the next step of a programme's archive."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from django.db import transaction

from carnet.continuity.models import Export
from carnet.continuity.operations.archives._copying import Moment, Rows, blocks_after, one_moment, orders_not_printed, totals, weights
from carnet.continuity.operations.archives._keys import signer, write_keys, write_seeds
from carnet.continuity.rules.archives import INCREMENTS_KEPT, Before, FolderOfAnother, Here, Why, why_base
from carnet.continuity.rules.tables import SEALED, TAKEN, Taken
from carnet.funding import queries as funding
from carnet.gateways import programme_archives as archives
from carnet.gateways.database import acting_as
from carnet.gateways.keys import KeyRing, KeysMissing, key_ring
from carnet.gateways.programme_archives import Archive, ChainEntry, Manifest, Step, StepWriter, TableEntry
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import check_may

Progress = Callable[[int, int], None]
_ROWS_BETWEEN_NEWS = 10_000


@dataclass(frozen=True, slots=True)
class Written:
    """A step that was written. `thinned`: earlier steps that are not kept any more."""

    name: str
    kind: str
    why: Why
    number: int
    made_at: datetime
    row_count: int
    bytes: int
    seconds: float
    digest: str
    key_fingerprint: str
    is_sealed: bool
    thinned: tuple[str, ...]


def write_step(
    *,
    programme_id: int,
    folder: Path,
    successor: bytes | None,
    anew: bool = False,
    actor: Actor,
    at: datetime,
    progress: Progress = lambda _done, _total: None,
) -> Written:
    """Write the next step: an increment since the one before, or a base when that is impossible, a day old, or asked for (`anew`).

    Outside of any transaction: the step is one moment of the database. It is in the folder whole, or not at all; what a killed process left is
    swept away first. A base that is whole lets old chains go (`programme_archives.thin`).
    Raises: NotAllowed, ProgrammeUnknown, ArchiveBusy, FolderOfAnother, KeysMissing.
    """
    check_may(actor, "continuity.export")
    began = time.monotonic()
    with archives.writing(folder):
        before = _latest(folder, programme_id)
        with one_moment() as moment:
            why = _why(before, moment, anew=anew, at=at)
            step = _write(programme_id, folder, before, why, moment, successor, at, progress)
        thinned = archives.thin(folder) if why is not Why.SINCE else ()
        archives.leave_verifier(folder)
        return _keep(step, folder, why, thinned, actor, at, round((time.monotonic() - began) * 1000))


def _latest(folder: Path, programme_id: int) -> Archive | None:
    try:
        found = archives.open_archive(folder)
    except archives.ArchiveRefused:
        return None
    theirs = found.latest.manifest.programme
    if theirs.id != programme_id:
        raise FolderOfAnother(folder=str(folder), found=theirs.slug)
    return found


def _why(before: Archive | None, moment: Moment, *, anew: bool, at: datetime) -> Why:
    facts = None
    if before is not None:
        latest = before.latest.manifest
        facts = Before(
            before.base.manifest.made_at, latest.snapshot.xmin, latest.snapshot.system, dict(latest.schema), before.stopped is not None
        )
    return why_base(facts, Here(moment.xmin, moment.system, moment.schema), asked=anew, at=at)


def _write(
    programme_id: int,
    folder: Path,
    before: Archive | None,
    why: Why,
    moment: Moment,
    successor: bytes | None,
    at: datetime,
    progress: Progress,
) -> Step:
    kind = archives.INCREMENT if why is Why.SINCE else archives.BASE
    previous = before.latest.manifest if before is not None else None
    since = previous.snapshot.xmin if previous is not None and kind == archives.INCREMENT else None
    counted = totals(programme_id)
    ring = _ring_of(programme_id, has_codes=counted["vouchers"] > 0)
    number = archives.next_number(folder)
    with StepWriter(folder, kind=kind, number=number) as writer:
        entries, wholes = _write_tables(writer, Rows(programme_id, since=since), previous if since is not None else None, progress)
        chains = tuple(_write_chain(writer, table, previous if since is not None else None) for table in SEALED)
        manifest = Manifest(
            number=number,
            kind=kind,
            previous=previous.digest if previous is not None else "",
            programme=_named(programme_id),
            made_at=at,
            carnet=version("carnet"),
            schema=moment.schema,
            snapshot=archives.Snapshot(moment.xmin, moment.system),
            tables=tuple(entries),
            chains=chains,
            keys=write_keys(writer, ring, programme_id, successor),
            seeds=write_seeds(writer, ring, programme_id, orders_not_printed(programme_id), successor),
            totals=counted,
            people=False,
            wholes=wholes,
        )
        return writer.finish(manifest, sign=signer(ring, programme_id))


def _ring_of(programme_id: int, *, has_codes: bool) -> KeyRing:
    """A programme that nothing was drawn for yet has no keys: they are made now, as its first edition would. Raises: KeysMissing."""
    ring = key_ring()
    if not ring.versions(programme_id):
        if has_codes:
            raise KeysMissing(programme_id=programme_id)
        ring.create_programme_keys(programme_id)
    return ring


def _write_tables(writer: StepWriter, rows: Rows, previous: Manifest | None, progress: Progress) -> tuple[list[TableEntry], dict[str, str]]:
    """Every table that has something to say: in a base, rows; in an increment, rows written since, or the whole of a table that shrinks."""
    expected = weights()
    total, done = sum(expected.values()), 0
    entries: list[TableEntry] = []
    wholes: dict[str, str] = {}
    for table in TAKEN:
        known = previous.wholes.get(table.name) if previous is not None else None
        entry = _write_table(writer, rows, table, known, _counted(progress, done, expected.get(table.name, 0), total))
        if entry is not None:
            entries.append(entry)
        if table.shrinks:
            wholes[table.name] = entry.sums_sha256 if entry is not None else (known or "")
        done += expected.get(table.name, 0)
        progress(done, total)
    return entries, wholes


def _write_table(writer: StepWriter, rows: Rows, table: Taken, known: str | None, told: Callable[[int], None]) -> TableEntry | None:
    # Closed whatever happens (a disk that is full): a connection left in the middle of a COPY would wait for ever.
    with closing(rows.of(table)) as found:
        first = next(found, None)
        if first is None and not (table.shrinks and known):
            return None
        every: Iterable[memoryview] = chain((first,), found) if first is not None else ()
        entry = writer.table(rows.entry(table, whole=table.shrinks), _telling(every, told), has_xid=table.sealed)
    if table.shrinks and known == entry.sums_sha256:
        writer.drop_table(entry)
        return None
    return entry


def _telling(rows: Iterable[memoryview], told: Callable[[int], None]) -> Iterator[memoryview]:
    for count, row in enumerate(rows, start=1):
        yield row
        if count % _ROWS_BETWEEN_NEWS == 0:
            told(count)


def _counted(progress: Progress, done: int, weight: int, total: int) -> Callable[[int], None]:
    return lambda count: progress(done + min(count, weight), total)


def _write_chain(writer: StepWriter, table: str, previous: Manifest | None) -> ChainEntry:
    before = next((each for each in previous.chains if each.table == table), None) if previous is not None else None
    return writer.chain(table, blocks_after(table, before.number if before is not None else 0), before=before)


def _named(programme_id: int) -> archives.Programme:
    programme = funding.programme(programme_id)
    operator = parties.organisation(programme.operator_id)
    return archives.Programme(programme_id, programme.slug, programme.name, archives.Operator(operator.name, operator.siret or ""))


def _keep(step: Step, folder: Path, why: Why, thinned: tuple[str, ...], actor: Actor, at: datetime, spent_ms: int) -> Written:
    """Note what was written; a base is told to the journal, an increment a minute would only tell itself."""
    manifest = step.manifest
    size = sum(path.stat().st_size for path in step.folder.rglob("*") if path.is_file())
    current = manifest.keys[-1]
    row = Export(
        programme_id=manifest.programme.id,
        folder=str(folder)[-500:],
        name=step.name,
        number=manifest.number,
        kind=manifest.kind,
        why=why.value,
        table_count=len(manifest.tables),
        row_count=sum(each.rows for each in manifest.tables),
        bytes=size,
        snapshot_xmin=manifest.snapshot.xmin,
        system=manifest.snapshot.system,
        digest=manifest.digest,
        key_version=current.version,
        key_fingerprint=archives.fingerprint(bytes.fromhex(current.public)).hex(),
        is_sealed=all(each.sealed_for for each in manifest.keys),
        totals=dict(manifest.totals),
        made_at=at,
        spent_ms=spent_ms,
    )
    with acting_as(programme_ids=[row.programme_id]), transaction.atomic():
        row.save(force_insert=True)
        if why is not Why.SINCE:
            Export.objects.filter(programme_id=row.programme_id, kind=archives.INCREMENT, made_at__lt=at - INCREMENTS_KEPT).delete()
            facts = {
                "step": row.name,
                "why": why.value,
                "rows": row.row_count,
                "bytes": size,
                "digest": row.digest,
                "sealed": row.is_sealed,
            }
            journal.record(
                actor=actor, action="continuity.archive", subject=("export", row.pk), facts=facts, programme_id=row.programme_id, at=at
            )
    return Written(
        row.name,
        row.kind,
        why,
        row.number,
        at,
        row.row_count,
        size,
        spent_ms / 1000,
        row.digest,
        row.key_fingerprint,
        row.is_sealed,
        thinned,
    )
