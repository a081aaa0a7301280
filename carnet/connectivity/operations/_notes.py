"""One way to journal what happens to connections. Facts never hold a door, a telephone number, a code or what somebody said of themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor


def note(
    what: str,
    subject: tuple[str, int],
    programme_id: int,
    facts: Mapping[str, Any],
    *,
    actor: Actor,
    request_id: UUID | None,
    at: datetime,
    organisation_id: int | None = None,
) -> None:
    """Add the line ``connectivity.<what>``."""
    journal.record(
        actor=actor, action=f"connectivity.{what}", subject=subject, facts=facts, programme_id=programme_id,
        organisation_id=organisation_id, request_id=request_id, at=at,
    )  # fmt: skip
