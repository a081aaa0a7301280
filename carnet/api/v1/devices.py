"""What devices that accept without network send when it is back: signed by the device itself, without a token or a session."""

import base64
import binascii
import uuid
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Header, Router, Schema
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from carnet.api.metrics import REDEMPTIONS
from carnet.api.problems import as_response, json_reply
from carnet.api.v1 import redeeming
from carnet.api.v1.schemas import Body, Problem
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.redemption import access, operations, queries
from carnet.redemption.operations import ItemAnswer
from carnet.redemption.rules import DeviceUnknown, SignedText, parse_moment
from carnet.web import clock
from carnet.web.design.advice import advice_for
from carnet.web.design.sentences import sentence_for

NUMBER_MOST = 2**63 - 1
router = Router()


def _moment(value: Any) -> datetime:
    try:
        return parse_moment(value)
    except ValueError:
        raise PydanticCustomError("moment_expected", "a moment is expected, with its time zone") from None


class UploadedItemIn(Body):
    """One acceptance: the very text the device signed, and its signature."""

    text: str = Field(max_length=4_000, description=_("Le texte que l’appareil a signé, tel quel."))
    signature: str = Field(max_length=200, description=_("Signature ECDSA P-256 de ce texte, en base64."))


class UploadIn(Body):
    """What a device accepted without network. Empty: it only asks for fresh facts."""

    device_now: Annotated[datetime, BeforeValidator(_moment)] = Field(description=_("L’heure de l’appareil au moment de l’envoi."))
    items: list[UploadedItemIn] = Field(description=_("Au plus 500."))


class ItemAnswerOut(Schema):
    """What became of one acceptance."""

    key: str | None
    counter: int | None
    state: str = Field(description=_("confirmed, refused, ou wait : à renvoyer plus tard."))
    repeated: bool
    code: str | None
    sentence: str | None
    advice: str | None
    redemption: str | None
    voucher_serial: str | None
    value_cents: int | None
    redeemed_at: datetime | None
    payable_on: date | None


class CapsOut(Schema):
    """How much the device may accept before it is back on the network."""

    count: int
    cents: int
    hours: int


class SignedFactsOut(Schema):
    """What the device holds of one programme, signed by the programme's first key."""

    programme: int
    text: str
    signature: str


class UploadOut(Schema):
    """The answers in the order of the items, then what the device needs to go on without network."""

    server_now: datetime
    revoked_at: datetime | None
    caps: CapsOut
    answers: list[ItemAnswerOut]
    facts: list[SignedFactsOut]


SIGNED: Any = Header(None, alias="Carnet-Signature", description="ECDSA P-256, SHA-256, base64, r then s.")


@router.post(
    "/{int:number}/uploads",
    operation_id="device_upload",
    auth=None,
    response={200: UploadOut, frozenset({400, 401, 404, 409, 413, 415, 422, 500, 503}): Problem},
    tags=["devices"],
    summary="Send what was accepted without network",
)
def upload(request: HttpRequest, number: int, body: UploadIn, carnet_signature: str | None = SIGNED) -> HttpResponse:
    if not 0 < number <= NUMBER_MOST:
        raise DeviceUnknown(device=number)
    at = clock.now()
    device = access.presented_device(device_id=number, message=request.body, signature=_decoded(carnet_signature or ""))
    actor = access.device_actor(device)
    items = [SignedText(each.text, _decoded(each.signature)) for each in body.items]
    with acting_as(actor):
        answers = operations.upload(
            device_id=device.id, device_now=body.device_now, items=items, actor=actor, request_id=uuid.uuid4(), at=at
        )
        phone = _phone(device.place_id, at)
        return as_response(
            json_reply(
                {
                    "server_now": at,
                    "revoked_at": device.revoked_at,
                    "caps": {"count": device.count_max, "cents": device.limit_cents, "hours": device.hours_max},
                    "answers": [_answer(each, phone) for each in answers],
                    "facts": facts_of(queries.facts_for(device, at=at)) if device.revoked_at is None else [],
                }
            )
        )


def _decoded(text: str) -> bytes:
    """The bytes of a signature; none when it is not base64: it then holds for nothing."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _phone(place_id: int, at: datetime) -> str:
    accepted = places.accepted(place_id, at=at)
    return funding.rules_for_redemption(accepted[0].programme_id).phone if accepted else ""


def facts_of(facts: list[queries.SignedFacts]) -> list[dict[str, Any]]:
    """Signed facts as they travel."""
    return [{"programme": each.programme_id, "text": each.text, "signature": base64.b64encode(each.signature).decode()} for each in facts]


def _answer(answer: ItemAnswer, phone: str) -> dict[str, Any]:
    refusal = answer.refusal
    REDEMPTIONS.labels(refusal.code if refusal else "repeated" if answer.repeated else "redeemed").inc()
    return {
        "key": str(answer.key) if answer.key else None,
        "counter": answer.counter,
        "state": answer.state,
        "repeated": answer.repeated,
        "code": refusal.code if refusal else None,
        "sentence": sentence_for(refusal) if refusal else None,
        "advice": _advice(answer, refusal, phone) if refusal else None,
        "redemption": answer.redemption_number or None,
        "voucher_serial": answer.voucher_serial or None,
        "value_cents": answer.value_cents,
        "redeemed_at": answer.redeemed_at,
        "payable_on": redeeming.payment_day(answer.programme_id, answer.redeemed_at)
        if answer.programme_id and answer.redeemed_at
        else None,
    }


def _advice(answer: ItemAnswer, refusal: Refusal, phone: str) -> str:
    own = funding.rules_for_redemption(answer.programme_id).phone if answer.programme_id else ""
    return advice_for(refusal, phone=own or phone)
