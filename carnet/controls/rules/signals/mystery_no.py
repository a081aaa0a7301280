"""People who agreed to be asked say they were at no lesson: counted by place, never one alone.

Few people are asked, so months are put together until there are five answers: each answer is counted once, and no two counts are of months that
overlap, or their difference would be a small number.
"""

from dataclasses import dataclass

from carnet.controls.rules.questions import FEW
from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

NOS_LEAST = 3
# So many months are put together at most.
MONTHS_MOST = 6


@dataclass(frozen=True, slots=True)
class Answers(About):
    """The answers about the place of a month, or of a few together: yes, no, and people who do not know. Nothing says who."""

    yes: int
    no: int
    unknown: int


def judge(seen: Answers, threshold: int) -> Noticed | None:
    """At least `threshold` percent of no among yes and no, three of them, and five answers: fewer would point at somebody."""
    said = seen.yes + seen.no
    if seen.yes + seen.no + seen.unknown < FEW or seen.no < NOS_LEAST or seen.no * 100 < threshold * said:
        return None
    return Noticed({"yes": seen.yes, "no": seen.no, "unknown": seen.unknown})


RULE = Rule(
    code="mystery-no",
    span=Span.MONTH,
    unit=Unit.PERCENT,
    usual=30,
    least=10,
    most=100,
    looks_for="people who agreed to be asked after a lesson and say they were not there, over the month, or up to six until five have answered",
    because="people forget and mix up days: one in ten may say no of a true lesson; three in ten, and three of them, is more than that",
    honest="a place that changed its name, a voucher spent for somebody else of the family, a day noted late",
    source="docs/sources/fraud.md#no-service",
    judge=judge,
)
