"""Holding a voucher for a booked lesson, taking it, giving it back; and disputing a redemption once its window has closed."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Header, Query, Router, Schema
from pydantic import Field

from carnet.api.problems import as_response, json_reply, refused
from carnet.api.v1 import redeeming
from carnet.api.v1.cursors import next_page, read_cursor, write_cursor
from carnet.api.v1.description import KEY
from carnet.api.v1.lists import Headers, Moment, PageQuery
from carnet.api.v1.schemas import Body, Code, Day, Number, Problem, ProgrammeOut, RedemptionOut, Text
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import check_may
from carnet.redemption import operations as redemption
from carnet.redemption import queries
from carnet.redemption.operations import Captured
from carnet.redemption.queries import Reservation
from carnet.web import clock

CREATED = 201
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}
MOVES_VALUE: Any = Header(None, alias="Idempotency-Key", description=KEY)
reservations = Router(tags=["reservations"])
disputes = Router(tags=["redemptions"])


class ReservationIn(Body):
    """A voucher to hold for a booked lesson."""

    code: Code
    service: Text = Field(max_length=60, description=_("Un code du catalogue des services."))
    until: Moment = Field(description=_("Jusqu’à quand, exclu : au plus 30 jours, jamais après la fin du chèque."))
    place: Number | None = Field(None, description=_("Le lieu, quand l’organisation en tient plusieurs."))


class CaptureIn(Body):
    """The lesson was given."""

    service: Text | None = Field(None, max_length=60, description=_("Le service rendu ; celui de la réservation s’il n’est pas dit."))
    attended_on: Day | None = Field(None, description=_("Le jour de la séance ; aujourd’hui s’il n’est pas dit."))


class ReservationOut(Schema):
    """A voucher held, or once held."""

    id: str
    state: str = Field(description=_("held, captured, undone, released, replaced, expired ou ended."))
    voucher_serial: str
    programme: ProgrammeOut
    place: int
    service: str
    value_cents: int
    reserved_at: datetime
    until: datetime
    accepted_until: datetime
    ended_at: datetime | None


class ReservationsQuery(PageQuery):
    """The filters of one's reservations. `since` and `until` are about the end of each."""

    place: Number | None = Field(None, description=_("Un de ses lieux."))
    state: Literal["held"] | None = Field(None, description=_("held : seulement ce qui est encore tenu."))


class ReservationsOut(Schema):
    """One page of reservations, the soonest to end first."""

    reservations: list[ReservationOut]
    next: str | None = Field(description=_("L’adresse de la page suivante, aussi dans l’en-tête Link ; null à la fin."))


class ReleaseIn(Body):
    """Nothing to say."""


class ReleaseOut(Schema):
    """A voucher given back."""

    id: str
    released_at: datetime


class DisputeIn(Body):
    """Why a redemption was a mistake."""

    reason: Text = Field(description=_("Quelques mots pour l’opérateur, au plus 200 caractères, sans nom de personne."))


class DisputeOut(Schema):
    """A dispute opened: the operator decides."""

    id: str
    redemption: str
    opened_at: datetime


class _NotHeld(Exception):
    """The voucher could not be held: nothing of the request is kept but the trace of the try."""


