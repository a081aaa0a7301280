"""What the desk writes: hand-overs, stock asked for, moved and counted, booklets replaced, prescribers joining and leaving."""

from carnet.distribution.operations._again import book_again, may_book_again
from carnet.distribution.operations._announcing import announce, end_announcement, use_ordinary_words, word_message
from carnet.distribution.operations._counting import (
    Scanned,
    close_stock_take,
    open_stock_take,
    scan,
)
from carnet.distribution.operations._handing import (
    HandedOver,
    declare_loss,
    hand_over,
    hand_over_many,
    join_programme,
    join_programme_many,
    leave_programme,
    take_out_range,
)
from carnet.distribution.operations._inviting import answer_invitation, invite_again
from carnet.distribution.operations._lessons import (
    Given,
    book_lesson,
    hand_over_and_book,
)
from carnet.distribution.operations._moves import (
    ask_move,
    decline_move,
    receive_move,
    send_move,
    settle_missing,
)
from carnet.distribution.operations._points import (
    change_point,
    close_point,
    open_point,
)
from carnet.distribution.operations._reminding import (
    Looked,
    forget_contacts,
    leave_contact,
    look_at_contacts,
    note_reminder,
    read_number,
    stop_by_number,
    withdraw_contact,
)
from carnet.distribution.operations._replacing import (
    give_replacement,
    open_replacement,
)
from carnet.distribution.operations._requests import (
    ask_for_stock,
    refuse_request,
    withdraw_request,
)
from carnet.distribution.operations._weekly import (
    tell_stock,
)

__all__ = [
    "Given",
    "HandedOver",
    "Looked",
    "Scanned",
    "announce",
    "answer_invitation",
    "ask_for_stock",
    "ask_move",
    "book_again",
    "book_lesson",
    "change_point",
    "close_point",
    "close_stock_take",
    "declare_loss",
    "decline_move",
    "end_announcement",
    "forget_contacts",
    "give_replacement",
    "hand_over",
    "hand_over_and_book",
    "hand_over_many",
    "invite_again",
    "join_programme",
    "join_programme_many",
    "leave_contact",
    "leave_programme",
    "look_at_contacts",
    "may_book_again",
    "note_reminder",
    "open_point",
    "open_replacement",
    "open_stock_take",
    "read_number",
    "receive_move",
    "refuse_request",
    "scan",
    "send_move",
    "settle_missing",
    "stop_by_number",
    "take_out_range",
    "tell_stock",
    "use_ordinary_words",
    "withdraw_contact",
    "withdraw_request",
    "word_message",
]
