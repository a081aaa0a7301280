"""A report for an elected council: what it holds, how it is kept, what changed since the one before. Pure.

Words:   a *report* is of one territory and one span of whole months, made from one release of open data: what it counts of people, everybody
         can find again. Its *number* follows that of the report its organisation made before it.
Always:  a hidden count is hidden in the report, and with it the money that would give it back; nothing is compared with a gap.
Source:  docs/decisions/0058-charts-and-the-council-s-report.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from carnet.observatory.rules._measures import Measure
from carnet.observatory.rules._refusals import ObservatoryRefused
from carnet.observatory.rules.boards import Change, Span, span_of
from carnet.observatory.rules.charts import Gap, Value
from carnet.observatory.rules.objectives import Standing, Target
from carnet.places.rules.areas import AreaLevel

# What the report compares with the one before, in the order of a voucher's life.
COMPARED = (
    Measure.HANDED_OVER,
    Measure.PEOPLE,
    Measure.FIRST_USE,
    Measure.USED,
    Measure.PAID,
    Measure.DAYS_TO_FIRST_LESSON,
    Measure.DAYS_TO_PAYMENT,
)
# Of a list, the longest that a council reads.
PARTS_SHOWN = 10
# On a map, the most communes that are still told apart.
PARTS_MAX = 400


class ReportUnknown(ObservatoryRefused):
    """No such report, or another organisation's."""

    code = "council-report-unknown"


class NothingReleased(ObservatoryRefused):
    """No release of open data yet: there is nothing that a report may say."""

    code = "nothing-released"


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a table: a commune, a service, an answer of the desks; its key, its name as stored, what is counted."""

    key: str
    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class FunderMoney:
    """One funder's part. Units: whole cents; `handed_over` is what it holds of the vouchers given, `used` and `paid` what it bears."""

    name: str
    handed_over: Value
    used: Value
    paid: Value


@dataclass(frozen=True, slots=True)
class Promise:
    """An objective: what is aimed at, for which day, where it stands and what is likely. `programme` is empty: the whole installation."""

    measure: Target
    programme: str
    target: int
    due_on: date
    so_far: int
    low: int | None
    high: int | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Need:
    """People in need of the territory, an estimate between two bounds, already rounded."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class CouncilFigures:
    """Everything a report says, of one territory and one span. `figures`: of the span, and of the span of the same length before.

    `months`: handed over and used of each month; `parts_level` None: a commune has no parts. `all_parts` when every part of that level is in
    `parts`. `release`: its name, and `release_digest` that of its manifest. `latest_on`: first day of its latest month.
    """

    level: AreaLevel
    code: str
    name: str
    population: int
    span: Span
    release: str
    release_digest: str
    latest_on: date
    is_simulated: bool
    programmes: tuple[str, ...]
    figures: Mapping[Measure, Change]
    months: tuple[tuple[date, Value, Value], ...]
    parts_level: AreaLevel | None
    parts: tuple[Part, ...]
    services: tuple[Part, ...]
    publics: tuple[Part, ...]
    funders: tuple[FunderMoney, ...]
    promises: tuple[Promise, ...]
    need: Need | None
    hidden_count: int


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as it was made: its number, what it holds, when. `digest`: SHA-256 of the paper; `previous` is the number of the one before
    of the same territory, None for the first, and `before` what that one said."""

    id: int
    number: int
    organisation_id: int
    figures: CouncilFigures
    made_at: datetime
    language: str
    digest: str
    previous: int | None
    before: CouncilFigures | None
    before_made_at: datetime | None


def since_last(now: CouncilFigures, before: CouncilFigures | None) -> dict[Measure, Change]:
    """What each measure was in the report before, of a span of the same length; none when there is no such report."""
    if before is None or before.span.month_count != now.span.month_count:
        return {}
    return {
        measure: Change(now.figures[measure].now, before.figures[measure].now)
        for measure in COMPARED
        if measure in now.figures and measure in before.figures
    }


