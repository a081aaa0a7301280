"""What an address asks of the pages of need: a territory, weights, what the map shows, in which order; a mistake is told and the usual shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.observatory.queries import territories
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.planning.queries import need_areas, weighings
from carnet.planning.queries.need_areas import NeedArea
from carnet.planning.queries.weighings import WeighingView
from carnet.planning.rules.need import WEIGHT_MAX, Component, WeightOutOfBounds, Weights
from carnet.web import clock
from carnet.web.design.sentences import sentence_for

SCORE, PEOPLE = "score", "people"
WEIGHT = "w-"
# Longer than the number of any row: what is typed beyond is not read, and nothing has that number.
NUMBER_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked. `layer`: the component the map shows, None for the score; `sentences`: what could not be followed, and why."""

    area: NeedArea | None
    weights: Weights
    weighing: WeighingView | None = None
    layer: Component | None = None
    order: str = SCORE
    sentences: tuple[str, ...] = ()

    def query(self, **more: str) -> str:
        """What an address keeps of it."""
        kept: dict[str, str] = {"area": self.area.key} if self.area else {}
        kept |= self.weighed()
        if self.layer is not None:
            kept["layer"] = self.layer.value
        if self.order != SCORE:
            kept["order"] = self.order
        return urlencode({**kept, **more})

    def weighed(self) -> dict[str, str]:
        """The weights alone: kept ones by their number, usual ones by nothing."""
        if self.weighing is not None:
            return {"weighing": str(self.weighing.id)}
        if self.weights.is_usual:
            return {}
        return {f"{WEIGHT}{each.value}": str(self.weights.of(each)) for each in Component}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A territory one click away."""

    key: str
    name: str


def asked(request: HttpRequest, actor: Actor) -> Asked:
    """What the address asks, of a territory the actor may see; without one, the first of those near."""
    given = request.GET
    found = Asked(None, Weights.usual())
    try:
        found = replace(found, weights=weights_of(given))
        if given.get("weighing", "").isdecimal():
            kept = weighings.weighing(actor=actor, weighing_id=int(given["weighing"][:NUMBER_DIGITS]))
            found = replace(found, weights=kept.weights, weighing=kept)
    except Refusal as refusal:
        found = replace(found, sentences=(sentence_for(refusal),))
    try:
        key = given.get("area", "")
        found = replace(found, area=need_areas.area_of(key, actor=actor) if key else _first_area(actor))
    except Refusal as refusal:
        found = replace(found, sentences=(*found.sentences, sentence_for(refusal)))
    layer = given.get("layer", "")
    return replace(
        found,
        layer=Component(layer) if layer in Component.__members__ else None,
        order=PEOPLE if given.get("order") == PEOPLE else SCORE,
    )


def weights_of(given: Mapping[str, str]) -> Weights:
    """The weights of a form; the usual ones when it has none. A field left empty weighs nothing. Raises: WeightsEmpty, WeightOutOfBounds."""
    typed = {each: given[f"{WEIGHT}{each.value}"].strip() for each in Component if f"{WEIGHT}{each.value}" in given}
    if not typed:
        return Weights.usual()
    for component, value in typed.items():
        if value and not (value.isascii() and value.isdecimal() and len(value) <= len(str(WEIGHT_MAX))):
            raise WeightOutOfBounds(component=component.value, value=value[:20], most=WEIGHT_MAX)
    return Weights({component: int(value or 0) for component, value in typed.items()})


def shortcuts(actor: Actor) -> list[Shortcut]:
    """Territories one acts in, and the département of one's programmes."""
    found = []
    if allowed(actor.roles, "observatory.see-territories"):
        found += [Shortcut(f"T-{each.id}", each.name) for each in territories.territories(actor=actor, at=clock.now())]
    around = _around_programmes(actor)
    return [*found, *([Shortcut(around.key, around.name)] if around is not None else [])]


def _first_area(actor: Actor) -> NeedArea | None:
    around = _around_programmes(actor)
    if around is not None:
        return around
    near = shortcuts(actor)
    return need_areas.area_of(near[0].key, actor=actor) if near else None


def _around_programmes(actor: Actor) -> NeedArea | None:
    """The département of the latest programme one has a part in; of any, for those who have none and see everything in counts."""
    found = funding.programmes(actor.programme_ids) or funding.programmes()
    return need_areas.area_around(tuple(places.territory(found[0].terms.perimeter))) if found else None
