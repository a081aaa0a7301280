"""Conditions on places by their hours: bits of an ordinary week for nearly all, the reader of hours for the few that follow the calendar."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from carnet.kernel.periods import legal_day
from carnet.places.models import Finder
from carnet.places.queries._filters import one_of
from carnet.places.rules import opening
from carnet.places.rules.opening import Hours

DAY_BYTES = opening.SLOTS_A_DAY // 8


def open_at(rows: QuerySet[Finder], moment: datetime, *, land: QuerySet[Finder]) -> QuerySet[Finder]:
    """Those open at an aware moment, all of which are on `land`. Hours that do not say are not open."""
    zones = opening.overseas()
    said = RawSQL(  # noqa: S611 - as many marks as there are zones, nothing of the asker's
        "get_bit(places_finder.open_week, CASE WHEN places_finder.postcode < '97' THEN %s::int"
        f" ELSE CASE left(places_finder.postcode, 3) {'WHEN %s THEN %s::int ' * len(zones)} ELSE %s::int END END) = 1",
        [
            opening.slot_of(moment),
            *(each for start, zone in zones for each in (start, opening.slot_of(moment, zone=zone))),
            opening.slot_of(moment),
        ],
        output_field=BooleanField(),
    )
    # Overseas it may still be the day before, or already the day after.
    is_holiday = any(opening.touches_holiday(legal_day(moment) + timedelta(days=shift)) for shift in (-1, 0, 1))
    open_ids = [
        place_id
        for (hours, postcode), place_ids in _apart(land, is_holiday).items()
        if opening.is_open(hours, postcode=postcode, at=moment)
        for place_id in place_ids
    ]
    return _either(rows, said, is_holiday, open_ids)


def open_on(rows: QuerySet[Finder], day: date, *, land: QuerySet[Finder]) -> QuerySet[Finder]:
    """Those that open at all on a day, all of which are on `land`. Hours that do not say do not open."""
    said = RawSQL(
        "substring(places_finder.open_week FROM %s::int FOR %s::int) <> %s::bytea",
        [day.weekday() * DAY_BYTES + 1, DAY_BYTES, bytes(DAY_BYTES)],
        output_field=BooleanField(),
    )
    is_holiday = opening.touches_holiday(day)
    apart = _apart(land, is_holiday)
    open_ids = [place_id for (hours, _postcode), place_ids in apart.items() if opening.opens_on(hours, day=day) for place_id in place_ids]
    return _either(rows, said, is_holiday, open_ids)


def _apart(land: QuerySet[Finder], is_holiday: bool) -> dict[tuple[str, str], list[int]]:
    """The places that bits do not say, by their hours and clock (a postal code that has it): many say the same."""
    kinds = [Hours.BY_CALENDAR, Hours.HOLIDAYS] if is_holiday else [Hours.BY_CALENDAR]
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    told = land.filter(hours__in=kinds).order_by("place_id").values_list("place_id", "calendar_hours", "postcode")
    for place_id, hours, postcode in told:
        found[hours, postcode if postcode.startswith(("97", "98")) else ""].append(place_id)
    return found


def _either(rows: QuerySet[Finder], said: RawSQL, is_holiday: bool, open_ids: list[int]) -> QuerySet[Finder]:
    ordinary = Q(said) & Q(hours=Hours.WEEKLY) if is_holiday else Q(said)
    return rows.filter(ordinary | Q(one_of("place_id", "bigint", open_ids))) if open_ids else rows.filter(ordinary)
