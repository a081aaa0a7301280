"""A person found again in a structure, or written there for the first time, sealed under a key of their own."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from carnet.gateways.keys import SECRET_SIZE, key_ring, sealed_by
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson
from carnet.mandates.rules import IdentityCheck, PersonEnded, PersonNumber, PivotIdentity, prefixes


@dataclass(frozen=True, slots=True)
class Known:
    """Who the person is, and how they proved it: a subject of FranceConnect, or a paper that a second helper read too.

    `contact`: a telephone number to be told by, "" to be told by nothing more, None to change nothing.
    """

    identity: PivotIdentity
    subject: str = ""
    second_helper_id: int | None = None
    contact: str | None = None

    @property
    def check(self) -> IdentityCheck:
        """How it was proved."""
        return IdentityCheck.FRANCECONNECT if self.subject else IdentityCheck.PAPER

    @property
    def mark(self) -> bytes:
        """What stands for the person in the database."""
        return access.subject_mark(self.subject) if self.subject else access.paper_mark(self.identity)


def found_or_made(organisation_id: int, known: Known, *, language: str, at: datetime) -> AssistedPerson:
    """The person's row in the structure, locked. The caller has locked the structure, so that nobody is written twice.

    Raises: PersonEnded.
    """
    row = _found(organisation_id, known) or _made(organisation_id, known, language, at)
    if row.ended_at is not None:
        raise PersonEnded(reason=row.end_reason)
    key = access.key_of(row)
    row.sealed_identity = sealed_by(key, access.written_identity(known.identity), access.identity_about(row.number))
    row.identity_mark = access.identity_mark(known.identity)
    row.search_marks = access.search_marks(organisation_id, prefixes(known.identity))
    if known.subject:
        # Seen on a paper first, signed in since: one person, found from now on by the sign-in.
        row.subject_mark, row.is_from_paper = known.mark, False
    seal_contact(row, known.contact)
    row.language, row.signed_at = language, at
    row.save()
    return row


def seal_contact(row: AssistedPerson, contact: str | None) -> None:
    """Put in the row, not saved, where to tell the person: "" for nowhere any more, None to change nothing. Raises: IdentityErased."""
    if contact is not None:
        row.sealed_contact = sealed_by(access.key_of(row), contact.encode(), access.contact_about(row.number)) if contact else None


def _found(organisation_id: int, known: Known) -> AssistedPerson | None:
    rows = AssistedPerson.objects.select_for_update(of=("self",), no_key=True).filter(organisation_id=organisation_id)
    return access.same_person(rows, known.identity, known.subject)


def _made(organisation_id: int, known: Known, language: str, at: datetime) -> AssistedPerson:
    number = PersonNumber.from_drawn(secrets.randbelow(PersonNumber.DRAWN_MAX))
    key = secrets.token_bytes(SECRET_SIZE)
    return AssistedPerson.objects.create(
        organisation_id=organisation_id, number=str(number), subject_mark=known.mark, is_from_paper=not known.subject,
        sealed_key=key_ring().seal_for(access.key_name(str(number)), access.key_purpose(str(number)), key),
        sealed_identity=sealed_by(key, access.written_identity(known.identity), access.identity_about(str(number))),
        code_mark=access.code_mark(access.person_code(number)), language=language, known_since=at, signed_at=at,
    )  # fmt: skip
