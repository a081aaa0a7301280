"""What an application keeps sealed, read and written in one place."""

import json
from collections.abc import Sequence
from typing import Any

from carnet.distribution.models import DeskFile, DeskImport
from carnet.distribution.rules.joining import Answers, empty_answers
from carnet.gateways.keys import key_ring
from carnet.kernel.refusals import Refusal
from carnet.places.rules.joining import parsed_number

ANSWERS, EMAIL, ROWS = "desk-answers", "desk-email", "desk-rows"


def answers_of(file: DeskFile) -> Answers:
    """What the applicant wrote. Raises: KeysUnreadable."""
    if file.sealed_answers is None:
        return empty_answers()
    found: dict[str, Any] = json.loads(key_ring().unseal(ANSWERS, bytes(file.sealed_answers)))
    return {**empty_answers(), **found}


def sealed_answers(answers: Answers) -> bytes:
    """The same, as it is kept."""
    return key_ring().seal(ANSWERS, json.dumps(answers, ensure_ascii=False).encode())


def email_of(file: DeskFile) -> str:
    """Where the applicant is written to; "" once erased. Raises: KeysUnreadable."""
    return key_ring().unseal(EMAIL, bytes(file.sealed_email)).decode() if file.sealed_email is not None else ""


def rows_of(row: DeskImport) -> list[Answers]:
    """The applications the lines of a file make; none once it has served. Raises: KeysUnreadable."""
    if row.sealed_rows is None:
        return []
    found: list[Answers] = json.loads(key_ring().unseal(ROWS, bytes(row.sealed_rows)))
    return found


def sealed_rows(rows: Sequence[Answers]) -> bytes:
    """The same, as it is kept."""
    return key_ring().seal(ROWS, json.dumps(list(rows), ensure_ascii=False).encode())


def normal_number(answers: Answers) -> str:
    """An application's number as it is kept; "" while it is not one."""
    try:
        return str(parsed_number(str(answers["who"].get("number", ""))))
    except Refusal:
        return ""
