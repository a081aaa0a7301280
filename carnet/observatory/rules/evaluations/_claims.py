"""What a result allows to be said. A cause is said only when chance alone decided, the plan was sealed before, and nobody was lost on the way.

Source: docs/sources/evaluation.md#claims. The rule is the same for our own sentences and for words typed by a person.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from carnet.observatory.rules.evaluations._plans import Design
from carnet.observatory.rules.evaluations._refusals import CausalWordsRefused

LEVEL = 0.05
# Of a hundred drawn, how many may be without a result, and how much more on one side. Ours; docs/sources/evaluation.md#lost.
LOST_MOST, LOST_GAP_MOST = 20, 10
FEW_UNITS = 10


class Claim(StrEnum):
    """What may be said."""

    CAUSED = "CAUSED"
    NOT_SHOWN = "NOT_SHOWN"
    TOGETHER = "TOGETHER"
    NOT_TOGETHER = "NOT_TOGETHER"


class Doubt(StrEnum):
    """Why no more may be said, or with what care."""

    NOT_DRAWN = "NOT_DRAWN"
    NOT_SEALED = "NOT_SEALED"
    SEALED_LATE = "SEALED_LATE"
    LOST_MANY = "LOST_MANY"
    LOST_UNEVENLY = "LOST_UNEVENLY"
    FEW_UNITS = "FEW_UNITS"
    NOT_FOLLOWED = "NOT_FOLLOWED"
    NOT_ALIKE = "NOT_ALIKE"
    DROPPED = "DROPPED"
    NO_PAST = "NO_PAST"
    PAST_DIFFERS = "PAST_DIFFERS"


class Assumption(StrEnum):
    """What has to be true for the figure to mean what it seems to."""

    DRAW_FOLLOWED = "DRAW_FOLLOWED"
    NO_SPILL = "NO_SPILL"
    SAME_MEASURE = "SAME_MEASURE"
    LOST_ALIKE = "LOST_ALIKE"
    NOTHING_HIDDEN = "NOTHING_HIDDEN"
    SOMEBODY_ALIKE = "SOMEBODY_ALIKE"
    SAME_PATH = "SAME_PATH"
    NOTHING_ELSE_THEN = "NOTHING_ELSE_THEN"
    CONSTANT = "CONSTANT"


ASSUMPTIONS = {
    Design.WAITING_LIST: (
        Assumption.DRAW_FOLLOWED,
        Assumption.NO_SPILL,
        Assumption.SAME_MEASURE,
        Assumption.LOST_ALIKE,
        Assumption.CONSTANT,
    ),
    Design.STEPPED_WEDGE: (
        Assumption.DRAW_FOLLOWED,
        Assumption.NO_SPILL,
        Assumption.SAME_MEASURE,
        Assumption.LOST_ALIKE,
        Assumption.CONSTANT,
    ),
    Design.MATCHED: (Assumption.NOTHING_HIDDEN, Assumption.SOMEBODY_ALIKE, Assumption.NO_SPILL, Assumption.SAME_MEASURE),
    Design.DIFFERENCES: (Assumption.SAME_PATH, Assumption.NOTHING_ELSE_THEN, Assumption.NO_SPILL, Assumption.SAME_MEASURE),
}
# Any of these, and no cause is said whatever the figure.
_FATAL = frozenset({Doubt.NOT_DRAWN, Doubt.NOT_SEALED, Doubt.SEALED_LATE, Doubt.LOST_MANY, Doubt.LOST_UNEVENLY})
# Words of a cause, in French and in English. "Sans effet" claims one too: that there is none.
_CAUSAL = re.compile(
    r"\b(?:gr[âa]ce (?:à|au|aux)|à cause|en raison d|d[ûu]e?s? (?:à|au|aux)|effets?\b|impacts?\b|efficac\w*|caus(?:e|es|é|ée|és|ent|er|al\w*)\b"
    r"|permet\w*|permis\b|entra[îi]n\w*|provoqu\w*|condui(?:t|re|sent)\b|am[ée]lior\w*|r[ée]dui\w*|fait (?:baisser|augmenter|progresser|monter|reculer)"
    r"|augment(?:e|é)r?\b|diminu(?:e|é)r?\b|aid(?:e|é|er|ent)\b|prouv\w*|d[ée]montr\w*|because of|thanks to|due to|effects?\b|impacts?\b|improv\w*"
    r"|reduc\w*|led to|leads? to|caus\w*|helps?\b|helped\b|works?\b|proves?\b|proved\b)",
    re.IGNORECASE,
)


def claim_of(design: Design, p_value: float, doubts: Iterable[Doubt]) -> Claim:
    """What may be said of a difference with this p-value, given what is doubtful."""
    may_say_why = design.is_drawn and _FATAL.isdisjoint(doubts)
    if p_value <= LEVEL:
        return Claim.CAUSED if may_say_why else Claim.TOGETHER
    return Claim.NOT_SHOWN if may_say_why else Claim.NOT_TOGETHER


def causal_words(text: str) -> tuple[str, ...]:
    """The words of a text that say a cause, in their order."""
    return tuple(dict.fromkeys(found.group(0).strip() for found in _CAUSAL.finditer(text)))


def check_words(text: str, claim: Claim) -> str:
    """The text, when its words say no more than the result allows. Raises: CausalWordsRefused, with the words."""
    words = causal_words(text)
    if words and claim is not Claim.CAUSED:
        raise CausalWordsRefused(words=", ".join(words))
    return text


def lost_doubts(drawn: dict[int, int], seen: dict[int, int]) -> list[Doubt]:
    """What is doubtful of the units without a result. By step: how many were drawn, how many have one."""
    whole = sum(drawn.values())
    lost = {step: 100 * (count - seen.get(step, 0)) / count for step, count in drawn.items() if count}
    doubts = []
    if whole and 100 * (whole - sum(seen.values())) / whole > LOST_MOST:
        doubts.append(Doubt.LOST_MANY)
    if lost and max(lost.values()) - min(lost.values()) > LOST_GAP_MOST:
        doubts.append(Doubt.LOST_UNEVENLY)
    return doubts
