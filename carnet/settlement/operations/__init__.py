"""Writes of settlement: claims, payment runs, the bank's answers, closings and statements; each journalled."""

from carnet.settlement.operations._bands import set_bands
from carnet.settlement.operations._bank import BankFileRead, Remark, import_bank_file, repay_returned
from carnet.settlement.operations._books import draw_up_book
from carnet.settlement.operations._channels import choose_channel
from carnet.settlement.operations._claims import ClaimsDrawn, SetAside, build_claims, check_claims
from carnet.settlement.operations._closing import (
    approve_closing,
    cancel_closing,
    draw_up_statements,
    lapse_ended_series,
    prepare_closing,
    record_repayments,
)
from carnet.settlement.operations._control import control_run, resume_run, stop_run
from carnet.settlement.operations._debit_notes import (
    confirm_note_payment,
    issue_debit_note,
    record_note_payment,
    refuse_note_payment,
    withdraw_debit_note,
)
from carnet.settlement.operations._debts import DebtRecorded, decide_dispute, record_debts, set_recovery_terms
from carnet.settlement.operations._fees import invoice_fees, state_fees
from carnet.settlement.operations._files import open_payment_file, take_out_orders, write_payment_file
from carnet.settlement.operations._holds import place_hold, release_hold, renew_hold
from carnet.settlement.operations._orders import import_order_answers, record_order_answer
from carnet.settlement.operations._requests import PaymentAsked, request_payment
from carnet.settlement.operations._runs import (
    RunPrepared,
    approve_run,
    cancel_run,
    mark_sent,
    prepare_run,
)
from carnet.settlement.operations._schedule import prepare_due

__all__ = [
    "BankFileRead",
    "ClaimsDrawn",
    "DebtRecorded",
    "PaymentAsked",
    "Remark",
    "RunPrepared",
    "SetAside",
    "approve_closing",
    "approve_run",
    "build_claims",
    "cancel_closing",
    "cancel_run",
    "check_claims",
    "choose_channel",
    "confirm_note_payment",
    "control_run",
    "decide_dispute",
    "draw_up_book",
    "draw_up_statements",
    "import_bank_file",
    "import_order_answers",
    "invoice_fees",
    "issue_debit_note",
    "lapse_ended_series",
    "mark_sent",
    "open_payment_file",
    "place_hold",
    "prepare_closing",
    "prepare_due",
    "prepare_run",
    "record_debts",
    "record_note_payment",
    "record_order_answer",
    "record_repayments",
    "refuse_note_payment",
    "release_hold",
    "renew_hold",
    "repay_returned",
    "request_payment",
    "resume_run",
    "set_bands",
    "set_recovery_terms",
    "state_fees",
    "stop_run",
    "take_out_orders",
    "withdraw_debit_note",
    "write_payment_file",
]
