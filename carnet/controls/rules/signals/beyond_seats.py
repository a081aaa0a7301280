"""More people in a day than the lessons of that day had seats: vouchers of people who were not there would look so."""

from dataclasses import dataclass
from datetime import date

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

# Under so many people too many, a lesson squeezed people in, or a couple shared a chair.
SURPLUS_LEAST = 4
_DAYS_TOLD = 7


@dataclass(frozen=True, slots=True)
class Day:
    """One day of lessons: different booklets spent for it, seats of its lessons that were not cancelled."""

    on: date
    booklets: int
    seats: int
    cents: int


@dataclass(frozen=True, slots=True)
class Seats(About):
    """The days of lessons for which a place spent vouchers in the period; days without any announced lesson are not there."""

    days: tuple[Day, ...]


def judge(seen: Seats, threshold: int) -> Noticed | None:
    """Days with at least `threshold` percent of their seats in booklets, and four people too many."""
    over = [each for each in seen.days if each.booklets * 100 >= each.seats * threshold and each.booklets - each.seats >= SURPLUS_LEAST]
    if not over:
        return None
    told = sorted(over, key=lambda each: (each.seats - each.booklets, each.on))[:_DAYS_TOLD]
    days: list[dict[str, int | str]] = [{"on": each.on.isoformat(), "booklets": each.booklets, "seats": each.seats} for each in told]
    return Noticed({"days": days, "day_count": len(over)}, sum(each.cents for each in over))


RULE = Rule(
    code="beyond-seats",
    span=Span.WEEK,
    unit=Unit.PERCENT,
    usual=150,
    least=100,
    most=1000,
    looks_for="different booklets spent for one day's lessons, against the seats those lessons announced",
    because="half as many again, and four people more: a room squeezes in two or three, not half a class",
    honest="a lesson moved to a larger room without changing the agenda, two groups announced as one, a lesson that was not announced",
    source="docs/sources/fraud.md#beyond-seats",
    judge=judge,
)
