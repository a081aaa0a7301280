"""Who reaches which kept weights: the organisation that kept them. The database hides the others."""

from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.planning.models import Weighing
from carnet.planning.rules.need import WeighingUnknown


def own_weighing(actor: Actor, weighing_id: int) -> Weighing:
    """Weights one's organisation kept. Raises: NotAllowed, WeighingUnknown."""
    check_may(actor, "planning.see-need")
    row = Weighing.objects.filter(id=weighing_id).first()
    if row is None or row.organisation_id != actor.organisation_id:
        raise WeighingUnknown(weighing=weighing_id)
    return row
