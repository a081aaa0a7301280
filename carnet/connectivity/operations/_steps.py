"""One way to change a connection's state: the rule is asked, the row is written, the step is kept for ever, the journal is told."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from carnet.connectivity.models import Application, Connection, Contact, Step
from carnet.connectivity.operations._notes import note
from carnet.connectivity.operations._telling import tell_step
from carnet.connectivity.rules import OVER, ConnectionState, check_becomes
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor

# Words of the journal, by the state arrived at.
_WORDS = {
    ConnectionState.ACCEPTED: "accepted", ConnectionState.REFUSED: "refused", ConnectionState.WITHDRAWN: "withdrawn",
    ConnectionState.TO_ACTIVATE: "appointment-given", ConnectionState.COULD_NOT: "could-not-connect", ConnectionState.ACTIVE: "activated",
    ConnectionState.SUSPENDED: "suspended", ConnectionState.ENDED: "ended",
}  # fmt: skip


def is_repeated(request_id: UUID) -> bool:
    """Whether this request made a step already."""
    return Step.objects.filter(request_id=request_id).exists()


def move(
    row: Connection,
    state: ConnectionState,
    *,
    on: date,
    reason: StrEnum | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
    **changes: Any,
) -> None:
    """Bring a locked connection to `state`, as from the legal day `on`. Raises: WrongState."""
    before = ConnectionState(row.state)
    check_becomes(before, state)
    row.state, row.reason, row.changed_at = state.value, reason.value if reason is not None else "", at
    if state in OVER:
        changes = {**changes, "over_at": at}
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "reason", "changed_at", *changes])
    step = keep_step(row, before.value, on=on, actor=actor, request_id=request_id, at=at)
    tell_step(row, step, at=at)
    told = {"on": on} if reason is None else {"reason": reason.value, "on": on}
    note(_WORDS[state], ("connection", row.id), row.programme_id, told, actor=actor, request_id=request_id, at=at)
    if state in OVER:
        # Whoever refuses or ends it may read neither: the desk's rows are opened to be emptied.
        with acting_as(organisation_ids=[row.desk_id]):
            Application.objects.filter(connection=row).update(grounds=[], erased_at=at)
    if state in (ConnectionState.REFUSED, ConnectionState.WITHDRAWN):
        erase_contact(row, at)


def keep_step(row: Connection, before: str, *, on: date, actor: Actor, request_id: UUID, at: datetime) -> Step:
    """Write one step for ever."""
    return Step.objects.create(
        connection=row, programme_id=row.programme_id, landlord_id=row.landlord_id, provider_id=row.provider_id, desk_id=row.desk_id,
        before=before, state=row.state, on=on, reason=row.reason, at=at, by_id=actor.person_id, request_id=request_id,
    )  # fmt: skip


def erase_contact(row: Connection, at: datetime) -> None:
    """Nothing is left of the person's telephone number."""
    with acting_as(organisation_ids=[row.desk_id]):
        Contact.objects.filter(connection=row, erased_at=None).update(sealed_phone=None, erased_at=at)
