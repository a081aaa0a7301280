"""What an application keeps sealed, read and written in one place."""

import json
from collections.abc import Sequence

from carnet.distribution.models import DeskImport
from carnet.distribution.rules.joining import Answers, empty_answers
from carnet.gateways.keys import key_ring
from carnet.kernel.refusals import Refusal
from carnet.parties.queries.applications import Sealed
from carnet.places.rules.joining import parsed_number

SEALED = Sealed("desk-answers", "desk-email", empty_answers)
ROWS = "desk-rows"


answers_of, email_of = SEALED.answers_of, SEALED.email_of


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
