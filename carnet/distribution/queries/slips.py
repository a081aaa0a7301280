"""A hand-over as its own desk prints it again."""

from carnet.distribution import access
from carnet.distribution.queries._handing import HandOverView, _view
from carnet.kernel.actors import Actor


def own_hand_over(actor: Actor, hand_over_id: int) -> HandOverView:
    """A hand-over of the desk the actor stands at: never another's. Raises: NotYourDesk, HandOverUnknown."""
    return _view(access.own_hand_over(actor, hand_over_id))
