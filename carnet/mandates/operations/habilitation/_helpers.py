"""Helpers of a structure: put forward, invited once trained and tested, active once the terms are accepted, deactivated, reactivated."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import HelperFile, HelperTerms, Structure, TermsAcceptance, TrainingSeat
from carnet.mandates.operations._structures import restrict_families
from carnet.mandates.operations.habilitation._notes import note_helper
from carnet.mandates.queries.habilitation._helpers import trained_elsewhere
from carnet.mandates.queries.habilitation._sealed import address_mark, helper_said, sealed_helper
from carnet.mandates.queries.habilitation._terms import terms_in_force
from carnet.mandates.rules import Family, StructureUnknown
from carnet.mandates.rules.habilitation import (
    HELPERS_MAX,
    NAME_MAX,
    PROFESSIONAL,
    HelperAlreadyThere,
    HelperNameMissing,
    HelperNotActive,
    HelperNotProfessional,
    HelperSaid,
    HelperTermsChanged,
    HelperUnknown,
    TooManyHelpers,
    check_text,
    is_address,
)
from carnet.parties import operations as parties_writes
from carnet.parties import queries as parties
from carnet.parties.rules import AlreadyMember, NotAllowed, Role, check_allowed_now, check_may, clean_email, person_of

MANAGE = "mandates.manage-team"
REASON_MAX = 200


@transaction.atomic
def add_helper(*, said: HelperSaid, actor: Actor, request_id: UUID, at: datetime) -> int:
    """The lead of a structure puts somebody forward; return the helper's id. Somebody already trained elsewhere is invited at once.

    Raises:  NotAllowed, SecondFactorNeeded, StructureUnknown, StructureClosed, HelperNameMissing, HelperNotProfessional, EmailInvalid,
             TooManyHelpers, HelperAlreadyThere.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, MANAGE, at)
    structure = access.open_structure(actor)
    repeated = HelperFile.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    if HelperFile.objects.filter(organisation_id=structure.organisation_id, deactivated_at=None).count() >= HELPERS_MAX:
        raise TooManyHelpers(helpers_max=HELPERS_MAX)
    return put_forward(structure.organisation_id, structure.programme_id, said, actor, request_id, at).id


