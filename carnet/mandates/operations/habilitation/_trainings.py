"""Trainings: planned, changed, cancelled; a seat taken, given back; who came, and how the test went."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.funding import access as funding_access
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import HelperFile, HelperTest, TrainingSeat, TrainingSession
from carnet.mandates.operations.habilitation._helpers import invite_if_ready
from carnet.mandates.operations.habilitation._notes import note_helper, note_training
from carnet.mandates.queries.habilitation._helpers import standing_of
from carnet.mandates.queries.habilitation._sealed import helper_said
from carnet.mandates.queries.habilitation._trainings import taken_of
from carnet.mandates.rules.habilitation import (
    HelperUnknown,
    SeatAlreadyTaken,
    SeatUnknown,
    TrainingFull,
    TrainingSaid,
    TrainingSeatsTaken,
    check_begun,
    check_fewer_seats,
    check_seat_moves,
    check_takes_seat,
    check_training,
    seat_of,
    test_passed,
)
from carnet.notices import operations as notices
from carnet.parties.rules import check_may, person_of

PLAN, BOOK = "mandates.plan-training", "mandates.book-training"


@transaction.atomic
def plan_training(*, programme_id: int, said: TrainingSaid, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Plan a training for the structures of a programme; return its id.

    Raises:  NotAllowed, PersonNeeded, ProgrammeUnknown, TrainingInvalid, NirInText, IbanInText.
    Repeat:  the same request_id returns the first id.
    """
    check_may(actor, PLAN)
    programme = funding_access.operated_programme(actor, programme_id)
    repeated = TrainingSession.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    tidy = check_training(said, at=at)
    row = TrainingSession.objects.create(
        programme_id=programme.id, title=tidy.title, mode=tidy.mode.value, place=tidy.place, note=tidy.note, starts_at=tidy.starts_at,
        ends_at=tidy.ends_at, seats=tidy.seats, changed_at=at, planned_by_id=actor.person_id or 0, request_id=request_id,
    )  # fmt: skip
    note_training("training-planned", row, actor, request_id, at, seats=row.seats)
    return row.id


