"""The papers of a file: made harmless, sealed, downloaded by those who decide, erased when they have served."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.operations.applications import Papers
from carnet.parties.rules import check_may
from carnet.places import access
from carnet.places.models import JoiningDocument
from carnet.places.operations._joining._files import APPLICATIONS
from carnet.places.rules.joining import DOCUMENTS_MAX, DocumentKind, DocumentsTooMany, DocumentUnknown

DOCUMENTS = Papers(
    APPLICATIONS, JoiningDocument, DOCUMENTS_MAX, too_many=partial(DocumentsTooMany, documents_max=DOCUMENTS_MAX), unknown=DocumentUnknown
)


@transaction.atomic
def add_document(*, secret: str, kind: str, content: bytes, request_id: UUID, at: datetime) -> int:
    """Keep a paper, judged by what it holds and never by its name. Returns its id.

    Raises:  JoiningFileUnknown, JoiningNotWritable, DocumentsTooMany, DocumentTooHeavy, DocumentUnreadable, DocumentLocked.
    Repeat:  the same request_id returns the first id.
    """
    return DOCUMENTS.add(secret, DocumentKind(kind).value, content, request_id, at)


@transaction.atomic
def remove_document(*, secret: str, document_id: int, at: datetime) -> None:
    """Take a paper out of the file: it is erased at once. Raises: JoiningFileUnknown, JoiningNotWritable, DocumentUnknown."""
    DOCUMENTS.remove(secret, document_id, at)


def own_document(*, secret: str, document_id: int) -> tuple[bytes, str]:
    """A paper of the file that a link opens, and its media type. Raises: JoiningFileUnknown, DocumentUnknown, KeysUnreadable."""
    return DOCUMENTS.own(secret, document_id)


@transaction.atomic
def look_at_document(*, file_id: int, document_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[bytes, str]:
    """A paper of an application to one's network, and its media type. Each look is journalled.

    Raises: NotAllowed, JoiningFileUnknown, DocumentUnknown, KeysUnreadable.
    """
    check_may(actor, "places.see-joining")
    file = access.joining_file(actor, file_id)
    found = DOCUMENTS.content(file.id, document_id)
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
