"""What an applicant does with its application: open it by its address, write in it, send it, take it back.

Nobody has an account yet: the secret of the link stands for the applicant. Everything typed is kept as it was typed.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.distribution import access
from carnet.distribution.models import DeskDecision, DeskFile
from carnet.distribution.queries._joining._files import problems_of
from carnet.distribution.queries._joining._sealed import EMAIL, answers_of, email_of, normal_number, sealed_answers
from carnet.distribution.queries._joining._texts import desk_network
from carnet.distribution.rules.joining import (
    APPLICATION_POINTS_MAX,
    NAME_MAX,
    PEOPLE_FIELDS,
    POINT_FIELDS,
    WHO_FIELDS,
    WRITABLE,
    Answers,
    DeskAlreadyThere,
    DeskFileIncomplete,
    DeskFileNotWritable,
    FileState,
    Step,
    empty_answers,
)
from carnet.distribution.rules.points import PointUnknown, TooManyPoints
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties.rules import clean_email, secret_hash
from carnet.places.rules.joining import DecisionState

FIELDS_OF_STEP = {Step.WHO: ("who", WHO_FIELDS), Step.PEOPLE: ("people", PEOPLE_FIELDS)}
APPLICANT = Actor.anonymous()


@dataclass(frozen=True, slots=True)
class DeskFileOpened:
    """An application just opened. `secret` is what its link holds: given once, to be sent; None when the request is repeated."""

    file_id: int
    secret: str | None = field(repr=False)


@transaction.atomic
def open_desk_file(*, slug: str, email: str, language: str = "fr", request_id: UUID, at: datetime) -> DeskFileOpened:
    """Open an application for an e-mail address and write to it with the application's link.

    Raises:  ProgrammeUnknown, DesksClosed, EmailInvalid.
    Repeat:  the same request_id gives the first application, without its secret.
    """
    programme, address = desk_network(slug, at=at).programme, clean_email(email)
    with acting_as(programme_ids=[programme.id]):
        repeated = DeskFile.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return DeskFileOpened(repeated.id, None)
        secret = secrets.token_urlsafe(32)
        answers = {**empty_answers(), "people": {"lead_email": address}}
        file = write_file(programme.id, answers, address, secret_hash(secret), FileState.DRAFT, request_id, at)
    _write_link(file, address, secret, programme.name, language, at)
    _journal("desk-file-opened", file, request_id, at)
    return DeskFileOpened(file.id, secret)


def write_file(
    programme_id: int, answers: Answers, address: str, hashed: bytes, state: FileState, request_id: UUID, at: datetime
) -> DeskFile:
    """Write an application's row, whoever brings it."""
    return DeskFile.objects.create(
        programme_id=programme_id,
        state=state.value,
        name=str(answers["who"].get("name", ""))[:200],
        number=normal_number(answers),
        sealed_answers=sealed_answers(answers),
        sealed_email=key_ring().seal(EMAIL, address.encode()),
        email_mark=_mark(address),
        secret_hash=hashed,
        opened_at=at,
        changed_at=at,
        sent_at=None if state is FileState.DRAFT else at,
        request_id=request_id,
    )


