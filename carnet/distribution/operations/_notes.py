"""One way to journal what happens to a stock, and to write to its keepers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from carnet.distribution.models import StockMove
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices


def by(actor: Actor) -> int:
    """Who did it: the person's id, 0 for a program."""
    return actor.person_id or 0


def note_move(what: str, row: StockMove, facts: Mapping[str, Any], actor: Actor, request_id: UUID, at: datetime) -> None:
    """Add the line ``distribution.<what>`` about a move."""
    note(what, ("stock-move", row.id), row.programme_id, row.from_organisation_id, facts, actor, request_id, at)


def note(
    what: str,
    subject: tuple[str, int],
    programme_id: int | None,
    organisation_id: int,
    facts: Mapping[str, Any],
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> None:
    """Add the line ``distribution.<what>``. Facts never hold a code or a name."""
    journal.record(
        actor=actor,
        action=f"distribution.{what}",
        subject=subject,
        facts=dict(facts),
        programme_id=programme_id,
        organisation_id=organisation_id,
        request_id=request_id,
        at=at,
    )


def tell(kind: str, organisation_id: int, programme_id: int, context: Mapping[str, Any], at: datetime) -> None:
    """Put a letter to an organisation in the outbox."""
    notices.post(kind=kind, to_organisation_id=organisation_id, context=context, programme_id=programme_id, at=at)
