"""What a structure does with its request: open it, write in it, send it, take it back, ask for its link again.

Nobody has an account yet: the number and the code stand for whoever asks. Everything typed is kept as it was typed.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import ALPHABET
from carnet.mandates import access
from carnet.mandates.models import StructureDecision, StructureFile
from carnet.mandates.operations.habilitation._notes import note_file
from carnet.mandates.queries.habilitation._files import problems_of
from carnet.mandates.queries.habilitation._sealed import (
    address_mark,
    answers_of,
    email_of,
    normal_siret,
    sealed_answers,
    sealed_email,
)
from carnet.mandates.queries.habilitation._terms import structure_network
from carnet.mandates.rules.habilitation import (
    CODE_SYMBOLS,
    COMMITMENT_CODES,
    COMMITMENT_FIELDS,
    HELPER_FIELDS,
    HELPERS_MAX,
    LEAD_FIELDS,
    NAME_MAX,
    OPENED,
    WHO_FIELDS,
    Answers,
    DecisionState,
    FileState,
    HelperUnknown,
    RequestNumber,
    Step,
    StructureAlreadyThere,
    StructureFileIncomplete,
    StructureFileNotWritable,
    TooManyHelpers,
    check_writable,
    empty_answers,
    key_of,
    printed_code,
)
from carnet.notices import operations as notices
from carnet.parties.rules import clean_email, secret_hash

FIELDS_OF_STEP = {
    Step.WHO: ("who", WHO_FIELDS),
    Step.LEAD: ("lead", LEAD_FIELDS),
    Step.COMMITMENTS: ("commitments", COMMITMENT_FIELDS),
}
APPLICANT = Actor.anonymous()


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
        repeated = StructureFile.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return StructureFileOpened(repeated.id, repeated.number, None)
        number, code = _drawn(), _code()
        key = key_of(number, code)
        file = StructureFile.objects.create(
            programme_id=programme.id,
            number=str(number),
            state=FileState.DRAFT.value,
            sealed_answers=sealed_answers({**empty_answers(), "lead": {"lead_email": address}}),
            sealed_email=sealed_email(address),
            email_mark=address_mark(address),
            secret_hash=secret_hash(key),
            opened_at=at,
            changed_at=at,
            request_id=request_id,
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
    made = []
    with acting_as(programme_ids=[programme.id]):
        rows = StructureFile.objects.select_for_update(of=("self",)).filter(
            programme_id=programme.id, email_mark=address_mark(address), erased_at=None, state__in=[each.value for each in OPENED]
        )
        for file in rows.order_by("id")[:10]:
            number, code = RequestNumber(file.number), _code()
            key = key_of(number, code)
            file.secret_hash = secret_hash(key)
            file.save(update_fields=["secret_hash"])
            _write_link(file, address, number, code, programme.name, language, at)
            note_file("structure-link-sent-again", file, APPLICANT, request_id, at)
            made.append(key)
    return tuple(made)


@transaction.atomic
def write_structure_step(*, key: str, step: Step, given: Mapping[str, Any], at: datetime) -> None:
    """Keep what was typed in one of the plain steps, right or wrong. Raises: StructureFileUnknown, StructureFileNotWritable."""
    part, names = FIELDS_OF_STEP[step]
    with _written(key, at) as answers:
        answers[part] = {**answers[part], **{name: _plain(name, given[name]) for name in names if name in given}}


@transaction.atomic
def write_structure_helper(*, key: str, helper: str | None = None, given: Mapping[str, Any], at: datetime) -> str:
    """Keep what was typed of one helper, right or wrong; a new one without `helper`. Returns its key in the request.

    Raises: StructureFileUnknown, StructureFileNotWritable, HelperUnknown, TooManyHelpers.
    """
    with _written(key, at) as answers:
        if helper is None:
            if len(answers["helpers"]) >= HELPERS_MAX:
                raise TooManyHelpers(helpers_max=HELPERS_MAX)
            helper = str(1 + max((int(each["key"]) for each in answers["helpers"]), default=0))
            answers["helpers"].append({"key": helper})
        _one(answers, helper).update({name: _plain(name, given[name]) for name in HELPER_FIELDS if name in given})
    return helper


@transaction.atomic
def remove_structure_helper(*, key: str, helper: str, at: datetime) -> None:
    """Take a helper out of the request. Raises: StructureFileUnknown, StructureFileNotWritable, HelperUnknown."""
    with _written(key, at) as answers:
        answers["helpers"].remove(_one(answers, helper))


@transaction.atomic
def send_structure_file(*, key: str, request_id: UUID, at: datetime) -> None:
    """Send the request to the programme. Sending again changes nothing.

    Raises: StructureFileUnknown, StructureFileNotWritable, StructureFileIncomplete, StructureAlreadyThere.
    """
    found = access.structure_file_of_key(key)
    with acting_as(programme_ids=[found.programme_id]):
        file = locked(found)
        if file.state == FileState.SENT:
            return
        check_writable(FileState(file.state))
        if left := problems_of(file, answers_of(file), at=at):
            raise StructureFileIncomplete(count=len(left))
        file.state, file.sent_at, file.changed_at = FileState.SENT.value, at, at
        file.revision += 1
        _save_once(file)
        context = {"programme": file.programme.name, "name": file.name, "number": RequestNumber(file.number).printed()}
        notices.post(kind="mandates.structure-sent", to_email=email_of(file), context=context, at=at)
    note_file("structure-file-sent", file, APPLICANT, request_id, at)


@transaction.atomic
def take_back_structure_file(*, key: str, request_id: UUID, at: datetime) -> None:
    """Take a sent request back to correct it, while nobody has prepared an answer. Raises: StructureFileUnknown, StructureFileNotWritable."""
    _turn(key, {FileState.SENT}, FileState.DRAFT, "structure-file-taken-back", request_id, at)


@transaction.atomic
def withdraw_structure_file(*, key: str, request_id: UUID, at: datetime) -> None:
    """Give the request up. What it holds is erased a year later at most. Raises: StructureFileUnknown, StructureFileNotWritable."""
    writing = {FileState.DRAFT, FileState.SENT, FileState.COMPLETION}
    _turn(key, writing, FileState.WITHDRAWN, "structure-file-withdrawn", request_id, at)


def locked(found: StructureFile) -> StructureFile:
    """The same request, locked, for whoever has its number and code. Call it seeing its programme."""
    return access.structure_file(Actor.system("applicant", programme_ids={found.programme_id}), found.id, lock=True)


def touch(file: StructureFile, at: datetime) -> None:
    """The request is not what it was: a decision prepared about it earlier is about another."""
    file.changed_at, file.revision = at, file.revision + 1
    file.save(update_fields=["changed_at", "revision"])


def _turn(key: str, allowed: set[FileState], state: FileState, what: str, request_id: UUID, at: datetime) -> None:
    found = access.structure_file_of_key(key)
    with acting_as(programme_ids=[found.programme_id]):
        file = locked(found)
        prepared = StructureDecision.objects.filter(file_id=file.id, state=DecisionState.PREPARED.value).exists()
        if FileState(file.state) not in allowed or prepared:
            raise StructureFileNotWritable(state=file.state)
        file.state, file.changed_at = state.value, at
        file.revision += 1
        file.save(update_fields=["state", "changed_at", "revision"])
    note_file(what, file, APPLICANT, request_id, at)


@contextmanager
def _written(key: str, at: datetime) -> Iterator[Answers]:
    """The answers of a request, locked, and kept on leaving. Raises: StructureFileUnknown, StructureFileNotWritable."""
    found = access.structure_file_of_key(key)
    with acting_as(programme_ids=[found.programme_id]):
        file = locked(found)
        check_writable(FileState(file.state))
        answers = answers_of(file)
        yield answers
        file.sealed_answers, file.name = sealed_answers(answers), str(answers["who"].get("name", ""))[:NAME_MAX]
        file.siret, file.changed_at, file.revision = normal_siret(answers), at, file.revision + 1
        # A request asked to be completed still stands: its SIRET may be taken by no other.
        _save_once(file)


def _save_once(file: StructureFile) -> None:
    try:
        with transaction.atomic():
            file.save()
    except IntegrityError as error:
        if "one_per_siret" in str(error):
            raise StructureAlreadyThere(number=file.siret) from None
        raise


def _plain(name: str, value: Any) -> Any:
    if name == "codes":
        return sorted(COMMITMENT_CODES & {str(each) for each in value})
    if name == "lead_helps":
        return bool(value)
    return str(value if value is not None else "").strip()[:NAME_MAX]


def _one(answers: Answers, helper: str) -> dict[str, Any]:
    for each in answers["helpers"]:
        if each["key"] == helper:
            found: dict[str, Any] = each
            return found
    raise HelperUnknown


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
