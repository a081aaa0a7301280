"""Who may make an edition: an operator with a label of vouchers in force."""

from datetime import date
from typing import ClassVar

from carnet.issuing.rules._orders import IssuingRefused


class OperatorNotLabelled(IssuingRefused):
    """The operator holds no label of vouchers in force on that day. Facts: operator (its name), day."""

    code: ClassVar[str] = "operator-not-labelled"


def check_labelled(*, is_labelled: bool, operator: str, day: date) -> None:
    """An edition is ordered, approved and drawn under a label; vouchers that exist need none.

    Raises: OperatorNotLabelled. Source: order of 26 March 2019 (docs/sources/labels.md#vouchers).
    """
    if not is_labelled:
        raise OperatorNotLabelled(operator=operator, day=day)
