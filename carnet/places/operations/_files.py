"""A file of places on its way: sent and read, its columns given a meaning, its lines judged part by part, then written all or nothing.

Judging is work: each part is one transaction, and a killed worker leaves the file where it was. Writing is one transaction.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID

import structlog
from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import check_allowed_now
from carnet.places import access
from carnet.places.models import PlaceFile, PlaceFilePart, PlaceMapping
from carnet.places.operations._imports import compared, kept_import, write_places
from carnet.places.operations._repeats import follow_files
from carnet.places.queries import gazetteer, table_of
from carnet.places.rules import FileNotReady, ImportReport, ProvenanceMissing, content_of
from carnet.places.rules.checking import CheckedFile, gather, judge_lines
from carnet.places.rules.files import (
    KEPT_DAYS,
    PART_LINES,
    FileState,
    packed_judgement,
    packed_lines,
    unpacked_judgement,
    unpacked_lines,
)
from carnet.places.rules.mapping import Mapping as ColumnMapping
from carnet.places.rules.mapping import check_mapping, mapped, shape_of
from carnet.places.rules.proposing import is_settled, mapping_of, proposed
from carnet.places.rules.reports import report_as_json, report_from_json
from carnet.places.rules.standard import Version
from carnet.places.rules.tables import RawTable, read_table

Progress = Callable[[int, int], None]
_log = structlog.get_logger(__name__)


def send_place_file(*, provenance: str, file_name: str, stream: IO[bytes], actor: Actor, request_id: UUID, at: datetime) -> int:
    """Take a file in: its lines kept, its columns given a meaning when that is known. Gives the file's number.

    A file whose columns bear the standard's names, or whose shape this organisation mapped before, is checked at once; any
    other waits for `map_place_file`. The same unfinished file sent again is the one already here.

    Raises: NotAllowed, ProvenanceMissing, FileTooLarge, FileEmpty, FileUnreadable, FileLinesTooMany, FileColumnsTooMany,
    WorkbookUnreadable, WorkbookTooLarge.
    Repeat: the same request_id gives the first file again.
    """
    check_allowed_now(actor, "places.import", at)
    provenance = provenance.strip()[:100]
    if not provenance:
        raise ProvenanceMissing()
    owner = access.owner_of_files(actor)
    content = content_of(stream)
    digest = hashlib.blake2b(content, digest_size=16).digest()
    if (known := _already_here(owner, provenance, digest, request_id)) is not None:
        return known
    table = read_table(content)
    remembered = PlaceMapping.objects.filter(organisation_id=owner, shape=shape_of(table)).first()
    mapping, is_known = _first_mapping(table, remembered)
    with transaction.atomic():
        PlaceFile.objects.filter(organisation_id=owner, sent_at__lt=at - timedelta(days=KEPT_DAYS)).delete()
        file = PlaceFile.objects.create(
            organisation_id=owner,
            file_name=file_name[-200:],
            provenance=provenance,
            digest=digest,
            form=table.form,
            shape=shape_of(table),
            columns=list(table.columns),
            read_count=table.read_count,
            form_faults=[fault.as_json() for fault in table.faults],
            state=(FileState.CHECKING if is_known else FileState.MAPPING).value,
            targets=dict(mapping.targets),
            constants=dict(mapping.constants),
            version=mapped(table, mapping).version.value if is_known else "",
            total=len(table.lines),
            sent_at=at,
            request_id=request_id,
        )
        _keep_lines(file, table)
        _journal(file, "places.file-sent", actor, request_id, at)
    return file.id


def _already_here(owner: int, provenance: str, digest: bytes, request_id: UUID) -> int | None:
    sent = PlaceFile.objects.filter(organisation_id=owner)
    first = sent.filter(request_id=request_id).first()
    unfinished = [state.value for state in FileState if state not in (FileState.DONE, FileState.FAILED)]
    first = first or sent.filter(provenance=provenance, digest=digest, state__in=unfinished).order_by("-id").first()
    return first.id if first else None


def _first_mapping(table: RawTable, remembered: PlaceMapping | None) -> tuple[ColumnMapping, bool]:
    """What the columns mean at first, and whether nobody need be asked."""
    if remembered is not None:
        return ColumnMapping(remembered.targets, remembered.constants), True
    proposals = proposed(table, gazetteer=gazetteer())
    mapping = mapping_of(proposals)
    return mapping, is_settled(proposals) and bool(table.read_count)


def _keep_lines(file: PlaceFile, table: RawTable) -> None:
    PlaceFilePart.objects.bulk_create(
        PlaceFilePart(
            file=file,
            organisation_id=file.organisation_id,
            number=number,
            line_count=len(lines),
            lines=packed_lines(lines),
        )
        for number, lines in enumerate(table.lines[start : start + PART_LINES] for start in range(0, len(table.lines), PART_LINES))
    )


@transaction.atomic
def map_place_file(
    *,
    file_id: int,
    targets: Mapping[str, str],
    constants: Mapping[str, str],
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> None:
    """Say what each column means, remember it for files of this shape, and have the file checked (again). Locks: the file.

    Raises: NotAllowed, PlaceFileUnknown, FileNotReady, MappingUnknown, ColumnsShareField, ColumnsMissing, FileEmpty.
    """
    check_allowed_now(actor, "places.import", at)
    file = access.place_file(actor, file_id, lock=True)
    if FileState(file.state) in (FileState.WRITING, FileState.DONE):
        raise FileNotReady(state=file.state)
    mapping = ColumnMapping(dict(targets), {name: value.strip() for name, value in constants.items() if value.strip()})
    check_mapping(table_of(file, with_lines=False), mapping)
    file.targets, file.constants = dict(mapping.targets), dict(mapping.constants)
    file.version = mapped(table_of(file), mapping).version.value
    file.state, file.done, file.report, file.error = FileState.CHECKING.value, 0, None, ""
    file.save(update_fields=["targets", "constants", "version", "state", "done", "report", "error"])
    file.parts.update(judged=None)
    PlaceMapping.objects.update_or_create(
        organisation_id=file.organisation_id,
        shape=file.shape,
        defaults={"provenance": file.provenance, "targets": file.targets, "constants": file.constants, "saved_at": at},
    )
    _journal(file, "places.file-mapped", actor, request_id, at)


@transaction.atomic
def write_place_file(*, file_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Have a checked file written: its places created or updated by `run_place_file`. Asking again changes nothing. Locks: the file.

    Raises: NotAllowed, PlaceFileUnknown, FileNotReady.
    """
    check_allowed_now(actor, "places.import", at)
    file = access.place_file(actor, file_id, lock=True)
    if FileState(file.state) in (FileState.WRITING, FileState.DONE):
        return
    if FileState(file.state) is not FileState.CHECKED:
        raise FileNotReady(state=file.state)
    file.state, file.done = FileState.WRITING.value, 0
    file.save(update_fields=["state", "done"])
    _journal(file, "places.file-accepted", actor, request_id, at)


