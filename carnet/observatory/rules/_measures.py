"""What each published measure counts, by what it may be cut, and a worked example of each. Pure.

One definition each, the same on the page, in the file and in the API. Source: docs/decisions/0055-roll-ups-of-figures.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from carnet.observatory.rules._refusals import ObservatoryRefused
from carnet.places.rules.areas import NATION_CODE, AreaLevel


class Measure(StrEnum):
    """One thing counted. Counts of vouchers or of people; `_CENTS` whole cents; `DAYS_` the median of whole days."""

    ORDERED = "ordered"
    ISSUED = "issued"
    ACTIVATED = "activated"
    IN_STOCK = "in_stock"
    HANDED_OVER = "handed_over"
    PEOPLE = "people"
    FIRST_USE = "first_use"
    USED = "used"
    PAID = "paid"
    LAPSED = "lapsed"
    VOID = "void"
    ACTIVATED_CENTS = "activated_cents"
    HANDED_OVER_CENTS = "handed_over_cents"
    USED_CENTS = "used_cents"
    PAID_CENTS = "paid_cents"
    LAPSED_CENTS = "lapsed_cents"
    DAYS_TO_FIRST_LESSON = "days_to_first_lesson"
    DAYS_TO_PAYMENT = "days_to_payment"
    NEVER_CAME_BEFORE = "never_came_before"
    CAME_ANSWERED = "came_answered"


class Unit(StrEnum):
    """What a measure is counted in."""

    VOUCHERS = "vouchers"
    PEOPLE = "people"
    CENTS = "cents"
    DAYS = "days"


class Cut(StrEnum):
    """By what figures are cut."""

    MONTH = "month"
    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTEMENT = "departement"
    REGION = "region"
    OPERATOR = "operator"
    FUNDER = "funder"
    PUBLIC = "public"
    SERVICE = "service"


AREA_CUTS: Mapping[Cut, AreaLevel] = {
    Cut.COMMUNE: AreaLevel.COMMUNE,
    Cut.EPCI: AreaLevel.EPCI,
    Cut.DEPARTEMENT: AreaLevel.DEPARTEMENT,
    Cut.REGION: AreaLevel.REGION,
}

# The measure in vouchers that stands behind each measure in cents.
VOUCHERS_OF: Mapping[Measure, Measure] = {
    Measure.ACTIVATED_CENTS: Measure.ACTIVATED,
    Measure.HANDED_OVER_CENTS: Measure.HANDED_OVER,
    Measure.USED_CENTS: Measure.USED,
    Measure.PAID_CENTS: Measure.PAID,
    Measure.LAPSED_CENTS: Measure.LAPSED,
}
DELAYS = (Measure.DAYS_TO_FIRST_LESSON, Measure.DAYS_TO_PAYMENT)
SHARES = (Measure.NEVER_CAME_BEFORE, Measure.CAME_ANSWERED)


class ScopeWrong(ObservatoryRefused):
    """Figures are asked by whole months, of a territory that exists. Facts: field."""

    code = "scope-wrong"


@dataclass(frozen=True, slots=True)
class Area:
    """A territory, by its level and INSEE code. The nation's code is ``FR``; an empty code: no territory is known."""

    level: AreaLevel
    code: str


NATION = Area(AreaLevel.NATION, NATION_CODE)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures, where and when. None: all. `since` and `until` (excluded) are first days of months.

    `programme_ids` None: every programme the transaction sees. `funder_id`: its programmes, and its own part of the cents.
    """

    programme_ids: tuple[int, ...] | None = None
    area: Area = NATION
    operator_id: int | None = None
    funder_id: int | None = None
    organisation_id: int | None = None
    place_id: int | None = None
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            day = getattr(self, name)
            if day is not None and day.day != 1:
                raise ScopeWrong(field=name)


@dataclass(frozen=True, slots=True)
class Definition:
    """A measure in words: sentences are French, marked for translation; doors translate them.

    `example` says what happened in the story of the page and `gives` what the measure then is: a test plays it and counts.
    `cuts`: by what it may be cut. `is_level`: what there is now, which is of no month.
    """

    measure: Measure
    name: str
    definition: str
    source: str
    unit: Unit
    query: str
    example: str
    gives: int
    cuts: frozenset[Cut] = frozenset()
    is_level: bool = False


def share_of(part: int | None, whole: int | None) -> int | None:
    """A share in whole per cent, half rounded up; None when either is hidden or nobody was asked."""
    if part is None or not whole:
        return None
    return (200 * part + whole) // (2 * whole)
