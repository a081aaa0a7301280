"""The finest counts a release is made of, and where they are. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta

from carnet.kernel.periods import PARIS, add_months, legal_day

# Vouchers spent without a network come in within days: by the tenth the month before has settled.
DUE_DAY, DUE_HOUR = 10, 6


@dataclass(frozen=True, slots=True)
class Line:
    """A count of one measure, one month (``2026-08``), one territory, one cut. `people`, `largest`, `whole`: see `disclosure.Cell`."""

    measure: str
    month: str
    code: str
    key: str
    count: int
    people: int
    largest: int = 0
    whole: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A commune of a release, and what it is in. Names and codes: INSEE."""

    code: str
    name: str
    epci: str
    department: str
    region: str


@dataclass(frozen=True, slots=True)
class Region:
    """The name of an intercommunalité, a département or a region, by level and code."""

    level: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Everything a release is made of.

    `programmes`: whole programmes' counts by (measure, month, slug), which are public as they come. `presence`: (slug, commune) where each
    programme has, or had, a desk or a place, which the directory says too. `parts`: each programme's own lines, known to add up.
    """

    month: str
    lines: tuple[Line, ...]
    parts: Mapping[tuple[str, str, str, str], int]
    programmes: Mapping[tuple[str, str, str], int]
    presence: frozenset[tuple[str, str]]
    places: tuple[Place, ...]
    regions: tuple[Region, ...]
    simulated: frozenset[str] = field(default_factory=frozenset)

    def of_months(self, kept: frozenset[str], other: "Lines") -> "Lines":
        """These lines for every month but the kept ones, which are told as `other` has them."""
        return Lines(
            self.month,
            tuple(each for each in self.lines if each.month not in kept) + tuple(each for each in other.lines if each.month in kept),
            {key: count for key, count in self.parts.items() if key[1] not in kept}
            | {key: count for key, count in other.parts.items() if key[1] in kept},
            {key: count for key, count in self.programmes.items() if key[1] not in kept}
            | {key: count for key, count in other.programmes.items() if key[1] in kept},
            self.presence,
            self.places,
            self.regions,
            self.simulated,
        )

    @property
    def months(self) -> tuple[str, ...]:
        """Every month from the first that has a count to the release's own."""
        told = [each.month for each in self.lines] + [key[1] for key in self.programmes]
        first = min(told, default=self.month)
        day, found = date.fromisoformat(f"{first}-01"), []
        while f"{day:%Y-%m}" <= self.month:
            found.append(f"{day:%Y-%m}")
            day = add_months(day, 1)
        return tuple(found)


def due_month(at: datetime) -> date:
    """The first day of the latest month whose release is due: on the tenth of the next one, at 6 in Paris."""
    month_on = add_months(legal_day(at).replace(day=1), -1)
    due = datetime.combine(add_months(month_on, 1) + timedelta(days=DUE_DAY - 1), time(DUE_HOUR), tzinfo=PARIS)
    return month_on if due <= at else add_months(month_on, -1)


def written(lines: Lines) -> str:
    """The lines as kept beside the release, for the next one."""
    return json.dumps(
        {
            "month": lines.month,
            "lines": [list(asdict(each).values()) for each in lines.lines],
            "parts": [[*key, count] for key, count in sorted(lines.parts.items())],
            "programmes": [[*key, count] for key, count in sorted(lines.programmes.items())],
            "presence": sorted(lines.presence),
            "places": [list(asdict(each).values()) for each in lines.places],
            "regions": [list(asdict(each).values()) for each in lines.regions],
            "simulated": sorted(lines.simulated),
        }
    )


def read(text: str) -> Lines:
    """What `written` wrote."""
    said = json.loads(text)
    return Lines(
        said["month"],
        tuple(Line(*each) for each in said["lines"]),
        {(each[0], each[1], each[2], each[3]): each[4] for each in said["parts"]},
        {(each[0], each[1], each[2]): each[3] for each in said["programmes"]},
        frozenset((each[0], each[1]) for each in said["presence"]),
        tuple(Place(*each) for each in said["places"]),
        tuple(Region(*each) for each in said["regions"]),
        frozenset(said["simulated"]),
    )
