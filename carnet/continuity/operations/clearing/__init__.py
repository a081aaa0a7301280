"""Writing clearing: partners, claims, decisions, statements, payments; and the exchange with other installations.

A message is written in the transaction of what it says; it is sent outside any transaction, again and again until it is answered.
"""

from carnet.continuity.operations.clearing._claiming import claim_voucher, withdraw_claim
from carnet.continuity.operations.clearing._exchanging import (
    COUNTER_SECONDS,
    Exchanged,
    as_parcel,
    exchange,
    exchange_about,
    exchange_all,
    http_sender,
    read_file,
    write_file,
)
from carnet.continuity.operations.clearing._keys import own_identity, rotate_keys
from carnet.continuity.operations.clearing._partners import agree_end, agree_partner, ask_end, propose_partner, refuse_partner
from carnet.continuity.operations.clearing._paying import (
    advance,
    agree_payment,
    announce_transfer,
    book_payment,
    payment_file,
    prepare_payments,
    record_cover,
    refuse_payment,
    return_payment,
    take_back_advance,
)
from carnet.continuity.operations.clearing._receiving import Received, receive
from carnet.continuity.operations.clearing._stating import send_statement

__all__ = [
    "COUNTER_SECONDS",
    "Exchanged",
    "Received",
    "advance",
    "agree_end",
    "agree_partner",
    "agree_payment",
    "announce_transfer",
    "as_parcel",
    "ask_end",
    "book_payment",
    "claim_voucher",
    "exchange",
    "exchange_about",
    "exchange_all",
    "http_sender",
    "own_identity",
    "payment_file",
    "prepare_payments",
    "propose_partner",
    "read_file",
    "receive",
    "record_cover",
    "refuse_partner",
    "refuse_payment",
    "return_payment",
    "rotate_keys",
    "send_statement",
    "take_back_advance",
    "withdraw_claim",
    "write_file",
]
