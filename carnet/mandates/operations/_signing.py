"""A mandate signed, renewed, carried to another structure: whole or not at all."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate, Structure
from carnet.mandates.operations._ending import end_live
from carnet.mandates.operations._notes import note
from carnet.mandates.operations._people import Known, found_or_made, seal_contact
from carnet.mandates.queries.habilitation import check_may_act
from carnet.mandates.rules import (
    Consent,
    DraftOver,
    EndReason,
    Family,
    IdentityCheck,
    IdentityErased,
    IdentityOther,
    MandateNumber,
    MandateSaid,
    NothingToTransfer,
    PersonEnded,
    StructureClosed,
    StructureUnknown,
    TransferElsewhere,
    check_helpers,
    check_protection,
    check_renewable,
    checked_families,
    ends_at,
    window,
)
from carnet.notices import operations as notices
from carnet.parties.rules import check_allowed_now


@dataclass(frozen=True, slots=True)
class Signed:
    """A mandate in force. `ends_on`: the first day on which it is no more."""

    id: int
    number: str
    person_id: int
    organisation_id: int
    families: tuple[Family, ...]
    starts_on: date
    ends_on: date


@transaction.atomic
def sign_mandate(*, said: MandateSaid, known: Known, actor: Actor, request_id: UUID, at: datetime) -> Signed:
    """Sign a mandate between the person and the actor's structure; what they had signed there for the same families ends first.

    Units: `at` aware; the days are Paris days, `at`'s being the first.
    Raises: NotAllowed, SecondFactorNeeded, StructureUnknown, StructureClosed, FamiliesMissing, FamilyNotAllowed, ProtectedPerson,
    SecondHelperNeeded, SecondHelperSame, PersonEnded. Locks: the structure, the person, the authorisations by number, their mandates.
    Source: docs/sources/mandates.md. Repeat: the same request_id gives the first mandate again.
    """
    check_allowed_now(actor, "mandates.sign", at)
    check_may_act(actor=actor, at=at)
    structure = locked_structure(actor.organisation_id)
    if first := Mandate.objects.filter(request_id=request_id).first():
        return _signed(first)
    families = checked_families(said.families, allowed=structure.families)
    check_protection(said.protection)
    check_helpers(known.check, helper_id=actor.person_id, second_helper_id=known.second_helper_id)
    person = found_or_made(structure.organisation_id, known, language=said.language, at=at)
    second_id = known.second_helper_id if known.check is IdentityCheck.PAPER else None
    row = _written(person, said, families, known.check, second_id, None, actor, request_id, at)
    _note_signed("mandate-signed", row, families, actor, request_id, at)
    return _signed(row)


@transaction.atomic
def renew_mandate(
    *, mandate_id: int, said: MandateSaid, actor: Actor, request_id: UUID, at: datetime, contact: str | None = None
) -> Signed:
    """Sign again with somebody who proved who they are the first time, until a year after the mandate's end. `contact`: as `Known`.

    Raises: NotAllowed, SecondFactorNeeded, MandateUnknown, RenewalTooLate, IdentityErased, PersonEnded, and as `sign_mandate`.
    Locks: as `sign_mandate`. Repeat: the same request_id gives the first mandate again.
    """
    check_allowed_now(actor, "mandates.sign", at)
    check_may_act(actor=actor, at=at)
    old = access.kept_mandate(actor, mandate_id)
    structure = locked_structure(old.organisation_id)
    person = access.kept_person(actor, old.person_id, lock=True)
    if first := Mandate.objects.filter(request_id=request_id).first():
        return _signed(first)
    families = checked_families(said.families, allowed=structure.families)
    check_protection(said.protection)
    check_renewable(ends_on=old.ends_on, ended_at=old.ended_at, at=at)
    if person.ended_at is not None:
        raise PersonEnded(reason=person.end_reason)
    if person.sealed_identity is None:
        raise IdentityErased
    row = _written(person, said, families, IdentityCheck(old.identity_check), None, old, actor, request_id, at)
    seal_contact(person, contact)
    person.signed_at, person.language = at, said.language
    person.save(update_fields=["signed_at", "language", "sealed_contact"])
    _note_signed("mandate-renewed", row, families, actor, request_id, at)
    return _signed(row)


@transaction.atomic
def transfer_mandates(
    *, person_id: int, to_organisation_id: int, known: Known, actor: Actor, request_id: UUID, at: datetime
) -> tuple[Signed, ...]:
    """Carry what the person authorises to another structure of the programme, with their say: they prove again who they are.

    Days do not change. Families that the other structure does not do stay where they are. What the person had signed there for the same
    families ends. Returns the mandates in force there. Locks: both structures by number, then as `sign_mandate`, in each.
    Raises: NotAllowed, SecondFactorNeeded, PersonUnknown, PersonEnded, IdentityOther, SecondHelperNeeded, SecondHelperSame,
    TransferElsewhere, StructureUnknown, StructureClosed, NothingToTransfer. Repeat: the same request_id gives the first answer again.
    """
    check_allowed_now(actor, "mandates.sign", at)
    check_may_act(actor=actor, at=at)
    check_helpers(known.check, helper_id=actor.person_id, second_helper_id=known.second_helper_id)
    here = access.kept_person(actor, person_id).organisation_id
    if to_organisation_id == here:
        raise TransferElsewhere
    with acting_as(actor, organisation_ids=[to_organisation_id]):
        structures = {each: locked_structure(each) for each in sorted((here, to_organisation_id))}
        if structures[here].programme_id != structures[to_organisation_id].programme_id:
            raise TransferElsewhere
        person = access.kept_person(actor, person_id, lock=True)
        if person.ended_at is not None:
            raise PersonEnded(reason=person.end_reason)
        _check_same_person(person, known)
        old = list(Mandate.objects.filter(person_id=person_id).order_by("id"))
        repeated = Mandate.objects.filter(request_id__in=[_part(request_id, each) for each in old]).order_by("id")
        if repeated:
            return tuple(_signed(each) for each in repeated)
        return _carried(person, old, structures[to_organisation_id], known, actor, request_id, at)


def signed_already(mandate_id: int, request_id: UUID) -> Signed:
    """The answer given the first time to this request. Raises: DraftOver, when another request signed it."""
    row = Mandate.objects.get(id=mandate_id)
    if row.request_id != request_id:
        raise DraftOver
    return _signed(row)


def _carried(
    person: AssistedPerson, old: Sequence[Mandate], to: Structure, known: Known, actor: Actor, request_id: UUID, at: datetime
) -> tuple[Signed, ...]:
    moving = Authorisation.objects.filter(person=person, ended_at__isnull=True, ends_at__gt=at, family__in=to.families).order_by("id")
    families_of: dict[int, list[Family]] = {}
    for each in moving:
        families_of.setdefault(each.mandate_id, []).append(Family(each.family))
    if not families_of:
        raise NothingToTransfer
    there = found_or_made(to.organisation_id, known, language=person.language, at=at)
    end_live({"id__in": [each.id for each in moving]}, EndReason.TRANSFERRED, by_id=actor.person_id, at=at)
    carried = []
    for mandate in old:
        if families := tuple(families_of.get(mandate.id, ())):
            end_live({"person_id": there.id, "family__in": families}, EndReason.REPLACED, by_id=actor.person_id, at=at)
            row = _copied(mandate, there, actor, _part(request_id, mandate), at)
            _authorise(row, families, at)
            _note_signed("mandate-transferred", row, families, actor, request_id, at)
            carried.append(_signed(row))
    # No name in a letter: the structure reads who it is on its own pages.
    notices.post(kind="mandates.carried", to_organisation_id=to.organisation_id, context={"count": len(carried)}, at=at)
    note("mandates-left", ("assisted-person", person.id), person.organisation_id, {"mandates": len(carried)}, actor=actor,
         request_id=request_id, at=at)  # fmt: skip
    return tuple(carried)


def _check_same_person(person: AssistedPerson, known: Known) -> None:
    if known.subject and not person.is_from_paper:
        is_same = person.subject_mark is not None and bytes(person.subject_mark) == known.mark
    else:
        is_same = person.identity_mark is not None and bytes(person.identity_mark) == access.identity_mark(known.identity)
    if not is_same:
        raise IdentityOther


def locked_structure(organisation_id: int | None) -> Structure:
    """The structure, locked: one signature at a time. Raises: StructureUnknown, StructureClosed."""
    rows = Structure.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(organisation_id=organisation_id).first() if organisation_id is not None else None
    if found is None:
        raise StructureUnknown
    if found.ended_at is not None:
        raise StructureClosed
    return found


def _written(
    person: AssistedPerson, said: MandateSaid, families: tuple[Family, ...], check: IdentityCheck, second_helper_id: int | None,
    renewed: Mandate | None, actor: Actor, request_id: UUID, at: datetime,
) -> Mandate:  # fmt: skip
    end_live({"person_id": person.id, "family__in": families}, EndReason.REPLACED, by_id=actor.person_id, at=at)
    number, (starts_on, ends_on) = _drawn(), window(said.duration, at)
    row = Mandate.objects.create(
        organisation_id=person.organisation_id, person=person, number=str(number), duration=said.duration.value, starts_on=starts_on,
        ends_on=ends_on, signed_at=at, signed_by_id=actor.person_id, second_helper_id=second_helper_id, identity_check=check.value,
        consent=Consent(said.consent).value, protection=said.protection.value, text_version=said.text_version, text_digest=said.text_digest,
        language=said.language, check_mark=access.check_mark(access.check_code(number)), renewed_from=renewed, request_id=request_id,
    )  # fmt: skip
    _authorise(row, families, at)
    return row


def _copied(old: Mandate, person: AssistedPerson, actor: Actor, request_id: UUID, at: datetime) -> Mandate:
    number = _drawn()
    return Mandate.objects.create(
        organisation_id=person.organisation_id, person=person, number=str(number), duration=old.duration, starts_on=legal_day(at),
        ends_on=old.ends_on, signed_at=at, signed_by_id=actor.person_id, identity_check=old.identity_check, consent=old.consent,
        protection=old.protection, text_version=old.text_version, text_digest=old.text_digest, language=old.language,
        check_mark=access.check_mark(access.check_code(number)), transferred_from=old, request_id=request_id,
    )  # fmt: skip


def _authorise(row: Mandate, families: Sequence[Family], at: datetime) -> None:
    Authorisation.objects.bulk_create(
        Authorisation(
            organisation_id=row.organisation_id, mandate=row, person_id=row.person_id, family=each.value, starts_at=at,
            ends_at=ends_at(row.ends_on),
        )
        for each in families
    )  # fmt: skip


def _drawn() -> MandateNumber:
    return MandateNumber.from_drawn(secrets.randbelow(MandateNumber.DRAWN_MAX))


def _part(request_id: UUID, mandate: Mandate) -> UUID:
    return uuid5(request_id, str(mandate.id))


def _note_signed(what: str, row: Mandate, families: Sequence[Family], actor: Actor, request_id: UUID, at: datetime) -> None:
    facts = {
        "families": [each.value for each in families], "duration": row.duration, "identity": row.identity_check, "consent": row.consent,
        "text": row.text_version, "text_digest": bytes(row.text_digest).hex(), "ends_on": row.ends_on.isoformat(),
    }  # fmt: skip
    note(what, ("mandate", row.id), row.organisation_id, facts, actor=actor, request_id=request_id, at=at)


def _signed(row: Mandate) -> Signed:
    families = {each.family for each in Authorisation.objects.filter(mandate=row)}
    return Signed(
        row.id, MandateNumber(row.number).printed(), row.person_id, row.organisation_id,
        tuple(each for each in Family if each.value in families), row.starts_on, row.ends_on,
    )  # fmt: skip
