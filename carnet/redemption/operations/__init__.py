"""Spending vouchers, testing them, undoing a mistake."""

from carnet.redemption.operations._redeeming import (
    Answer,
    Asked,
    Item,
    answer_of,
    arguments,
    check,
    check_quietly,
    redeem,
    redeem_batch,
    redeem_many,
    refusal_of,
    reverse,
)

__all__ = [
    "Answer",
    "Asked",
    "Item",
    "answer_of",
    "arguments",
    "check",
    "check_quietly",
    "redeem",
    "redeem_batch",
    "redeem_many",
    "refusal_of",
    "reverse",
]
