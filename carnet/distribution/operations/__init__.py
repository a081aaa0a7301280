"""What the desk writes: hand-overs, stock asked for, moved and counted, booklets replaced, prescribers joining and leaving."""

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

__all__ = [
    "HandedOver",
    "declare_loss",
    "hand_over",
    "hand_over_many",
    "join_programme",
    "join_programme_many",
    "leave_programme",
    "take_out_range",
]
