"""The papers of a file: made harmless, sealed, downloaded by those who decide, erased when they have served."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.gateways import documents
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.places import access
from carnet.places.models import JoiningDocument, JoiningFile
from carnet.places.queries._joining import DOCUMENT
from carnet.places.rules.joining import DOCUMENTS_MAX, DocumentKind, DocumentsTooMany, DocumentUnknown, FileState, check_writable


@transaction.atomic
def add_document(*, secret: str, kind: str, content: bytes, request_id: UUID, at: datetime) -> int:
    """Keep a paper, judged by what it holds and never by its name. Returns its id.

    Raises:  JoiningFileUnknown, JoiningNotWritable, DocumentsTooMany, DocumentTooHeavy, DocumentUnreadable, DocumentLocked.
    Repeat:  the same request_id returns the first id.
    """
    found = access.joining_file_of_link(secret)
    paper = documents.read(content)
    with acting_as(programme_ids=[found.programme_id]):
        file = _locked(found)
        repeated = JoiningDocument.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.id
        check_writable(FileState(file.state))
        if JoiningDocument.objects.filter(file_id=file.id, removed_at__isnull=True).count() >= DOCUMENTS_MAX:
            raise DocumentsTooMany(documents_max=DOCUMENTS_MAX)
        document = JoiningDocument.objects.create(
            file=file,
            programme_id=file.programme_id,
            kind=DocumentKind(kind).value,
            media_type=paper.media_type,
            size=len(paper.content),
            sealed_content=key_ring().seal(DOCUMENT, paper.content),
            added_at=at,
            request_id=request_id,
        )
        _touch(file, at)
    return document.id


@transaction.atomic
def remove_document(*, secret: str, document_id: int, at: datetime) -> None:
    """Take a paper out of the file: it is erased at once. Raises: JoiningFileUnknown, JoiningNotWritable, DocumentUnknown."""
    found = access.joining_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        file = _locked(found)
        check_writable(FileState(file.state))
        removed = JoiningDocument.objects.filter(id=document_id, file_id=file.id, removed_at__isnull=True).update(
            sealed_content=None, removed_at=at
        )
        if not removed:
            raise DocumentUnknown
        _touch(file, at)


def own_document(*, secret: str, document_id: int) -> tuple[bytes, str]:
    """A paper of the file that a link opens, and its media type. Raises: JoiningFileUnknown, DocumentUnknown, KeysUnreadable."""
    found = access.joining_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        return _content(found.id, document_id)


@transaction.atomic
def look_at_document(*, file_id: int, document_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[bytes, str]:
    """A paper of an application to one's network, and its media type. Each look is journalled.

    Raises: NotAllowed, JoiningFileUnknown, DocumentUnknown, KeysUnreadable.
    """
    check_may(actor, "places.see-joining")
    file = access.joining_file(actor, file_id)
    found = _content(file.id, document_id)
    journal.record(
        actor=actor,
        action="places.joining-document-seen",
        subject=("joining-file", file.id),
        facts={"document": document_id},
        programme_id=file.programme_id,
        request_id=request_id,
        at=at,
    )
    return found


def _content(file_id: int, document_id: int) -> tuple[bytes, str]:
    document = JoiningDocument.objects.filter(id=document_id, file_id=file_id, removed_at__isnull=True).first()
    if document is None or document.sealed_content is None:
        raise DocumentUnknown
    return key_ring().unseal(DOCUMENT, bytes(document.sealed_content)), document.media_type


def _locked(found: JoiningFile) -> JoiningFile:
    return access.joining_file(Actor.system("applicant", programme_ids={found.programme_id}), found.id, lock=True)


def _touch(file: JoiningFile, at: datetime) -> None:
    file.changed_at, file.revision = at, file.revision + 1
    file.save(update_fields=["changed_at", "revision"])
