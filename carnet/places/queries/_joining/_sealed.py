"""What a file keeps sealed, read and written in one place."""

import json
from typing import Any

from carnet.gateways.keys import key_ring
from carnet.places.models import JoiningFile
from carnet.places.rules.joining import Answers, Criterion, Terms, empty_answers

ANSWERS, EMAIL, DOCUMENT = "joining-answers", "joining-email", "joining-document"


def answers_of(file: JoiningFile) -> Answers:
    """What the applicant wrote. Raises: KeysUnreadable."""
    if file.sealed_answers is None:
        return empty_answers()
    found: dict[str, Any] = json.loads(key_ring().unseal(ANSWERS, bytes(file.sealed_answers)))
    return {**empty_answers(), **found}


def sealed_answers(answers: Answers) -> bytes:
    """The same, as it is kept."""
    return key_ring().seal(ANSWERS, json.dumps(answers, ensure_ascii=False).encode())


def email_of(file: JoiningFile) -> str:
    """Where the applicant is written to; "" once erased. Raises: KeysUnreadable."""
    return key_ring().unseal(EMAIL, bytes(file.sealed_email)).decode() if file.sealed_email is not None else ""


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
