"""How much a commune or a neighbourhood needs vouchers: components that stay visible, weights that anyone may change. Pure.

Two things are told apart, and never multiplied behind anybody's back:

- *how many*: people in need, an estimate with its bounds (`carnet.observatory.rules.reach`), which says how much to send;
- *how hard*: a score of components, 100 where the territory around is, which says what to look at first.

A component is a share (so many per cent of the people, or minutes on the road). Its *points* are 100 x share / the share of the reference, three
times the reference at most. The score is the mean of the points under the weights. What is not known is told so and never counted as zero: its
weight goes to the others, the score says what part of the weights it knows, and under half of them there is no score.
Why these components and these weights: docs/decisions/0063-need-in-the-open.md and docs/sources/need.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from carnet.kernel.refusals import Refusal
from carnet.observatory.rules.indicators import Known
from carnet.observatory.rules.reach import Estimate

WEIGHT_MAX = 100
# One component may not carry a place by itself: a share thrice the reference's, or more, has 300 points.
POINTS_MAX = 300.0
# Under this part of the weights, a score would speak of the files rather than of the people.
KNOWN_LEAST = 0.5
# What an unknown component may be, to bound a score: half the reference, or twice.
UNKNOWN_LOW, UNKNOWN_HIGH = 50.0, 200.0
# Above this a place is sent more than its part; under that many points of diploma, and without poverty, it is looked at again.
ALARM_FROM = 110.0
FEW_UNSCHOOLED = 80.0
LITTLE_POVERTY = 110.0


class Component(StrEnum):
    """One reason to need vouchers, measured by open data."""

    SENIORS = "SENIORS"
    UNSCHOOLED = "UNSCHOOLED"
    POVERTY = "POVERTY"
    ALONE = "ALONE"
    SINGLE_PARENT = "SINGLE_PARENT"
    NETWORK = "NETWORK"
    PLACE = "PLACE"
    LIBRARY = "LIBRARY"
    SERVICES = "SERVICES"


class Unit(StrEnum):
    """What the share of a component counts."""

    PERCENT = "PERCENT"
    MINUTES = "MINUTES"


class Basis(StrEnum):
    """What was measured for a component, when the data allow more than one thing."""

    USUAL = "USUAL"
    ALL_AGES = "ALL_AGES"  # people living alone at any age, for want of those of 55 and over
    OF_HOUSEHOLDS = "OF_HOUSEHOLDS"  # single parents among households, for want of families


class Doubt(StrEnum):
    """Why a high score may be a false alarm."""

    WEALTHY_CENTRE = "WEALTHY_CENTRE"


UNITS: Mapping[Component, Unit] = {
    each: Unit.MINUTES if each in (Component.PLACE, Component.LIBRARY, Component.SERVICES) else Unit.PERCENT for each in Component
}
# Ours, each with its reason in docs/sources/need.md#weights: they follow how many of each group do without the internet.
USUAL_WEIGHTS: Mapping[Component, int] = {
    Component.SENIORS: 25,
    Component.UNSCHOOLED: 30,
    Component.POVERTY: 20,
    Component.ALONE: 5,
    Component.SINGLE_PARENT: 5,
    Component.NETWORK: 5,
    Component.PLACE: 5,
    Component.LIBRARY: 2,
    Component.SERVICES: 3,
}


class NeedRefused(Refusal):
    """Base of every refusal about need."""

    code = "need-refused"


class WeightsEmpty(NeedRefused):
    """No component weighs anything."""

    code = "weights-empty"


class WeightOutOfBounds(NeedRefused):
    """A weight that is no whole number between 0 and 100. Facts: component, value, most."""

    code = "weight-out-of-bounds"


class WeighingUnknown(NeedRefused):
    """No such kept weights, or another organisation's."""

    code = "weighing-unknown"


class WeighingUnnamed(NeedRefused):
    """Kept weights need a name and a reason."""

    code = "weighing-unnamed"


class NeedAreaUnknown(NeedRefused):
    """No such territory, or one larger than is scored at once. Facts: value."""

    code = "need-area-unknown"


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each component counts: whole numbers from 0 to 100, of which only the proportions matter. Raises: WeightsEmpty, WeightOutOfBounds."""

    by_component: Mapping[Component, int]

    def __post_init__(self) -> None:
        for component, value in self.by_component.items():
            if not 0 <= value <= WEIGHT_MAX:
                raise WeightOutOfBounds(component=component.value, value=value, most=WEIGHT_MAX)
        if not any(self.by_component.values()):
            raise WeightsEmpty

    @classmethod
    def usual(cls) -> "Weights":
        """The weights shown first; nobody has to keep them."""
        return cls(USUAL_WEIGHTS)

    def of(self, component: Component) -> int:
        """The weight of a component; zero when it was not named."""
        return self.by_component.get(component, 0)

    def part(self, component: Component) -> float:
        """Its part of the whole, from 0 to 1."""
        return self.of(component) / sum(self.by_component.values())

    @property
    def is_usual(self) -> bool:
        """Whether they have the proportions of those shown first."""
        usual = Weights.usual()
        return all(abs(self.part(each) - usual.part(each)) < 1e-9 for each in Component)


@dataclass(frozen=True, slots=True)
class Share:
    """What a component is in one place before any comparison: per cent or minutes; None when it is not known. `source` names who published it.

    `is_lent`: a neighbourhood told by its commune's figure.
    """

    value: float | None
    known: Known
    vintage: int | None = None
    source: str = ""
    basis: Basis = Basis.USUAL
    is_lent: bool = False


UNKNOWN = Share(None, Known.MISSING)
# The mean share of each component, by what was measured: a share is compared with one of its own kind.
References = Mapping[tuple[Component, Basis], float]


@dataclass(frozen=True, slots=True)
class ComponentValue:
    """A component of one place: its share, that of the reference, and the points they make. `known`: a value, a secret, or nothing."""

    points: float | None
    share: float | None
    reference: float | None
    vintage: int | None
    source: str
    known: Known
    basis: Basis = Basis.USUAL
    is_lent: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it has points."""
        return self.points is not None