@transaction.atomic
def drop_place_file(*, file_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Forget a file that is not written yet. Raises: NotAllowed, PlaceFileUnknown, FileNotReady."""
    check_allowed_now(actor, "places.import", at)
    file = access.place_file(actor, file_id, lock=True)
    if FileState(file.state) in (FileState.WRITING, FileState.DONE):
        raise FileNotReady(state=file.state)
    _journal(file, "places.file-dropped", actor, request_id, at)
    file.delete()


def run_place_file(
    *, file_id: int, organisation_id: int, at: datetime, progress: Progress | None = None, parts_max: int | None = None
) -> FileState:
    """Do what a file waits for, to the end (or `parts_max` parts of it), from wherever it stands; `progress(done, total)` follows each part.

    The caller names the tenant (0: the installation). Two processes on one file take turns and do nothing twice: each part
    holds the file's row. A refusal ends the file as FAILED with its code; any other fault leaves it to be run again.

    Raises: PlaceFileUnknown.
    """
    actor = Actor.system(f"place file {file_id}", organisation_ids={organisation_id})
    parts = 0
    while True:
        parts += 1
        try:
            with acting_as(actor):
                file = access.place_file(actor, file_id, lock=True)
                if FileState(file.state).is_work:
                    _step(file, actor, at)
                state, done, total = FileState(file.state), file.done, file.total
        except Refusal as refusal:
            return _give_up(file_id, actor, refusal)
        if progress is not None:
            progress(done, total)
        if not state.is_work or parts == parts_max:
            return state


def _step(file: PlaceFile, actor: Actor, at: datetime) -> None:
    """One transaction's work: some lines judged, or the report made, or the places written."""
    if FileState(file.state) is FileState.WRITING:
        _write_file(file, actor, at)
        return
    part = file.parts.filter(judged=None).order_by("number").first()
    if part is not None:
        lines = unpacked_lines(bytes(part.lines))
        raw = mapped(replace(table_of(file, with_lines=False), lines=lines, read_count=len(lines)), _mapping(file))
        judged = judge_lines(
            raw.lines, version=Version(file.version), unknown_columns=raw.unknown_columns, gazetteer=gazetteer(), today=legal_day(at)
        )
        part.judged = packed_judgement(judged)
        part.save(update_fields=["judged"])
        file.done = min(file.total, file.done + part.line_count)
        file.save(update_fields=["done"])
        return
    checked = _checked(file)
    report, _changed = compared(checked, provenance=file.provenance, file_name=file.file_name, at=at)
    file.report, file.state, file.done = report_as_json(report), FileState.CHECKED.value, file.total
    file.save(update_fields=["report", "state", "done"])


def _mapping(file: PlaceFile) -> ColumnMapping:
    return ColumnMapping(file.targets, file.constants)


def _checked(file: PlaceFile) -> CheckedFile:
    """The whole file judged, from its parts."""
    raw = mapped(table_of(file), _mapping(file))
    kept = file.parts.order_by("number").values_list("judged", flat=True)
    judged = (unpacked_judgement(bytes(part)) for part in kept if part is not None)
    return gather(judged, version=raw.version, read_count=file.read_count, faults=raw.faults)


def _write_file(file: PlaceFile, actor: Actor, at: datetime) -> None:
    report, changed = compared(_checked(file), provenance=file.provenance, file_name=file.file_name, at=at, lock=True)
    write_places(changed)
    follow_files(file.provenance, [each["national_id"] for each in changed], at=at)
    made = kept_import(report, organisation_id=file.organisation_id or None, request_id=file.request_id)
    file.place_import, file.state, file.done = made, FileState.DONE.value, file.total
    file.report = report_as_json(replace(report, import_id=made.id))
    file.save(update_fields=["place_import", "state", "done", "report"])
    journal.record(
        actor=actor,
        action="places.file-imported",
        subject=("place-import", made.id),
        facts={
            "place_file": file.id,
            "provenance": file.provenance,
            "read_count": report.read_count,
            "refused_count": report.refused_count,
        },
        organisation_id=file.organisation_id or None,
        request_id=file.request_id,
        at=at,
    )


def _give_up(file_id: int, actor: Actor, refusal: Refusal) -> FileState:
    _log.warning("place file refused", file=file_id, code=refusal.code)
    with acting_as(actor):
        file = access.place_file(actor, file_id, lock=True)
        file.state, file.error = FileState.FAILED.value, refusal.code
        file.save(update_fields=["state", "error"])
    return FileState.FAILED


def _journal(file: PlaceFile, action: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("place-file", file.id),
        facts={"provenance": file.provenance, "read_count": file.read_count},
        organisation_id=file.organisation_id or None,
        request_id=request_id,
        at=at,
    )


def written_report(*, file_id: int, organisation_id: int) -> ImportReport:
    """The report of a file that `run_place_file` brought to its end. Raises: PlaceFileUnknown, FileNotReady."""
    file = access.place_file(Actor.system("report", organisation_ids={organisation_id}), file_id)
    if file.report is None:
        raise FileNotReady(state=file.state)
    return report_from_json(file.report)
