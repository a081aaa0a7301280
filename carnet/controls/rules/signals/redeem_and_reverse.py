"""Spent, undone, spent again: how vouchers are tried, or kept warm."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

REVERSALS_LEAST = 5
LOOPS_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Undone(About):
    """Redemptions of the period at the place, reversals made in it, and vouchers undone twice or more."""

    redeemed: int
    reversed: int
    loops: int
    cents: int


def judge(seen: Undone, threshold: int) -> Noticed | None:
    """At least `threshold` percent undone (and five), or three vouchers undone twice."""
    often = seen.reversed >= REVERSALS_LEAST and seen.reversed * 100 >= threshold * max(1, seen.redeemed)
    if not often and seen.loops < LOOPS_ENOUGH:
        return None
    return Noticed({"redeemed": seen.redeemed, "reversed": seen.reversed, "loops": seen.loops}, seen.cents)


RULE = Rule(
    code="redeem-and-reverse",
    span=Span.WEEK,
    unit=Unit.PERCENT,
    usual=20,
    least=2,
    most=100,
    looks_for="redemptions undone in number, or the same vouchers spent and undone again and again",
    because="one in five; a new mediator undoes one in ten in the first week",
    honest="somebody new at the counter, a screen that answers slowly, a lesson cancelled after the vouchers were taken",
    source="docs/sources/fraud.md#loops",
    judge=judge,
)
