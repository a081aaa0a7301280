"""What an applicant does with its application: open it by its address, write in it, send it, take it back.

Nobody has an account yet: the secret of the link stands for the applicant. Everything typed is kept as it was typed.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import DeskDecision, DeskFile
from carnet.distribution.queries._joining._files import problems_of
from carnet.distribution.queries._joining._sealed import SEALED, email_of, normal_number
from carnet.distribution.queries._joining._texts import desk_network
from carnet.distribution.rules.joining import (
    APPLICATION_POINTS_MAX,
    NAME_MAX,
    PEOPLE_FIELDS,
    POINT_FIELDS,
    WHO_FIELDS,
    Answers,
    DeskAlreadyThere,
    DeskFileIncomplete,
    DeskFileNotWritable,
    Step,
    empty_answers,
)
from carnet.distribution.rules.points import PointUnknown, TooManyPoints
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.notices import operations as notices
from carnet.parties.operations.applications import APPLICANT, Applications
from carnet.parties.rules import clean_email
from carnet.parties.rules.applications import item_of, next_key

FIELDS_OF_STEP = {Step.WHO: ("who", WHO_FIELDS), Step.PEOPLE: ("people", PEOPLE_FIELDS)}
APPLICATIONS = Applications(
    rows=DeskFile,
    decisions=DeskDecision,
    sealed=SEALED,
    of_key=access.desk_file_of_link,
    locked=partial(access.desk_file, lock=True),
    numbered=normal_number,
    not_writable=DeskFileNotWritable,
    already_there=DeskAlreadyThere,
)


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
        if (repeated := APPLICATIONS.repeated(request_id)) is not None:
            return DeskFileOpened(repeated.id, None)
        secret = secrets.token_urlsafe(32)
        answers = {**empty_answers(), "people": {"lead_email": address}}
        file = APPLICATIONS.keep(answers=answers, address=address, key=secret, request_id=request_id, at=at, programme_id=programme.id)
    _write_link(file, address, secret, programme.name, language, at)
    _journal("desk-file-opened", file, request_id, at)
    return DeskFileOpened(file.id, secret)


@transaction.atomic
def send_desk_link_again(*, slug: str, email: str, language: str = "fr", request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Write a new link to an address for each application it has; earlier links stop working. Says nothing when it has none.

    Returns the new secrets, for a demonstration that writes to nobody. Raises: EmailInvalid, ProgrammeUnknown.
    """
    programme, address = funding.programme_by_slug(slug), clean_email(email)
    made = []
    for file, secret in APPLICATIONS.renew_keys(programme.id, address, lambda _file: secrets.token_urlsafe(32)):
        _write_link(file, address, secret, programme.name, language, at)
        _journal("desk-link-sent-again", file, request_id, at)
        made.append(secret)
    return tuple(made)


@transaction.atomic
def write_desk_step(*, secret: str, step: Step, given: Mapping[str, str], at: datetime) -> None:
    """Keep what was typed in one of the plain steps, right or wrong. Raises: DeskFileUnknown, DeskFileNotWritable."""
    part, names = FIELDS_OF_STEP[step]
    with APPLICATIONS.written(secret, at) as (_file, answers):
        answers[part] = {**answers[part], **{name: str(given.get(name, "")).strip()[:NAME_MAX] for name in names if name in given}}


@transaction.atomic
def write_desk_point(*, secret: str, key: str | None = None, given: Mapping[str, Any], at: datetime) -> str:
    """Keep what was typed of one point, right or wrong; a new one without `key`. Returns its key in the application.

    Raises: DeskFileUnknown, DeskFileNotWritable, PointUnknown, TooManyPoints.
    """
    with APPLICATIONS.written(secret, at) as (_file, answers):
        if key is None:
            if len(answers["points"]) >= APPLICATION_POINTS_MAX:
                raise TooManyPoints(most=APPLICATION_POINTS_MAX)
            key = next_key(answers["points"])
            answers["points"].append({"key": key})
        _point(answers, key).update({name: _plain(given[name]) for name in POINT_FIELDS if name in given})
    return key


@transaction.atomic
def remove_desk_point(*, secret: str, key: str, at: datetime) -> None:
    """Take a point out of the application. Raises: DeskFileUnknown, DeskFileNotWritable, PointUnknown."""
    with APPLICATIONS.written(secret, at) as (_file, answers):
        answers["points"].remove(_point(answers, key))


@transaction.atomic
def send_desk_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Send the application to the operator. Sending again changes nothing.

    Raises: DeskFileUnknown, DeskFileNotWritable, DeskFileIncomplete, DeskAlreadyThere.
    """

    def check(file: DeskFile, answers: Answers) -> None:
        if left := problems_of(file, answers, at=at):
            raise DeskFileIncomplete(count=len(left))

    file = APPLICATIONS.send(secret, at, check)
    if file is None:
        return
    context = {"programme": file.programme.name, "name": file.name}
    notices.post(kind="distribution.desk-file-sent", to_email=email_of(file), context=context, at=at)
    _journal("desk-file-sent", file, request_id, at)


@transaction.atomic
def take_back_desk_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Take a sent application back to correct it, while nobody has prepared an answer. Raises: DeskFileUnknown, DeskFileNotWritable."""
    _journal("desk-file-taken-back", APPLICATIONS.take_back(secret, at), request_id, at)


@transaction.atomic
def withdraw_desk_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Give the application up. What it holds is erased a year later at most. Raises: DeskFileUnknown, DeskFileNotWritable."""
    _journal("desk-file-withdrawn", APPLICATIONS.withdraw(secret, at), request_id, at)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [str(each)[:60] for each in value][:60]
    return value if isinstance(value, bool) else str(value if value is not None else "").strip()[:NAME_MAX]


def _point(answers: Answers, key: str) -> dict[str, Any]:
    found = item_of(answers["points"], key)
    if found is None:
        raise PointUnknown
    return found


def _write_link(file: DeskFile, address: str, secret: str, programme: str, language: str, at: datetime) -> None:
    context = {"programme": programme, "name": file.name, "secret": secret}
    notices.post(kind="distribution.desk-file-link", to_email=address, context=context, language=language, at=at)


def _journal(what: str, file: DeskFile, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=APPLICANT, action=f"distribution.{what}", subject=("desk-file", file.id), facts={"revision": file.revision},
        programme_id=file.programme_id, request_id=request_id, at=at,
    )  # fmt: skip
