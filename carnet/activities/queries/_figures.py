"""What a month came to: people, hours, ages, themes. For the place as it is; for others, small counts are hidden above."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Func, IntegerField, QuerySet, Sum

from carnet.activities import access
from carnet.activities.models import AGE_COLUMNS, Record
from carnet.activities.rules import AGE_BANDS, PAID_BY_VOUCHERS, Kind, Where
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class Figures:
    """Activities, people (somebody who comes twice counts twice) and minutes (of each person), and how they are made up."""

    activities: int
    people: int
    person_minutes: int
    returning: int
    redirected: int
    by_kind: dict[Kind, int]
    by_where: dict[Where, int]
    by_band: dict[str, int]
    by_theme: dict[str, int]


NOTHING = Figures(0, 0, 0, 0, 0, {}, {}, dict.fromkeys(AGE_BANDS, 0), {})


def figures(actor: Actor, *, from_on: date, until_on: date, place_id: int | None = None) -> Figures:
    """One's own activities between two days (the second excluded), in counts. Raises: NotAllowed."""
    access.check_may_see(actor)
    rows = access.standing().filter(organisation_id=actor.organisation_id or 0, day__gte=from_on, day__lt=until_on)
    chosen = place_id if actor.place_id is None else actor.place_id
    return _summed(rows if chosen is None else rows.filter(place_id=chosen))


def figures_of_places(
    actor: Actor, place_ids: Collection[int], *, from_on: date, until_on: date, at: datetime
) -> tuple[Figures, dict[int, Figures]]:
    """The free help of these places, together and one by one, for whoever runs or audits their programmes: counts, nothing else.

    Lessons paid by vouchers are left out: they are counted with the vouchers. Raises: NotAllowed.
    """
    check_may(actor, "activities.see-figures")
    with access.for_figures(place_ids, at=at):
        rows = _free(from_on, until_on).filter(place_id__in=list(place_ids))
        found = sorted(set(rows.order_by("place_id").values_list("place_id", flat=True)))
        return _summed(rows), {place_id: _summed(rows.filter(place_id=place_id)) for place_id in found}


def _free(from_on: date, until_on: date) -> QuerySet[Record]:
    rows = access.standing().filter(day__gte=from_on, day__lt=until_on)
    return rows.exclude(kind__in=[each.value for each in PAID_BY_VOUCHERS])


def _summed(rows: QuerySet[Record]) -> Figures:
    sums = {column: Sum(column) for column in (*AGE_COLUMNS, "people_count", "returning_count")}
    minutes = Sum(F("minutes") * F("people_count"), output_field=IntegerField())
    told = rows.order_by().aggregate(count=Count("id"), person_minutes=minutes, **sums)
    if not told["count"]:
        return NOTHING
    return Figures(
        activities=told["count"],
        people=told["people_count"],
        person_minutes=told["person_minutes"],
        returning=told["returning_count"],
        redirected=rows.exclude(redirected_to="").aggregate(count=Sum("people_count"))["count"] or 0,
        by_kind={Kind(value): count for value, count in _people_by(rows, "kind")},
        by_where={Where(value): count for value, count in _people_by(rows, "where")},
        by_band={band: told[column] for band, column in zip(AGE_BANDS, AGE_COLUMNS, strict=True)},
        by_theme=dict(_people_by(rows.annotate(theme=Func(F("themes"), function="unnest")), "theme")),
    )


def _people_by(rows: QuerySet[Record], name: str) -> Iterable[tuple[str, int]]:
    counted = rows.order_by().values_list(name).annotate(people=Sum("people_count")).order_by("-people", name)
    return [(value, count) for value, count in counted]
