"""An operator speaks to everybody of some roles; each reads it once; it goes by e-mail too when asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.notices import access
from carnet.notices.models import Announcement, AnnouncementRead
from carnet.notices.operations._letters import post
from carnet.notices.rules.announcements import check_audience, check_days, check_words


@dataclass(frozen=True, slots=True)
class Words:
    """What an announcement says, in French and, if it is whole, in English."""

    title_fr: str
    text_fr: str
    title_en: str = ""
    text_en: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody an e-mail goes to."""

    person_id: int
    email: str
    language: str


@transaction.atomic
def write_announcement(
    *,
    words: Words,
    roles: Collection[str],
    programme_ids: Collection[int],
    known_roles: Collection[str],
    from_at: datetime,
    until_at: datetime,
    by_email: bool,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Announce something for the actor's operator; return its id. The room above has checked who may, whose the programmes are, and journals it.

    Repeat: the same request_id gives the first one.
    Raises: AnnouncementEmpty, AnnouncementForNobody, AnnouncementDays, NirInText, IbanInText.
    """
    first = Announcement.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if first is not None:
        return first
    said = check_words(words.title_fr, words.text_fr, words.title_en, words.text_en)
    asked_roles, asked_programmes = check_audience(roles, programme_ids, known_roles=known_roles)
    check_days(from_at, until_at, at=at)
    row = Announcement.objects.create(
        organisation_id=actor.organisation_id or 0, programme_ids=asked_programmes, roles=asked_roles, title_fr=said[0], text_fr=said[1],
        title_en=said[2], text_en=said[3], from_at=from_at, until_at=until_at, by_email=by_email, written_at=at,
        written_by_id=actor.person_id, request_id=request_id,
    )  # fmt: skip
    return row.id


@transaction.atomic
def end_announcement(*, announcement_id: int, organisation_id: int, at: datetime) -> bool:
    """Take an announcement back: it is shown to nobody any more; whether it was shown until now. Raises: AnnouncementUnknown."""
    row = access.own_announcement(organisation_id, announcement_id)
    if row.ended_at is not None:
        return False
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    return True


@transaction.atomic
def read_announcement(*, announcement_id: int, operator_ids: Collection[int], person_id: int, at: datetime) -> None:
    """Somebody has read it: it leaves their home page. Read again, it changes nothing. Raises: AnnouncementUnknown."""
    access.check_announcement_of(operator_ids, announcement_id)
    with access.of_person(person_id):
        AnnouncementRead.objects.bulk_create(
            [AnnouncementRead(announcement_id=announcement_id, person_id=person_id, read_at=at)], ignore_conflicts=True
        )


@transaction.atomic
def mail_announcement(*, announcement_id: int, readers: Sequence[Reader], at: datetime) -> int:
    """Post an announcement to these people, once for all; return how many letters. Call it seeing everything. Lock: the announcement."""
    row = Announcement.objects.select_for_update(of=("self",)).get(id=announcement_id)
    if row.mailed_at is not None or not row.by_email or row.ended_at is not None:
        return 0
    for reader in readers:
        in_english = reader.language == "en" and bool(row.title_en)
        context = {"title": row.title_en if in_english else row.title_fr, "text": row.text_en if in_english else row.text_fr}
        post(kind="notices.announcement", to_email=reader.email, context=context, language=reader.language, at=at)
    row.mailed_at, row.mailed_count = at, len(readers)
    row.save(update_fields=["mailed_at", "mailed_count"])
    return len(readers)
