"""What a structure does with its request: open it, write in it, send it, take it back, ask for its link again.

Nobody has an account yet: the number and the code stand for whoever asks. Everything typed is kept as it was typed.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.identifiers import ALPHABET
from carnet.mandates import access
from carnet.mandates.models import StructureDecision, StructureFile
from carnet.mandates.operations.habilitation._notes import note_file
from carnet.mandates.queries.habilitation._files import problems_of
from carnet.mandates.queries.habilitation._sealed import SEALED, email_of, normal_siret
from carnet.mandates.queries.habilitation._terms import structure_network
from carnet.mandates.rules.habilitation import (
    CODE_SYMBOLS,
    COMMITMENT_CODES,
    COMMITMENT_FIELDS,
    HELPER_FIELDS,
    HELPERS_MAX,
    LEAD_FIELDS,
    NAME_MAX,
    WHO_FIELDS,
    Answers,
    HelperUnknown,
    RequestNumber,
    Step,
    StructureAlreadyThere,
    StructureFileIncomplete,
    StructureFileNotWritable,
    TooManyHelpers,
    empty_answers,
    key_of,
    printed_code,
)
from carnet.notices import operations as notices
from carnet.parties.operations.applications import APPLICANT, Applications
from carnet.parties.rules import clean_email
from carnet.parties.rules.applications import item_of, next_key

FIELDS_OF_STEP = {
    Step.WHO: ("who", WHO_FIELDS),
    Step.LEAD: ("lead", LEAD_FIELDS),
    Step.COMMITMENTS: ("commitments", COMMITMENT_FIELDS),
}
REQUESTS = Applications(
    rows=StructureFile,
    decisions=StructureDecision,
    sealed=SEALED,
    of_key=access.structure_file_of_key,
    locked=partial(access.structure_file, lock=True),
    numbered=normal_siret,
    not_writable=StructureFileNotWritable,
    already_there=StructureAlreadyThere,
    number="siret",
)


@dataclass(frozen=True, slots=True)
class StructureFileOpened:
    """A request just opened. `key`: its number and code together, given once; None when the request is repeated."""

    file_id: int
    number: str
    key: str | None = field(repr=False)


@transaction.atomic
def open_structure_file(*, slug: str, email: str, language: str = "fr", request_id: UUID, at: datetime) -> StructureFileOpened:
    """Open a request for an e-mail address, and write to it with the request's number and code.

    Raises:  ProgrammeUnknown, StructuresClosed, EmailInvalid.
    Repeat:  the same request_id gives the first request, without its code.
    """
    programme, address = structure_network(slug, at=at).programme, clean_email(email)
    with acting_as(programme_ids=[programme.id]):
        if (repeated := REQUESTS.repeated(request_id)) is not None:
            return StructureFileOpened(repeated.id, repeated.number, None)
        number, code = _drawn(), _code()
        key, answers = key_of(number, code), {**empty_answers(), "lead": {"lead_email": address}}
        file = REQUESTS.keep(
            answers=answers, address=address, key=key, request_id=request_id, at=at, programme_id=programme.id, number=str(number)
        )
    _write_link(file, address, number, code, programme.name, language, at)
    note_file("structure-file-opened", file, APPLICANT, request_id, at)
    return StructureFileOpened(file.id, number.printed(), key)


@transaction.atomic
def send_structure_link_again(*, slug: str, email: str, language: str = "fr", request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Write a new code to an address for each request it has; earlier codes stop working. Says nothing when it has none.

    Returns the new keys, for a demonstration that writes to nobody. Raises: EmailInvalid, ProgrammeUnknown.
    """
    programme, address = funding.programme_by_slug(slug), clean_email(email)
    codes: dict[int, str] = {}

    def key_for(file: StructureFile) -> str:
        codes[file.id] = _code()
        return key_of(RequestNumber(file.number), codes[file.id])

    made = []
    for file, key in REQUESTS.renew_keys(programme.id, address, key_for):
        _write_link(file, address, RequestNumber(file.number), codes[file.id], programme.name, language, at)
        note_file("structure-link-sent-again", file, APPLICANT, request_id, at)
        made.append(key)
    return tuple(made)


