"""From the landlord's answer to the end: accepted and funded, a day given, connected or not, suspended, ended."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.connectivity import access
from carnet.connectivity.models import Connection, Incident
from carnet.connectivity.operations._money import billed_until, release_for, reserve_for
from carnet.connectivity.operations._steps import is_repeated, move
from carnet.connectivity.rules import (
    FUNDED,
    ConnectionState,
    EndReason,
    MendedBy,
    ObstacleReason,
    RefusalReason,
    SuspensionReason,
    WrongState,
    check_appointment,
    check_becomes,
    check_done_on,
)
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.parties.rules import check_may


@transaction.atomic
def accept(*, connection_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The landlord says yes: the funders' part of the whole term is set aside, or nothing happens. Lock: the connection.

    Raises: NotAllowed, ConnectionUnknown, WrongState, and the refusals of `ledger` when an agreement's money is short.
    Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.decide")
    row = access.seen_connection(actor, connection_id, lock=True, part="LANDLORD")
    if is_repeated(request_id):
        return
    check_becomes(ConnectionState(row.state), ConnectionState.ACCEPTED)
    cents = reserve_for(row, actor=actor, request_id=request_id, at=at)
    today = legal_day(at)
    move(
        row, ConnectionState.ACCEPTED, on=today, actor=actor, request_id=request_id, at=at,
        accepted_on=today, reserved_cents=cents,
    )  # fmt: skip


@transaction.atomic
def refuse(*, connection_id: int, reason: RefusalReason, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The landlord says no, and why, in one of the words there are. The contact is erased at once. Lock: the connection.

    Raises: NotAllowed, ConnectionUnknown, WrongState. Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.decide")
    row = access.seen_connection(actor, connection_id, lock=True, part="LANDLORD")
    if not is_repeated(request_id):
        move(row, ConnectionState.REFUSED, on=legal_day(at), reason=reason, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def give_day(*, connection_id: int, day: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The provider gives the day of its visit, or another one. Lock: the connection. Raises: NotAllowed, ConnectionUnknown, WrongState,
    DayInvalid. Repeat: it changes nothing.
    """
    row = _provided(connection_id, actor)
    if not is_repeated(request_id):
        check_appointment(day, today=legal_day(at))
        move(
            row, ConnectionState.TO_ACTIVATE, on=legal_day(at), actor=actor, request_id=request_id, at=at, appointment_on=day,
        )  # fmt: skip


@transaction.atomic
def activate(*, connection_id: int, day: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The home is connected, since `day`: its months begin. Lock: the connection.

    Raises: NotAllowed, ConnectionUnknown, WrongState, DayInvalid. Repeat: it changes nothing.
    """
    row = _provided(connection_id, actor)
    if is_repeated(request_id):
        return
    if row.accepted_on is not None:
        check_done_on(day, since=row.accepted_on, today=legal_day(at))
    if row.state == ConnectionState.SUSPENDED:  # taken up again, not connected anew
        raise WrongState(state=row.state, wanted=ConnectionState.ACTIVE.value)
    move(
        row, ConnectionState.ACTIVE, on=day, actor=actor, request_id=request_id, at=at,
        activated_on=day, ends_on=add_months(day, row.offer.months),
    )  # fmt: skip


@transaction.atomic
def could_not_activate(*, connection_id: int, reason: ObstacleReason, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The home could not be connected on the day, and why: another day may be given, or the application ended. Lock: the connection.

    Raises: NotAllowed, ConnectionUnknown, WrongState. Repeat: it changes nothing.
    """
    row = _provided(connection_id, actor)
    if not is_repeated(request_id):
        move(
            row, ConnectionState.COULD_NOT, on=legal_day(at), reason=reason, actor=actor, request_id=request_id, at=at,
            appointment_on=None,
        )  # fmt: skip


@transaction.atomic
def suspend(*, connection_id: int, reason: SuspensionReason, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Stop a connection for a while, from today: its days are not billed. Lock: the connection.

    Raises: NotAllowed, ConnectionUnknown, WrongState. Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.end")
    row = access.seen_connection(actor, connection_id, lock=True)
    if not is_repeated(request_id):
        move(row, ConnectionState.SUSPENDED, on=legal_day(at), reason=reason, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def resume(*, connection_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a suspended connection up again, from today; its end does not move. Raises and repeat: as `suspend`."""
    check_may(actor, "connectivity.end")
    row = access.seen_connection(actor, connection_id, lock=True)
    if is_repeated(request_id):
        return
    if row.state != ConnectionState.SUSPENDED:
        raise WrongState(state=row.state, wanted=ConnectionState.ACTIVE.value)
    move(row, ConnectionState.ACTIVE, on=legal_day(at), actor=actor, request_id=request_id, at=at)


@transaction.atomic
def end(*, connection_id: int, reason: EndReason, day: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End a connection: `day` is the first one without it. What was reserved and not owed goes back. Lock: the connection.

    Raises: NotAllowed, ConnectionUnknown, WrongState, DayInvalid. Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.end")
    row = access.seen_connection(actor, connection_id, lock=True)
    if not is_repeated(request_id):
        end_row(row, reason=reason, day=day, actor=actor, request_id=request_id, at=at)


def end_row(row: Connection, *, reason: EndReason, day: date, actor: Actor, request_id: UUID, at: datetime, is_late: bool = False) -> None:
    """End a locked connection, whoever asked. `is_late`: its own last day, however long ago. Raises: WrongState, DayInvalid."""
    check_becomes(ConnectionState(row.state), ConnectionState.ENDED)
    if not is_late:
        began = row.activated_on or row.accepted_on or row.applied_on
        # A day that somebody agreed to pay was served: the end is said after it.
        check_done_on(day, since=max(began, billed_until(row, actor=actor) or began), today=legal_day(at))
    was_funded = ConnectionState(row.state) in FUNDED
    Incident.objects.filter(connection=row, mended_at=None).update(mended_at=at, mended_by=MendedBy.ENDED.value)
    move(row, ConnectionState.ENDED, on=day, reason=reason, actor=actor, request_id=request_id, at=at, ended_on=day)
    if was_funded:
        release_for(row, actor=actor, request_id=request_id, at=at)


def _provided(connection_id: int, actor: Actor) -> Connection:
    check_may(actor, "connectivity.activate")
    return access.seen_connection(actor, connection_id, lock=True, part="PROVIDER")
