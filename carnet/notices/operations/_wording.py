"""A programme's own words for a message: a new version, or the ordinary words again. Nothing is rewritten."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from carnet.kernel.actors import Actor
from carnet.notices.models import ProgrammeText
from carnet.notices.rules.texts import check_text, editable


@transaction.atomic
def write_text(
    *, programme_id: int, kind: str, language: str, subject: str, body: str, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Keep a new version of a programme's words for a message; return its number. The room above has checked whose the programme is, and journals it.

    Repeat: the same request_id gives the first number. Lock: the message's versions.
    Raises: TextKindUnknown, TextMissing, TextFieldUnknown, TextTooManySegments, StopMissing, NirInText, IbanInText.
    """
    subject, body = check_text(kind, subject=subject, body=body)
    return _add(programme_id, kind, language, subject, body, actor, request_id, at)


@transaction.atomic
def reset_text(*, programme_id: int, kind: str, language: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Go back to the ordinary words; return the number of that version. Raises: TextKindUnknown."""
    editable(kind)
    return _add(programme_id, kind, language, "", "", actor, request_id, at)


def _add(programme_id: int, kind: str, language: str, subject: str, body: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    first = ProgrammeText.objects.filter(request_id=request_id).values_list("version", flat=True).first()
    if first is not None:
        return first
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"text {programme_id} {kind} {language}"])
    rows = ProgrammeText.objects.filter(programme_id=programme_id, kind=kind, language=language)
    latest = rows.order_by("-version").first()
    if latest is not None and (latest.subject, latest.body) == (subject, body):
        return latest.version
    version = latest.version + 1 if latest is not None else 1
    ProgrammeText.objects.create(
        programme_id=programme_id, kind=kind, language=language, version=version, subject=subject, body=body, written_at=at,
        written_by_id=actor.person_id, request_id=request_id,
    )  # fmt: skip
    return version
