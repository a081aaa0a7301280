"""What a request to spend a voucher says, and what it is answered. Both servers read and answer with these functions."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from carnet.api.metrics import REDEMPTIONS
from carnet.api.problems import Reply, json_reply, problem_of, refused, status_of
from carnet.api.refusals import KeyMissing
from carnet.api.v1.schemas import BatchItemIn, RedemptionIn
from carnet.funding import queries as funding
from carnet.journal.rules import IdempotencyKeyInvalid, check_key
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.redemption.operations import Answer, Item
from carnet.redemption.queries import Redeemed
from carnet.settlement.rules import payable_on

CREATED = 201
REPLAYED = ("Idempotency-Replayed", "true")
# A programme's rhythm of payment is asked again after a minute.
RULES_SECONDS = 60
_REQUESTS = uuid.UUID("9d2ed2a5-94f5-4c4f-8c44-6a6a2b3c8a10")


def key_of(header: str | None) -> str:
    """The idempotency key of a request. Raises: KeyMissing, IdempotencyKeyInvalid."""
    if header is None:
        raise KeyMissing(field="Idempotency-Key")
    if not header.isprintable():
        raise IdempotencyKeyInvalid(length_max=255)
    return check_key(header)


def item_of(body: RedemptionIn, *, key: str) -> Item:
    """The voucher to spend."""
    return Item(
        code=body.code,
        service=body.service,
        place_id=body.place,
        attended_on=body.attended_on,
        workshop_session=body.workshop_session,
        key=key,
    )


def batch_items(items: Sequence[BatchItemIn], *, header: str | None) -> list[Item]:
    """The vouchers of a batch: each with its own key, else the request's followed by its rank from 0.

    Raises: KeyMissing, IdempotencyKeyInvalid.
    """
    request_key = key_of(header) if header is not None else None
    found: list[Item] = []
    for rank, each in enumerate(items):
        if each.key is None and request_key is None:
            raise KeyMissing(field=f"items.{rank}.key")
        item = item_of(each, key=each.key if each.key is not None else check_key(f"{request_key}:{rank}"))
        found.append(replace(item, group=each.group))
    return found


def request_id_of(actor: Actor, key: str) -> UUID:
    """The same for the same organisation and key: a repeated request is the same request."""
    return uuid.uuid5(_REQUESTS, f"{actor.organisation_id}:{key}")


def redemption_reply(answer: Answer) -> Reply:
    """The answer to one voucher presented."""
    if isinstance(answer, Refusal):
        REDEMPTIONS.labels(answer.code).inc()
        return refused(answer)
    REDEMPTIONS.labels("repeated" if answer.repeated else "redeemed").inc()
    return json_reply(redemption_document(answer), status=CREATED, headers=(REPLAYED,) if answer.repeated else ())


def redemption_document(answer: Redeemed) -> dict[str, Any]:
    """What a place is told of a voucher it took."""
    return {
        "id": answer.number,
        "voucher_serial": answer.voucher_serial,
        "value_cents": answer.value_cents,
        "redeemed_at": answer.redeemed_at,
        "payable_on": payment_day(answer.programme_id, answer.redeemed_at),
        "receipt": answer.receipt,
    }


def batch_answer(item: Item, answer: Answer) -> dict[str, Any]:
    """The answer to one item of a batch."""
    if isinstance(answer, Refusal):
        REDEMPTIONS.labels(answer.code).inc()
        return {"key": item.key, "status": status_of(answer.code), "replayed": False, "redemption": None, "problem": problem_of(answer)}
    REDEMPTIONS.labels("repeated" if answer.repeated else "redeemed").inc()
    return {"key": item.key, "status": CREATED, "replayed": answer.repeated, "redemption": redemption_document(answer), "problem": None}


def payment_day(programme_id: int, redeemed_at: datetime) -> date:
    """The day a place is paid for a voucher redeemed at that moment."""
    rules = _rules(programme_id, int(redeemed_at.timestamp()) // RULES_SECONDS)
    return _payable_on(redeemed_at, rules)


@lru_cache(maxsize=64)  # vouchers redeemed by one commit share their moment
def _payable_on(redeemed_at: datetime, rules: funding.RedemptionRules) -> date:
    return payable_on(redeemed_at=redeemed_at, frequency=rules.payment_frequency, undo_window=timedelta(minutes=rules.undo_window_minutes))


@lru_cache(maxsize=4096)
def _rules(programme_id: int, _minute: int) -> funding.RedemptionRules:
    return funding.rules_for_redemption(programme_id)


def forget_payment_days() -> None:
    """Ask again how each programme pays (between databases, in tests)."""
    _rules.cache_clear()