@transaction.atomic
def change_training(*, session_id: int, said: TrainingSaid, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Change a training that has not begun; whoever has a seat is told when it moved. Lock: the training.

    Raises: NotAllowed, TrainingUnknown, TrainingOver, TrainingInvalid, TrainingSeatsTaken, NirInText, IbanInText.
    """
    check_may(actor, PLAN)
    row = access.operated_training(actor, session_id, lock=True)
    check_seat_moves(starts_at=row.starts_at, is_cancelled=row.cancelled_at is not None, at=at)
    tidy = check_training(said, at=at)
    check_fewer_seats(tidy.seats, taken=taken_of([row.id]).get(row.id, 0))
    moved = (row.place, row.starts_at, row.ends_at) != (tidy.place, tidy.starts_at, tidy.ends_at)
    row.title, row.mode, row.place, row.note = tidy.title, tidy.mode.value, tidy.place, tidy.note
    row.starts_at, row.ends_at, row.changed_at = tidy.starts_at, tidy.ends_at, at
    _draw_closer(row, tidy.seats)
    row.seats = tidy.seats
    row.save()
    note_training("training-changed", row, actor, request_id, at, seats=row.seats)
    if moved:
        tell("mandates.training-changed", row, at)


@transaction.atomic
def cancel_training(*, session_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Cancel a training that has not begun: whoever has a seat is told, and may take another. Cancelling again changes nothing.

    Raises: NotAllowed, TrainingUnknown, TrainingOver.
    """
    check_may(actor, PLAN)
    row = access.operated_training(actor, session_id, lock=True)
    if row.cancelled_at is not None:
        return
    check_seat_moves(starts_at=row.starts_at, is_cancelled=False, at=at)
    tell("mandates.training-cancelled", row, at)
    row.cancelled_at = row.changed_at = at
    row.save(update_fields=["cancelled_at", "changed_at"])
    TrainingSeat.objects.filter(session_id=row.id, given_back_at=None).update(given_back_at=at, rank=None)
    note_training("training-cancelled", row, actor, request_id, at)


@transaction.atomic
def take_seat(*, session_id: int, helper_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Give a helper of one's structure a seat in a training; return the seat's id. Locks: the training, the helper.

    The lock makes the answer polite; what makes the seat too many impossible is in the table (`TrainingSeat`).
    Raises:  NotAllowed, HelperUnknown, TrainingUnknown, TrainingOver, TrainingFull, SeatAlreadyTaken, HelperNotActive.
    Repeat:  the same request_id returns the first id.
    """
    check_may(actor, BOOK)
    seen = access.helper_file(actor, helper_id)
    session = access.training(seen.programme_id, session_id, lock=True)
    helper = access.helper_file(actor, helper_id, lock=True)
    if helper.organisation_id != actor.organisation_id:
        raise HelperUnknown
    repeated = TrainingSeat.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    check_seat_moves(starts_at=session.starts_at, is_cancelled=session.cancelled_at is not None, at=at)
    waiting = TrainingSeat.objects.filter(helper_id=helper.id, given_back_at=None, came=None, session__ends_at__gt=at)
    check_takes_seat(standing_of(helper, booked=waiting.exists()))
    row = _seat(session, helper, seat_of(_ranks(session.id), seats=session.seats), actor, request_id, at)
    said = helper_said(helper)
    notices.post(kind="mandates.training-seat", to_email=said.email, context=_context(session), at=at)
    note_helper("training-seat-taken", helper, actor, request_id, at, training=session.id, seat=row.rank)
    return row.id


@transaction.atomic
def give_seat_back(*, seat_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a seat back before the training begins: another may take it. Giving it back again changes nothing. Lock: the seat.

    Raises: NotAllowed, SeatUnknown, TrainingOver.
    """
    check_may(actor, BOOK)
    row = TrainingSeat.objects.select_for_update(of=("self",)).select_related("session", "helper").filter(id=seat_id).first()
    if row is None or row.organisation_id != actor.organisation_id:
        raise SeatUnknown
    if row.given_back_at is not None:
        return
    check_seat_moves(starts_at=row.session.starts_at, is_cancelled=row.session.cancelled_at is not None, at=at)
    row.given_back_at, row.rank = at, None
    row.save(update_fields=["given_back_at", "rank"])
    note_helper("training-seat-given-back", row.helper, actor, request_id, at, training=row.session_id)


@transaction.atomic
def note_attendance(*, seat_id: int, came: bool, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Note whether somebody came: whoever did is trained. It may be corrected until the test is passed. Locks: the seat, the helper.

    Raises: NotAllowed, PersonNeeded, SeatUnknown, TrainingOver, TrainingNotBegun.
    """
    check_may(actor, PLAN)
    row = TrainingSeat.objects.select_for_update(of=("self",)).select_related("session").filter(id=seat_id, given_back_at=None).first()
    if row is None or not access.operates(actor, row.programme_id):
        raise SeatUnknown
    check_begun(starts_at=row.session.starts_at, is_cancelled=row.session.cancelled_at is not None, at=at)
    helper = access.helper_file(actor, row.helper_id, lock=True)
    if row.came == came or helper.passed_at is not None:
        return
    row.came, row.noted_at, row.noted_by_id = came, at, person_of(actor, PLAN)
    row.save(update_fields=["came", "noted_at", "noted_by_id"])
    helper.trained_at = row.session.ends_at if came else None
    helper.save(update_fields=["trained_at"])
    note_helper("training-attended" if came else "training-missed", helper, actor, request_id, at, training=row.session_id)


@transaction.atomic
def note_test(*, helper_id: int, score: int, actor: Actor, request_id: UUID, at: datetime) -> bool:
    """Note the score of a test, out of a hundred; return whether it is passed. Whoever passed is invited at once. Lock: the helper.

    A failed test may be sat again; one that was passed is not noted anew.
    Raises:  NotAllowed, PersonNeeded, HelperUnknown, TestScoreInvalid, TestBeforeTraining.
    Repeat:  the same request_id returns the first answer.
    """
    check_may(actor, PLAN)
    helper = access.helper_file(actor, helper_id, lock=True)
    repeated = HelperTest.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.passed
    passed = test_passed(score, trained=helper.trained_at is not None)
    if helper.passed_at is not None:
        return True
    HelperTest.objects.create(
        helper=helper, organisation_id=helper.organisation_id, programme_id=helper.programme_id, score=score, passed=passed, noted_at=at,
        noted_by_id=person_of(actor, PLAN), request_id=request_id,
    )  # fmt: skip
    note_helper("test-noted", helper, actor, request_id, at, passed=passed)
    if passed:
        helper.passed_at = at
        helper.save(update_fields=["passed_at"])
        for each in (helper, *_in_other_structures(helper)):
            invite_if_ready(each, request_id, at)
    return passed


def _in_other_structures(helper: HelperFile) -> list[HelperFile]:
    """The same person in other structures of the programme: trained and tested once, they are so in all."""
    rows = HelperFile.objects.select_for_update(of=("self",)).filter(programme_id=helper.programme_id, email_mark=helper.email_mark)
    found = list(rows.filter(passed_at=None, deactivated_at=None).exclude(id=helper.id).order_by("id"))
    for row in found:
        row.trained_at, row.passed_at = helper.trained_at, helper.passed_at
        row.save(update_fields=["trained_at", "passed_at"])
    return found


def _ranks(session_id: int) -> list[int]:
    with acting_as_everything(why="the seats of a training are taken by every structure of its programme"):
        rows = TrainingSeat.objects.filter(session_id=session_id, given_back_at=None).order_by("rank")
        return [rank for rank in rows.values_list("rank", flat=True) if rank is not None]


def _seat(session: TrainingSession, helper: HelperFile, rank: int, actor: Actor, request_id: UUID, at: datetime) -> TrainingSeat:
    try:
        with transaction.atomic():
            return TrainingSeat.objects.create(
                session=session, session_seats=session.seats, rank=rank, helper=helper, organisation_id=helper.organisation_id,
                programme_id=session.programme_id, taken_at=at, taken_by_id=actor.person_id or 0, request_id=request_id,
            )  # fmt: skip
    except IntegrityError as error:
        if "trainingseat_one_each" in str(error) or "never_too_many" in str(error):
            raise TrainingFull(seats=session.seats) from None
        if "trainingseat_once" in str(error):
            raise SeatAlreadyTaken from None
        raise


def _draw_closer(row: TrainingSession, seats: int) -> None:
    """Before seats are taken off, whoever sits beyond them moves to a free one."""
    held = _ranks(row.id)
    for rank in [each for each in held if each > seats]:
        try:
            free = seat_of([each for each in held if each != rank], seats=seats)
        except TrainingFull:
            raise TrainingSeatsTaken(taken=len(held)) from None
        TrainingSeat.objects.filter(session_id=row.id, rank=rank).update(rank=free)
        held[held.index(rank)] = free


def tell(kind: str, row: TrainingSession, at: datetime) -> None:
    """Write to whoever has a seat. Call it seeing the programme."""
    for seat in TrainingSeat.objects.filter(session_id=row.id, given_back_at=None).select_related("helper").order_by("rank"):
        said = helper_said(seat.helper)
        if said.email:
            notices.post(kind=kind, to_email=said.email, context=_context(row), at=at)


def _context(row: TrainingSession) -> dict[str, str]:
    return {"title": row.title, "place": row.place, "starts_at": row.starts_at.isoformat()}