def money_of(funders: Sequence[FunderMoney], counted: Mapping[Measure, Value]) -> tuple[FunderMoney, ...]:
    """The money of each funder, hidden wherever the vouchers it paid for are: cents would give the count back."""

    def told(measure: Measure, cents: Value) -> Value:
        return Gap.HIDDEN if counted.get(measure) is Gap.HIDDEN else cents

    return tuple(
        FunderMoney(
            each.name,
            told(Measure.HANDED_OVER, each.handed_over),
            told(Measure.USED, each.used),
            told(Measure.PAID, each.paid),
        )
        for each in funders
    )


def written(figures: CouncilFigures) -> dict[str, Any]:
    """As it is kept: strings, whole numbers and lists."""
    return {
        "level": figures.level.value,
        "code": figures.code,
        "name": figures.name,
        "population": figures.population,
        "span": figures.span.key,
        "release": figures.release,
        "release_digest": figures.release_digest,
        "latest_on": figures.latest_on.isoformat(),
        "is_simulated": figures.is_simulated,
        "programmes": list(figures.programmes),
        "figures": {measure.value: [_kept(change.now), _kept(change.before)] for measure, change in figures.figures.items()},
        "months": [[on.isoformat(), _kept(handed), _kept(used)] for on, handed, used in figures.months],
        "parts_level": figures.parts_level.value if figures.parts_level else None,
        **{
            name: [[part.key, part.name, _kept(part.value)] for part in parts]
            for name, parts in (("parts", figures.parts), ("services", figures.services), ("publics", figures.publics))
        },
        "funders": [[each.name, _kept(each.handed_over), _kept(each.used), _kept(each.paid)] for each in figures.funders],
        "promises": [
            [
                each.measure.value,
                each.programme,
                each.target,
                each.due_on.isoformat(),
                each.so_far,
                each.low,
                each.high,
                each.standing.value,
            ]
            for each in figures.promises
        ],
        "need": [figures.need.low, figures.need.middle, figures.need.high] if figures.need else None,
        "hidden_count": figures.hidden_count,
    }


def read(kept: Mapping[str, Any]) -> CouncilFigures:
    """The reverse of `written`."""

    def parts(name: str) -> tuple[Part, ...]:
        return tuple(Part(key, label, _value(value)) for key, label, value in kept[name])

    return CouncilFigures(
        level=AreaLevel(kept["level"]),
        code=kept["code"],
        name=kept["name"],
        population=kept["population"],
        span=span_of(kept["span"]),
        release=kept["release"],
        release_digest=kept["release_digest"],
        latest_on=date.fromisoformat(kept["latest_on"]),
        is_simulated=kept["is_simulated"],
        programmes=tuple(kept["programmes"]),
        figures={Measure(name): Change(_value(now), _value(before)) for name, (now, before) in kept["figures"].items()},
        months=tuple((date.fromisoformat(on), _value(handed), _value(used)) for on, handed, used in kept["months"]),
        parts_level=AreaLevel(kept["parts_level"]) if kept["parts_level"] else None,
        parts=parts("parts"),
        services=parts("services"),
        publics=parts("publics"),
        funders=tuple(FunderMoney(name, _value(handed), _value(used), _value(paid)) for name, handed, used, paid in kept["funders"]),
        promises=tuple(
            Promise(Target(measure), programme, target, date.fromisoformat(due), so_far, low, high, Standing(standing))
            for measure, programme, target, due, so_far, low, high, standing in kept["promises"]
        ),
        need=Need(*kept["need"]) if kept["need"] else None,
        hidden_count=kept["hidden_count"],
    )


def _kept(value: Value) -> int | str:
    return value.value if isinstance(value, Gap) else round(value)


def _value(kept: int | str) -> Value:
    return Gap(kept) if isinstance(kept, str) else kept
