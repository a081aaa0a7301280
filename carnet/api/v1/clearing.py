"""Vouchers of another operator: a place's claims; and the messages that operators' installations exchange."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Header, Router, Schema
from pydantic import Field

from carnet.api.problems import JSON, Reply, as_response, json_reply, refused
from carnet.api.refusals import MethodNotAllowed
from carnet.api.v1 import redeeming
from carnet.api.v1.bodies import CLEARING_BYTES_MAX, check_content_type
from carnet.api.v1.description import KEY
from carnet.api.v1.schemas import Body, Code, Day, Number, Problem, Text
from carnet.continuity.operations import clearing as operations
from carnet.continuity.queries import clearing as queries
from carnet.continuity.queries.clearing import ClaimView
from carnet.continuity.rules.clearing.refusals import ClaimUnknown
from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.web import clock

MESSAGES_MAX = 200
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}
MOVES_VALUE: Any = Header(None, alias="Idempotency-Key", description=KEY)
claims = Router(tags=["clearing"])


class ClaimIn(Body):
    """A voucher that another operator issued, for one service given."""

    code: Code
    service: Text = Field(max_length=60, description=_("Un code du catalogue des services."))
    issuer: Text | None = Field(
        None, max_length=20, description=_("Le SIRET de l’opérateur écrit sur le chèque ; inutile avec un QR code.")
    )
    place: Number | None = Field(None, description=_("Le lieu, quand l’organisation en tient plusieurs."))
    attended_on: Day | None = Field(None, description=_("Le jour de la séance ; aujourd’hui s’il n’est pas dit."))


class WithdrawalIn(Body):
    """Why a claim is withdrawn."""

    reason: Text = Field(max_length=200)


class ClaimOut(Schema):
    """A claim. `refusal`: the code of why the issuer refused it, as a redemption would be."""

    id: str
    state: str = Field(description=_("pending, accepted, refused, withdrawing ou withdrawn."))
    operator: str
    place: int
    service: str
    attended_on: date
    voucher_serial: str | None
    value_cents: int | None
    asked_at: datetime
    payable_on: date | None
    paid_on: date | None
    refusal: str | None


@claims.post("/claims", operation_id="claim_voucher", response={201: ClaimOut, **PROBLEMS})
def claim_voucher(request: HttpRequest, body: ClaimIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "continuity.clear")
    key, at = redeeming.key_of(idempotency_key), clock.now()

    def compute() -> tuple[int, dict[str, Any]]:
        made = operations.claim_voucher(
            code=body.code, issuer=body.issuer, service=body.service, place_id=body.place, attended_on=body.attended_on, actor=actor,
            request_id=redeeming.request_id_of(actor, f"claim {key}"), at=at,
        )  # fmt: skip
        return 201, {"id": str(made)}

    # The code is kept under its key as a digest only, as every body is.
    asked = {"claim": [body.code, body.issuer, body.service, body.place, str(body.attended_on)]}
    with acting_as(actor):
        answered = journal.answer_once(organisation_id=actor.organisation_id, key=key, body=asked, at=at, compute=compute)
    headers = (redeeming.REPLAYED,) if answered.repeated else ()
    return as_response(json_reply(_asked_now(answered.body["id"], actor), status=answered.status, headers=headers))


@claims.get("/claims/{number}", operation_id="claim", response={200: ClaimOut, **PROBLEMS})
def claim(request: HttpRequest, number: str) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "continuity.clear")
    with acting_as(actor):
        return as_response(json_reply(_document(_own(number, actor))))


@claims.post("/claims/{number}/withdrawal", operation_id="withdraw_claim", response={200: ClaimOut, **PROBLEMS})
def withdraw_claim(request: HttpRequest, number: str, body: WithdrawalIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "continuity.clear")
    key, at = redeeming.key_of(idempotency_key), clock.now()

    def compute() -> tuple[int, dict[str, Any]]:
        found = _own(number, actor)
        operations.withdraw_claim(
            claim_id=found.id, reason=body.reason, actor=actor, request_id=redeeming.request_id_of(actor, f"withdraw {key}"), at=at
        )
        return 200, {"id": str(found.id)}

    with acting_as(actor):
        answered = journal.answer_once(
            organisation_id=actor.organisation_id, key=key, body={"withdrawal": number, "reason": body.reason}, at=at, compute=compute
        )
    headers = (redeeming.REPLAYED,) if answered.repeated else ()
    return as_response(json_reply(_asked_now(answered.body["id"], actor), headers=headers))


def messages(request: HttpRequest) -> HttpResponse:
    """What another operator's installation sends. Its signature is its authentication: neither token nor session (docs/operating/clearing.md)."""
    if request.method != "POST":
        return as_response(refused(MethodNotAllowed(allowed=["POST"])))
    check_content_type(request.headers.get("Content-Type", ""))
    at = clock.now()
    received = operations.receive(content=request.body, at=at, bytes_max=CLEARING_BYTES_MAX, messages_max=MESSAGES_MAX)
    if received.refused and not received.kept and not received.repeated:
        return as_response(refused(received.refused[0][1]))
    return as_response(Reply(200, operations.as_parcel(received.answers, received, at=at), JSON))


def _asked_now(number: str, actor: Actor) -> dict[str, Any]:
    """The claim as it stands once its partner was asked, a few seconds at most: nothing is held meanwhile."""
    operations.exchange_about(claim_id=UUID(number), at=clock.now())
    with acting_as(actor):
        return _document(_own(number, actor))


def _own(number: str, actor: Actor) -> ClaimView:
    try:
        wanted = UUID(number)
    except ValueError:
        raise ClaimUnknown(claim=number[:40]) from None
    found = queries.own_claim(actor=actor, claim_id=wanted)
    # A token of one place knows of nothing else.
    if found.organisation_id != actor.organisation_id or actor.place_id not in (None, found.place_id):
        raise ClaimUnknown(claim=number[:40])
    return found


def _document(found: ClaimView) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "state": found.state.value.lower(),
        "operator": found.partner,
        "place": found.place_id,
        "service": found.service,
        "attended_on": found.attended_on,
        "voucher_serial": found.serial or None,
        "value_cents": found.cents,
        "asked_at": found.asked_at,
        "payable_on": found.payable_on,
        "paid_on": found.paid_on,
        "refusal": found.reason or None,
    }
