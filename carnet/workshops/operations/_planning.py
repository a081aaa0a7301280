"""A workshop planned, one of its sessions or all the later ones changed or cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.places import queries as places
from carnet.places.access import managed_place_locked
from carnet.places.rules import PlaceNotYours
from carnet.places.rules.opening import zone_of
from carnet.workshops import access
from carnet.workshops.models import Booking, Session, Workshop
from carnet.workshops.operations._contacts import tell
from carnet.workshops.operations._seats import move_up, numbers_by_desk, told
from carnet.workshops.rules import (
    BookingState,
    Details,
    EndedBy,
    News,
    Plan,
    Rhythm,
    TitleMissing,
    VouchersNotTakenHere,
    check_horizon,
    check_seats,
    check_standing,
    check_to_come,
    checked_details,
    days_of,
    moments_of,
)

REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """A workshop planned, with its sessions in order."""

    workshop_id: int
    session_ids: tuple[int, ...]


@transaction.atomic
def plan_workshop(*, place_id: int, plan: Plan, details: Details, actor: Actor, request_id: UUID, at: datetime) -> Planned:
    """Give a workshop at one of the actor's places, once or again and again. Lock: the place.

    Repeat: the same request_id gives the first sessions again.
    Raises: NotAllowed, PlaceUnknown, PlaceNotYours, RhythmEmpty, RhythmTooLong, HoursImpossible, SessionInThePast,
    VouchersNotTakenHere, and as `checked_details`.
    """
    access.check_may_manage(actor)
    place = managed_place_locked(actor, place_id)
    if place.operator_id is None:
        raise PlaceNotYours(place_id=place.id, name=place.name)
    repeated = Workshop.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return Planned(repeated.id, tuple(repeated.sessions.order_by("starts_at").values_list("id", flat=True)))
    said = checked_details(details)
    until_on = plan.first_on if plan.rhythm is Rhythm.ONCE or plan.until_on is None else plan.until_on
    check_horizon(max(plan.first_on, until_on), today=legal_day(at))
    days = days_of(plan.rhythm, first_on=plan.first_on, until_on=until_on, except_on=plan.except_on, skips_holidays=plan.skips_holidays)
    moments = [moments_of(day, begins=plan.begins, minutes=plan.minutes, zone=zone_of(place.postcode)) for day in days]
    check_to_come(moments[0][0], at=at)
    _check_vouchers_taken(place_id, said, days[0])
    workshop = Workshop.objects.create(
        place_id=place.id,
        rhythm=plan.rhythm.value,
        first_on=plan.first_on,
        until_on=max(plan.first_on, until_on),
        except_on=sorted(set(plan.except_on)),
        skips_holidays=plan.skips_holidays,
        planned_at=at,
        request_id=request_id,
    )
    made = Session.objects.bulk_create(
        Session(
            workshop=workshop, place_id=place.id, organisation_id=place.operator_id, starts_at=starts, ends_at=ends, changed_at=at,
            **_columns(said),
        )
        for starts, ends in moments
    )  # fmt: skip
    journal.record(
        actor=actor,
        action="workshops.planned",
        subject=("workshop", workshop.id),
        facts={"sessions": len(made), "rhythm": plan.rhythm.value, "service": said.service, "first_on": days[0], "last_on": days[-1]},
        organisation_id=place.operator_id,
        request_id=request_id,
        at=at,
    )
    return Planned(workshop.id, tuple(each.id for each in made))


def _columns(details: Details) -> dict[str, object]:
    return {
        "service": details.service,
        "title": details.title,
        "note": details.note,
        "seats": details.seats,
        "waiting_seats": details.waiting_seats,
        "voucher_count": details.voucher_count,
        "taught_by": details.taught_by.value,
        "needs": list(details.needs),
        "languages": list(details.languages),
        "is_online": details.is_online,
    }


def _check_vouchers_taken(place_id: int, details: Details, day: date) -> None:
    """A session that asks for vouchers is given where one pays for it. Raises: VouchersNotTakenHere."""
    if details.voucher_count == 0:
        return
    for each in places.acceptances_of(place_id):
        holds = each.from_on <= day and (each.until_on is None or day < each.until_on)
        if holds and details.service in each.service_codes:
            return
    raise VouchersNotTakenHere(service=details.service, on=day)


@transaction.atomic
def change_session(
    *,
    session_id: int,
    details: Details,
    day: date | None = None,
    begins: time,
    minutes: int,
    and_later: bool = False,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Change a session, or it and the later ones of its workshop; return how many changed. Locks: the sessions, in order.

    `day` moves that one session; the later ones keep their days and take the new hours. Seats gained go to those who wait.
    The desks that booked are told when the moment or the number of vouchers changes. Asking the same again changes nothing.
    Raises: NotAllowed, WorkshopSessionUnknown, SessionCancelled, SessionInThePast, SeatsBelowBooked, HoursImpossible,
    RhythmTooLong, VouchersNotTakenHere, and as `checked_details`.
    """
    access.check_may_manage(actor)
    said = checked_details(details)
    rows = _rows_locked(actor, session_id, and_later=and_later, at=at)
    changed = 0
    for row in rows:
        on = day if day is not None and row.id == session_id else None
        changed += _change(row, said, on, begins, minutes, at=at)
    if changed:
        _journal("workshops.session-changed", rows[0], {"sessions": changed}, actor=actor, request_id=request_id, at=at)
    return changed


