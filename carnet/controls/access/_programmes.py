"""Which programmes an actor reaches, asked once for signals, cases and samples."""

from carnet.funding import access as funding
from carnet.funding.rules import FundingRefused
from carnet.kernel.actors import Actor


def is_seen(actor: Actor, programme_id: int) -> bool:
    """Whether the actor runs the programme, or audits it."""
    try:
        funding.seen_programme(actor, programme_id)
    except FundingRefused:
        return False
    return True


def is_operated(actor: Actor, programme_id: int) -> bool:
    """Whether the actor runs the programme."""
    try:
        funding.operated_programme(actor, programme_id)
    except FundingRefused:
        return False
    return True
