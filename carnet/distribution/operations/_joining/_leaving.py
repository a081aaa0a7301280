"""A desk that leaves: it hands nothing over, gives its booklets back, and its part ends once none is left."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import DeskPoint, ProgrammePrescriber, StockMove, StockRequest
from carnet.distribution.operations._moves import ask_move
from carnet.distribution.operations._notes import note, tell
from carnet.distribution.queries import left_to_return
from carnet.distribution.rules import MOVE_MAX, MoveKind, RequestOutcome
from carnet.distribution.rules.joining import LeavingNotNow, StockNotBack
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import check_may


@transaction.atomic
def leave(*, programme_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """A desk says that it leaves: it hands nothing over any more, and the return of its booklets is asked for. Returns how many it holds.

    Locks: the desk's part. Raises: NotAllowed, NotPrescriber, ProgrammeUnknown, LeavingNotNow.
    Repeat: the same request_id changes nothing more.
    """
    check_may(actor, "distribution.leave")
    part = access.part(actor, programme_id=programme_id, organisation_id=organisation_id, at=at, lock=True)
    if part.leaving_at is not None and part.leaving_at != at:
        raise LeavingNotNow
    if part.leaving_at is None:
        begin(part, actor, request_id, at)
        part.save(update_fields=["leaving_at"])
        context = {"name": parties.organisation_name(organisation_id), "programme": part.programme.name}
        tell("distribution.desk-leaves", part.programme.operator_id, programme_id, context, at)
    return left_to_return(programme_id, organisation_id)


def begin(part: ProgrammePrescriber, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Mark a part as leaving, ask for its booklets back, and close what it still asked for. The caller saves the part."""
    part.leaving_at = at
    system = Actor.system(
        "a desk that leaves", programme_ids={part.programme_id}, organisation_ids={part.organisation_id, part.programme.operator_id}
    )
    StockRequest.objects.filter(programme_id=part.programme_id, organisation_id=part.organisation_id, closed_at=None).update(
        closed_at=at, closed_by_id=actor.person_id or 0, outcome=RequestOutcome.WITHDRAWN.value
    )
    held = len(ledger.stock_ids(holder_id=part.organisation_id, programme_id=part.programme_id, whole_only=True))
    asked = StockMove.objects.filter(
        programme_id=part.programme_id, from_organisation_id=part.organisation_id, kind=MoveKind.RETURN, sent_at=None, ended_at=None
    )
    held -= sum(asked.values_list("booklet_count", flat=True))
    for rank, start in enumerate(range(0, held, MOVE_MAX)):
        ask_move(
            programme_id=part.programme_id,
            from_organisation_id=part.organisation_id,
            to_organisation_id=part.programme.operator_id,
            booklet_count=min(MOVE_MAX, held - start),
            actor=system,
            request_id=uuid5(request_id, f"return {rank}"),
            at=at,
        )
    _note("desk-leaving", part, {"booklets": held}, actor, request_id, at)


@transaction.atomic
def stay(*, programme_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A desk that was leaving stays after all; what it has already sent back stays back.

    Raises: NotAllowed, NotPrescriber, ProgrammeUnknown, LeavingNotNow.
    """
    check_may(actor, "distribution.leave")
    part = access.part(actor, programme_id=programme_id, organisation_id=organisation_id, at=at, lock=True)
    if part.leaving_at is None:
        raise LeavingNotNow
    part.leaving_at = None
    part.save(update_fields=["leaving_at"])
    waiting = StockMove.objects.filter(
        programme_id=programme_id, from_organisation_id=organisation_id, kind=MoveKind.RETURN, sent_at=None, ended_at=None
    )
    waiting.update(ended_at=at, ended_by_id=actor.person_id or 0, was_declined=True)
    _note("desk-stays", part, {}, actor, request_id, at)


@transaction.atomic
def finish_leaving(*, programme_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End the part of a desk that leaves, once nothing is left to give back; its points close. Locks: the part.

    Raises: NotAllowed, NotPrescriber, ProgrammeUnknown, LeavingNotNow, StockNotBack.
    """
    access.check_may_admit(actor)
    part = access.part(actor, programme_id=programme_id, organisation_id=organisation_id, at=at, lock=True)
    if part.leaving_at is None:
        raise LeavingNotNow
    if left := left_to_return(programme_id, organisation_id):
        raise StockNotBack(count=left)
    _end(part, actor, request_id, at)


@transaction.atomic
def end_departures(*, at: datetime) -> int:
    """End every part of a desk that leaves and has given everything back; return how many. Call it seeing everything."""
    ended = 0
    rows = ProgrammePrescriber.objects.select_related("programme").select_for_update(of=("self",))
    for part in rows.filter(leaving_at__lte=at, left_at=None).order_by("id"):
        if not left_to_return(part.programme_id, part.organisation_id):
            _end(part, Actor.system("departures"), uuid5(part.request_id, f"left {at.isoformat()}"), at)
            ended += 1
    return ended


def _end(part: ProgrammePrescriber, actor: Actor, request_id: UUID, at: datetime) -> None:
    part.left_at = at
    part.save(update_fields=["left_at"])
    DeskPoint.objects.filter(programme_id=part.programme_id, organisation_id=part.organisation_id, closed_at=None).update(closed_at=at)
    _note("prescriber-left", part, {}, actor, request_id, at)
    tell("distribution.desk-left", part.organisation_id, part.programme_id, {"programme": part.programme.name}, at)


def _note(what: str, part: ProgrammePrescriber, facts: dict[str, int], actor: Actor, request_id: UUID, at: datetime) -> None:
    note(what, ("organisation", part.organisation_id), part.programme_id, part.organisation_id, facts, actor, request_id, at)
