"""What the weekly looks found of people far from any place: one statement, for home pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, Sum

from carnet.observatory.rules import SMALL_COUNT
from carnet.planning.models import GapWeek


@dataclass(frozen=True, slots=True)
class GapOfWeek:
    """People who held vouchers and people far from any place, on a Monday. Small counts are None."""

    week_on: date
    people: int | None
    far: int | None


def gap_weeks(programme_ids: Collection[int], *, communes: Collection[str] | None = None, most: int = 12) -> tuple[GapOfWeek, ...]:
    """The latest weeks of some programmes together, the latest first; of the desks of `communes` only when they are named.

    Inside a transaction that sees the programmes.
    """
    rows = GapWeek.objects.filter(programme_id__in=list(programme_ids))
    if communes is not None:
        rows = rows.filter(commune_code__in=list(communes))
    found = rows.order_by("-week_on").values("week_on").annotate(people=Sum("people"), far=Sum("far"))[:most]
    return tuple(GapOfWeek(row["week_on"], _shown(row["people"]), _shown(row["far"])) for row in found)


def latest_by_commune(*, since: date) -> dict[str, tuple[int, int]]:
    """People and people far by commune at each programme's latest look, if it is not before `since`.

    Whole and not hidden: only to be summed over many communes. Call it seeing everything, and hide small counts of the sums.
    """
    latest = dict(GapWeek.objects.filter(week_on__gte=since).order_by().values_list("programme_id").annotate(Max("week_on")))
    if not latest:
        return {}
    which = Q()
    for programme_id, week_on in latest.items():
        which |= Q(programme_id=programme_id, week_on=week_on)
    rows = GapWeek.objects.filter(which).order_by("commune_code").values_list("commune_code").annotate(Sum("people"), Sum("far"))
    return {code: (people, far) for code, people, far in rows}


def _shown(count: int) -> int | None:
    return None if 0 < count < SMALL_COUNT else count
