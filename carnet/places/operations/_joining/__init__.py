"""Joining a network: the applicant's file, the network's decisions, appeals, labels."""

from carnet.places.operations._joining._decisions import (
    appeal,
    appeal_by_link,
    prepare_joining_decision,
    set_aside_joining_decision,
    take_joining_decision,
)
from carnet.places.operations._joining._documents import add_document, look_at_document, own_document, remove_document
from carnet.places.operations._joining._files import (
    Opened,
    accept_charter,
    add_site,
    open_joining_file,
    remove_site,
    send_joining_file,
    send_joining_link_again,
    take_back_joining_file,
    withdraw_joining_file,
    write_site,
    write_step,
    write_teaching,
)
from carnet.places.operations._joining._keeping import forget_joining_files, publish_terms, remind_of_renewals

__all__ = [
    "Opened",
    "accept_charter",
    "add_document",
    "add_site",
    "appeal",
    "appeal_by_link",
    "forget_joining_files",
    "look_at_document",
    "open_joining_file",
    "own_document",
    "prepare_joining_decision",
    "publish_terms",
    "remind_of_renewals",
    "remove_document",
    "remove_site",
    "send_joining_file",
    "send_joining_link_again",
    "set_aside_joining_decision",
    "take_back_joining_file",
    "take_joining_decision",
    "withdraw_joining_file",
    "write_site",
    "write_step",
    "write_teaching",
]
