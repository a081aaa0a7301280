"""Holding a voucher for a booked lesson, then taking it or giving it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.redemption import access, queries
from carnet.redemption.operations._redeeming import Answer, Asked, Item, Prepared, answer_prepared, note_attempts, refusal_of
from carnet.redemption.queries import Redeemed, Reservation
from carnet.redemption.rules import (
    BATCH_SIZE_MAX,
    GUESSES_MAX,
    RESERVATION_DAYS_MAX,
    BatchTooLarge,
    PlaceNotAccepted,
    ReservationEnded,
    ReservationTooLate,
    ReservationUnknown,
    TooManyAttempts,
    check_attended,
    check_until,
    parse_reservation_number,
)


def reserve(
    *,
    code: str,
    service: str,
    until: datetime,
    place_id: int | None = None,
    actor: Actor,
    channel: str,
    request_id: UUID,
    at: datetime,
) -> Reservation:
    """Hold a voucher for this place until `until` (aware), for a lesson it has booked. Its code is in hand.

    Another place is refused meanwhile; this one may spend it, by its code or by the reservation. Reserving again replaces.
    Repeat: the same request id gives the first answer again.
    Raises, once the try is kept: those of ``redeem``, ReservationInPast, ReservationTooLate.
    """
    answer = reserve_quietly(
        code=code, service=service, until=until, place_id=place_id, actor=actor, channel=channel, request_id=request_id, at=at
    )
    if isinstance(answer, Refusal):
        raise answer
    return answer


@transaction.atomic
def reserve_quietly(
    *, code: str, service: str, until: datetime, place_id: int | None = None, actor: Actor, channel: str, request_id: UUID, at: datetime
) -> Reservation | Refusal:
    """As ``reserve``, giving the refusal instead of raising it, so that its note is committed by a door that has a transaction open."""
    asked = Asked(Item(code=code, service=service, place_id=place_id), actor, channel, request_id)
    try:
        check_until(until, at=at)
        at_place = access.place_of(actor, place_id=place_id, at=at)
        found = access.candidates(code, place_id=at_place, at=at)
    except CodeMistyped as refusal:
        return note_attempts([asked], CodeMistyped.code, at)[0] or refusal
    except Refusal as refusal:
        return refusal
    if access.accepts_nothing(at_place, at=at):
        return PlaceNotAccepted(place_id=at_place)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, reservation_id, accepted_until, reserved_until, redeemed_at, redeemed_place_id, dimension"
            " FROM reserve_voucher(%s, %s, %s, %s::bytea[], %s::bigint[], %s, %s, %s, %s, %s, %s, %s, %s, %s) /* series_id */",
            [
                actor.organisation_id,
                at_place,
                service,
                [candidate.code_hash for candidate in found],
                [candidate.series_id for candidate in found],
                until,
                request_id,
                actor.person_id,
                actor.token_id,
                actor.instrument,
                channel,
                GUESSES_MAX,
                at,
                legal_day(at),
            ],
        )
        outcome, reservation_id, accepted_until, reserved_until, redeemed_at, redeemed_place_id, dimension = cursor.fetchone()
    if outcome in ("reserved", "repeated"):
        return queries.reservation(organisation_id=actor.organisation_id or 0, reservation_id=reservation_id, at=at)
    if outcome == ReservationTooLate.code:
        return ReservationTooLate(until=until, until_max=accepted_until, days_max=RESERVATION_DAYS_MAX)
    if outcome == TooManyAttempts.code:
        return TooManyAttempts(dimension=dimension)
    more = {"reserved_until": reserved_until.isoformat()} if reserved_until else None
    return refusal_of(outcome, accepted_until=accepted_until, redeemed_at=redeemed_at, redeemed_place_id=redeemed_place_id, more=more)


def capture(
    *, number: str, service: str | None = None, attended_on: date | None = None, actor: Actor, channel: str, request_id: UUID, at: datetime
) -> Redeemed:
    """Spend the voucher a reservation holds, at the place that reserved it, without typing its code again.

    `service` defaults to the one reserved for. Repeat: the same request id gives the first answer again.
    Raises: ReservationUnknown, ReservationEnded, and those of ``redeem``.
    """
    taken = Captured(number, service, attended_on)
    (answer,) = capture_many(captures=[taken], together=False, actor=actor, channel=channel, request_id=request_id, at=at)
    if isinstance(answer, Refusal):
        raise answer
    return answer


@dataclass(frozen=True, slots=True)
class Captured:
    """One reservation to turn into a redemption. `key`: the caller's idempotency key, if it has one."""

    number: str
    service: str | None = None
    attended_on: date | None = None
    key: str | None = None


@transaction.atomic
def capture_many(
    *, captures: Sequence[Captured], together: bool, actor: Actor, channel: str, request_id: UUID, at: datetime
) -> list[Answer]:
    """Spend what several reservations hold, each with its own answer; all of them or none if `together`.

    They end in ``redeem_many`` like every voucher: same rules, same refusals. Raises: BatchTooLarge.
    """
    if len(captures) > BATCH_SIZE_MAX:
        raise BatchTooLarge(items=len(captures), items_max=BATCH_SIZE_MAX)
    answers: list[Answer | None] = [None] * len(captures)
    ids = [_read(each.number, answers, rank) for rank, each in enumerate(captures)]
    held = queries.reserved(
        organisation_id=actor.organisation_id or 0, place_id=actor.place_id, reservation_ids=[each for each in ids if each], at=at
    )
    asked: list[Asked] = []
    prepared: list[Prepared | None] = []
    for rank, (each, reservation_id) in enumerate(zip(captures, ids, strict=True)):
        found = held.get(reservation_id) if reservation_id else None
        # What is asked, in words of its own: a repetition must ask the same. No code is in it.
        item = Item(f"reservation {each.number}", each.service or (found.service if found else ""), None, each.attended_on, key=each.key)
        asked.append(Asked(item, actor, channel, request_id))
        prepared.append(None)
        if answers[rank] is not None:
            continue
        try:
            attended_on = check_attended(each.attended_on, today=legal_day(at))
            if found is None:
                raise ReservationUnknown(number=each.number)
            if found.candidate is None:
                raise ReservationEnded(state=found.state, until=found.until)
        except Refusal as refusal:
            answers[rank] = refusal
            continue
        key = each.key or (f"request:{request_id}" if len(captures) == 1 else f"request:{request_id}:{each.number}")
        prepared[rank] = Prepared(found.place_id, attended_on, key, [found.candidate])
    return answer_prepared(asked, prepared, answers, at=at, together=together)


def _read(number: str, answers: list[Answer | None], rank: int) -> int | None:
    try:
        return parse_reservation_number(number)
    except ReservationUnknown as refusal:
        answers[rank] = refusal
        return None


@transaction.atomic
def release(*, number: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a reserved voucher back before its time: any place may take it again.

    Repeat: the same request releases once. Raises: ReservationUnknown, ReservationEnded.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, until FROM release_reservation(%s, %s, %s, %s, %s, %s, %s) /* series_id */",
            [
                actor.organisation_id or 0,
                actor.place_id,
                parse_reservation_number(number),
                actor.person_id,
                actor.token_id,
                request_id,
                at,
            ],
        )
        outcome, until = cursor.fetchone()
    if outcome == ReservationUnknown.code:
        raise ReservationUnknown(number=number)
    if outcome not in ("given-back", "repeated"):
        raise ReservationEnded(state=outcome, until=until)
