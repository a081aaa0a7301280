"""What an applicant does with its file: open it by its address, write in it step by step, send it, take it back.

Nobody has an account yet: the secret of the file's link stands for the applicant. Everything typed is kept as it was typed.
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
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties.rules import clean_email, secret_hash
from carnet.places import access
from carnet.places.models import JoiningDecision, JoiningFile, JoiningTerms, Place
from carnet.places.queries._joining import EMAIL, answers_of, email_of, normal_number, sealed_answers, surroundings
from carnet.places.rules import PlaceUnknown
from carnet.places.rules.joining import (
    BANK_FIELDS,
    NAME_MAX,
    PEOPLE_FIELDS,
    SITE_FIELDS,
    SITES_MAX,
    WHO_FIELDS,
    Answers,
    DecisionState,
    FileState,
    JoiningAlreadyOpen,
    JoiningClosed,
    JoiningIncomplete,
    JoiningNotWritable,
    SitesTooMany,
    SiteUnknown,
    Step,
    answer_due_on,
    check_writable,
    empty_answers,
    problems,
)

FIELDS_OF_STEP = {Step.WHO: ("who", WHO_FIELDS), Step.PEOPLE: ("people", PEOPLE_FIELDS), Step.BANK: ("bank", BANK_FIELDS)}
APPLICANT = Actor.anonymous()
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
        repeated = JoiningFile.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return Opened(repeated.id, None)
        secret = secrets.token_urlsafe(32)
        file = JoiningFile.objects.create(
            programme_id=programme_id,
            terms=terms,
            state=FileState.DRAFT.value,
            sealed_answers=sealed_answers({**empty_answers(), "people": {"contact_email": address}}),
            sealed_email=key_ring().seal(EMAIL, address.encode()),
            email_mark=_mark(address),
            secret_hash=secret_hash(secret),
            opened_at=at,
            changed_at=at,
            request_id=request_id,
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
    with acting_as(programme_ids=[programme_id]):
        rows = JoiningFile.objects.select_for_update(of=("self",)).filter(
            programme_id=programme_id, email_mark=_mark(address), erased_at__isnull=True
        )
        for file in rows.exclude(state=FileState.WITHDRAWN.value).order_by("id")[:10]:
            secret = secrets.token_urlsafe(32)
            file.secret_hash = secret_hash(secret)
            file.save(update_fields=["secret_hash"])
            _write_link(file, address, secret, programme.name, language, at)
            _journal("link-sent-again", file, request_id, at)
            made.append(secret)
    return tuple(made)


@transaction.atomic
def write_step(*, secret: str, step: Step, given: Mapping[str, str], at: datetime) -> None:
    """Keep what was typed in one of the plain steps (who, people, bank), right or wrong. Raises: JoiningFileUnknown, JoiningNotWritable."""
    part, names = FIELDS_OF_STEP[step]
    with _written(secret, at) as (_file, answers):
        answers[part] = {**answers[part], **{name: str(given.get(name, "")).strip()[:NAME_MAX] for name in names if name in given}}


@transaction.atomic
def add_site(*, secret: str, place_id: int | None = None, at: datetime) -> str:
    """Add a site: a place of the directory, with what is known of it, or an empty one. Returns its key in the file.

    Adding a place that is there already gives its key again.
    Raises: JoiningFileUnknown, JoiningNotWritable, SitesTooMany, PlaceUnknown.
    """
    with _written(secret, at) as (_file, answers):
        for site in answers["sites"]:
            if place_id is not None and site.get("place_id") == place_id:
                return str(site["key"])
        if len(answers["sites"]) >= SITES_MAX:
            raise SitesTooMany(sites_max=SITES_MAX)
        key = str(1 + max((int(site["key"]) for site in answers["sites"]), default=0))
        answers["sites"].append({"key": key, "place_id": place_id, **_known(place_id)})
    return key


@transaction.atomic
def write_site(*, secret: str, key: str, given: Mapping[str, str], at: datetime) -> None:
    """Keep what was typed of one site, right or wrong. Raises: JoiningFileUnknown, JoiningNotWritable, SiteUnknown."""
    with _written(secret, at) as (_file, answers):
        _site(answers, key).update({name: str(given[name]).strip()[:NAME_MAX] for name in SITE_FIELDS if name in given})


@transaction.atomic
def remove_site(*, secret: str, key: str, at: datetime) -> None:
    """Take a site out of the file, with what is taught there. Raises: JoiningFileUnknown, JoiningNotWritable, SiteUnknown."""
    with _written(secret, at) as (_file, answers):
        answers["sites"].remove(_site(answers, key))
        answers["teaching"].pop(key, None)


@transaction.atomic
def write_teaching(*, secret: str, key: str, given: Mapping[str, Any], at: datetime) -> None:
    """Keep what is taught at one site: `services`, `modes`, `access` (lists of codes), `beyond_cents` (None: not said), `note`.

    Raises: JoiningFileUnknown, JoiningNotWritable, SiteUnknown.
    """
    with _written(secret, at) as (_file, answers):
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
    with _written(secret, at) as (file, answers):
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
    found = access.joining_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        file = access.joining_file(_system(found), found.id, lock=True)
        if file.state == FileState.SENT:
            return
        check_writable(FileState(file.state))
        terms = JoiningTerms.objects.filter(programme_id=file.programme_id).order_by("-version").first()
        if terms is None:
            raise JoiningClosed(programme=file.programme.name)
        answers = answers_of(file)
        around = surroundings(file, answers, at=at)
        if left := problems(answers, around):
            raise JoiningIncomplete(steps=[step.value for step in Step if any(each.step is step for each in left)], count=len(left))
        file.state, file.sent_at, file.terms = FileState.SENT.value, at, terms
        file.due_on, file.changed_at = answer_due_on(legal_day(at), around.terms), at
        file.name, file.number = answers["who"]["name"][:200], normal_number(answers)
        file.revision += 1
        try:
            with transaction.atomic():
                file.save()
        except IntegrityError as error:
            if "one_per_number" in str(error):
                raise JoiningAlreadyOpen(number=file.number) from None
            raise
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
    found = access.joining_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        file = access.joining_file(_system(found), found.id, lock=True)
        prepared = JoiningDecision.objects.filter(file_id=file.id, state=DecisionState.PREPARED.value).exists()
        if file.state != FileState.SENT or prepared:
            raise JoiningNotWritable(state=file.state)
        file.state, file.due_on, file.changed_at = FileState.DRAFT.value, None, at
        file.revision += 1
        file.save(update_fields=["state", "due_on", "changed_at", "revision"])
    _journal("file-taken-back", file, request_id, at)


@transaction.atomic
def withdraw_joining_file(*, secret: str, request_id: UUID, at: datetime) -> None:
    """Give the application up. What it holds is erased a year later at most. Raises: JoiningFileUnknown, JoiningNotWritable."""
    found = access.joining_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        file = access.joining_file(_system(found), found.id, lock=True)
        prepared = JoiningDecision.objects.filter(file_id=file.id, state=DecisionState.PREPARED.value).exists()
        if FileState(file.state) not in (FileState.DRAFT, FileState.SENT, FileState.COMPLETION) or prepared:
            raise JoiningNotWritable(state=file.state)
        file.state, file.due_on, file.changed_at = FileState.WITHDRAWN.value, None, at
        file.save(update_fields=["state", "due_on", "changed_at"])
    _journal("file-withdrawn", file, request_id, at)


@contextmanager
def _written(secret: str, at: datetime) -> Iterator[tuple[JoiningFile, Answers]]:
    """The file of a link, locked, and its answers, kept on leaving. Raises: JoiningFileUnknown, JoiningNotWritable."""
    found = access.joining_file_of_link(secret)
    with acting_as(programme_ids=[found.programme_id]):
        file = access.joining_file(_system(found), found.id, lock=True)
        check_writable(FileState(file.state))
        answers = answers_of(file)
        yield file, answers
        file.sealed_answers, file.name, file.number = sealed_answers(answers), answers["who"].get("name", "")[:200], normal_number(answers)
        file.changed_at, file.revision = at, file.revision + 1
        file.save(update_fields=["sealed_answers", "name", "number", "changed_at", "revision"])


def _system(file: JoiningFile) -> Actor:
    """Whoever has the link, for the one programme of its file."""
    return Actor.system("applicant", programme_ids={file.programme_id})


def _site(answers: Answers, key: str) -> dict[str, Any]:
    for site in answers["sites"]:
        if site["key"] == key:
            found: dict[str, Any] = site
            return found
    raise SiteUnknown


def _known(place_id: int | None) -> dict[str, str]:
    if place_id is None:
        return {}
    place = Place.objects.filter(id=place_id, ended_on__isnull=True).first()
    if place is None:
        raise PlaceUnknown(place_id=place_id)
    values = {name: getattr(place, column) for name, column in _COLUMNS.items()}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _mark(address: str) -> bytes:
    return key_ring().mark(EMAIL, address)


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
