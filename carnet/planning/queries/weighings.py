"""The weights an organisation keeps."""

from dataclasses import dataclass
from datetime import datetime

from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.planning.access.need import own_weighing
from carnet.planning.models import Weighing
from carnet.planning.rules.need import Component, Weights


@dataclass(frozen=True, slots=True)
class WeighingView:
    """Weights as they were kept: under which name, why, since when."""

    id: int
    name: str
    words: str
    weights: Weights
    made_at: datetime


def weighings(*, actor: Actor) -> tuple[WeighingView, ...]:
    """The weights of one's organisation, the latest of each name, by name. Raises: NotAllowed."""
    check_may(actor, "planning.see-need")
    rows = Weighing.objects.filter(organisation_id=actor.organisation_id or 0).order_by("name", "-made_at", "-id").distinct("name")
    return tuple(_view(row) for row in rows)


def weighing(*, actor: Actor, weighing_id: int) -> WeighingView:
    """Weights one's organisation kept, even if later ones have their name. Raises: NotAllowed, WeighingUnknown."""
    return _view(own_weighing(actor, weighing_id))


def _view(row: Weighing) -> WeighingView:
    found = Weights({each: int(row.weights.get(each.value, 0)) for each in Component})
    return WeighingView(row.pk, row.name, row.words, found, row.made_at)
