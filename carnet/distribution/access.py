"""Who may hand over, receive, and let a prescriber in. The database shows a desk only its own rows."""

from datetime import datetime

from carnet.distribution.models import HandOver, ProgrammePrescriber
from carnet.distribution.rules import HandOverUnknown, NotYourDesk, check_participation
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may


def desk(actor: Actor, organisation_id: int | None = None) -> int:
    """The organisation whose desk the actor stands at: the one acted for, or the one named if it is the actor's too.

    Raises: NotYourDesk.
    """
    chosen = organisation_id if organisation_id is not None else actor.organisation_id
    if chosen is None or (chosen != actor.organisation_id and chosen not in actor.organisation_ids):
        raise NotYourDesk
    return chosen


def check_may_hand_over(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "distribution.hand-over")


def check_may_declare_loss(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "distribution.declare-loss")


def check_may_admit(actor: Actor) -> None:
    """Only the operator's staff let a prescriber into a programme. Raises: NotAllowed."""
    check_may(actor, "distribution.admit-prescriber")


def check_takes_part(*, organisation_id: int, programme_id: int, programme: str, at: datetime) -> None:
    """Refuse a desk whose organisation takes no part in the programme at that moment. Raises: NotPrescriber."""
    part = (
        ProgrammePrescriber.objects.filter(organisation_id=organisation_id, programme_id=programme_id).order_by("-joined_at", "-id").first()
    )
    check_participation(programme=programme, joined_at=part.joined_at if part else None, left_at=part.left_at if part else None, at=at)


def hand_over(hand_over_id: int) -> HandOver:
    """One hand-over of the actor's desk or programme. Raises: HandOverUnknown."""
    found = HandOver.objects.filter(id=hand_over_id).first()
    if found is None:
        raise HandOverUnknown(hand_over=hand_over_id)
    return found
