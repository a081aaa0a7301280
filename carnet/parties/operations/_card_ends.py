"""What a card's seed is sealed for, and a card's death: one gesture, whoever says that it is lost."""

from datetime import datetime
from uuid import UUID

from carnet.kernel.actors import Actor
from carnet.parties.models import CodeCard
from carnet.parties.operations._members import noted
from carnet.parties.rules import CardEnd


def sealed_for(operator_id: int, serial: str) -> str:
    """What a card's seed is sealed for: it opens for this card alone, so that two rows cannot be exchanged."""
    return f"code card {operator_id} {serial}"


def end(card: CodeCard, why: CardEnd, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Kill a card whose row is locked: its seed is erased."""
    card.sealed_seed, card.ended_at, card.ended_reason, card.ended_by_id = None, at, why.value, actor.person_id
    card.save(update_fields=["sealed_seed", "ended_at", "ended_reason", "ended_by_id"])
    noted_card(f"card-{why.value.lower()}", card, actor, request_id, at, person_id=card.holder_id)


def noted_card(what: str, card: CodeCard, actor: Actor, request_id: UUID, at: datetime, **facts: object) -> None:
    """Journal what became of a card: for its structure, or for its operator while it is in stock."""
    noted(actor, f"parties.{what}", ("card", card.id), card.organisation_id or card.operator_id, request_id, at, **facts)
