"""A desk and a place: a pair that appears at once, or that keeps to itself. Desks and places only, never who was served."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

# A pair is new when the place spent nothing of that desk in the twelve weeks before; both were there before. A new partner adds to a place's month;
# three fifths of it are no addition.
WEEKS_BEFORE = 12
PAIR_SHARE_LEAST_PERCENT = 60
# Volume is sudden from four times what it was, and the desk's share of the place from twice: where everybody comes more, no pair is new.
TIMES_BEFORE, SHARE_TIMES = 4, 2
CIRCUIT_VOUCHERS_LEAST = 20
# Where there are fewer desks or places, everybody meets everybody.
OTHERS_LEAST = 4
# The one desk of the neighbourhood sends its people next door: this near, with no other desk this far around.
NEXT_DOOR_KM, ALONE_KM = 5, 15
_PAIRS_TOLD = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """What a place spent of one desk's booklets. `before`: in the twelve weeks before the period; `of_desk`: all of the desk's, anywhere.

    `desk_before`: the desk's vouchers spent anywhere in those twelve weeks. `km`: between them, None when either is nowhere on the map.
    """

    desk_id: int
    vouchers: int
    before: int
    of_desk: int
    desk_before: int
    cents: int
    km: int | None = None


@dataclass(frozen=True, slots=True)
class Pairs(About):
    """The desks whose booklets a place spent in a month. `before`: all the place spent in the twelve weeks before.

    `desks_near`: the programme's desks within fifteen kilometres; `desk_count`, `place_count`: with something spent in the month.
    """

    pairs: tuple[Pair, ...]
    before: int
    desks_near: int
    desk_count: int
    place_count: int

    @property
    def vouchers(self) -> int:
        """All the place spent in the month."""
        return sum(each.vouchers for each in self.pairs)


def judge_new(seen: Pairs, threshold: int) -> Noticed | None:
    """Pairs of at least `threshold` vouchers, three fifths of the place's, that were not, or are four times what they were and twice their share."""
    if not seen.before:
        return None  # the place is new: another rule's
    new = [
        each
        for each in seen.pairs
        if each.vouchers >= threshold
        and each.vouchers * 100 >= PAIR_SHARE_LEAST_PERCENT * seen.vouchers
        and each.desk_before
        # Three months before: a third of them is a month.
        and each.vouchers * 3 >= TIMES_BEFORE * each.before
        and each.vouchers * seen.before >= SHARE_TIMES * each.before * seen.vouchers
    ]
    if not new:
        return None
    return Noticed({"pairs": _told(new), "vouchers": seen.vouchers}, sum(each.cents for each in new))


def judge_closed(seen: Pairs, threshold: int) -> Noticed | None:
    """A pair that makes at least `threshold` percent of the place's month and of the desk's, where both had a choice."""
    if seen.desk_count < OTHERS_LEAST or seen.place_count < OTHERS_LEAST:
        return None
    closed = [
        each
        for each in seen.pairs
        if each.vouchers >= CIRCUIT_VOUCHERS_LEAST
        and each.vouchers * 100 >= threshold * seen.vouchers
        and each.vouchers * 100 >= threshold * each.of_desk
        and not (each.km is not None and each.km <= NEXT_DOOR_KM and seen.desks_near <= 1)
    ]
    if not closed:
        return None
    return Noticed({"pairs": _told(closed), "vouchers": seen.vouchers}, sum(each.cents for each in closed))


def _told(pairs: list[Pair]) -> list[dict[str, int | str]]:
    told: list[dict[str, int | str]] = []
    for each in sorted(pairs, key=lambda pair: (-pair.vouchers, pair.desk_id))[:_PAIRS_TOLD]:
        line: dict[str, int | str] = {"desk_id": each.desk_id, "vouchers": each.vouchers, "before": each.before, "of_desk": each.of_desk}
        if each.km is not None:
            line["km"] = each.km
        told.append(line)
    return told


NEW_PAIR = Rule(
    code="new-pair",
    span=Span.MONTH,
    unit=Unit.VOUCHERS,
    usual=30,
    least=5,
    most=100_000,
    looks_for="a desk's booklets that make most of a place's month where they were not before, both having been there for months",
    because="thirty vouchers are several people coming for a month; a first small group stays under it",
    honest="a place and a desk that began to work together, a lesson opened next to a desk, a desk that moved",
    source="docs/sources/fraud.md#collusion",
    judge=judge_new,
)
CLOSED_CIRCUIT = Rule(
    code="closed-circuit",
    span=Span.MONTH,
    unit=Unit.PERCENT,
    usual=70,
    least=50,
    most=100,
    looks_for="one desk that makes most of a place's month, and that place most of the desk's, where both had others around",
    because="partners often reach half; above two thirds both ways, nobody else ever meets these vouchers",
    honest="a desk and a place in the same building, one bus line, a place that speaks the language of a desk's people",
    source="docs/sources/fraud.md#collusion",
    judge=judge_closed,
)
