"""No edition without a label, whoever asks and by whichever door."""

from datetime import datetime

from carnet.issuing import queries
from carnet.issuing.rules import check_labelled
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties


def check_operator_labelled(operator_id: int, *, at: datetime) -> None:
    """Raises: OperatorNotLabelled."""
    label = queries.label_for_editions(operator_id, at=at)
    check_labelled(is_labelled=label is not None, operator=parties.organisation(operator_id).name, day=legal_day(at))
