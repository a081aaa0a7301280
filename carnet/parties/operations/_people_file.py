"""Inviting people from a CSV file, with a report line by line."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Siret
from carnet.kernel.refusals import Refusal
from carnet.parties.models import Organisation
from carnet.parties.operations._joining import invite_member
from carnet.parties.rules import PEOPLE_FILE_MOST, OrganisationUnknown, PeopleFileTooLong, PeopleFileUnreadable, check_allowed_now

COLUMNS = {
    "email": ("email", "e-mail", "courriel", "adresse", "mail"),
    "name": ("name", "nom", "display_name"),
    "siret": ("siret",),
    "role": ("role", "rôle"),
}


@dataclass(frozen=True, slots=True)
class PeopleLine:
    """What became of one line of the file: invited, or the refusal (its code and facts) that stopped it. Lines count from 1."""

    number: int
    email: str
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """The whole import."""

    lines: tuple[PeopleLine, ...]

    @property
    def invited(self) -> int:
        return sum(line.refusal is None for line in self.lines)

    @property
    def refused(self) -> tuple[PeopleLine, ...]:
        return tuple(line for line in self.lines if line.refusal is not None)


@transaction.atomic
def import_people(*, content: bytes, actor: Actor, request_id: UUID, at: datetime) -> PeopleReport:
    """Invite each line's person; a wrong line is reported and stops nobody else.

    Reads UTF-8 (with or without BOM) or Windows-1252, comma, semicolon or tab, any line ends.
    Raises: NotAllowed, SecondFactorNeeded, PeopleFileUnreadable, PeopleFileTooLong.
    Repeat: the same request_id invites nobody twice.
    """
    check_allowed_now(actor, "parties.import-people", at)
    rows = read_people(content)
    return PeopleReport(tuple(_invite(number, row, actor, request_id, at) for number, row in rows))


def _invite(number: int, row: dict[str, str], actor: Actor, request_id: UUID, at: datetime) -> PeopleLine:
    try:
        siret = str(Siret.parse(row["siret"]))
        organisation = Organisation.objects.filter(siret=siret).first()
        if organisation is None:
            raise OrganisationUnknown(organisation=siret)
        invite_member(
            organisation_id=organisation.id,
            email=row["email"],
            display_name=row["name"],
            role=row["role"].strip().upper(),
            actor=actor,
            request_id=uuid5(request_id, f"line {number}"),
            at=at,
        )
    except Refusal as refusal:
        return PeopleLine(number=number, email=row["email"], refusal=refusal)
    return PeopleLine(number=number, email=row["email"], refusal=None)


def read_people(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The lines of the file by number, with the columns email, name, siret and role. Raises: PeopleFileUnreadable, PeopleFileTooLong."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise PeopleFileUnreadable(missing="csv")
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise PeopleFileUnreadable(missing="csv") from None
    places = _columns(rows[0][1] if rows else [])
    if len(rows) - 1 > PEOPLE_FILE_MOST:
        raise PeopleFileTooLong(most=PEOPLE_FILE_MOST)
    return [(number, {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}) for number, row in rows[1:]]


def _columns(header: list[str]) -> dict[str, int]:
    titles = [title.strip().lower() for title in header]
    places = {name: next((titles.index(title) for title in accepted if title in titles), -1) for name, accepted in COLUMNS.items()}
    missing = [name for name, place in places.items() if place < 0]
    if missing:
        raise PeopleFileUnreadable(missing=", ".join(missing))
    return places
