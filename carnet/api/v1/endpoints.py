"""The endpoints: read, call one operation or query as the token's organisation, answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Query

from carnet.api.metrics import REDEMPTIONS
from carnet.api.problems import as_response, json_reply, refused
from carnet.api.refusals import BatchHeldBack
from carnet.api.v1 import (
    activities,
    clearing,
    commitments,
    cuts,
    devices,
    directory,
    lists,
    offers,
    points,
    receipts,
    redeeming,
    releases,
    reservations,
)
from carnet.api.v1.description import INTRODUCTION, KEY, Api
from carnet.api.v1.doors import Bearer, JsonBody, answer_refusals
from carnet.api.v1.lists import (
    ExpectedPaymentsOut,
    PaymentDetailOut,
    PaymentsOut,
    PaymentsQuery,
    RedemptionLineOut,
    RedemptionsOut,
    RedemptionsQuery,
)
from carnet.api.v1.schemas import (
    BatchIn,
    BatchOut,
    FiguresOut,
    LabelsOut,
    LabelsQuery,
    PlacesOut,
    PlacesQuery,
    Problem,
    RedemptionIn,
    RedemptionOut,
    ReversalIn,
    ReversalOut,
    VoucherIn,
    VoucherOut,
)
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import check_may
from carnet.redemption import operations as redemption
from carnet.redemption import queries
from carnet.redemption.queries import VoucherSeen
from carnet.redemption.rules import RedemptionUnknown
from carnet.web import clock

# The state of a voucher as a place is told it, by the code a redemption would be refused with.
STATES = {
    "redeemable": "redeemable",
    "service-not-accepted": "redeemable",
    "voucher-count-wrong": "redeemable",
    "voucher-already-redeemed": "redeemed",
    "voucher-lapsed": "lapsed",
    "voucher-reserved": "reserved",
    "voucher-not-active": "not_active",
}


api = Api(title="Carnet", version="1", description=INTRODUCTION, docs_url=None, urls_namespace="api-v1", parser=JsonBody(), auth=Bearer())
answer_refusals(api)
# Each endpoint's own statuses and codes are in the table of contracts; here, the shape they all have.
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}
MOVES_VALUE: Any = Header(None, alias="Idempotency-Key", description=KEY)


@api.post("/vouchers/check", operation_id="check_voucher", response={200: VoucherOut, **PROBLEMS}, tags=["vouchers"])
def check_voucher(request: HttpRequest, body: VoucherIn) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.check")
    with acting_as(actor):
        seen = redemption.check_quietly(
            code=body.code, actor=actor, place_id=body.place, service=body.service, channel="API", at=clock.now()
        )
        if isinstance(seen, Refusal):
            return as_response(refused(seen))
        return as_response(json_reply(_voucher(seen)))


def _voucher(seen: VoucherSeen) -> dict[str, Any]:
    return {
        "voucher_serial": seen.voucher_serial,
        "state": STATES[seen.outcome],
        "refusal": None if seen.outcome == "redeemable" else seen.outcome,
        "value_cents": seen.value_cents,
        "accepted_until": seen.accepted_until,
        "programme": {"id": seen.programme_id, "name": funding.programme(seen.programme_id).name},
        "reserved_until": seen.reserved_until,
        "redeemed_at": seen.redeemed_at,
    }


@api.post("/redemptions", operation_id="redeem", response={201: RedemptionOut, **PROBLEMS}, tags=["redemptions"])
def redeem(request: HttpRequest, body: RedemptionIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.redeem")
    item = redeeming.item_of(body, key=redeeming.key_of(idempotency_key))
    with acting_as(actor):
        (answer,) = redemption.redeem_at_sessions(asked=[redemption.Asked(item, actor)], at=clock.now())
    return as_response(redeeming.redemption_reply(answer))


@api.post("/redemptions/batch", operation_id="redeem_batch", response={200: BatchOut, **PROBLEMS}, tags=["redemptions"])
def redeem_batch(request: HttpRequest, body: BatchIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.redeem")
    items = redeeming.batch_items(body.items, header=idempotency_key)
    with acting_as(actor):
        at = clock.now()
        asked = redemption.as_services([redemption.Asked(item, actor, "BATCH") for item in items], at=at)
        answers = redemption.redeem_at_sessions(asked=asked, together=body.together, at=at)
    documents = [redeeming.batch_answer(item, answer) for item, answer in zip(items, answers, strict=True)]
    if body.together and any(isinstance(answer, Refusal) for answer in answers):
        return as_response(refused(BatchHeldBack(answers=documents)))
    return as_response(json_reply({"answers": documents}))


@api.post("/redemptions/{number}/reversal", operation_id="reverse", response={200: ReversalOut, **PROBLEMS}, tags=["redemptions"])
def reverse(request: HttpRequest, number: str, body: ReversalIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "redemption.reverse")
    key, at = redeeming.key_of(idempotency_key), clock.now()

    def undo() -> tuple[int, dict[str, Any]]:
        # A token of one place undoes what was taken there, and knows of nothing else.
        made = queries.redemption_of(organisation_id=actor.organisation_id, number=number) if actor.place_id is not None else None
        if actor.place_id is not None and (made is None or made.place_id != actor.place_id):
            raise RedemptionUnknown(number=number[:80])
        redemption.reverse(number=number, reason=body.reason, actor=actor, request_id=redeeming.request_id_of(actor, key), at=at)
        return 200, {"id": number, "reversed_at": at.isoformat()}

    with acting_as(actor):
        answered = journal.answer_once(
            organisation_id=actor.organisation_id, key=key, body={"reversal": number, **body.model_dump()}, at=at, compute=undo
        )
    REDEMPTIONS.labels("reversed" if not answered.repeated else "repeated").inc()
    headers = (redeeming.REPLAYED,) if answered.repeated else ()
    return as_response(json_reply(answered.body, status=answered.status, headers=headers))


@api.get("/redemptions", operation_id="redemptions", response={200: RedemptionsOut, **PROBLEMS}, tags=["redemptions"])
def redemptions(request: HttpRequest, filters: RedemptionsQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    actor = request.auth  # type: ignore[attr-defined]
    with acting_as(actor):
        return as_response(lists.redemptions_reply(filters, actor=actor, path=request.path, query=request.GET))


@api.get("/redemptions/{number}", operation_id="redemption", response={200: RedemptionLineOut, **PROBLEMS}, tags=["redemptions"])
def one_redemption(request: HttpRequest, number: str) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    with acting_as(actor):
        return as_response(lists.redemption_reply(number, actor=actor))


@api.get("/payments", operation_id="payments", response={200: PaymentsOut, **PROBLEMS}, tags=["payments"])
def payments(request: HttpRequest, filters: PaymentsQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    actor = request.auth  # type: ignore[attr-defined]
    with acting_as(actor):
        return as_response(lists.payments_reply(filters, actor=actor, path=request.path, query=request.GET))


@api.get("/payments/expected", operation_id="expected_payments", response={200: ExpectedPaymentsOut, **PROBLEMS}, tags=["payments"])
def expected_payments(request: HttpRequest) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "settlement.see-own")
    with acting_as(actor):
        return as_response(lists.expected_reply(actor=actor, at=clock.now()))


@api.get("/payments/{int:number}", operation_id="payment", response={200: PaymentDetailOut, **PROBLEMS}, tags=["payments"])
def one_payment(request: HttpRequest, number: int) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    with acting_as(actor):
        return as_response(lists.payment_reply(number, actor=actor, at=clock.now()))


@api.get("/places", operation_id="places", auth=None, response={200: PlacesOut, **PROBLEMS}, tags=["public"])
def places(request: HttpRequest, filters: PlacesQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    return as_response(json_reply(directory.found(filters, path=request.path, query=request.GET, at=clock.now())))


@api.get("/labels", operation_id="labels", auth=None, response={200: LabelsOut, **PROBLEMS}, tags=["public"])
def labels(request: HttpRequest, filters: LabelsQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    return as_response(json_reply(directory.labels(filters, at=clock.now())))


@api.get("/figures", operation_id="figures", auth=None, response={200: FiguresOut, **PROBLEMS}, tags=["public"])
def figures(request: HttpRequest) -> HttpResponse:
    return as_response(json_reply(directory.figures(at=clock.now())))


api.add_router("/devices", devices.router)
api.add_router("/reservations", reservations.reservations)
api.add_router("/redemptions", reservations.disputes)
api.add_router("/clearing", clearing.claims)
api.add_router("/receipts", receipts.receipts)
api.add_router("/activities", activities.activities)
api.add_router("/places", activities.spaces)
api.add_router("/places", offers.places)
api.add_router("/points", points.points)
api.add_router("/figures", cuts.cuts)
api.add_router("/open-data", releases.open_data_router)
api.add_router("/commitments", commitments.commitments_router)