def _rows_locked(actor: Actor, session_id: int, *, and_later: bool, at: datetime) -> Sequence[Session]:
    first = access.own_session(actor, session_id, lock=True)
    check_standing(cancelled_at=first.cancelled_at)
    check_to_come(first.starts_at, at=at)
    if not and_later:
        return [first]
    later = Session.objects.select_for_update(of=("self",)).filter(
        workshop_id=first.workshop_id, starts_at__gt=first.starts_at, cancelled_at=None
    )
    return [first, *later.order_by("starts_at", "id")]


def _change(row: Session, said: Details, on: date | None, begins: time, minutes: int, *, at: datetime) -> bool:
    zone = zone_of(places.summaries([row.place_id], at=at)[0].postcode)
    day = on or row.starts_at.astimezone(zone).date()
    starts, ends = moments_of(day, begins=begins, minutes=minutes, zone=zone)
    wanted = _columns(said) | {"starts_at": starts, "ends_at": ends}
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return False
    check_to_come(starts, at=at)
    check_horizon(day, today=legal_day(at))
    _check_vouchers_taken(row.place_id, said, day)
    check_seats(seats=said.seats, waiting_seats=said.waiting_seats, booked=row.booked_count, waiting=row.waiting_count)
    is_told = (row.starts_at, row.ends_at, row.voucher_count) != (starts, ends, said.voucher_count)
    kept_waiting = row.waiting_seats
    for name, value in wanted.items():
        setattr(row, name, value)
    row.revision, row.changed_at = row.revision + 1, at
    with access.at_the_place(row):
        # Those who gain a seat leave the waiting list before it shrinks.
        row.waiting_seats = max(kept_waiting, said.waiting_seats)
        row.save()
        move_up(row, at=at)
        row.waiting_seats = said.waiting_seats
        row.save(update_fields=["waiting_seats"])
        if is_told:
            _tell_of_change(row, at=at)
    return True


def _tell_of_change(row: Session, *, at: datetime) -> None:
    for desk_id, numbers in numbers_by_desk(row).items():
        notices.post(
            kind="workshops.session-changed",
            to_organisation_id=desk_id,
            context=told(row) | {"numbers": ", ".join(numbers), "vouchers": row.voucher_count},
            at=at,
        )
    tell(row, _standing_ids(row), News.CHANGED, told(row), at=at)


def _standing_ids(row: Session) -> list[int]:
    return list(Booking.objects.filter(session=row).exclude(state=BookingState.ENDED).order_by("id").values_list("id", flat=True))


@transaction.atomic
def cancel_session(*, session_id: int, reason: str, and_later: bool = False, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Cancel a session, or it and the later ones, and tell every desk that booked and whoever left a telephone; return how many
    were cancelled. The page of each booking says it to whoever has its number. Cancelling again changes nothing.
    Raises: NotAllowed, WorkshopSessionUnknown, SessionInThePast, TitleMissing (no reason), NirInText, IbanInText.
    """
    access.check_may_manage(actor)
    because = check_free_text(reason.strip())
    if not 0 < len(because) <= REASON_MAX:
        raise TitleMissing(length_max=REASON_MAX)
    first = access.own_session(actor, session_id, lock=True)
    if first.cancelled_at is not None and not and_later:
        return 0
    if first.cancelled_at is None:
        rows = _rows_locked(actor, session_id, and_later=and_later, at=at)
    else:
        rows = list(
            Session.objects.select_for_update(of=("self",))
            .filter(workshop_id=first.workshop_id, starts_at__gt=max(first.starts_at, at), cancelled_at=None)
            .order_by("starts_at", "id")
        )
    for row in rows:
        _cancel(row, because, at=at)
    if rows:
        _journal("workshops.session-cancelled", rows[0], {"sessions": len(rows)}, actor=actor, request_id=request_id, at=at)
    return len(rows)


def _cancel(row: Session, because: str, *, at: datetime) -> None:
    with access.at_the_place(row):
        for desk_id, numbers in numbers_by_desk(row).items():
            notices.post(
                kind="workshops.session-cancelled",
                to_organisation_id=desk_id,
                context=told(row) | {"numbers": ", ".join(numbers), "because": because},
                at=at,
            )
        tell(row, _standing_ids(row), News.CANCELLED, told(row) | {"because": because}, at=at)
        Booking.objects.filter(session=row).exclude(state=BookingState.ENDED).update(
            state=BookingState.ENDED.value, came=None, passed_on_at=None, ended_at=at, ended_by=EndedBy.SESSION.value
        )
    row.booked_count = row.waiting_count = 0
    row.cancelled_at, row.cancelled_because = at, because
    row.revision, row.changed_at = row.revision + 1, at
    row.save()


def _journal(action: str, row: Session, facts: dict[str, object], *, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor, action=action, subject=("session", row.id), facts=facts, organisation_id=row.organisation_id,
        request_id=request_id, at=at,
    )  # fmt: skip
