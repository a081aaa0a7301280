"""A national file becomes places: created, updated or left alone, all or nothing, with its report kept."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_allowed_now
from carnet.places.models import Place, PlaceImport
from carnet.places.operations._repeats import follow_files
from carnet.places.queries import decided_of, gazetteer, report_of
from carnet.places.queries._offers import declared_of
from carnet.places.rules import (
    CheckedFile,
    Fault,
    FaultCode,
    ImportReport,
    Outcome,
    PlaceRow,
    ProvenanceMissing,
    RawFile,
    check_file,
    content_of,
    read,
)
from carnet.places.rules.mapping import Mapping, mapped
from carnet.places.rules.merging import merged
from carnet.places.rules.offers import NOTHING_DECLARED, projected, traits
from carnet.places.rules.opening import bits_of_week
from carnet.places.rules.repeats import Register, known_of
from carnet.places.rules.standard import COLUMNS
from carnet.places.rules.tables import read_table

FAULTS_KEPT_MAX = 20_000
_BATCH = 1000
_WRITTEN = ("provenance", "imported_at", "content_hash", *COLUMNS, "extras", "origins", "traits", "open_week")


def check_place_file(
    *,
    stream: IO[bytes],
    file_name: str,
    at: datetime,
    provenance: str = "",
    mapping: Mapping | None = None,
    progress: Callable[[int], None] = lambda _count: None,
) -> tuple[ImportReport, tuple[PlaceRow, ...]]:
    """Read and judge a file without touching the database: its report (nothing created) and the places it would make.

    Raises: FileTooLarge, FileEmpty, FileUnreadable, FileLinesTooMany, ColumnsMissing.
    """
    checked = check_file(_raw(stream, mapping), gazetteer=gazetteer(), today=legal_day(at), progress=progress)
    return _report(checked, provenance, file_name, at), checked.rows


def _report(checked: CheckedFile, provenance: str, file_name: str, at: datetime) -> ImportReport:
    """The report of a file compared with nothing: everything it keeps is as if it were there already."""
    return ImportReport(
        import_id=None,
        provenance=provenance,
        file_name=file_name[-200:],
        version=checked.version,
        imported_at=at,
        read_count=checked.read_count,
        created_count=0,
        updated_count=0,
        unchanged_count=len(checked.rows),
        refused_count=checked.refused_count,
        absent_count=0,
        communes_found_count=checked.communes_found,
        faults=checked.faults,
    )


def import_places(
    *,
    provenance: str,
    file_name: str,
    stream: IO[bytes],
    actor: Actor,
    request_id: UUID,
    at: datetime,
    dry_run: bool = False,
    mapping: Mapping | None = None,
    progress: Callable[[int], None] = lambda _count: None,
) -> ImportReport:
    """Bring the places of a national file (v1.0.2 or v0.1, CSV or JSON, gzipped or not) up to date.

    A place is the same when its identifier is, within one `provenance` (who published the file). Places that the file
    no longer names are counted, never ended. `dry_run` tells the same and changes nothing. `mapping` says what the columns
    mean; without one they must bear the standard's names.

    Raises: NotAllowed, ProvenanceMissing, FileTooLarge, FileEmpty, FileUnreadable, FileLinesTooMany, ColumnsMissing.
    Repeat: the same request_id returns the first report.
    """
    check_allowed_now(actor, "places.import", at)
    provenance = provenance.strip()[:100]
    if not provenance:
        raise ProvenanceMissing()
    if (first := PlaceImport.objects.filter(request_id=request_id).first()) is not None:
        return report_of(first)
    checked = check_file(_raw(stream, mapping), gazetteer=gazetteer(), today=legal_day(at), progress=progress)
    with transaction.atomic():
        report, changed = compared(checked, provenance=provenance, file_name=file_name, at=at, lock=True)
        if (first := PlaceImport.objects.filter(request_id=request_id).first()) is not None:
            return report_of(first)
        if dry_run:
            return report
        write_places(changed)
        follow_files(provenance, [each["national_id"] for each in changed], at=at)
        kept = kept_import(report, organisation_id=actor.organisation_id, request_id=request_id)
        journal.record(
            actor=actor,
            action="places.file-imported",
            subject=("place-import", kept.id),
            facts=_counts(report),
            request_id=request_id,
            at=at,
        )
    return replace(report, import_id=kept.id)


def _raw(stream: IO[bytes], mapping: Mapping | None) -> RawFile:
    content = content_of(stream)
    return read(content) if mapping is None else mapped(read_table(content), mapping)


def _lock(provenance: str) -> None:
    """One import of a provenance at a time; readers are not disturbed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"places.import {provenance}"])