@transaction.atomic
def write_structure_step(*, key: str, step: Step, given: Mapping[str, Any], at: datetime) -> None:
    """Keep what was typed in one of the plain steps, right or wrong. Raises: StructureFileUnknown, StructureFileNotWritable."""
    part, names = FIELDS_OF_STEP[step]
    with REQUESTS.written(key, at) as (_file, answers):
        answers[part] = {**answers[part], **{name: _plain(name, given[name]) for name in names if name in given}}


@transaction.atomic
def write_structure_helper(*, key: str, helper: str | None = None, given: Mapping[str, Any], at: datetime) -> str:
    """Keep what was typed of one helper, right or wrong; a new one without `helper`. Returns its key in the request.

    Raises: StructureFileUnknown, StructureFileNotWritable, HelperUnknown, TooManyHelpers.
    """
    with REQUESTS.written(key, at) as (_file, answers):
        if helper is None:
            if len(answers["helpers"]) >= HELPERS_MAX:
                raise TooManyHelpers(helpers_max=HELPERS_MAX)
            helper = next_key(answers["helpers"])
            answers["helpers"].append({"key": helper})
        _one(answers, helper).update({name: _plain(name, given[name]) for name in HELPER_FIELDS if name in given})
    return helper


@transaction.atomic
def remove_structure_helper(*, key: str, helper: str, at: datetime) -> None:
    """Take a helper out of the request. Raises: StructureFileUnknown, StructureFileNotWritable, HelperUnknown."""
    with REQUESTS.written(key, at) as (_file, answers):
        answers["helpers"].remove(_one(answers, helper))


@transaction.atomic
def send_structure_file(*, key: str, request_id: UUID, at: datetime) -> None:
    """Send the request to the programme. Sending again changes nothing.

    Raises: StructureFileUnknown, StructureFileNotWritable, StructureFileIncomplete, StructureAlreadyThere.
    """

    def check(file: StructureFile, answers: Answers) -> None:
        if left := problems_of(file, answers, at=at):
            raise StructureFileIncomplete(count=len(left))

    file = REQUESTS.send(key, at, check)
    if file is None:
        return
    context = {"programme": file.programme.name, "name": file.name, "number": RequestNumber(file.number).printed()}
    notices.post(kind="mandates.structure-sent", to_email=email_of(file), context=context, at=at)
    note_file("structure-file-sent", file, APPLICANT, request_id, at)


@transaction.atomic
def take_back_structure_file(*, key: str, request_id: UUID, at: datetime) -> None:
    """Take a sent request back to correct it, while nobody has prepared an answer. Raises: StructureFileUnknown, StructureFileNotWritable."""
    note_file("structure-file-taken-back", REQUESTS.take_back(key, at), APPLICANT, request_id, at)


@transaction.atomic
def withdraw_structure_file(*, key: str, request_id: UUID, at: datetime) -> None:
    """Give the request up. What it holds is erased a year later at most. Raises: StructureFileUnknown, StructureFileNotWritable."""
    note_file("structure-file-withdrawn", REQUESTS.withdraw(key, at), APPLICANT, request_id, at)


def _plain(name: str, value: Any) -> Any:
    if name == "codes":
        return sorted(COMMITMENT_CODES & {str(each) for each in value})
    if name == "lead_helps":
        return bool(value)
    return str(value if value is not None else "").strip()[:NAME_MAX]


def _one(answers: Answers, helper: str) -> dict[str, Any]:
    found = item_of(answers["helpers"], helper)
    if found is None:
        raise HelperUnknown
    return found


def _drawn() -> RequestNumber:
    # A number already taken makes the insertion fail: of seventeen thousand million, nobody will see it.
    return RequestNumber.from_drawn(secrets.randbelow(RequestNumber.DRAWN_MAX))


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _symbol in range(CODE_SYMBOLS))


def _write_link(file: StructureFile, address: str, number: RequestNumber, code: str, programme: str, language: str, at: datetime) -> None:
    context = {
        "programme": programme, "name": file.name, "number": number.printed(), "code": printed_code(code), "secret": key_of(number, code),
    }  # fmt: skip
    notices.post(kind="mandates.structure-link", to_email=address, context=context, language=language, at=at)
