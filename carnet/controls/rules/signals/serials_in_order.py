"""Booklets spent in the order of their numbers, one after the other: how a stack comes out of a box, not how people come to a lesson."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit


@dataclass(frozen=True, slots=True)
class Order(About):
    """The longest run of booklets first spent at the place in the very order of their numbers, each next to the one before; `days` it took."""

    run: int
    booklets: int
    days: int
    cents: int


def judge(seen: Order, threshold: int) -> Noticed | None:
    """A run of at least `threshold` booklets."""
    if seen.run < threshold:
        return None
    return Noticed({"run": seen.run, "booklets": seen.booklets, "days": seen.days}, seen.cents)


RULE = Rule(
    code="serials-in-order",
    span=Span.WEEK,
    unit=Unit.BOOKLETS,
    usual=8,
    least=3,
    most=1000,
    looks_for="booklets first spent at one place in the very order of their numbers, without a gap",
    because="a desk gives neighbours' numbers to people who come together, up to a small group; eight in order is a stack",
    honest="a whole group given its booklets in order, which came together and was typed in that order",
    source="docs/sources/fraud.md#stolen-stock",
    judge=judge,
)