@transaction.atomic
def send_desk_link_again(*, slug: str, email: str, language: str = "fr", request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Write a new link to an address for each application it has; earlier links stop working. Says nothing when it has none.

    Returns the new secrets, for a demonstration that writes to nobody. Raises: EmailInvalid, ProgrammeUnknown.
    """
    programme, address = funding.programme_by_slug(slug), clean_email(email)
    made = []
    with acting_as(programme_ids=[programme.id]):
        rows = DeskFile.objects.select_for_update(of=("self",)).filter(
            programme_id=programme.id, email_mark=_mark(address), erased_at__isnull=True
        )
        for file in rows.exclude(state=FileState.WITHDRAWN.value).order_by("id")[:10]:
            secret = secrets.token_urlsafe(32)
            file.secret_hash = secret_hash(secret)
            file.save(update_fields=["secret_hash"])
            _write_link(file, address, secret, programme.name, language, at)
            _journal("desk-link-sent-again", file, request_id, at)
            made.append(secret)
    return tuple(made)


@transaction.atomic
def write_desk_step(*, secret: str, step: Step, given: Mapping[str, str], at: datetime) -> None:
    """Keep what was typed in one of the plain steps, right or wrong. Raises: DeskFileUnknown, DeskFileNotWritable."""
    part, names = FIELDS_OF_STEP[step]
    with _written(secret, at) as answers:
        answers[part] = {**answers[part], **{name: str(given.get(name, "")).strip()[:NAME_MAX] for name in names if name in given}}


@transaction.atomic
def write_desk_point(*, secret: str, key: str | None = None, given: Mapping[str, Any], at: datetime) -> str:
    """Keep what was typed of one point, right or wrong; a new one without `key`. Returns its key in the application.

    Raises: DeskFileUnknown, DeskFileNotWritable, PointUnknown, TooManyPoints.
    """
    with _written(secret, at) as answers:
        if key is None:
            if len(answers["points"]) >= APPLICATION_POINTS_MAX:
                raise TooManyPoints(most=APPLICATION_POINTS_MAX)
            key = str(1 + max((int(point["key"]) for point in answers["points"]), default=0))
            answers["points"].append({"key": key})
        _point(answers, key).update({name: _plain(given[name]) for name in POINT_FIELDS if name in given})
    return key


@transaction.atomic
def remove_desk_point(*, secret: str, key: str, at: datetime) -> None:
    """Take a point out of the application. Raises: DeskFileUnknown, DeskFileNotWritable, PointUnknown."""
    with _written(secret, at) as answers:
        answers["points"].remove(_point(answers, key))


@transaction.atomic
def send_desk_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Send the application to the operator. Sending again changes nothing.

    Raises: DeskFileUnknown, DeskFileNotWritable, DeskFileIncomplete, DeskAlreadyThere.
    """
    found = access.desk_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        file = access.desk_file(_system(found), found.id, lock=True)
        if file.state == FileState.SENT:
            return
        _check_writable(file)
        answers = answers_of(file)
        if left := problems_of(file, answers, at=at):
            raise DeskFileIncomplete(count=len(left))
        file.state, file.sent_at, file.changed_at = FileState.SENT.value, at, at
        file.revision += 1
        _save_once(file)
    context = {"programme": file.programme.name, "name": file.name}
    notices.post(kind="distribution.desk-file-sent", to_email=email_of(file), context=context, at=at)
    _journal("desk-file-sent", file, request_id, at)


@transaction.atomic
def take_back_desk_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Take a sent application back to correct it, while nobody has prepared an answer. Raises: DeskFileUnknown, DeskFileNotWritable."""
    _turn(secret, {FileState.SENT}, FileState.DRAFT, "desk-file-taken-back", request_id, at)


@transaction.atomic
def withdraw_desk_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Give the application up. What it holds is erased a year later at most. Raises: DeskFileUnknown, DeskFileNotWritable."""
    _turn(
        secret, {FileState.DRAFT, FileState.SENT, FileState.COMPLETION}, FileState.WITHDRAWN, "desk-file-withdrawn", request_id, at
    )  # fmt: skip


def _turn(secret: str, allowed: set[FileState], state: FileState, what: str, request_id: UUID, at: datetime) -> None:
    found = access.desk_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        file = access.desk_file(_system(found), found.id, lock=True)
        prepared = DeskDecision.objects.filter(file_id=file.id, state=DecisionState.PREPARED.value).exists()
        if FileState(file.state) not in allowed or prepared:
            raise DeskFileNotWritable(state=file.state)
        file.state, file.changed_at = state.value, at
        file.revision += 1
        file.save(update_fields=["state", "changed_at", "revision"])
    _journal(what, file, request_id, at)


@contextmanager
def _written(secret: str, at: datetime) -> Iterator[Answers]:
    """The answers of a link's application, locked, and kept on leaving. Raises: DeskFileUnknown, DeskFileNotWritable."""
    found = access.desk_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        file = access.desk_file(_system(found), found.id, lock=True)
        _check_writable(file)
        answers = answers_of(file)
        yield answers
        file.sealed_answers, file.name, file.number = sealed_answers(answers), answers["who"].get("name", "")[:200], normal_number(answers)
        file.changed_at, file.revision = at, file.revision + 1
        # An application asked to be completed still stands: its number may be taken by no other.
        _save_once(file)


def _save_once(file: DeskFile) -> None:
    try:
        with transaction.atomic():
            file.save()
    except IntegrityError as error:
        if "one_per_number" in str(error):
            raise DeskAlreadyThere(number=file.number) from None
        raise


def _check_writable(file: DeskFile) -> None:
    if FileState(file.state) not in WRITABLE:
        raise DeskFileNotWritable(state=file.state)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [str(each)[:60] for each in value][:60]
    return value if isinstance(value, bool) else str(value if value is not None else "").strip()[:NAME_MAX]


def _point(answers: Answers, key: str) -> dict[str, Any]:
    for point in answers["points"]:
        if point["key"] == key:
            found: dict[str, Any] = point
            return found
    raise PointUnknown


def _system(file: DeskFile) -> Actor:
    """Whoever has the link, for the one programme of its application."""
    return Actor.system("applicant", programme_ids={file.programme_id})


def _mark(address: str) -> bytes:
    return key_ring().mark(EMAIL, address)


def _write_link(file: DeskFile, address: str, secret: str, programme: str, language: str, at: datetime) -> None:
    context = {"programme": programme, "name": file.name, "secret": secret}
    notices.post(kind="distribution.desk-file-link", to_email=address, context=context, language=language, at=at)


def _journal(what: str, file: DeskFile, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=APPLICANT, action=f"distribution.{what}", subject=("desk-file", file.id), facts={"revision": file.revision},
        programme_id=file.programme_id, request_id=request_id, at=at,
    )  # fmt: skip
