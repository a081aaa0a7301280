"""The papers of a request and the messages about it: both sealed, both erased when they have served."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import StructureFile, StructureMessage, StructurePaper
from carnet.mandates.operations.habilitation._files import REQUESTS
from carnet.mandates.operations.habilitation._notes import note_file
from carnet.mandates.queries.habilitation._files import file_of_structure
from carnet.mandates.queries.habilitation._sealed import email_of, sealed_message
from carnet.mandates.rules.habilitation import (
    MESSAGE_MAX,
    MESSAGES_MAX,
    PAPERS_MAX,
    PaperKind,
    RequestNumber,
    StructureFileUnknown,
    StructureMessagesTooMany,
    StructurePapersTooMany,
    StructurePaperUnknown,
    check_text,
)
from carnet.notices import operations as notices
from carnet.parties.operations.applications import APPLICANT, Papers
from carnet.parties.rules import check_may, person_of

PAPERS = Papers(
    REQUESTS, StructurePaper, PAPERS_MAX, too_many=partial(StructurePapersTooMany, papers_max=PAPERS_MAX), unknown=StructurePaperUnknown
)


@transaction.atomic
def add_structure_paper(*, key: str, kind: str, content: bytes, request_id: UUID, at: datetime) -> int:
    """Keep a paper, judged by what it holds and never by its name. Returns its id.

    Raises:  StructureFileUnknown, StructureFileNotWritable, StructurePapersTooMany, DocumentTooHeavy, DocumentUnreadable, DocumentLocked.
    Repeat:  the same request_id returns the first id.
    """
    return PAPERS.add(key, PaperKind(kind).value, content, request_id, at)


@transaction.atomic
def remove_structure_paper(*, key: str, paper_id: int, at: datetime) -> None:
    """Take a paper out of the request: it is erased at once. Raises: StructureFileUnknown, StructureFileNotWritable, StructurePaperUnknown."""
    PAPERS.remove(key, paper_id, at)


def own_structure_paper(*, key: str, paper_id: int) -> tuple[bytes, str]:
    """A paper of the request a number and code open, and its media type. Raises: StructureFileUnknown, StructurePaperUnknown."""
    return PAPERS.own(key, paper_id)


@transaction.atomic
def look_at_structure_paper(*, file_id: int, paper_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[bytes, str]:
    """A paper of a request, for those who decide, and its media type. Each look is journalled.

    Raises: NotAllowed, StructureFileUnknown, StructurePaperUnknown, KeysUnreadable.
    """
    check_may(actor, "mandates.see-structures")
    file = access.structure_file(actor, file_id)
    found = PAPERS.content(file.id, paper_id)
    note_file("structure-paper-seen", file, actor, request_id, at, paper=paper_id)
    return found


@transaction.atomic
def write_to_programme(*, key: str, text: str, request_id: UUID, at: datetime) -> int:
    """A message from whoever has the number and the code. Returns its id.

    Raises: StructureFileUnknown, StructureTextMissing, NirInText, IbanInText, StructureMessagesTooMany.
    Repeat: the same request_id returns the first id.
    """
    with REQUESTS.opened(key) as file:
        return _write(file, text, APPLICANT, False, request_id, at)


@transaction.atomic
def write_as_structure(*, text: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """A message from the lead of a structure. Raises: NotAllowed, and as `write_to_programme`."""
    check_may(actor, "mandates.manage-team")
    row = file_of_structure(actor.organisation_id or 0)
    if row is None:
        raise StructureFileUnknown
    with acting_as(actor, programme_ids=[row.programme_id]):
        return _write(access.structure_file(actor, row.id, lock=True), text, actor, False, request_id, at)


@transaction.atomic
def write_to_structure(*, file_id: int, text: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """A message to a structure; a letter tells it to read it. Raises: NotAllowed, PersonNeeded, and as `write_to_programme`."""
    check_may(actor, "mandates.prepare-structures")
    person_of(actor, "mandates.prepare-structures")
    file = access.structure_file(actor, file_id, lock=True)
    written = _write(file, text, actor, True, request_id, at)
    # Whoever answers has read.
    StructureMessage.objects.filter(file_id=file.id, by_programme=False, read_at=None).update(read_at=at)
    return written


@transaction.atomic
def read_messages(*, file_id: int, actor: Actor, at: datetime) -> int:
    """Say that the messages of a structure were read, though nothing was answered; return how many. Raises: NotAllowed, StructureFileUnknown."""
    check_may(actor, "mandates.prepare-structures")
    file = access.structure_file(actor, file_id)
    return StructureMessage.objects.filter(file_id=file.id, by_programme=False, read_at=None).update(read_at=at)


def _write(file: StructureFile, text: str, actor: Actor, by_programme: bool, request_id: UUID, at: datetime) -> int:
    repeated = StructureMessage.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    tidy = check_text(text, most=MESSAGE_MAX)
    if StructureMessage.objects.filter(file_id=file.id).count() >= MESSAGES_MAX:
        raise StructureMessagesTooMany(messages_max=MESSAGES_MAX)
    row = StructureMessage.objects.create(
        file=file, programme_id=file.programme_id, by_programme=by_programme, author_id=actor.person_id, sealed_text=sealed_message(tidy),
        written_at=at, request_id=request_id,
    )  # fmt: skip
    note_file("structure-message", file, actor, request_id, at, by_programme=by_programme)
    if by_programme and (address := email_of(file)):
        context = {"programme": file.programme.name, "name": file.name, "number": RequestNumber(file.number).printed()}
        notices.post(kind="mandates.structure-message", to_email=address, context=context, at=at)
    return row.id
