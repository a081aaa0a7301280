"""A file of desks: read and shown line by line, prepared by one person, taken by another. Nothing is written of it before that."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import DeskDecision, DeskImport
from carnet.distribution.operations._joining._decisions import PREPARE, write_decision
from carnet.distribution.operations._notes import note
from carnet.distribution.queries._joining._files import taken_numbers
from carnet.distribution.queries._joining._sealed import sealed_rows
from carnet.distribution.rules.joining import DecisionKind, DeskImportNotNow, DeskLine, ImportState, check_reason, read_desks
from carnet.funding import access as funding_access
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import check_allowed_now, person_of
from carnet.places import queries as places
from carnet.places.rules import content_of
from carnet.places.rules.joining import DecisionState, parsed_number
from carnet.places.rules.tables import RawTable, read_table


@transaction.atomic
def send_desks_file(*, programme_id: int, file_name: str, stream: IO[bytes], actor: Actor, request_id: UUID, at: datetime) -> int:
    """Read a file of desks (CSV, XLSX…) and keep what it would do, line by line; return its id. No desk is made yet.

    The same file sent again is the one already here. Locks: the programme.
    Raises: NotAllowed, ProgrammeUnknown, FileTooLarge, FileEmpty, FileUnreadable, FileLinesTooMany, FileColumnsTooMany,
    WorkbookUnreadable, WorkbookTooLarge, DeskColumnsMissing, TooManyDesks.
    """
    check_allowed_now(actor, "distribution.import-desks", at)
    sent_by = person_of(actor, "distribution.import-desks")
    programme = funding_access.operated_programme(actor, programme_id, lock=True)
    content = content_of(stream)
    digest = hashlib.sha256(content).digest()
    standing = DeskImport.objects.filter(programme_id=programme.id, digest=digest).exclude(state=ImportState.DROPPED.value)
    known = DeskImport.objects.filter(request_id=request_id).first() or standing.first()
    if known is not None and known.state != ImportState.READ:
        return known.id
    table = read_table(content)
    read = read_desks(table, places.gazetteer(), known_numbers=taken_numbers(programme.id, _numbers(table), at=at))
    # A file read before, and not prepared: what it would do today may have changed.
    row = known or DeskImport(programme_id=programme.id, digest=digest, request_id=request_id)
    row.state, row.file_name, row.sent_at, row.sent_by_id = ImportState.READ.value, file_name[-200:], at, sent_by
    row.lines, row.ignored, row.desk_count = [_kept(each) for each in read.lines], list(read.ignored), len(read.desks)
    row.sealed_rows = sealed_rows(read.desks)
    row.save()
    facts = {"lines": len(read.lines), "desks": len(read.desks)}
    note("desks-file-sent", ("desk-import", row.id), programme.id, programme.operator_id, facts, actor, request_id, at)
    return row.id


@transaction.atomic
def prepare_desks_file(*, import_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Prepare the admission of the file's new desks, for a second person to take whole; return the decision's id. Locks: the file.

    Raises: NotAllowed, PersonNeeded, DeskImportUnknown, DeskImportNotNow, DeskReasonMissing, NirInText, IbanInText, DeskDecisionWaiting.
    Repeat: the same request_id returns the first id.
    """
    check_allowed_now(actor, PREPARE, at)
    prepared_by = person_of(actor, PREPARE)
    row = access.desk_import(actor, import_id, lock=True)
    repeated = DeskDecision.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    if row.state != ImportState.READ or not row.desk_count:
        raise DeskImportNotNow
    row.state = ImportState.PREPARED.value
    row.save(update_fields=["state"])
    tidy = check_reason(reason)
    check_free_text(tidy)
    decision = DeskDecision(
        programme=row.programme, desk_import=row, kind=DecisionKind.ADMIT.value, state=DecisionState.PREPARED.value, reason=tidy,
        prepared_by_id=prepared_by, prepared_at=at, request_id=request_id,
    )  # fmt: skip
    return write_decision(decision, actor, request_id, at)


@transaction.atomic
def drop_desks_file(*, import_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a file up before it is prepared: what it says of people is erased. Raises: NotAllowed, DeskImportUnknown, DeskImportNotNow."""
    check_allowed_now(actor, "distribution.import-desks", at)
    row = access.desk_import(actor, import_id, lock=True)
    if row.state == ImportState.DROPPED:
        return
    if row.state != ImportState.READ:
        raise DeskImportNotNow
    drop(row, at)
    note("desks-file-dropped", ("desk-import", row.id), row.programme_id, row.programme.operator_id, {}, actor, request_id, at)


def drop(row: DeskImport, at: datetime) -> None:
    """Give a file up, and forget what it says."""
    row.state, row.sealed_rows, row.erased_at = ImportState.DROPPED.value, None, at
    row.save(update_fields=["state", "sealed_rows", "erased_at"])


def _numbers(table: RawTable) -> list[str]:
    """Everything in the file that is a number of an organisation, whatever its column."""
    found = set()
    for line in table.lines:
        for cell in line.cells.values():
            try:
                found.add(str(parsed_number(cell)))
            except Refusal:
                continue
    return sorted(found)


def _kept(line: DeskLine) -> dict[str, Any]:
    """A line as it is kept, without anybody's address: what is wrong with one is said in other words."""
    if line.code == "email-invalid":
        return {**asdict(line), "outcome": line.outcome.value, "code": "desk-email-malformed", "facts": {}}
    facts = {name: str(value) for name, value in (line.facts or {}).items()}
    return {**asdict(line), "outcome": line.outcome.value, "facts": facts}
