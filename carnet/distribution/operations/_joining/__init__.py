"""Desks that join, stay and leave."""

from carnet.distribution.operations._joining._agreements import (
    countersign_agreement,
    publish_agreement,
    send_agreement_back,
    sign_agreement,
    tick_training,
)
from carnet.distribution.operations._joining._decisions import prepare_desk_decision, set_aside_desk_decision, take_desk_decision
from carnet.distribution.operations._joining._files import (
    DeskFileOpened,
    open_desk_file,
    remove_desk_point,
    send_desk_file,
    send_desk_link_again,
    take_back_desk_file,
    withdraw_desk_file,
    write_desk_point,
    write_desk_step,
)
from carnet.distribution.operations._joining._imports import drop_desks_file, prepare_desks_file, send_desks_file
from carnet.distribution.operations._joining._keeping import forget_desk_files, lapse_agreements, remind_of_agreements
from carnet.distribution.operations._joining._leaving import end_departures, finish_leaving, leave, stay

__all__ = [
    "DeskFileOpened",
    "countersign_agreement",
    "drop_desks_file",
    "end_departures",
    "finish_leaving",
    "forget_desk_files",
    "lapse_agreements",
    "leave",
    "open_desk_file",
    "prepare_desk_decision",
    "prepare_desks_file",
    "publish_agreement",
    "remind_of_agreements",
    "remove_desk_point",
    "send_agreement_back",
    "send_desk_file",
    "send_desk_link_again",
    "send_desks_file",
    "set_aside_desk_decision",
    "sign_agreement",
    "stay",
    "take_back_desk_file",
    "take_desk_decision",
    "tick_training",
    "withdraw_desk_file",
    "write_desk_point",
    "write_desk_step",
]
