"""What an applicant does with its file: open it by its address, write in it step by step, send it, take it back.

Nobody has an account yet: the secret of the file's link stands for the applicant. Everything typed is kept as it was typed.
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
from carnet.journal import operations as journal
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties.operations.applications import APPLICANT, Applications
from carnet.parties.rules import clean_email
from carnet.parties.rules.applications import item_of, next_key
from carnet.places import access
from carnet.places.models import JoiningDecision, JoiningFile, JoiningTerms, Place
from carnet.places.queries._joining import SEALED, email_of, normal_number, surroundings
from carnet.places.rules import PlaceUnknown
from carnet.places.rules.joining import (
    BANK_FIELDS,
    NAME_MAX,
    PEOPLE_FIELDS,
    SITE_FIELDS,
    SITES_MAX,
    WHO_FIELDS,
    Answers,
    JoiningAlreadyOpen,
    JoiningClosed,
    JoiningIncomplete,
    JoiningNotWritable,
    SitesTooMany,
    SiteUnknown,
    Step,
    answer_due_on,
    empty_answers,
    problems,
)

FIELDS_OF_STEP = {Step.WHO: ("who", WHO_FIELDS), Step.PEOPLE: ("people", PEOPLE_FIELDS), Step.BANK: ("bank", BANK_FIELDS)}
APPLICATIONS = Applications(
    rows=JoiningFile,
    decisions=JoiningDecision,
    sealed=SEALED,
    of_key=access.joining_file_of_link,
    locked=partial(access.joining_file, lock=True),
    numbered=normal_number,
    not_writable=JoiningNotWritable,
    already_there=JoiningAlreadyOpen,
)
_COLUMNS = {"name": "name", "address": "address", "address_extra": "address_extra", "postcode": "postcode", "commune": "commune",
            "latitude": "latitude", "longitude": "longitude", "phone": "phone"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opened:
    """A file just opened. `secret` is what its link holds: given once, to be sent; None when the request is repeated."""

    file_id: int
    secret: str | None = field(repr=False)


@transaction.atomic
def open_joining_file(*, programme_id: int, email: str, language: str = "fr", request_id: UUID, at: datetime) -> Opened:
    """Open a file for an e-mail address and write to it with the file's link.

    Raises:  ProgrammeUnknown, JoiningClosed, EmailInvalid.
    Repeat:  the same request_id gives the first file, without its secret.
    """
    programme = funding.programme(programme_id)
    terms = JoiningTerms.objects.filter(programme_id=programme_id).order_by("-version").first()
    if terms is None or not programme.is_open_at(at):
        raise JoiningClosed(programme=programme.name)
    address = clean_email(email)
    with acting_as(programme_ids=[programme_id]):
        if (repeated := APPLICATIONS.repeated(request_id)) is not None:
            return Opened(repeated.id, None)
        secret = secrets.token_urlsafe(32)
        answers = {**empty_answers(), "people": {"contact_email": address}}
        file = APPLICATIONS.keep(
            answers=answers, address=address, key=secret, request_id=request_id, at=at, programme_id=programme_id, terms=terms
        )
    _write_link(file, address, secret, programme.name, language, at)
    _journal("file-opened", file, request_id, at)
    return Opened(file.id, secret)


@transaction.atomic
def send_joining_link_again(*, programme_id: int, email: str, language: str = "fr", request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Write a new link to an address for each file it has in a programme; earlier links stop working. Says nothing when it has none.

    Returns the new secrets, for a demonstration that writes to nobody. Raises: EmailInvalid, ProgrammeUnknown.
    """
    programme, address = funding.programme(programme_id), clean_email(email)
    made = []
    for file, secret in APPLICATIONS.renew_keys(programme_id, address, lambda _file: secrets.token_urlsafe(32)):
        _write_link(file, address, secret, programme.name, language, at)
        _journal("link-sent-again", file, request_id, at)
        made.append(secret)
    return tuple(made)


@transaction.atomic
def write_step(*, secret: str, step: Step, given: Mapping[str, str], at: datetime) -> None:
    """Keep what was typed in one of the plain steps (who, people, bank), right or wrong. Raises: JoiningFileUnknown, JoiningNotWritable."""
    part, names = FIELDS_OF_STEP[step]
    with APPLICATIONS.written(secret, at) as (_file, answers):
        answers[part] = {**answers[part], **{name: str(given.get(name, "")).strip()[:NAME_MAX] for name in names if name in given}}


@transaction.atomic
def add_site(*, secret: str, place_id: int | None = None, at: datetime) -> str:
    """Add a site: a place of the directory, with what is known of it, or an empty one. Returns its key in the file.

    Adding a place that is there already gives its key again.
    Raises: JoiningFileUnknown, JoiningNotWritable, SitesTooMany, PlaceUnknown.
    """
    with APPLICATIONS.written(secret, at) as (_file, answers):
        for site in answers["sites"]:
            if place_id is not None and site.get("place_id") == place_id:
                return str(site["key"])
        if len(answers["sites"]) >= SITES_MAX:
            raise SitesTooMany(sites_max=SITES_MAX)
        key = next_key(answers["sites"])
        answers["sites"].append({"key": key, "place_id": place_id, **_known(place_id)})
    return key