def compared(
    checked: CheckedFile, *, provenance: str, file_name: str, at: datetime, lock: bool = False
) -> tuple[ImportReport, list[dict[str, Any]]]:
    """What a checked file changes: the report, and the places to write. `lock`: nobody else imports this provenance meanwhile."""
    if lock:
        _lock(provenance)
    known = {
        national_id: (bytes(content_hash), ended_on)
        for national_id, content_hash, ended_on in Place.objects.filter(provenance=provenance)
        .order_by("id")
        .values_list("national_id", "content_hash", "ended_on")
    }
    changed: list[dict[str, Any]] = []
    created_count = 0
    for row in checked.rows:
        place = place_of_row(row, provenance, at)
        before = known.get(place["national_id"])
        if before is None:
            created_count += 1
        elif before[0] == bytes.fromhex(place["content_hash"][2:]):
            continue
        changed.append(place)
    named = {row.columns["national_id"] for row in checked.rows}
    faults = (*checked.faults, *_met_elsewhere(provenance, checked.rows), *_kept_edits(changed, checked.rows, provenance, at, lock=lock))
    report = replace(
        _report(checked, provenance, file_name, at),
        created_count=created_count,
        updated_count=len(changed) - created_count,
        unchanged_count=len(checked.rows) - len(changed),
        absent_count=sum(ended_on is None for national_id, (_hash, ended_on) in known.items() if national_id not in named),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
    )
    return report, changed


def _kept_edits(changed: list[dict[str, Any]], rows: tuple[PlaceRow, ...], provenance: str, at: datetime, *, lock: bool) -> Iterator[Fault]:
    """Make what the file says one with what was corrected here; tell each disagreement. Locks: the places changed, by their ids."""
    by_id = {each["national_id"]: each for each in changed}
    lines = {row.columns["national_id"]: row for row in rows}
    known = Place.objects.filter(provenance=provenance, national_id__in=list(by_id)).order_by("id")
    declared = declared_of(Q(place__provenance=provenance))
    for before in (known.select_for_update(of=("self",)) if lock else known).values("id", "imported_at", "origins", *COLUMNS):
        row, place = lines[before["national_id"]], by_id[before["national_id"]]
        made = merged(before, before["origins"], row.columns, source=provenance, before_at=before["imported_at"], at=at)
        offered = declared.get(before["id"], NOTHING_DECLARED)
        # What was declared is not undone by a file, however new: its own lists say too little to know better.
        columns = {**made.columns, **projected(made.columns, offered)}
        place.update(
            {**columns, "updated_on": columns["updated_on"].isoformat(), "origins": made.origins, "traits": traits(columns, offered)}
        )
        for each in made.conflicts:
            code, outcome = (FaultCode.EDIT_REPLACED, Outcome.KEPT) if each.is_replaced else (FaultCode.EDIT_KEPT, Outcome.SET_ASIDE)
            said = "|".join(each.said) if isinstance(each.said, list) else str(each.said)
            yield Fault(row.line, code, outcome, each.field, said, each.edited_on.isoformat())


_ELSEWHERE = {
    FaultCode.PLACE_TWICE: (FaultCode.PLACE_ELSEWHERE, "nom", "name"),
    FaultCode.PLACE_NEAR: (FaultCode.NEAR_ELSEWHERE, "nom", "name"),
    FaultCode.PIVOT_TWICE: (FaultCode.PIVOT_ELSEWHERE, "pivot", "pivot"),
}


