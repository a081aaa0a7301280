"""Acceptances without network that come late, or whose clock goes anywhere: signed on a device nobody can look at."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

LATE_DAYS = 7
# A clock this far ahead of the server's, or going back this much from one item to the next, was set.
ODD_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Uploads(About):
    """Items of a place's devices received in the period. Each counts once in `odd`, whatever is odd about it.

    `late`: seven days or more after the device says; `ahead`: said to be after they came; `back`: the device's clock went back an hour or more
    while its counter went on; `broken`: not signed by the device, or not following what it sent before.
    """

    items: int
    odd: int
    late: int
    ahead: int
    back: int
    broken: int
    devices: int
    cents: int


def judge(seen: Uploads, threshold: int) -> Noticed | None:
    """At least `threshold` odd items."""
    if seen.odd < threshold:
        return None
    facts = {
        "items": seen.items,
        "odd": seen.odd,
        "late": seen.late,
        "ahead": seen.ahead,
        "back": seen.back,
        "broken": seen.broken,
        "devices": seen.devices,
    }
    return Noticed(facts, seen.cents)


RULE = Rule(
    code="odd-uploads",
    span=Span.WEEK,
    unit=Unit.ITEMS,
    usual=5,
    least=1,
    most=10_000,
    looks_for="acceptances without network sent a week late or more, or by a clock that jumps, or whose chain is broken",
    because="a flat battery makes two or three; a week of it is a clock somebody sets",
    honest="a tablet forgotten in a drawer, a van without network for a week, a clock lost with an empty battery",
    source="docs/sources/fraud.md#offline",
    judge=judge,
)