@reservations.post("", operation_id="reserve", response={201: ReservationOut, **PROBLEMS})
def reserve(request: HttpRequest, body: ReservationIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.reserve")
    key, at = redeeming.key_of(idempotency_key), clock.now()

    def hold() -> Reservation | Refusal:
        return redemption.reserve_quietly(
            code=body.code,
            service=body.service,
            until=body.until,
            place_id=body.place,
            actor=actor,
            channel="API",
            request_id=redeeming.request_id_of(actor, f"reserve {key}"),
            at=at,
        )

    def compute() -> tuple[int, dict[str, Any]]:
        held = hold()
        if isinstance(held, Refusal):
            raise _NotHeld
        return CREATED, {"id": held.number}

    # The code is kept under its key as a digest only, as every body is.
    asked = {"reserve": [body.code, body.service, body.until.isoformat(), body.place]}
    with acting_as(actor):
        try:
            answered = journal.answer_once(organisation_id=actor.organisation_id, key=key, body=asked, at=at, compute=compute)
        except _NotHeld:
            # What was asked under the key went back whole, its trace too: asked again, so that a guess is counted.
            held = hold()
            if isinstance(held, Refusal):
                return as_response(refused(held))
            return as_response(json_reply(_document(held), status=CREATED))
        found = _own(answered.body["id"], actor, at)
    headers = (redeeming.REPLAYED,) if answered.repeated else ()
    return as_response(json_reply(_document(found), status=answered.status, headers=headers))


@reservations.get("", operation_id="reservations", response={200: ReservationsOut, **PROBLEMS})
def own_reservations(request: HttpRequest, filters: ReservationsQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    actor = request.auth  # type: ignore[attr-defined]
    of_list: dict[str, Any] = {"path": request.path, "query": request.GET}
    with acting_as(actor):
        page = queries.reservation_page(
            actor=actor,
            since=filters.since,
            until=filters.until,
            place_id=filters.place,
            held_only=filters.state is not None,
            after=_stop(filters.cursor, actor, of_list),
            limit=filters.limit,
            at=clock.now(),
        )
        found = [_document(each) for each in page.lines]
    address: str | None = None
    headers: Headers = ()
    if page.after is not None:
        ends_at, *place = page.after
        address, headers = next_page(write_cursor([ends_at.isoformat(), *place], actor=actor, **of_list), **of_list)
    return as_response(json_reply({"reservations": found, "next": address}, headers=headers))


def _stop(cursor: str | None, actor: Actor, of_list: dict[str, Any]) -> tuple[datetime, int, int] | None:
    if cursor is None:
        return None
    ends_at, last_id, passed = read_cursor(cursor, actor=actor, **of_list)
    return datetime.fromisoformat(ends_at), last_id, passed


@reservations.get("/{number}", operation_id="reservation", response={200: ReservationOut, **PROBLEMS})
def one_reservation(request: HttpRequest, number: str) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.reserve")
    with acting_as(actor):
        return as_response(json_reply(_document(_own(number, actor, clock.now()))))


@reservations.post("/{number}/capture", operation_id="capture", response={201: RedemptionOut, **PROBLEMS})
def capture(request: HttpRequest, number: str, body: CaptureIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.redeem")
    key = redeeming.key_of(idempotency_key)
    taken = Captured(number, body.service, body.attended_on, key=key)
    with acting_as(actor):
        (answer,) = redemption.capture_many(
            captures=[taken],
            together=False,
            actor=actor,
            channel="API",
            request_id=redeeming.request_id_of(actor, key),
            at=clock.now(),
        )
    return as_response(redeeming.redemption_reply(answer))


@reservations.post("/{number}/release", operation_id="release", response={200: ReleaseOut, **PROBLEMS})
def release(request: HttpRequest, number: str, body: ReleaseIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.reserve")
    key, at = redeeming.key_of(idempotency_key), clock.now()

    def give_back() -> tuple[int, dict[str, Any]]:
        redemption.release(number=number, actor=actor, request_id=redeeming.request_id_of(actor, key), at=at)
        return 200, {"id": number, "released_at": at.isoformat()}

    with acting_as(actor):
        answered = journal.answer_once(organisation_id=actor.organisation_id, key=key, body={"release": number}, at=at, compute=give_back)
    headers = (redeeming.REPLAYED,) if answered.repeated else ()
    return as_response(json_reply(answered.body, status=answered.status, headers=headers))


@disputes.post("/{number}/dispute", operation_id="dispute", response={201: DisputeOut, **PROBLEMS})
def dispute(request: HttpRequest, number: str, body: DisputeIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.dispute")
    key, at = redeeming.key_of(idempotency_key), clock.now()

    def open_it() -> tuple[int, dict[str, Any]]:
        opened = redemption.open_dispute(
            number=number, reason=body.reason, actor=actor, request_id=redeeming.request_id_of(actor, key), at=at
        )
        return CREATED, {"id": opened, "redemption": number, "opened_at": at.isoformat()}

    with acting_as(actor):
        answered = journal.answer_once(
            organisation_id=actor.organisation_id, key=key, body={"dispute": number, **body.model_dump()}, at=at, compute=open_it
        )
    headers = (redeeming.REPLAYED,) if answered.repeated else ()
    return as_response(json_reply(answered.body, status=answered.status, headers=headers))


def _own(number: str, actor: Actor, at: datetime) -> Reservation:
    return queries.reservation_of(organisation_id=actor.organisation_id or 0, number=number, place_id=actor.place_id, at=at)


def _document(held: Reservation) -> dict[str, Any]:
    return {
        "id": held.number,
        "state": held.state,
        "voucher_serial": held.voucher_serial,
        "programme": {"id": held.programme_id, "name": funding.programme(held.programme_id).name},
        "place": held.place_id,
        "service": held.service,
        "value_cents": held.value_cents,
        "reserved_at": held.reserved_at,
        "until": held.until,
        "accepted_until": held.accepted_until,
        "ended_at": held.ended_at,
    }
