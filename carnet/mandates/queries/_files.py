"""One person, one mandate, one preparation, one structure: what its page shows."""

from dataclasses import dataclass
from datetime import datetime

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation, Draft, Ending, Mandate, Structure
from carnet.mandates.queries._views import AuthorisationView, MandateView, PersonView, authorisations_by, mandate_views, person_views
from carnet.mandates.rules import (
    DraftKind,
    Duration,
    EndReason,
    Family,
    IdentityCheck,
    MandateNumber,
    PersonUnknown,
    PivotIdentity,
)
from carnet.parties import queries as parties
from carnet.parties.rules import check_may

MANDATES_MAX = 50


@dataclass(frozen=True, slots=True)
class PersonFile:
    """One person, what they authorise today, and their latest mandates. `identity` is None once erased; `contact` "" when none was left."""

    view: PersonView
    identity: PivotIdentity | None
    contact: str
    organisation_id: int
    is_from_paper: bool
    live: tuple[AuthorisationView, ...]
    mandates: tuple[MandateView, ...]


@dataclass(frozen=True, slots=True)
class EndingView:
    """What was ended at once, for one person: what its certificate says."""

    id: int
    person_id: int
    organisation_id: int
    reason: EndReason
    families: tuple[Family, ...]
    mandate_numbers: tuple[str, ...]
    is_by_self: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """What is being prepared. `identity`: who proved who they are, None until then. `helper`, `second_helper`: names."""

    id: int
    kind: DraftKind
    person_id: int | None
    renewed_id: int | None
    families: tuple[Family, ...]
    duration: Duration
    language: str
    identity_check: IdentityCheck | None
    identity: PivotIdentity | None
    helper_id: int | None
    helper: str
    second_helper_id: int | None
    second_helper: str
    opened_at: datetime
    expires_at: datetime
    is_open: bool
    mandate_id: int | None


@dataclass(frozen=True, slots=True)
class StructureFacts:
    """A structure that acts for people."""

    organisation_id: int
    name: str
    programme_id: int
    families: tuple[Family, ...]
    is_open: bool


def person(person_id: int, *, actor: Actor, at: datetime) -> PersonFile:
    """One person of the actor's structure. Four statements. Raises: NotAllowed, PersonUnknown."""
    check_may(actor, "mandates.see")
    row = access.kept_person(actor, person_id)
    rows = Mandate.objects.filter(person_id=person_id).select_related("person").order_by("-signed_at", "-id")[:MANDATES_MAX]
    found = tuple(mandate_views(list(rows), at))
    return PersonFile(
        person_views([row], at)[0], access.identity_of(row) if row.sealed_identity is not None else None, access.contact_of(row),
        row.organisation_id, row.is_from_paper, live_authorisations(actor, person_id, at), found,
    )  # fmt: skip


def mandate(mandate_id: int, *, actor: Actor, at: datetime) -> MandateView:
    """One mandate of the actor's structure. Raises: NotAllowed, MandateUnknown."""
    check_may(actor, "mandates.see")
    return mandate_views([access.kept_mandate(actor, mandate_id)], at)[0]


def live_authorisations(actor: Actor, person_id: int, at: datetime) -> tuple[AuthorisationView, ...]:
    """What a person of the actor's structure authorises at that aware moment, in the order of the families. Raises: PersonUnknown."""
    kept = access.kept_person(actor, person_id)
    return tuple(authorisations_by("person_id", [kept.id], at, only_open=True).get(kept.id, ()))


def ending(ending_id: int, *, actor: Actor) -> EndingView:
    """What was ended at once, in the actor's structure. Raises: NotAllowed, PersonUnknown."""
    check_may(actor, "mandates.see")
    row = Ending.objects.filter(id=ending_id, organisation_id__in=access.structure_ids(actor)).first()
    if row is None:
        raise PersonUnknown
    return _endings([row])[0]


def endings(person_id: int, *, actor: Actor) -> tuple[EndingView, ...]:
    """What one person of the actor's structure ended, the latest first. Raises: NotAllowed, PersonUnknown."""
    check_may(actor, "mandates.see")
    kept = access.kept_person(actor, person_id)
    rows = list(Ending.objects.filter(person_id=kept.id).order_by("-at", "-id")[:MANDATES_MAX])
    return _endings(rows)


