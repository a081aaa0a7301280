"""Every answer "no" of settlement: one class each, a stable code, facts instead of a sentence."""

from carnet.kernel.refusals import Refusal


class SettlementRefused(Refusal):
    """Base of settlement's refusals."""

    code = "settlement-refused"


class ClaimTooEarly(SettlementRefused):
    """A cut-off whose redemptions may still be undone. Facts: `until`, `possible_at`."""

    code = "claim-too-early"


class ClaimUnknown(SettlementRefused):
    """No such claim, or one of another tenant."""

    code = "claim-unknown"


class RunUnknown(SettlementRefused):
    """No such payment run, or one of another tenant."""

    code = "run-unknown"


class TransferUnknown(SettlementRefused):
    """No such transfer, or one of another tenant."""

    code = "transfer-unknown"


class NothingToPay(SettlementRefused):
    """No claim can be paid today. Facts: `set_aside` (how many wait for something)."""

    code = "nothing-to-pay"


class RunAlreadyOpen(SettlementRefused):
    """Another run of this agreement is still being prepared. Facts: `run_id`."""

    code = "run-already-open"


class RunNotInState(SettlementRefused):
    """The run is not at the step this needs. Facts: `state`, `needed`."""

    code = "run-not-in-state"


class RunFileAlreadyWritten(SettlementRefused):
    """A run whose file was taken out may be at the bank: it is not cancelled any more."""

    code = "run-file-already-written"


class RunChangedSinceApproval(SettlementRefused):
    """The transfers no longer add up to what was approved. Facts: `approved_cents`, `found_cents`."""

    code = "run-changed-since-approval"


class ExecutionDayPast(SettlementRefused):
    """A day of payment before today. Facts: `execute_on`, `today_on`."""

    code = "execution-day-past"


class BankFileAlreadyRead(SettlementRefused):
    """The same file, byte for byte. Facts: `read_at`."""

    code = "bank-file-already-read"


class BankFileOfAnotherAccount(SettlementRefused):
    """A file about an account that is not the agreement's. Facts: `found`, `expected` (masked)."""

    code = "bank-file-other-account"


class BankFileOfAnotherPayment(SettlementRefused):
    """An answer to a payment file this agreement never sent. Facts: `message_id`."""

    code = "bank-file-other-payment"


class TransferNotReturned(SettlementRefused):
    """Only a transfer that came back is paid again. Facts: `state`."""

    code = "transfer-not-returned"


class AccountNotMended(SettlementRefused):
    """The account is still the one that failed, or none can be paid yet. Facts: `reason`."""

    code = "account-not-mended"


class ClosingTooEarly(SettlementRefused):
    """Vouchers may still be spent, or a redemption undone. Facts: `possible_at`."""

    code = "closing-too-early"


class ClosingUnknown(SettlementRefused):
    """No such closing, or one of another tenant."""

    code = "closing-unknown"


class ClosingAlreadyOpen(SettlementRefused):
    """This agreement is being closed already. Facts: `closing_id`."""

    code = "closing-already-open"


class ClosingNotInState(SettlementRefused):
    """The closing is not at the step this needs. Facts: `state`, `needed`."""

    code = "closing-not-in-state"


class ClosingChangedSinceApproval(SettlementRefused):
    """The ledger no longer says what was approved. Facts: `approved_cents`, `found_cents`."""

    code = "closing-changed-since-approval"


class NothingToReturn(SettlementRefused):
    """No cent left to give back."""

    code = "nothing-to-return"


class ReferenceMissing(SettlementRefused):
    """A repayment without the bank's reference."""

    code = "repayment-reference-missing"


class ReasonMissing(SettlementRefused):
    """A cancellation that does not say why."""

    code = "settlement-reason-missing"


class PeriodMistyped(SettlementRefused):
    """Not a year, a quarter (2026-T3) or a month (2026-07). Facts: `period`."""

    code = "period-mistyped"


class PeriodNotOver(SettlementRefused):
    """A book asked for good before its period is over. Facts: `possible_on`."""

    code = "period-not-over"


class BookUnknown(SettlementRefused):
    """No such book, or one of another tenant."""

    code = "book-unknown"


class BookNotEqual(SettlementRefused):
    """A book that does not agree with the ledger is never frozen. Facts: `line`."""

    code = "book-not-equal"


class BookAltered(SettlementRefused):
    """A kept book is no longer what was drawn up. Facts: `number`."""

    code = "book-altered"


class BandsInvalid(SettlementRefused):
    """Approval bands that leave an amount without an answer, or ask fewer people for more money. Facts: `why`."""

    code = "bands-invalid"


class RunNotControlled(SettlementRefused):
    """A run prepared by the timer waits for a person to control it before anybody approves."""

    code = "run-not-controlled"


class NotYoursToResume(SettlementRefused):
    """Whoever prepared a run does not resume it against the person who stopped it."""

    code = "not-yours-to-resume"


class HoldUnknown(SettlementRefused):
    """No such hold, or one of another tenant."""

    code = "hold-unknown"


class HoldAlreadyPlaced(SettlementRefused):
    """The same payments are held already. Facts: `until`."""

    code = "hold-already-placed"


class HoldEnded(SettlementRefused):
    """The hold was released, or ended by itself. Facts: `ended_at`."""

    code = "hold-ended"


class HoldTooLong(SettlementRefused):
    """A hold longer than a decision may last. Facts: `days`, `most`."""

    code = "hold-too-long"


class HoldWordsMissing(SettlementRefused):
    """A hold says why, says it to the place and gives a telephone. Facts: `field`."""

    code = "hold-words-missing"


class RequestNotPossible(SettlementRefused):
    """This programme pays on fixed days: nothing is asked for."""

    code = "payment-request-not-possible"


class RequestAlreadyMade(SettlementRefused):
    """The place has asked already, and that payment is not counted yet. Facts: `payable_on`."""

    code = "payment-request-already-made"


class NothingToRequest(SettlementRefused):
    """No voucher accepted since the latest payment asked for."""

    code = "payment-request-nothing"


class FeesInvalid(SettlementRefused):
    """Fees that cannot be stated. Facts: `field`."""

    code = "fees-invalid"


class FeesTooSoon(SettlementRefused):
    """Places read fees before they apply. Facts: `possible_on`."""

    code = "fees-too-soon"


class InvoiceUnknown(SettlementRefused):
    """No such invoice, or one of another tenant."""

    code = "fee-invoice-unknown"
