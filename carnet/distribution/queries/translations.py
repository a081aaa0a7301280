"""Which translated sentences a person has read, on this installation."""

from dataclasses import dataclass
from datetime import datetime

from carnet.distribution.models import TranslationCheck


@dataclass(frozen=True, slots=True)
class Checked:
    """One sentence read by a person: when, and by whom."""

    key: str
    digest: str
    checked_at: datetime
    checked_by_id: int


def checked_digests(language: str) -> frozenset[str]:
    """The versions of sentences that somebody has read and found good. One query."""
    rows = TranslationCheck.objects.filter(language=language, withdrawn_at=None).order_by("id")
    return frozenset(rows.values_list("digest", flat=True))


def checked(language: str) -> dict[str, Checked]:
    """What was read of a language, by digest."""
    rows = TranslationCheck.objects.filter(language=language, withdrawn_at=None).order_by("id")
    return {row.digest: Checked(row.key, row.digest, row.checked_at, row.checked_by_id) for row in rows}
