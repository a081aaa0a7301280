"""What the papers of one mandate say of it: for the structure's helpers, and for whoever proved to be the person."""

from dataclasses import dataclass, field
from datetime import date, datetime

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.mandates.access import check_code, identity_of, kept_draft, kept_mandate, presenting_self
from carnet.mandates.models import Authorisation, Mandate, Structure
from carnet.mandates.rules import (
    Consent,
    DraftOver,
    Duration,
    EndReason,
    Family,
    IdentityCheck,
    MandateNumber,
    MandateUnknown,
    window,
)
from carnet.mandates.rules.texts import CURRENT, MandateText, text


@dataclass(frozen=True, slots=True)
class FamilyPrinted:
    """One family of the mandate; when and why it was stopped, if it was."""

    family: Family
    ended_at: datetime | None
    reason: EndReason | None


@dataclass(frozen=True, slots=True)
class AskedPrinted:
    """What is agreed on, signed or not. `ends_on`: the first day no more in force."""

    organisation_id: int
    programme_id: int
    families: tuple[Family, ...]
    starts_on: date
    ends_on: date
    text: MandateText
    language: str
    is_paper: bool
    is_by_sms: bool


@dataclass(frozen=True, slots=True)
class MandatePrinted:
    """A signed mandate as its papers say it. Names of helpers are their rooms' business: only their ids are here."""

    id: int
    asked: AskedPrinted
    number: str
    check_code: str = field(repr=False)
    name: str = field(repr=False)
    birthdate: str = field(repr=False)
    helper_id: int | None
    second_helper_id: int | None
    signed_at: datetime
    families: tuple[FamilyPrinted, ...]

    @property
    def stopped(self) -> tuple[FamilyPrinted, ...]:
        """What was ended, by whatever reason."""
        return tuple(each for each in self.families if each.ended_at is not None)


def printed_mandate(actor: Actor, mandate_id: int) -> MandatePrinted:
    """A mandate of the actor's structure. Raises: MandateUnknown, IdentityErased."""
    return _printed(kept_mandate(actor, mandate_id))


def own_printed_mandate(mark: bytes, mandate_id: int) -> MandatePrinted:
    """A mandate of whoever proved to hold `mark` (of a subject or of a paper code). Raises: MandateUnknown, IdentityErased."""
    with presenting_self(mark):
        found = Mandate.objects.select_related("person").filter(id=mandate_id).first()
        if found is None or mark not in (bytes(found.person.subject_mark or b""), bytes(found.person.code_mark)):
            raise MandateUnknown
        return _printed(found)


def printed_draft(actor: Actor, draft_id: int, *, at: datetime) -> AskedPrinted:
    """What is being prepared in the actor's structure, as if it were signed at that aware moment. Raises: DraftUnknown, DraftOver."""
    row = kept_draft(actor, draft_id)
    if row.closed_at is not None or at >= row.expires_at:
        raise DraftOver
    starts_on, ends_on = window(Duration(row.duration), at)
    return AskedPrinted(
        organisation_id=row.organisation_id,
        programme_id=_programme_of(row.organisation_id),
        families=_in_order(row.families),
        starts_on=starts_on,
        ends_on=ends_on,
        text=CURRENT,
        language=row.language,
        is_paper=row.identity_check == IdentityCheck.PAPER,
        is_by_sms=False,
    )


def _printed(row: Mandate) -> MandatePrinted:
    parts = list(Authorisation.objects.filter(mandate_id=row.id).order_by("id"))
    said, identity, number = text(row.text_version), identity_of(row.person), MandateNumber(row.number)
    if bytes(row.text_digest) != said.digest:
        # What was signed is not what would be printed: never shown as if it were.
        raise AssertionError(f"mandate {row.id} was signed on another text than version {said.version}")
    asked = AskedPrinted(
        organisation_id=row.organisation_id,
        programme_id=_programme_of(row.organisation_id),
        families=_in_order([each.family for each in parts]),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        text=said,
        language=row.language,
        is_paper=row.identity_check == IdentityCheck.PAPER,
        is_by_sms=row.consent == Consent.SMS,
    )
    return MandatePrinted(
        id=row.id,
        asked=asked,
        number=number.printed(),
        check_code=str(check_code(number)),
        name=identity.name,
        birthdate=identity.birthdate,
        helper_id=row.signed_by_id,
        second_helper_id=row.second_helper_id,
        signed_at=row.signed_at,
        families=tuple(
            FamilyPrinted(Family(each.family), each.ended_at, EndReason(each.end_reason) if each.end_reason else None) for each in parts
        ),
    )


def _programme_of(organisation_id: int) -> int:
    """The programme of a structure: whose number is called when the structure has none. The person reads it too."""
    with acting_as(organisation_ids=[organisation_id]):
        return Structure.objects.values_list("programme_id", flat=True).get(organisation_id=organisation_id)


def _in_order(codes: list[str]) -> tuple[Family, ...]:
    return tuple(each for each in Family if each.value in codes)
