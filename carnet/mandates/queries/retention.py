"""What each night archived and erased, for the operator of a programme and its auditor."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from carnet.kernel.actors import Actor
from carnet.mandates.models import RetentionRun
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class Night:
    """One day of one programme: what was archived and erased, the digest of the numbers, and how many people there are at each stage."""

    programme_id: int
    day: date
    archived_count: int
    erased_count: int
    archived_digest: str
    erased_digest: str
    people_in_use: int
    people_archived: int
    people_erased: int
    at: datetime

    @property
    def has_moved(self) -> bool:
        """Whether anybody was archived or erased."""
        return bool(self.archived_count or self.erased_count)


def nights(actor: Actor, *, programme_ids: Collection[int] | None = None, moved_only: bool = False, limit: int = 60) -> list[Night]:
    """The nights of the programmes the actor sees, the latest first. Raises: NotAllowed. One statement."""
    check_may(actor, "mandates.see-retention")
    rows = RetentionRun.objects.order_by("-day", "-id")
    if programme_ids is not None:
        rows = rows.filter(programme_id__in=programme_ids)
    if moved_only:
        rows = rows.exclude(archived_count=0, erased_count=0)
    return [_night(row) for row in rows[:limit]]


def erased_on_request(actor: Actor) -> dict[int, int]:
    """How many people each programme the actor sees had erased because they asked, as of its latest night. Raises: NotAllowed.

    Every erasure is the night's own or somebody's request: what the nights did not erase was asked for.
    """
    check_may(actor, "mandates.see-retention")
    nightly = dict(RetentionRun.objects.order_by().values_list("programme_id").annotate(Sum("erased_count")))
    latest = (
        RetentionRun.objects.order_by("programme_id", "-day", "-id").distinct("programme_id").values_list("programme_id", "people_erased")
    )
    return {programme_id: max(0, erased - nightly.get(programme_id, 0)) for programme_id, erased in latest}


def _night(row: RetentionRun) -> Night:
    return Night(
        row.programme_id, row.day, row.archived_count, row.erased_count, bytes(row.archived_digest).hex(), bytes(row.erased_digest).hex(),
        row.people_in_use, row.people_archived, row.people_erased, row.at,
    )  # fmt: skip
