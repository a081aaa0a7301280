"""Another account for an agreement's money: entered by one person, agreed to by another; until then, nothing is paid."""

from typing import ClassVar

from carnet.funding.rules._refusals import FundingRefused


class RingFenceEnded(FundingRefused):
    """The agreement's account is of an operator that is no more: enter the new one first. Facts: agreement."""

    code: ClassVar[str] = "ring-fence-ended"


class RingFenceWaiting(FundingRefused):
    """Another account already waits for a second person."""

    code = "ring-fence-waiting"


class RingFenceSame(FundingRefused):
    """The account entered is the one that ended."""

    code = "ring-fence-same"


class RingFenceUnknown(FundingRefused):
    """No such change of account, or one of another tenant."""

    code = "ring-fence-unknown"


class RingFenceDecided(FundingRefused):
    """This change of account was agreed to or refused before."""

    code = "ring-fence-decided"
