"""A programme's own words: the ones that count, and every version with who wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from carnet.gateways.database import acting_as
from carnet.notices.models import Digest, DigestRefusal, DigestWeek, ProgrammeText


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One version. An empty body: the ordinary words."""

    version: int
    language: str
    subject: str
    body: str
    written_at: datetime
    written_by_id: int | None


@dataclass(frozen=True, slots=True)
class DigestRound:
    """How far the letters of one week have gone."""

    people_count: int
    done_count: int
    sent_count: int
    begun_at: datetime
    finished_at: datetime | None


def own_text(*, programme_id: int, kind: str, language: str) -> TextVersion | None:
    """A programme's words for a message, or None: the ordinary ones. What is sent to its people is no secret of its operator."""
    with acting_as(programme_ids=[programme_id]):
        row = ProgrammeText.objects.filter(programme_id=programme_id, kind=kind, language=language).order_by("-version").first()
    return _version(row) if row is not None and row.body else None


def text_versions(*, programme_id: int, kind: str) -> list[TextVersion]:
    """Every version of a programme's words for a message, the latest first."""
    rows = ProgrammeText.objects.filter(programme_id=programme_id, kind=kind).order_by("-written_at", "-id")
    return [_version(row) for row in rows]


def kinds_with_own_words(*, programme_id: int) -> set[tuple[str, str]]:
    """The messages (kind, language) a programme words itself."""
    rows = ProgrammeText.objects.filter(programme_id=programme_id).order_by("kind", "language", "version")
    latest = {(row.kind, row.language): row.body for row in rows}
    return {key for key, body in latest.items() if body}


def wants_digest(person_id: int) -> bool:
    """Whether somebody receives the weekly letter. Inside that person's own session, or seeing everything."""
    return not DigestRefusal.objects.filter(person_id=person_id).exists()


def digests_refused() -> set[int]:
    """Everybody who turned it off. Call it seeing everything."""
    return set(DigestRefusal.objects.order_by("id").values_list("person_id", flat=True))


def done_this_week(*, week_on: date, person_ids: Sequence[int]) -> set[int]:
    """Of these people, those looked at already for that week. Call it seeing everything."""
    return set(Digest.objects.filter(week_on=week_on, person_id__in=person_ids).order_by("id").values_list("person_id", flat=True))


def digest_round(week_on: date) -> DigestRound | None:
    """How far the letters of the week that begins on that Monday have gone, or None before they began."""
    row = DigestWeek.objects.filter(week_on=week_on).first()
    return DigestRound(row.people_count, row.done_count, row.sent_count, row.begun_at, row.finished_at) if row else None


def _version(row: ProgrammeText) -> TextVersion:
    return TextVersion(row.version, row.language, row.subject, row.body, row.written_at, row.written_by_id)
