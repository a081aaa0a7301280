"""What an agreement's account held, said by its bank or stated by two people."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from carnet.funding.rules._refusals import FundingRefused

# A balance is of an account: no bank of ours holds a thousand million euros.
CENTS_MOST = 100_000_000_000


class BalanceSource(StrEnum):
    """Who says what the account held."""

    STATEMENT = "STATEMENT"
    STATED = "STATED"


class BalanceInFuture(FundingRefused):
    """The account's balance of a day that has not ended. Facts: day, today_on."""

    code: ClassVar[str] = "balance-in-future"


class BalanceTooLarge(FundingRefused):
    """More than any account of an agreement holds: probably cents taken for euros."""

    code = "balance-too-large"


class BalanceWaiting(FundingRefused):
    """Another stated balance of this agreement still waits for a second person."""

    code = "balance-waiting"


class BalanceUnknown(FundingRefused):
    """No such stated balance, or one of another tenant."""

    code = "balance-unknown"


class BalanceDecided(FundingRefused):
    """This stated balance was agreed to or refused before."""

    code = "balance-decided"


def check_stated_balance(*, day: date, cents: int, today: date) -> None:
    """A balance of a day that has ended, of a size an account has. Raises: BalanceInFuture, BalanceTooLarge."""
    if day >= today:
        raise BalanceInFuture(day=day, today_on=today)
    if abs(cents) > CENTS_MOST:
        raise BalanceTooLarge