def _met_elsewhere(provenance: str, rows: tuple[PlaceRow, ...]) -> Iterator[Fault]:
    """Places that another provenance already brought: told, and kept, until somebody says that they are one or two."""
    postcodes = {row.columns["postcode"] for row in rows}
    pivots = {row.columns["pivot"] for row in rows} - {""}
    others = Place.objects.filter(Q(postcode__in=postcodes) | Q(pivot__in=pivots), ended_on=None).exclude(provenance=provenance)
    decided = decided_of(provenance)
    register, sources = Register(), {}
    for columns in others.order_by("id").values(
        "id", "name", "address", "postcode", "commune_code", "pivot", "latitude", "longitude", "provenance"
    ):
        where = str(columns["id"])
        register.add(known_of(columns, where))
        sources[where] = columns["provenance"]
    for row in rows:
        national_id = row.columns["national_id"]
        if national_id in decided.merged:
            yield Fault(row.line, FaultCode.PLACE_MERGED, Outcome.KEPT, "nom", row.columns["name"], decided.merged[national_id])
            continue
        for where, likeness in register.all_found(known_of(row.columns, "")).items():
            if (national_id, int(where)) not in decided.apart:
                code, name, column = _ELSEWHERE[likeness]
                yield Fault(row.line, code, Outcome.KEPT, name, row.columns[column], sources[where])
                break


def place_of_row(row: PlaceRow, provenance: str, at: datetime) -> dict[str, Any]:
    """The columns of a place, as plain JSON."""
    said: dict[str, Any] = {**row.columns, "updated_on": row.columns["updated_on"].isoformat(), "extras": dict(row.extras)}
    content = json.dumps(said, sort_keys=True, ensure_ascii=False).encode()
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    return {
        **said,
        "provenance": provenance,
        "imported_at": at.isoformat(),
        "content_hash": f"\\x{digest}",  # PostgreSQL's own writing of bytes
        "origins": {},
    }


def write_places(places: list[dict[str, Any]]) -> None:
    """Insert or update, a batch per statement. One JSON parameter: forty thousand of them took Django three seconds to number.

    A place of which nothing was declared is searched by what its file says; the others, by both.
    """
    for each in places:
        each.setdefault("traits", traits(each))
        week = bits_of_week(each["opening_hours"])
        each["open_week"] = None if week is None else f"\\x{week.hex()}"
    columns = {name: Place._meta.get_field(name).db_type(connection) for name in _WRITTEN}  # noqa: SLF001 - Django publishes it
    names = ", ".join(columns)
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name not in ("provenance", "national_id"))
    statement = (
        f"INSERT INTO places_place ({names}) SELECT {names}"
        f" FROM jsonb_to_recordset(%s::jsonb) AS given ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
        f" ON CONFLICT (provenance, national_id) DO UPDATE SET {changed}"
    )
    with connection.cursor() as cursor:
        for start in range(0, len(places), _BATCH):
            cursor.execute(statement, [json.dumps(places[start : start + _BATCH])])


def _counts(report: ImportReport) -> dict[str, int | str]:
    return {
        "provenance": report.provenance,
        "version": report.version,
        "read_count": report.read_count,
        "created_count": report.created_count,
        "updated_count": report.updated_count,
        "unchanged_count": report.unchanged_count,
        "refused_count": report.refused_count,
        "absent_count": report.absent_count,
        "communes_found_count": report.communes_found_count,
    }


def kept_import(report: ImportReport, *, organisation_id: int | None, request_id: UUID) -> PlaceImport:
    """The import remembered with every fault."""
    return PlaceImport.objects.create(
        file_name=report.file_name,
        imported_at=report.imported_at,
        organisation_id=organisation_id,
        faults=[fault.as_json() for fault in report.faults[:FAULTS_KEPT_MAX]],
        request_id=request_id,
        **_counts(report),
    )