def draft(draft_id: int, *, actor: Actor, at: datetime) -> DraftView:
    """What is being prepared in the actor's structure. Raises: NotAllowed, DraftUnknown."""
    check_may(actor, "mandates.see")
    return _drafts([access.kept_draft(actor, draft_id)], at)[0]


def replaced_by(draft_id: int, *, actor: Actor, at: datetime) -> tuple[AuthorisationView, ...]:
    """What the person authorises already, and signing this draft would end: its families alone. Raises: NotAllowed, DraftUnknown."""
    check_may(actor, "mandates.see")
    row = access.kept_draft(actor, draft_id)
    person_id, identity = row.person_id, access.drafted_identity(row)
    if identity is not None:
        people = AssistedPerson.objects.filter(organisation_id=row.organisation_id)
        known = access.same_person(people, identity, access.drafted_subject(row))
        person_id = known.id if known is not None else None
    if person_id is None:
        return ()
    live = authorisations_by("person_id", [person_id], at, only_open=True).get(person_id, [])
    return tuple(each for each in live if each.family.value in row.families)


def open_drafts(*, actor: Actor, at: datetime) -> tuple[DraftView, ...]:
    """What is being prepared in the actor's structure, the latest first. Raises: NotAllowed."""
    check_may(actor, "mandates.see")
    rows = Draft.objects.filter(organisation_id__in=access.structure_ids(actor), closed_at__isnull=True, expires_at__gt=at)
    return _drafts(list(rows.order_by("-opened_at")[:MANDATES_MAX]), at)


def structure(*, actor: Actor) -> StructureFacts | None:
    """The structure that the actor acts for, None when it was never admitted. Raises: NotAllowed."""
    check_may(actor, "mandates.see")
    row = Structure.objects.filter(organisation_id__in=access.structure_ids(actor)).first()
    return _facts([row])[0] if row is not None else None


def neighbours(*, actor: Actor) -> tuple[StructureFacts, ...]:
    """The other open structures of the programme, by name: where mandates may be carried to. Raises: NotAllowed, StructureUnknown."""
    own = access.open_structure(actor)
    with acting_as_everything(why="which structures a programme has is no secret of theirs"):
        rows = list(Structure.objects.filter(programme_id=own.programme_id, ended_at__isnull=True).exclude(id=own.id))
    return tuple(sorted(_facts(rows), key=lambda each: each.name.casefold()))


def _facts(rows: list[Structure]) -> list[StructureFacts]:
    cards = parties.organisations({row.organisation_id for row in rows})
    return [
        StructureFacts(
            row.organisation_id, cards[row.organisation_id].name, row.programme_id,
            tuple(each for each in Family if each.value in row.families), row.ended_at is None,
        )
        for row in rows
    ]  # fmt: skip


def _endings(rows: list[Ending]) -> tuple[EndingView, ...]:
    ids = {each for row in rows for each in row.authorisation_ids}
    numbers = dict(Authorisation.objects.filter(id__in=ids).values_list("id", "mandate__number"))
    names = parties.names_of({row.by_id for row in rows if row.by_id is not None})
    return tuple(
        EndingView(
            row.id, row.person_id, row.organisation_id, EndReason(row.reason), tuple(Family(each) for each in row.families),
            tuple(dict.fromkeys(MandateNumber(numbers[each]).printed() for each in row.authorisation_ids)), row.is_by_self,
            names.get(row.by_id or 0, ""), row.at,
        )
        for row in rows
    )  # fmt: skip


def _drafts(rows: list[Draft], at: datetime) -> tuple[DraftView, ...]:
    ids = {each for row in rows for each in (row.helper_id, row.second_helper_id) if each is not None}
    names = parties.names_of(ids)
    return tuple(
        DraftView(
            row.id, DraftKind(row.kind), row.person_id, row.renewed_id, tuple(Family(each) for each in row.families), Duration(row.duration),
            row.language, IdentityCheck(row.identity_check) if row.identity_check else None, access.drafted_identity(row), row.helper_id,
            names.get(row.helper_id or 0, ""), row.second_helper_id, names.get(row.second_helper_id or 0, ""), row.opened_at, row.expires_at,
            row.closed_at is None and at < row.expires_at, row.mandate_id,
        )
        for row in rows
    )  # fmt: skip
