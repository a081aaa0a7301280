"""One way to journal what happened to an order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from carnet.issuing.models import Order
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor


def note(order: Order, what: str, *, actor: Actor, request_id: UUID, at: datetime, facts: Mapping[str, Any] | None = None) -> None:
    """Add the line ``issuing.<what>`` about an order. Facts never hold a code or a name."""
    journal.record(
        actor=actor,
        action=f"issuing.{what}",
        subject=("order", order.id),
        facts={"series": order.series_id, **(facts or {})},
        programme_id=order.programme_id,
        request_id=request_id,
        at=at,
    )


def by(actor: Actor) -> int:
    """Who did it: the person's id, 0 for background work."""
    return actor.person_id or 0