def put_forward(organisation_id: int, programme_id: int, said: HelperSaid, actor: Actor, request_id: UUID, at: datetime) -> HelperFile:
    """Write a helper's row. Somebody trained and tested in another structure of the programme is so here.

    Raises: HelperNameMissing, HelperNotProfessional, EmailInvalid, HelperAlreadyThere.
    """
    if not said.name.strip() or not is_address(said.email):
        raise HelperNameMissing
    if said.position not in PROFESSIONAL:
        raise HelperNotProfessional
    address = clean_email(said.email)
    tidy = HelperSaid(said.name.strip()[:NAME_MAX], address, said.job.strip()[:NAME_MAX], said.position)
    known = trained_elsewhere(address_mark(address), programme_id)
    row = HelperFile(
        organisation_id=organisation_id,
        programme_id=programme_id,
        sealed_identity=sealed_helper(tidy),
        email_mark=address_mark(address),
        trained_at=known[0] if known else None,
        passed_at=known[1] if known else None,
        added_at=at,
        added_by_id=actor.person_id or 0,
        request_id=request_id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "helperfile_once" in str(error):
            raise HelperAlreadyThere from None
        raise
    note_helper("helper-added", row, actor, request_id, at, trained=known is not None)
    invite_if_ready(row, request_id, at)
    return row


def invite_if_ready(row: HelperFile, request_id: UUID, at: datetime) -> None:
    """Once trained and tested, a helper receives the letter that opens the account; one who has an account is only told by the page."""
    if row.trained_at is None or row.passed_at is None or row.invited_at is not None or row.deactivated_at is not None:
        return
    said, system = helper_said(row), Actor.system("habilitation", programme_ids={row.programme_id}, organisation_ids={row.organisation_id})
    with acting_as(programme_ids=[row.programme_id], organisation_ids=[row.organisation_id]):
        try:
            with transaction.atomic():
                parties_writes.invite_member(
                    organisation_id=row.organisation_id, email=said.email, display_name=said.name, role=Role.HELPER, actor=system,
                    request_id=uuid5(request_id, f"invitation of helper {row.id}"), at=at,
                )  # fmt: skip
        except AlreadyMember:
            pass  # enrolled before: the terms are what is left
        row.invited_at = at
        row.save(update_fields=["invited_at"])
    note_helper("helper-invited", row, system, request_id, at)


@transaction.atomic
def accept_terms(*, version: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Accept the terms in force, for the structure acted for: from then on the helper is active. Accepting again changes nothing.

    Raises: NotAllowed, PersonNeeded, StructureUnknown, HelperUnknown, HelperNotActive, HelperTermsChanged.
    """
    check_may(actor, "mandates.accept-terms")
    person_id = person_of(actor, "mandates.accept-terms")
    structure = Structure.objects.filter(organisation_id=actor.organisation_id or 0).first()
    if structure is None:
        raise StructureUnknown
    terms = terms_in_force(structure.programme_id, at=at)
    if terms is None or terms.version != version:
        raise HelperTermsChanged
    row = _own_row(person_id, structure, lock=True)
    if row.deactivated_at is not None or row.trained_at is None or row.passed_at is None:
        raise HelperNotActive
    if row.terms_id == terms.id:
        return
    row.person_id, row.terms = person_id, HelperTerms.objects.get(id=terms.id)
    row.active_at = row.active_at or at
    row.save(update_fields=["person_id", "terms", "active_at"])
    TermsAcceptance.objects.create(
        helper=row, organisation_id=row.organisation_id, terms_id=terms.id, person_id=person_id, accepted_at=at, request_id=request_id
    )
    note_helper("terms-accepted", row, actor, request_id, at, version=version)


@transaction.atomic
def deactivate_helper(*, helper_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Stop a helper at once: the next request is refused, seats in trainings to come are given back. Stopping again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, HelperUnknown, StructureTextMissing, NirInText, IbanInText.
    """
    check_allowed_now(actor, MANAGE, at)
    row = _managed(actor, helper_id)
    if row.deactivated_at is not None:
        return
    row.deactivated_at, row.deactivated_by_id = at, person_of(actor, MANAGE)
    row.deactivated_because, row.active_at = check_text(reason, most=REASON_MAX), None
    row.save(update_fields=["deactivated_at", "deactivated_by_id", "deactivated_because", "active_at"])
    seats = TrainingSeat.objects.filter(helper_id=row.id, given_back_at=None, came=None, session__starts_at__gt=at)
    seats.update(given_back_at=at, rank=None)
    _with_account(row, actor, request_id, at, suspend=True)
    note_helper("helper-deactivated", row, actor, request_id, at)


@transaction.atomic
def reactivate_helper(*, helper_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let a helper help again, as far as they were: training and test stand, the terms in force are asked for.

    Raises: NotAllowed, SecondFactorNeeded, HelperUnknown.
    """
    check_allowed_now(actor, MANAGE, at)
    row = _managed(actor, helper_id)
    if row.deactivated_at is None:
        return
    row.deactivated_at = row.deactivated_by_id = None
    row.deactivated_because = ""
    ready = row.trained_at is not None and row.passed_at is not None and row.terms_id is not None and row.person_id is not None
    row.active_at = at if ready else None
    row.save(update_fields=["deactivated_at", "deactivated_by_id", "deactivated_because", "active_at"])
    _with_account(row, actor, request_id, at, suspend=False)
    invite_if_ready(row, request_id, at)
    note_helper("helper-reactivated", row, actor, request_id, at)


@transaction.atomic
def choose_families(*, families: tuple[str, ...], actor: Actor, request_id: UUID, at: datetime) -> tuple[Family, ...]:
    """The lead chooses the families of procedures its structure does. What was signed stays in force.

    Raises: NotAllowed, SecondFactorNeeded, StructureUnknown, StructureClosed, FamiliesMissing, FamilyNotAllowed.
    """
    check_allowed_now(actor, MANAGE, at)
    structure = access.open_structure(actor)
    return restrict_families(
        organisation_id=structure.organisation_id, families=families, actor=actor, request_id=request_id, at=at
    )  # fmt: skip


def _managed(actor: Actor, helper_id: int) -> HelperFile:
    """A helper of the actor's own structure, locked. Raises: HelperUnknown."""
    row = access.helper_file(actor, helper_id, lock=True)
    if row.organisation_id != actor.organisation_id or row.erased_at is not None:
        raise HelperUnknown
    return row


def _own_row(person_id: int, structure: Structure, *, lock: bool) -> HelperFile:
    """The helper's own row: by the account once it is known, by its address the first time. Raises: HelperUnknown."""
    rows = HelperFile.objects.filter(organisation_id=structure.organisation_id, erased_at=None)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(person_id=person_id).first()
    if found is None:
        account = parties.account(person_id)
        found = rows.filter(email_mark=address_mark(account.email), person_id=None).first() if account is not None else None
    if found is None:
        raise HelperUnknown
    return found


def _with_account(row: HelperFile, actor: Actor, request_id: UUID, at: datetime, *, suspend: bool) -> None:
    """The account's part as a helper follows; nobody suspends oneself, nor loses another part."""
    address = helper_said(row).email
    for each in parties.members(actor=actor, organisation_id=row.organisation_id, at=at):
        is_theirs = each.person_id == row.person_id if row.person_id is not None else each.email == address
        if not is_theirs or each.role != Role.HELPER or each.person_id == actor.person_id:
            continue
        if suspend:
            parties_writes.suspend_member(
                organisation_id=row.organisation_id, membership_id=each.membership_id, reason=row.deactivated_because, actor=actor,
                request_id=uuid5(request_id, "suspended"), at=at,
            )  # fmt: skip
        else:
            parties_writes.reinstate(
                organisation_id=row.organisation_id, membership_id=each.membership_id, actor=actor,
                request_id=uuid5(request_id, "reinstated"), at=at,
            )  # fmt: skip


@transaction.atomic
def bring_in_helper(
    *, organisation_id: int, person_id: int, said: HelperSaid, passed_at: datetime, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """A member who was trained and tested before Carnet knew of it, for programs only; return the helper's id. The terms are still asked.

    Raises:  NotAllowed (a person puts somebody forward instead), StructureUnknown, HelperNameMissing, HelperNotProfessional, HelperAlreadyThere.
    Repeat:  the same request_id returns the first id.
    """
    if actor.kind != "system":
        raise NotAllowed(action=MANAGE, roles=())
    structure = Structure.objects.filter(organisation_id=organisation_id).first()
    if structure is None:
        raise StructureUnknown
    repeated = HelperFile.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    row = put_forward(organisation_id, structure.programme_id, said, actor, request_id, at)
    row.person_id, row.trained_at, row.passed_at, row.invited_at = person_id, passed_at, passed_at, at
    row.save(update_fields=["person_id", "trained_at", "passed_at", "invited_at"])
    note_helper("helper-brought-in", row, actor, request_id, at)
    return row.id
