"""Writing issuing: one function per use case, each journalled.

Long work is opened by `draw_order` or `print_order`, which give a job, and done by `run_job`, in
chunks of one transaction each: killed, it goes on where it was.
"""

from carnet.issuing.operations._custody import activate_order, receive_shipment, ship_booklets, take_back
from carnet.issuing.operations._drawing import draw_order
from carnet.issuing.operations._jobs import run_job
from carnet.issuing.operations._losses import void_booklets
from carnet.issuing.operations._orders import approve_order, place_order, refuse_order
from carnet.issuing.operations._printing import (
    FileToSend,
    destroy_due_seed,
    destroy_seed,
    export_print_files,
    fetch_print_file,
    print_order,
    prove_printing,
    record_printed,
    report_spoiled,
    simulated_codes,
)

__all__ = [
    "FileToSend",
    "activate_order",
    "approve_order",
    "destroy_due_seed",
    "destroy_seed",
    "draw_order",
    "export_print_files",
    "fetch_print_file",
    "place_order",
    "print_order",
    "prove_printing",
    "receive_shipment",
    "record_printed",
    "refuse_order",
    "report_spoiled",
    "run_job",
    "ship_booklets",
    "simulated_codes",
    "take_back",
    "void_booklets",
]
