"""Writing the ledger: series and their vouchers, ranges passing on, money moving.

These operations do not journal: the rooms above call them inside their own journalled operation, and
every row written here is itself append-only. Each repeats harmlessly under the same request id.
"""

from carnet.ledger.operations._lives import (
    hand_over_booklets,
    hand_over_vouchers,
    lapse_series,
    move_booklets,
    receive_booklets,
    return_booklets,
    ship_booklets,
    void_booklets,
    void_vouchers,
)
from carnet.ledger.operations._money import (
    activate_series,
    open_agreement_accounts,
    pay_owed,
    receive_money,
    repay_unissued,
    return_circulation,
    unpay_owed,
)
from carnet.ledger.operations._series import SeriesPlan, draw_vouchers, finish_drawing, open_series

__all__ = [
    "SeriesPlan",
    "activate_series",
    "draw_vouchers",
    "finish_drawing",
    "hand_over_booklets",
    "hand_over_vouchers",
    "lapse_series",
    "move_booklets",
    "open_agreement_accounts",
    "open_series",
    "pay_owed",
    "receive_booklets",
    "receive_money",
    "repay_unissued",
    "return_booklets",
    "return_circulation",
    "ship_booklets",
    "unpay_owed",
    "void_booklets",
    "void_vouchers",
]
