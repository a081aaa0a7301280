"""One way to journal what happens in a habilitation. Facts never hold a name, an address or a code."""

from datetime import datetime
from typing import Any
from uuid import UUID

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.mandates.models import HelperFile, StructureFile, TrainingSession


def note_file(what: str, file: StructureFile, actor: Actor, request_id: UUID, at: datetime, **facts: Any) -> None:
    """Add the line ``mandates.<what>`` about a request."""
    journal.record(
        actor=actor, action=f"mandates.{what}", subject=("structure-file", file.id), facts={"revision": file.revision} | facts,
        programme_id=file.programme_id, organisation_id=file.organisation_id, request_id=request_id, at=at,
    )  # fmt: skip


def note_helper(what: str, row: HelperFile, actor: Actor, request_id: UUID, at: datetime, **facts: Any) -> None:
    """Add the line ``mandates.<what>`` about a helper."""
    journal.record(
        actor=actor, action=f"mandates.{what}", subject=("helper", row.id), facts=facts, programme_id=row.programme_id,
        organisation_id=row.organisation_id, request_id=request_id, at=at,
    )  # fmt: skip


def note_training(what: str, row: TrainingSession, actor: Actor, request_id: UUID, at: datetime, **facts: Any) -> None:
    """Add the line ``mandates.<what>`` about a training."""
    journal.record(
        actor=actor, action=f"mandates.{what}", subject=("training", row.id), facts=facts, programme_id=row.programme_id,
        organisation_id=actor.organisation_id, request_id=request_id, at=at,
    )  # fmt: skip
