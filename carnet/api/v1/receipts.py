"""Receipts of an operator that ended: what a place accepted after the last increment, honoured by whoever took over."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Header, Router, Schema
from pydantic import Field

from carnet.api.problems import as_response, json_reply, problem_of
from carnet.api.v1 import redeeming
from carnet.api.v1.description import KEY
from carnet.api.v1.schemas import Body, Problem, Text
from carnet.continuity.operations.receipts import ReceiptAnswer, bring_receipts
from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.parties.rules import check_may
from carnet.web import clock

RECEIPTS_MAX = 20
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}
MOVES_VALUE: Any = Header(None, alias="Idempotency-Key", description=KEY)
receipts = Router(tags=["redemptions"])


class ReceiptsIn(Body):
    """Receipts, as redemptions answered them."""

    receipts: list[Annotated[Text, Field(max_length=2000)]] = Field(min_length=1, max_length=RECEIPTS_MAX)
    nothing_undone: bool = Field(description=_("Vrai : aucun de ces encaissements n’a été annulé ensuite. Un reçu ne le dit pas."))


class ReceiptAnswerOut(Schema):
    """What became of one receipt, in the order given."""

    outcome: str = Field(description=_("written (écrit maintenant), known (déjà connu) ou refused."))
    redemption: str | None
    voucher_serial: str | None
    value_cents: int | None
    problem: Problem | None


class ReceiptsOut(Schema):
    """One answer for each receipt."""

    answers: list[ReceiptAnswerOut]


@receipts.post("", operation_id="bring_receipts", response={200: ReceiptsOut, **PROBLEMS})
def bring(request: HttpRequest, body: ReceiptsIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "continuity.honour-receipts")
    key, at = redeeming.key_of(idempotency_key), clock.now()

    def compute() -> tuple[int, dict[str, Any]]:
        answers = bring_receipts(
            receipts=body.receipts, nothing_undone=body.nothing_undone, actor=actor,
            request_id=redeeming.request_id_of(actor, f"receipts {key}"), at=at,
        )  # fmt: skip
        return 200, {"answers": [_document(each) for each in answers]}

    asked = {"receipts": list(body.receipts), "nothing_undone": body.nothing_undone}
    with acting_as(actor):
        answered = journal.answer_once(organisation_id=actor.organisation_id, key=key, body=asked, at=at, compute=compute)
    return as_response(json_reply(answered.body, headers=(redeeming.REPLAYED,) if answered.repeated else ()))


def _document(answer: ReceiptAnswer) -> dict[str, Any]:
    return {
        "outcome": answer.outcome,
        "redemption": answer.redemption_number or None,
        "voucher_serial": answer.voucher_serial or None,
        "value_cents": answer.value_cents or None,
        "problem": problem_of(answer.refusal) if answer.refusal is not None else None,
    }
