"""Habilitation, written: requests of structures, decisions by two people, helpers, trainings, terms."""

from carnet.mandates.operations.habilitation._decisions import (
    contest,
    contest_by_key,
    prepare_structure_decision,
    set_aside_structure_decision,
    take_structure_decision,
)
from carnet.mandates.operations.habilitation._files import (
    StructureFileOpened,
    open_structure_file,
    remove_structure_helper,
    send_structure_file,
    send_structure_link_again,
    take_back_structure_file,
    withdraw_structure_file,
    write_structure_helper,
    write_structure_step,
)
from carnet.mandates.operations.habilitation._helpers import (
    accept_terms,
    add_helper,
    bring_in_helper,
    choose_families,
    deactivate_helper,
    reactivate_helper,
)
from carnet.mandates.operations.habilitation._keeping import forget_structure_files
from carnet.mandates.operations.habilitation._papers import (
    add_structure_paper,
    look_at_structure_paper,
    own_structure_paper,
    read_messages,
    remove_structure_paper,
    write_as_structure,
    write_to_programme,
    write_to_structure,
)
from carnet.mandates.operations.habilitation._terms import publish_helper_terms
from carnet.mandates.operations.habilitation._trainings import (
    cancel_training,
    change_training,
    give_seat_back,
    note_attendance,
    note_test,
    plan_training,
    take_seat,
)

__all__ = [
    "StructureFileOpened",
    "accept_terms",
    "add_helper",
    "add_structure_paper",
    "bring_in_helper",
    "cancel_training",
    "change_training",
    "choose_families",
    "contest",
    "contest_by_key",
    "deactivate_helper",
    "forget_structure_files",
    "give_seat_back",
    "look_at_structure_paper",
    "note_attendance",
    "note_test",
    "open_structure_file",
    "own_structure_paper",
    "plan_training",
    "prepare_structure_decision",
    "publish_helper_terms",
    "reactivate_helper",
    "read_messages",
    "remove_structure_helper",
    "remove_structure_paper",
    "send_structure_file",
    "send_structure_link_again",
    "set_aside_structure_decision",
    "take_back_structure_file",
    "take_seat",
    "take_structure_decision",
    "withdraw_structure_file",
    "write_as_structure",
    "write_structure_helper",
    "write_structure_step",
    "write_to_programme",
    "write_to_structure",
]
