"""A rush in the last days that is beyond everybody's rush: vouchers nobody used are worth nothing a week later."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

WEEKS_BEFORE = 8
VOUCHERS_LEAST = 15
# The days before an end that count as its last ones.
LAST_DAYS = 14


@dataclass(frozen=True, slots=True)
class LastDays(About):
    """A week touching the last fortnight before an end, the printed one or that of the month of grace. Whatever was spent is counted but in `beyond`.

    `beyond`: the week's vouchers beyond the lessons announced. `before`: the place's vouchers in the eight weeks ahead of that fortnight.
    `everybody`, `everybody_before`: the same of all other places that spent then. `was_there`: it took part in those eight weeks, even for nothing.
    """

    vouchers: int
    beyond: int
    before: int
    everybody: int
    everybody_before: int
    was_there: bool
    cents: int


def judge(seen: LastDays, threshold: int) -> Noticed | None:
    """Beyond its lessons, at least `threshold` percent of what this place would have done, had its usual week grown as everybody's did."""
    if not seen.was_there or seen.beyond < VOUCHERS_LEAST:
        return None
    # As everybody's week grew, and never less than its usual week: expected = (before / 8) x max(1, everybody x 8 / everybody_before).
    times = max(seen.everybody * WEEKS_BEFORE, seen.everybody_before) if seen.everybody_before else 1
    scale = seen.everybody_before or 1
    if seen.beyond * 100 * WEEKS_BEFORE * scale < threshold * max(1, seen.before) * times:
        return None
    rush = 100 * times // scale
    facts = {"vouchers": seen.vouchers, "beyond": seen.beyond, "before": seen.before, "weeks_before": WEEKS_BEFORE, "rush_percent": rush}
    return Noticed(facts, seen.cents)


RULE = Rule(
    code="expiry-spike",
    span=Span.WEEK,
    unit=Unit.PERCENT,
    usual=300,
    least=120,
    most=10_000,
    looks_for="a week of the last fortnight whose vouchers beyond announced lessons outgrow the place's usual week, even when it grows as everybody's does",
    because="three times the rush that everybody had: last-minute lessons double a week, and that is in everybody's already",
    honest="extra lessons that are not in the agenda, a partner closed that week, a desk that reminded its people of this place",
    source="docs/sources/fraud.md#expiry",
    judge=judge,
)
