"""What an operator says for its programmes: announcements to everybody of a role, and its own words for some messages."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution.operations._notes import note
from carnet.funding import access as funding_access
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.notices.operations import Words
from carnet.parties.rules import Role, check_may


@transaction.atomic
def announce(
    *,
    words: Words,
    roles: Collection[str],
    programme_ids: Collection[int],
    from_at: datetime,
    until_at: datetime,
    by_email: bool,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Say something to everybody of these roles in these programmes of one's own, until each has read it; return its id.

    Repeat: the same request_id gives the first one.
    Raises: NotAllowed, ProgrammeUnknown, AnnouncementEmpty, AnnouncementForNobody, AnnouncementDays, NirInText, IbanInText.
    """
    check_may(actor, "notices.announce")
    for programme_id in sorted(set(programme_ids)):
        funding_access.operated_programme(actor, programme_id)
    done = notices.write_announcement(
        words=words, roles=roles, programme_ids=programme_ids, known_roles=list(Role), from_at=from_at, until_at=until_at,
        by_email=by_email, actor=actor, request_id=request_id, at=at,
    )  # fmt: skip
    facts = {"roles": sorted(roles), "programmes": sorted(programme_ids), "by_email": by_email}
    note("announced", ("announcement", done), min(programme_ids), actor.organisation_id or 0, facts, actor, request_id, at)
    return done


@transaction.atomic
def end_announcement(*, announcement_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take one's announcement back. Said again, it changes nothing. Raises: NotAllowed, AnnouncementUnknown."""
    check_may(actor, "notices.announce")
    organisation_id = actor.organisation_id or 0
    if notices.end_announcement(announcement_id=announcement_id, organisation_id=organisation_id, at=at):
        note("announcement-ended", ("announcement", announcement_id), None, organisation_id, {}, actor, request_id, at)


@transaction.atomic
def word_message(
    *, programme_id: int, kind: str, language: str, subject: str, body: str, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Write one's programme's own words for a message; return the number of the version.

    Raises: NotAllowed, ProgrammeUnknown, and as `notices.write_text`.
    """
    _check_words(actor, programme_id)
    version = notices.write_text(
        programme_id=programme_id, kind=kind, language=language, subject=subject, body=body, actor=actor, request_id=request_id, at=at
    )
    _note_words(programme_id, kind, language, version, actor, request_id, at, is_own=True)
    return version


@transaction.atomic
def use_ordinary_words(*, programme_id: int, kind: str, language: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Go back to the ordinary words of a message; return the number of that version. Raises: NotAllowed, ProgrammeUnknown, TextKindUnknown."""
    _check_words(actor, programme_id)
    version = notices.reset_text(programme_id=programme_id, kind=kind, language=language, actor=actor, request_id=request_id, at=at)
    _note_words(programme_id, kind, language, version, actor, request_id, at, is_own=False)
    return version


def _check_words(actor: Actor, programme_id: int) -> None:
    check_may(actor, "notices.edit-texts")
    funding_access.operated_programme(actor, programme_id)


def _note_words(
    programme_id: int, kind: str, language: str, version: int, actor: Actor, request_id: UUID, at: datetime, *, is_own: bool
) -> None:
    facts = {"kind": kind, "language": language, "version": version, "is_own": is_own}
    note("text-written", ("programme", programme_id), programme_id, actor.organisation_id or 0, facts, actor, request_id, at)
