"""Booklets emptied in one go: what is bought from people, or never left a drawer, is spent whole."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

# Of the booklets a place saw in the period, one in ten at least: a large place meets a few hurried people.
SHARE_LEAST_PERCENT = 10


@dataclass(frozen=True, slots=True)
class Booklets(About):
    """Booklets spent at a place in the period, and those of which at least four fifths went in one day, in three acceptances or more.

    What one lesson asks for as a whole (`voucher_count`) is one acceptance, and a day whose lesson asks for a whole booklet does not count.
    """

    booklets: int
    whole: int
    cents: int


def judge(seen: Booklets, threshold: int) -> Noticed | None:
    """At least `threshold` whole booklets, and a tenth of those seen."""
    if seen.whole < threshold or seen.whole * 100 < SHARE_LEAST_PERCENT * seen.booklets:
        return None
    return Noticed({"whole": seen.whole, "booklets": seen.booklets}, seen.cents)


RULE = Rule(
    code="whole-booklets",
    span=Span.WEEK,
    unit=Unit.BOOKLETS,
    usual=3,
    least=1,
    most=1000,
    looks_for="booklets of which four fifths are spent in one day at one place, in several acceptances",
    because="one person in a hurry happens, two come together; three in a week are worth a question",
    honest="an intensive day, several lessons in a row for one group, vouchers of several weeks typed under one day",
    source="docs/sources/fraud.md#whole-booklets",
    judge=judge,
)
