"""Spending vouchers, testing them, undoing a mistake."""

from carnet.redemption.operations._balance import Left, forget_balance_tries, what_is_left
from carnet.redemption.operations._devices import (
    ItemAnswer,
    enrol_device,
    limit_device,
    revoke_device,
    upload,
)
from carnet.redemption.operations._disputes import (
    decide_dispute,
    open_dispute,
)
from carnet.redemption.operations._honouring import ON_PAPER, ON_RECEIPT, Proved, honour_proved
from carnet.redemption.operations._lessons import (
    redeem_at_sessions,
)
from carnet.redemption.operations._locks import (
    SerialItem,
    check_with_serial,
    redeem_with_serials,
    unlock_serial,
)
from carnet.redemption.operations._outbox import send_texts
from carnet.redemption.operations._papers import (
    LineAnswer,
    TypedLine,
    add_picture,
    entrust_sheet,
    erase_old_pictures,
    finish_sheet,
    look_at_picture,
    open_sheets,
    type_sheet,
)
from carnet.redemption.operations._redeeming import (
    Answer,
    Asked,
    Item,
    answer_of,
    arguments,
    as_services,
    check,
    check_quietly,
    redeem,
    redeem_batch,
    redeem_many,
    redeem_service,
    refusal_of,
    reverse,
)
from carnet.redemption.operations._reservations import (
    Captured,
    capture,
    capture_many,
    release,
    reserve,
    reserve_quietly,
)
from carnet.redemption.operations._telephones import confirm_telephone, register_telephone, revoke_telephone
from carnet.redemption.operations._texts import TextAnswer, TextLine, answer_text, forget_strangers

__all__ = [
    "ON_PAPER",
    "ON_RECEIPT",
    "Answer",
    "Asked",
    "Captured",
    "Item",
    "ItemAnswer",
    "Left",
    "LineAnswer",
    "Proved",
    "SerialItem",
    "TextAnswer",
    "TextLine",
    "TypedLine",
    "add_picture",
    "answer_of",
    "answer_text",
    "arguments",
    "as_services",
    "capture",
    "capture_many",
    "check",
    "check_quietly",
    "check_with_serial",
    "confirm_telephone",
    "decide_dispute",
    "enrol_device",
    "entrust_sheet",
    "erase_old_pictures",
    "finish_sheet",
    "forget_balance_tries",
    "forget_strangers",
    "honour_proved",
    "limit_device",
    "look_at_picture",
    "open_dispute",
    "open_sheets",
    "redeem",
    "redeem_at_sessions",
    "redeem_batch",
    "redeem_many",
    "redeem_service",
    "redeem_with_serials",
    "refusal_of",
    "register_telephone",
    "release",
    "reserve",
    "reserve_quietly",
    "reverse",
    "revoke_device",
    "revoke_telephone",
    "send_texts",
    "type_sheet",
    "unlock_serial",
    "upload",
    "what_is_left",
]
