"""Objectives beside what is done and what is likely; and the national figures that stand beside ours, never in them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.kernel.periods import add_months, legal_day
from carnet.observatory.models import Objective
from carnet.observatory.queries.figures import cut, watermark
from carnet.observatory.rules import Cut, Measure, Scope
from carnet.observatory.rules.national import NationalFigure, figures_of
from carnet.observatory.rules.objectives import Outlook, Target, outlook
from carnet.parties import queries as parties
from carnet.places import queries as places

DATA = Path(__file__).resolve().parent.parent / "data"
_MEASURES: Mapping[Target, Measure] = {
    Target.ORDERED: Measure.ORDERED,
    Target.ACTIVATED: Measure.ACTIVATED,
    Target.HANDED_OVER: Measure.HANDED_OVER,
    Target.USED: Measure.USED,
    Target.PAID: Measure.PAID,
}
# What makes a pace, and the past months it is tried on.
MONTHS_READ = 24


@dataclass(frozen=True, slots=True)
class ObjectiveView:
    """An objective, what is done, and what is likely. `programme` is empty for the whole installation; `counted_at`: see `watermark`."""

    id: int
    programme_id: int | None
    programme: str
    set_by: str
    organisation_id: int
    measure: Target
    starting_count: int
    starting_on: date
    target_count: int
    due_on: date
    words: str
    source: str
    outlook: Outlook
    counted_at: datetime | None
    is_simulated: bool


@lru_cache(maxsize=1)
def national_figures() -> tuple[NationalFigure, ...]:
    """The national reference figures, from the file that ships with the programme."""
    with (DATA / "national-figures.toml").open("rb") as file:
        return figures_of(tomllib.load(file))


def objectives(*, at: datetime, programme_ids: Sequence[int] | None = None) -> list[ObjectiveView]:
    """Objectives that hold, those of the whole installation first, then the nearest. They are told to everybody, and so is what is done.

    `programme_ids`: those of these programmes and of the whole installation only.
    """
    with acting_as_everything(why="what is done towards an objective is published, whoever did it"):
        rows = [
            each
            for each in Objective.objects.filter(ended_at__isnull=True).order_by("due_on", "id")
            if each.programme_id is None or programme_ids is None or each.programme_id in programme_ids
        ]
        if not rows:
            return []
        programmes = {each.id: each for each in funding.programmes()}
        real = tuple(number for number, each in programmes.items() if not each.is_simulated)
        whole = real or tuple(programmes)
        names = {number: card.name for number, card in parties.organisations(row.organisation_id for row in rows).items()}
        mark = watermark()
        counted_at = mark.counted_at if mark else None
        found = []
        for row in rows:
            counted = (row.programme_id,) if row.programme_id is not None else whole
            months, so_far = _done(Target(row.measure), counted, at)
            told = outlook(months, so_far=so_far, target=row.target_count, due_on=row.due_on, as_of=legal_day(at))
            programme = programmes.get(row.programme_id) if row.programme_id is not None else None
            found.append(
                ObjectiveView(
                    row.id, row.programme_id, programme.name if programme else "", names.get(row.organisation_id, ""), row.organisation_id,
                    Target(row.measure), row.starting_count, row.starting_on, row.target_count, row.due_on, row.words, row.source, told,
                    counted_at, programme.is_simulated if programme else not real,
                )
            )  # fmt: skip
    return sorted(found, key=lambda each: (each.programme_id is not None, each.due_on, each.id))


def _done(target: Target, programme_ids: tuple[int, ...], at: datetime) -> tuple[list[int], int]:
    """What each whole month brought, the oldest first, and the total today."""
    this_month = legal_day(at).replace(day=1)
    if target is Target.PLACES:
        ends = [add_months(this_month, -back) for back in range(MONTHS_READ, -1, -1)]
        counts = places.places_on_days(programme_ids, [*ends, legal_day(at)])
        steps = [after - before for before, after in pairwise(counts[:-1])]
        begun = next((rank for rank, step in enumerate(steps) if step or counts[rank]), len(steps))
        return steps[begun:], counts[-1]
    measure = _MEASURES[target]
    rows = cut(Cut.MONTH, Scope(programme_ids=programme_ids), measures=(measure,), at=at).rows
    by_month = {row.key: row.values[measure] or 0 for row in rows if row.key}
    so_far = sum(row.values[measure] or 0 for row in rows)
    if not by_month:
        return [], so_far
    first = max(date.fromisoformat(f"{min(by_month)}-01"), add_months(this_month, -MONTHS_READ))
    months = []
    while first < this_month:
        months.append(by_month.get(f"{first:%Y-%m}", 0))
        first = add_months(first, 1)
    return months, so_far
