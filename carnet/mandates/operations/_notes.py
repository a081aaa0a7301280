"""One way to journal what happens to mandates. Facts never hold a name, a code or where a procedure was done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor


def note(
    what: str,
    subject: tuple[str, int],
    organisation_id: int,
    facts: Mapping[str, Any],
    *,
    actor: Actor,
    request_id: UUID,
    at: datetime,
    programme_id: int | None = None,
) -> None:
    """Add the line ``mandates.<what>``."""
    journal.record(
        actor=actor, action=f"mandates.{what}", subject=subject, facts=facts, programme_id=programme_id, organisation_id=organisation_id,
        request_id=request_id, at=at,
    )  # fmt: skip