@dataclass(frozen=True, slots=True)
class Score:
    """A mean of points. `value` is None when too little is known; `low` and `high` bound it by what is not known; `known_part` is from 0 to 1."""

    value: float | None
    low: float
    high: float
    known_part: float


@dataclass(frozen=True, slots=True)
class Pull:
    """How far one component moves a score away from 100. The pulls of a place and 100 make its score. `part` is its part of the known weights."""

    component: Component
    part: float
    points: float
    pull: float


@dataclass(frozen=True, slots=True)
class AreaNeed:
    """One commune, or one neighbourhood (`code` of nine characters): its people, its components, its score.

    `people_in_need` is the middle of `estimate`. `lon` and `lat` are degrees, None when the place has no point.
    """

    code: str
    name: str
    commune_code: str
    population: int
    lon: float | None
    lat: float | None
    estimate: Estimate
    components: Mapping[Component, ComponentValue]
    detail: Score
    doubt: Doubt | None

    @property
    def score(self) -> float | None:
        """How hard the need is, 100 where the reference is; None when too little is known."""
        return self.detail.value

    @property
    def people_in_need(self) -> float:
        """How many people, about."""
        return self.estimate.middle

    @property
    def points(self) -> dict[Component, float | None]:
        """The points alone."""
        return {component: value.points for component, value in self.components.items()}


CommuneNeed = AreaNeed


def points(share: float | None, reference: float | None) -> float | None:
    """100 x share / reference, at most 300; None when either is not known, or when the reference is zero and says nothing."""
    if share is None or reference is None or reference <= 0:
        return None
    return min(POINTS_MAX, 100.0 * share / reference)


def references(places: Iterable[tuple[int, Mapping[Component, Sequence[Share]]]]) -> dict[tuple[Component, Basis], float]:
    """The mean share of each component over places, each counted by its people; a place where it is not known does not count there.

    Of each place, every way a component was measured: a neighbourhood may be known in another way than its commune.
    """
    sums: dict[tuple[Component, Basis], list[float]] = {}
    for people, told in places:
        for component, ways in told.items():
            for share in ways:
                if share.value is not None:
                    sum_of = sums.setdefault((component, share.basis), [0.0, 0.0])
                    sum_of[0] += people * share.value
                    sum_of[1] += people
    return {key: total / people for key, (total, people) in sums.items() if people}


def compared(shares: Mapping[Component, Share], reference: References) -> dict[Component, ComponentValue]:
    """Every component of a place against the reference, in the order of the list; those nobody told are there, and unknown."""
    found = {}
    for component in Component:
        share = shares.get(component, UNKNOWN)
        mean = reference.get((component, share.basis))
        found[component] = ComponentValue(
            points(share.value, mean), share.value, mean, share.vintage, share.source, share.known, share.basis, share.is_lent
        )
    return found


def score(by_component: Mapping[Component, float | None], weights: Weights) -> Score:
    """The mean of the known points under the weights, and its bounds if what is unknown were half, or twice, the reference."""
    known = sum(weights.part(each) for each in Component if by_component.get(each) is not None)
    total = sum(weights.part(each) * told for each in Component if (told := by_component.get(each)) is not None)
    missing = max(0.0, 1.0 - known)
    value = total / known if known >= KNOWN_LEAST - 1e-9 else None
    return Score(value, total + missing * UNKNOWN_LOW, total + missing * UNKNOWN_HIGH, min(1.0, known))


def pulls(by_component: Mapping[Component, float | None], weights: Weights) -> tuple[Pull, ...]:
    """What moves a score away from 100, the strongest first; components that are unknown or weigh nothing are left out."""
    told = {each: value for each in Component if (value := by_component.get(each)) is not None and weights.of(each)}
    whole = sum(weights.of(each) for each in told)
    found = [Pull(each, weights.of(each) / whole, value, weights.of(each) / whole * (value - 100.0)) for each, value in told.items()]
    return tuple(sorted(found, key=lambda each: (-abs(each.pull), list(Component).index(each.component))))


def doubt(by_component: Mapping[Component, float | None], value: float | None) -> Doubt | None:
    """Whether a high score may be a false alarm: few people without a diploma there, and no more poverty than around.

    Source: docs/sources/need.md#false-alarms
    """
    unschooled, poverty = by_component.get(Component.UNSCHOOLED), by_component.get(Component.POVERTY)
    if value is None or value < ALARM_FROM or unschooled is None or unschooled > FEW_UNSCHOOLED:
        return None
    return Doubt.WEALTHY_CENTRE if poverty is None or poverty <= LITTLE_POVERTY else None
