"""Writing the directory: files sent, mapped, checked and written, programmes accepted, places run and ended."""

from carnet.places.operations._acceptance import accept_programme, attach_operator, end_acceptance, end_place
from carnet.places.operations._confirmations import confirm_place, recall_confirmations
from carnet.places.operations._edits import edit_place
from carnet.places.operations._files import (
    drop_place_file,
    map_place_file,
    run_place_file,
    send_place_file,
    write_place_file,
    written_report,
)
from carnet.places.operations._imports import check_place_file, import_places
from carnet.places.operations._offers import declare_access, declare_cost, declare_free_space, declare_moving, declare_services
from carnet.places.operations._repeats import merge_places, part_places, tell_apart
from carnet.places.operations._reports import Reported, answer_report, forget_contacts, report_error
from carnet.places.operations._weeks import learn_weeks

__all__ = [
    "Reported",
    "accept_programme",
    "answer_report",
    "attach_operator",
    "check_place_file",
    "confirm_place",
    "declare_access",
    "declare_cost",
    "declare_free_space",
    "declare_moving",
    "declare_services",
    "drop_place_file",
    "edit_place",
    "end_acceptance",
    "end_place",
    "forget_contacts",
    "import_places",
    "learn_weeks",
    "map_place_file",
    "merge_places",
    "part_places",
    "recall_confirmations",
    "report_error",
    "run_place_file",
    "send_place_file",
    "tell_apart",
    "write_place_file",
    "written_report",
]