@transaction.atomic
def write_site(*, secret: str, key: str, given: Mapping[str, str], at: datetime) -> None:
    """Keep what was typed of one site, right or wrong. Raises: JoiningFileUnknown, JoiningNotWritable, SiteUnknown."""
    with APPLICATIONS.written(secret, at) as (_file, answers):
        _site(answers, key).update({name: str(given[name]).strip()[:NAME_MAX] for name in SITE_FIELDS if name in given})


@transaction.atomic
def remove_site(*, secret: str, key: str, at: datetime) -> None:
    """Take a site out of the file, with what is taught there. Raises: JoiningFileUnknown, JoiningNotWritable, SiteUnknown."""
    with APPLICATIONS.written(secret, at) as (_file, answers):
        answers["sites"].remove(_site(answers, key))
        answers["teaching"].pop(key, None)


@transaction.atomic
def write_teaching(*, secret: str, key: str, given: Mapping[str, Any], at: datetime) -> None:
    """Keep what is taught at one site: `services`, `modes`, `access` (lists of codes), `beyond_cents` (None: not said), `note`.

    Raises: JoiningFileUnknown, JoiningNotWritable, SiteUnknown.
    """
    with APPLICATIONS.written(secret, at) as (_file, answers):
        _site(answers, key)
        answers["teaching"][key] = {
            **{name: [str(code)[:60] for code in given.get(name, ())][:60] for name in ("services", "modes", "access")},
            "beyond_cents": given.get("beyond_cents"),
            "note": str(given.get("note", "")).strip()[:NAME_MAX],
        }


@transaction.atomic
def accept_charter(*, secret: str, accepted_by: str, role: str, version: int, request_id: UUID, at: datetime) -> None:
    """A named member accepts the charter of one version, at this moment. An empty name takes the acceptance back.

    Raises: JoiningFileUnknown, JoiningNotWritable.
    """
    with APPLICATIONS.written(secret, at) as (file, answers):
        name = accepted_by.strip()[:NAME_MAX]
        answers["charter"] = (
            {"accepted_by": name, "role": role.strip()[:NAME_MAX], "version": version, "accepted_at": at.isoformat()} if name else {}
        )
    _journal("charter-accepted", file, request_id, at, version=version)


@transaction.atomic
def send_joining_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Send the file to the network, which has a promised delay to answer. Sending again changes nothing.

    Raises: JoiningFileUnknown, JoiningNotWritable, JoiningClosed, JoiningIncomplete, JoiningAlreadyOpen.
    """

    def check(file: JoiningFile, answers: Answers) -> None:
        terms = JoiningTerms.objects.filter(programme_id=file.programme_id).order_by("-version").first()
        if terms is None:
            raise JoiningClosed(programme=file.programme.name)
        around = surroundings(file, answers, at=at)
        if left := problems(answers, around):
            raise JoiningIncomplete(steps=[step.value for step in Step if any(each.step is step for each in left)], count=len(left))
        file.terms, file.due_on = terms, answer_due_on(legal_day(at), around.terms)

    file = APPLICATIONS.send(secret, at, check)
    if file is None or file.due_on is None:  # a file just sent has its day; said for the reader and the type checker
        return
    notices.post(
        kind="places.joining-sent",
        to_email=email_of(file),
        context={"programme": file.programme.name, "name": file.name, "due_on": file.due_on.isoformat()},
        at=at,
    )
    _journal("file-sent", file, request_id, at, revision=file.revision)


@transaction.atomic
def take_back_joining_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Take a sent file back to correct it, while nobody has prepared a decision. Raises: JoiningFileUnknown, JoiningNotWritable."""
    _journal("file-taken-back", APPLICATIONS.take_back(secret, at, due_on=None), request_id, at)


@transaction.atomic
def withdraw_joining_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Give the application up. What it holds is erased a year later at most. Raises: JoiningFileUnknown, JoiningNotWritable."""
    _journal("file-withdrawn", APPLICATIONS.withdraw(secret, at, due_on=None), request_id, at)


def _site(answers: Answers, key: str) -> dict[str, Any]:
    found = item_of(answers["sites"], key)
    if found is None:
        raise SiteUnknown
    return found


def _known(place_id: int | None) -> dict[str, str]:
    if place_id is None:
        return {}
    place = Place.objects.filter(id=place_id, ended_on__isnull=True).first()
    if place is None:
        raise PlaceUnknown(place_id=place_id)
    values = {name: getattr(place, column) for name, column in _COLUMNS.items()}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _write_link(file: JoiningFile, address: str, secret: str, programme: str, language: str, at: datetime) -> None:
    notices.post(
        kind="places.joining-link",
        to_email=address,
        context={"programme": programme, "name": file.name, "secret": secret},
        language=language,
        at=at,
    )


def _journal(what: str, file: JoiningFile, request_id: UUID, at: datetime, **facts: object) -> None:
    journal.record(
        actor=APPLICANT,
        action=f"places.joining-{what}",
        subject=("joining-file", file.id),
        facts=facts,
        programme_id=file.programme_id,
        request_id=request_id,
        at=at,
    )
