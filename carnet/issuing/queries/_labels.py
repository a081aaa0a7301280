"""The label under which an operator makes editions."""

from datetime import datetime

from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.queries import OperatorLabelView
from carnet.parties.rules import LabelLevel


def label_for_editions(operator_id: int, *, at: datetime) -> OperatorLabelView | None:
    """The label of vouchers in force on the legal day of `at`; None: nothing can be ordered, approved or drawn."""
    return parties.label_in_force(operator_id, legal_day(at), level=LabelLevel.VOUCHERS)
