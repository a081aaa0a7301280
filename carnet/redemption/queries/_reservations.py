"""A place's own reservations. It was handed each of those vouchers by code, so it may list them; nobody else's are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.redemption.access import Candidate
from carnet.redemption.queries._pages import PAGE_MAX
from carnet.redemption.queries._redemptions import serial_of
from carnet.redemption.rules import RESERVATIONS_MAX, ReservationState, ReservationUnknown, parse_reservation_number, reservation_number


@dataclass(frozen=True, slots=True)
class Reservation:
    """A voucher held, or once held, by one of the organisation's places. `until` is exclusive."""

    number: str
    state: ReservationState
    voucher_serial: str
    programme_id: int
    place_id: int
    service: str
    value_cents: int
    reserved_at: datetime
    until: datetime
    ended_at: datetime | None
    accepted_until: datetime

    @property
    def is_held(self) -> bool:
        """Whether it still holds its voucher."""
        return self.state == "held"


_COLUMNS = "id, state, series_id, voucher_id, generation, programme_id, place_id, service_code, value_cents, reserved_at, until, ended_at, accepted_until"


def reservations_of(
    *,
    organisation_id: int,
    place_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = RESERVATIONS_MAX,
    at: datetime,
) -> list[Reservation]:
    """An organisation's own reservations that end from `since` (inclusive) to `until` (exclusive), the soonest first, whatever their state."""
    return _read([organisation_id, place_id, None, since, until, limit, at])


# Where a page stops: the end of its last reservation, its id, and how many with that very end were read so far.
Stop = tuple[datetime, int, int]


@dataclass(frozen=True, slots=True)
class ReservationPage:
    """Some reservations, the soonest to end first; `after` is where the next page begins, None at the end."""

    lines: tuple[Reservation, ...]
    after: Stop | None


def reservation_page(
    *,
    actor: Actor,
    since: datetime | None = None,
    until: datetime | None = None,
    place_id: int | None = None,
    held_only: bool = False,
    after: Stop | None = None,
    limit: int = 50,
    at: datetime,
) -> ReservationPage:
    """The actor's own reservations that end between two instants (the second excluded), the soonest first, at most 200 a page.

    A token of one place reads that place's only, whatever place is asked. Raises: NotAllowed.
    """
    check_may(actor, "redemption.reserve")
    assert 0 < limit <= PAGE_MAX, "a page has a size"
    if actor.place_id is not None and place_id not in (None, actor.place_id):
        return ReservationPage((), None)
    lines: list[Reservation] = []
    if held_only:  # what has ended holds nothing
        since = max(since, at) if since is not None else at
    while True:
        # Many end at the same instant (the evening of a day): those read before are asked again, and passed over.
        begun, asked = after, limit + 1 + (after[2] if after is not None else 0)
        rows = _rows([actor.organisation_id or 0, actor.place_id or place_id, None, begun[0] if begun else since, until, asked, at])
        for row in rows:
            ends_at, number = row[10], row[0]
            if begun is not None and (ends_at, number) <= begun[:2]:
                continue
            if len(lines) == limit:
                return ReservationPage(tuple(lines), after)
            after = (ends_at, number, 1 if after is None or ends_at != after[0] else after[2] + 1)
            if not held_only or row[1] == "held":
                lines.append(_told(row))
        if len(rows) < asked:
            return ReservationPage(tuple(lines), None)


def reservation_of(*, organisation_id: int, number: str, place_id: int | None = None, at: datetime) -> Reservation:
    """One of an organisation's own reservations by its number. Raises: ReservationUnknown."""
    return reservation(organisation_id=organisation_id, reservation_id=parse_reservation_number(number), place_id=place_id, at=at)


def reservation(*, organisation_id: int, reservation_id: int, place_id: int | None = None, at: datetime) -> Reservation:
    """One of an organisation's own reservations. Raises: ReservationUnknown."""
    found = _read([organisation_id, place_id, [reservation_id], None, None, 1, at])
    if not found:
        raise ReservationUnknown(number=reservation_number(reservation_id))
    return found[0]


def _read(values: list[Any]) -> list[Reservation]:
    return [_told(row) for row in _rows(values)]


def _told(row: tuple[Any, ...]) -> Reservation:
    return Reservation(reservation_number(row[0]), row[1], serial_of(row[2], row[3]), *row[5:])


def _rows(values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM redemption_reservations(%s, %s, %s::bigint[], %s, %s, %s, %s) /* series_id: found by the function */",
            values,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a reservation holds. `candidate` finds its voucher, and is None once it holds nothing."""

    state: ReservationState
    place_id: int
    service: str
    until: datetime
    candidate: Candidate | None


def reserved(*, organisation_id: int, place_id: int | None, reservation_ids: Sequence[int], at: datetime) -> dict[int, Reserved]:
    """What reservations hold, by their id, their vouchers locked in one order until the transaction ends. Others' are not in it."""
    if not reservation_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state, place_id, service_code, until, code_hash, series_id FROM redemption_reserved(%s, %s, %s::bigint[], %s)",
            [organisation_id, place_id, sorted(set(reservation_ids)), at],
        )
        rows = cursor.fetchall()
    return {
        reservation_id: Reserved(state, at_place, service, until, Candidate(bytes(code_hash), series_id) if code_hash is not None else None)
        for reservation_id, state, at_place, service, until, code_hash, series_id in rows
    }
