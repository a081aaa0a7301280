"""A place beside places like it: how many they are, what is usual among them, what this one does. Robust, and it says so in numbers.

The usual is the median; what is usual to differ is the median of the differences (MAD), which one place, however odd, does not move. Both are of
months in which the places were open. Source: docs/sources/fraud.md#peers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

# Enough to know what is usual, and no more: a nation has thousands.
PEERS_LEAST, PEERS_MOST = 8, 200
VOUCHERS_LEAST = 20
# Whatever the deviation, twice the usual: where everybody does the same, a little more is not odd.
TIMES_USUAL = 2
# A normal law's standard deviation is 1.4826 MAD: in ten-thousandths.
_SCALE = 14_826


class Measure(StrEnum):
    """What is compared, in hundredths."""

    VOUCHERS = "VOUCHERS"  # spent in the month
    A_DAY = "A_DAY"  # on a day with any
    A_BOOKLET = "A_BOOKLET"  # of each booklet seen in the month


class Group(StrEnum):
    """Who the others are: the narrowest of these with enough of them."""

    KIND_AND_AREA = "KIND_AND_AREA"  # the same kind of place, where the country is as dense
    AREA = "AREA"
    PROGRAMME = "PROGRAMME"


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of the place and of each of the others, in hundredths."""

    measure: Measure
    own: int
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Peers(About):
    """A place's month beside those of places like it. `beyond`: those of its vouchers that are beyond the lessons it announced.

    Vouchers and vouchers a day count what is beyond lessons for the place, and everything for the others: people who like its lessons say nothing.
    """

    group: Group
    vouchers: int
    beyond: int
    compared: tuple[Compared, ...]
    cents: int


@dataclass(frozen=True, slots=True)
class Usual:
    """Twice the median and twice the median of the absolute differences from it, in hundredths: whole numbers."""

    doubled: int
    doubled_deviation: int


def usual_of(values: Sequence[int]) -> Usual:
    """The median and the MAD of some values, doubled. Nothing: a fault of the caller."""
    middle = _doubled_median(sorted(values))
    # Differences of doubled values, so that halves stay whole; their doubled median is four times the MAD.
    quadrupled = _doubled_median(sorted(abs(2 * each - middle) for each in values))
    return Usual(middle, quadrupled // 2)


def deviations(own: int, usual: Usual) -> int:
    """How many robust deviations above the usual, in tenths, rounded down; what is usual to differ is at least a tenth of the usual, and one."""
    deviation = max(usual.doubled_deviation, usual.doubled // 10, 200)
    return max(0, (2 * own - usual.doubled) * 10 * 10_000 // (deviation * _SCALE))


def judge(seen: Peers, threshold: int) -> Noticed | None:
    """At least `threshold` tenths of a robust deviation, and twice the usual, in one measure or more. Silent under eight others."""
    if seen.beyond < VOUCHERS_LEAST:
        return None
    told: list[dict[str, int | str]] = []
    for each in seen.compared:
        if len(each.others) < PEERS_LEAST:
            continue
        usual = usual_of(each.others)
        tenths = deviations(each.own, usual)
        if tenths >= threshold and 2 * each.own >= TIMES_USUAL * usual.doubled:
            told.append(
                {
                    "measure": each.measure.value,
                    "own": each.own,
                    "usual": usual.doubled // 2,
                    "deviation": max(usual.doubled_deviation, usual.doubled // 10, 200) // 2,
                    "tenths": tenths,
                    "peers": len(each.others),
                    "above": sum(other >= each.own for other in each.others),
                }
            )
    if not told:
        return None
    return Noticed({"measures": told, "group": seen.group.value, "vouchers": seen.vouchers, "beyond": seen.beyond}, seen.cents)


def _doubled_median(ranked: Sequence[int]) -> int:
    return ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]


RULE = Rule(
    code="unlike-its-peers",
    span=Span.MONTH,
    unit=Unit.TENTHS,
    usual=50,
    least=20,
    most=1000,
    looks_for="a month that, beyond announced lessons, is far above that of places of the same kind, where the country is as dense",
    because="five robust deviations and twice the usual: at four, one honest large place in fifty would be named each month",
    honest="a place that helps many people by appointment, the only one open in August, an agenda nobody keeps",
    source="docs/sources/fraud.md#peers",
    judge=judge,
)
