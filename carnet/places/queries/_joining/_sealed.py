"""What a file keeps sealed, read and written in one place."""

from typing import Any

from carnet.parties.queries.applications import Sealed
from carnet.places.rules.joining import Criterion, Terms, empty_answers

SEALED = Sealed("joining-answers", "joining-email", empty_answers, paper="joining-document")


answers_of, email_of = SEALED.answers_of, SEALED.email_of


def terms_from(row: Any) -> Terms:
    """A row of terms as a value of the rules."""
    return Terms(
        version=row.version,
        criteria=tuple(Criterion(each["code"], each["title"], each["text"]) for each in row.criteria),
        charter=row.charter,
        answer_days=row.answer_days,
        completion_days=row.completion_days,
        appeal_days=row.appeal_days,
        label_months=row.label_months,
    )
