"""How an agreement's places are paid: by a file its bank takes, or by payment orders that a public accountant pays.

Source: docs/sources/payments-and-banks.md#public-accountant; docs/decisions/0041-files-for-banks-and-accountants.md.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from carnet.settlement.rules._payments import Verdict
from carnet.settlement.rules._refusals import SettlementRefused

ORDER_NUMBER_MAX = 20
NOTE_MAX = 200
REJECTED_ORDER = "MANDAT"
"""The reason code of a transfer whose payment order the accountant rejected; the words are kept beside it."""


class PaymentChannel(StrEnum):
    """The form a payment run leaves in."""

    TRANSFERS_2019 = "pain.001.001.09"
    TRANSFERS_2009 = "pain.001.001.03"
    ORDERS = "mandats"


DEFAULT_CHANNEL = PaymentChannel.TRANSFERS_2019


class BankFileUnknown(SettlementRefused):
    """No such answer, or one of another tenant."""

    code = "bank-file-unknown"


class RunOfAnotherChannel(SettlementRefused):
    """A bank file asked of a run paid by payment orders, or the other way round. Facts: `channel`."""

    code = "run-of-another-channel"


class OrderAnswerIncomplete(SettlementRefused):
    """Neither a number with a day, nor a reason; or both. Nothing was recorded."""

    code = "order-answer-incomplete"


class OrderAnsweredInFuture(SettlementRefused):
    """A payment order said to be paid tomorrow or later. Facts: `paid_on`, `today_on`."""

    code = "order-answered-in-future"


class OrderAlreadyAnswered(SettlementRefused):
    """A payment order not given yet, or that the accountant already paid or rejected. Facts: `state`."""

    code = "order-already-answered"


def check_channel(channel: PaymentChannel, *, by_orders: bool) -> None:
    """Let a run leave in the form it was asked in. Raises: RunOfAnotherChannel."""
    if (channel is PaymentChannel.ORDERS) != by_orders:
        raise RunOfAnotherChannel(channel=channel.value)


def check_order_answer(*, number: str, paid_on: date | None, reason: str, today: date) -> None:
    """An accountant's answer says one thing: paid, under a number and on a day; or rejected, and why.

    Raises: OrderAnswerIncomplete, OrderAnsweredInFuture.
    """
    is_paid, is_rejected = bool(number.strip()) and paid_on is not None, bool(reason.strip())
    if is_paid == is_rejected or (is_rejected and paid_on is not None):
        raise OrderAnswerIncomplete()
    if paid_on is not None and paid_on > today:
        raise OrderAnsweredInFuture(paid_on=paid_on, today_on=today)


def shasums(digests: Iterable[tuple[str, str]]) -> str:
    """The list of files and their SHA-256 as ``sha256sum --check`` reads it: what is signed."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests)


def check_order_open(verdict: Verdict, *, state: str) -> None:
    """An order is answered once, after it was given to the accountant. Raises: OrderAlreadyAnswered."""
    if verdict not in (Verdict.PAY, Verdict.REFUSE):
        raise OrderAlreadyAnswered(state=state)
