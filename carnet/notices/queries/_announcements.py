"""Announcements: to whom they are shown, and what their operator sees of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from carnet.gateways.database import acting_as
from carnet.notices import access
from carnet.notices.models import Announcement, AnnouncementRead
from carnet.notices.rules.announcements import SHOWN_AT_ONCE

LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class AnnouncementShown:
    """One announcement, in the reader's language."""

    id: int
    title: str
    text: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class AnnouncementLine:
    """One announcement as its operator sees it. `read_count` people have put it away."""

    id: int
    title: str
    title_en: str
    roles: tuple[str, ...]
    programme_ids: tuple[int, ...]
    from_at: datetime
    until_at: datetime
    by_email: bool
    mailed_at: datetime | None
    mailed_count: int
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class AnnouncementToMail:
    """An announcement to send by e-mail: to the people of these roles in these programmes."""

    id: int
    programme_ids: tuple[int, ...]
    roles: tuple[str, ...]


def announcements_for(
    *, person_id: int, roles: Collection[str], programme_ids: Collection[int], operator_ids: Collection[int], language: str, at: datetime
) -> list[AnnouncementShown]:
    """What a person of these roles in these programmes has still to read, the latest first, a few at most."""
    if not roles or not programme_ids:
        return []
    with acting_as(organisation_ids=operator_ids):
        rows = list(
            Announcement.objects.filter(_standing(at), organisation_id__in=list(operator_ids), roles__overlap=sorted(roles))
            .filter(programme_ids__overlap=sorted(programme_ids))
            .order_by("-from_at", "-id")[:LISTED_MAX]
        )
    with access.of_person(person_id):
        read = set(
            AnnouncementRead.objects.filter(person_id=person_id, announcement_id__in=[row.id for row in rows])
            .order_by("id")
            .values_list("announcement_id", flat=True)
        )
    unread = [row for row in rows if row.id not in read][:SHOWN_AT_ONCE]
    return [_shown(row, language) for row in unread]


def announcements_of(*, organisation_id: int) -> list[AnnouncementLine]:
    """What an operator announced, the latest first."""
    rows = Announcement.objects.filter(organisation_id=organisation_id).order_by("-from_at", "-id")[:LISTED_MAX]
    return [
        AnnouncementLine(
            row.id, row.title_fr, row.title_en, tuple(row.roles), tuple(row.programme_ids), row.from_at, row.until_at, row.by_email,
            row.mailed_at, row.mailed_count, row.ended_at,
        )
        for row in rows
    ]  # fmt: skip


def announcements_to_mail(*, at: datetime) -> list[AnnouncementToMail]:
    """Announcements that stand, are to go by e-mail and have not gone. Call it seeing everything."""
    rows = Announcement.objects.filter(_standing(at), by_email=True, mailed_at=None).order_by("id")
    return [AnnouncementToMail(row.id, tuple(row.programme_ids), tuple(row.roles)) for row in rows]


def read_counts(announcement_ids: Collection[int]) -> dict[int, int]:
    """How many people have read each. Call it seeing everything: it counts, and names nobody."""
    rows = AnnouncementRead.objects.filter(announcement_id__in=list(announcement_ids)).values_list("announcement_id")
    return dict(rows.annotate(Count("id")).order_by("announcement_id"))


def _standing(at: datetime) -> Q:
    return Q(from_at__lte=at, until_at__gt=at, ended_at=None)


def _shown(row: Announcement, language: str) -> AnnouncementShown:
    in_english = language == "en" and bool(row.title_en)
    return AnnouncementShown(
        row.id, row.title_en if in_english else row.title_fr, row.text_en if in_english else row.text_fr, row.from_at, row.until_at
    )
