"""Writing the ledger: series and their vouchers, ranges passing on, money moving.

These operations do not journal: the rooms above call them inside their own journalled operation, and
every row written here is itself append-only. Each repeats harmlessly under the same request id.
"""

from carnet.ledger.operations._clearing import (
    ClearingBook,
    advance_clearing,
    bounce_place,
    forget_cleared,
    honour_places,
    owe_cleared,
    receive_cover,
    recoup_clearing,
)
from carnet.ledger.operations._coming_back import bring_back_booklets
from carnet.ledger.operations._connections import (
    ConnectionBook,
    OwedMonth,
    owe_connections,
    pay_connection,
    receive_from_landlord,
    release_connection,
    reserve_connection,
    unpay_connection,
)
from carnet.ledger.operations._debts import ChargedVoucher, charge_voucher, recover_due, reopen_due
from carnet.ledger.operations._endings import end_booklets, end_unless_lapsed
from carnet.ledger.operations._ends import extend_acceptance, stop_hand_overs
from carnet.ledger.operations._exchanging import exchange_vouchers
from carnet.ledger.operations._lives import (
    hand_over_booklets,
    hand_over_vouchers,
    lapse_series,
    move_booklets,
    receive_booklets,
    receive_runs,
    return_booklets,
    ship_booklets,
    ship_runs,
    void_booklets,
    void_vouchers,
)
from carnet.ledger.operations._money import (
    activate_series,
    open_agreement_accounts,
    receive_money,
    repay_unissued,
    return_circulation,
)
from carnet.ledger.operations._series import SeriesPlan, draw_vouchers, finish_drawing, open_series
from carnet.ledger.operations._settling import PaidPart, pay_owed, pay_owed_many, unpay_owed, unpay_owed_many

__all__ = [
    "ChargedVoucher",
    "ClearingBook",
    "ConnectionBook",
    "OwedMonth",
    "PaidPart",
    "SeriesPlan",
    "activate_series",
    "advance_clearing",
    "bounce_place",
    "bring_back_booklets",
    "charge_voucher",
    "draw_vouchers",
    "end_booklets",
    "end_unless_lapsed",
    "exchange_vouchers",
    "extend_acceptance",
    "finish_drawing",
    "forget_cleared",
    "hand_over_booklets",
    "hand_over_vouchers",
    "honour_places",
    "lapse_series",
    "move_booklets",
    "open_agreement_accounts",
    "open_series",
    "owe_cleared",
    "owe_connections",
    "pay_connection",
    "pay_owed",
    "pay_owed_many",
    "receive_booklets",
    "receive_cover",
    "receive_from_landlord",
    "receive_money",
    "receive_runs",
    "recoup_clearing",
    "recover_due",
    "release_connection",
    "reopen_due",
    "repay_unissued",
    "reserve_connection",
    "return_booklets",
    "return_circulation",
    "ship_booklets",
    "ship_runs",
    "stop_hand_overs",
    "unpay_connection",
    "unpay_owed",
    "unpay_owed_many",
    "void_booklets",
    "void_vouchers",
]
