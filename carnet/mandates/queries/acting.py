"""For whom one may act today, and under what: what a helper chooses from when a public service asks who is there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation
from carnet.mandates.queries.habilitation import check_may_act
from carnet.mandates.rules import AuthorisationOver, Family, PersonUnknown, PivotIdentity, asked_prefixes, procedures_of

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class LiveAuthorisation:
    """One family a person authorises today, its last day, and the procedures it covers."""

    authorisation_id: int
    family: Family
    last_day: date
    procedures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActedFor:
    """Somebody for whom the structure may act today. `birthdate`: YYYY-MM-DD, 00 where a register knows no month or day."""

    person_id: int
    name: str
    birthdate: str
    live: tuple[LiveAuthorisation, ...]


@dataclass(frozen=True, slots=True)
class People:
    """One page of them."""

    people: tuple[ActedFor, ...]
    total: int
    page: int
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Under:
    """A live authorisation as whoever acts under it knows it. `subject_mark`: what stands for the person, the same in every structure.

    `identity()` unseals who they are, when it is called and not before.
    """

    authorisation_id: int
    organisation_id: int
    person_id: int
    family: Family
    subject_mark: bytes
    identity: Callable[[], PivotIdentity] = field(repr=False, compare=False)


def people_to_act_for(actor: Actor, *, typed: str = "", families: Collection[Family] | None = None, page: int = 1, at: datetime) -> People:
    """One page of the people with a live authorisation among `families`, who signed last first; `typed`: beginnings of their names.

    Names are unsealed for that page only. Raises: NotAllowed, StructureUnknown, StructureClosed.
    """
    structure = access.open_structure(actor)
    live = _live(families, at).filter(person=OuterRef("pk"))
    rows = AssistedPerson.objects.filter(Exists(live), organisation_id=structure.organisation_id, ended_at=None, erased_at=None)
    if typed.strip():
        rows = access.having_marks(rows, structure.organisation_id, asked_prefixes(typed))
    total = rows.count()
    page = max(1, min(page, -(-total // PER_PAGE)))
    shown = list(rows.order_by("-signed_at", "-id")[(page - 1) * PER_PAGE : page * PER_PAGE])
    return People(tuple(_acted_for(shown, families, at)), total, page)


def person_to_act_for(actor: Actor, person_id: int, *, families: Collection[Family] | None = None, at: datetime) -> ActedFor:
    """One of them. Raises: StructureUnknown, StructureClosed, PersonUnknown (also when nothing is live for them)."""
    access.open_structure(actor)
    check_may_act(actor=actor, at=at)
    row = access.kept_person(actor, person_id)
    found = _acted_for([row], families, at) if row.ended_at is None and row.erased_at is None else []
    if not found or not found[0].live:
        raise PersonUnknown
    return found[0]


def acting_under(actor: Actor, authorisation_id: int, *, at: datetime) -> Under:
    """The authorisation, live at that instant, of a structure still open and a person whose file is.

    Raises: StructureUnknown, StructureClosed, AuthorisationUnknown, AuthorisationOver.
    """
    access.open_structure(actor)
    row = access.kept_authorisation(actor, authorisation_id)
    person = row.person
    is_live = row.ended_at is None and row.starts_at <= at < row.ends_at and person.ended_at is None
    if not is_live or person.subject_mark is None:
        raise AuthorisationOver
    return Under(row.id, row.organisation_id, person.id, Family(row.family), bytes(person.subject_mark), lambda: access.identity_of(person))


def _live(families: Collection[Family] | None, at: datetime) -> QuerySet[Authorisation]:
    rows = Authorisation.objects.filter(ended_at=None, starts_at__lte=at, ends_at__gt=at)
    return rows if families is None else rows.filter(family__in=list(families))


def _acted_for(rows: Sequence[AssistedPerson], families: Collection[Family] | None, at: datetime) -> list[ActedFor]:
    live: dict[int, list[LiveAuthorisation]] = {row.id: [] for row in rows}
    order = list(Family)
    for each in _live(families, at).filter(person__in=list(live)):
        family = Family(each.family)
        last_day = legal_day(each.ends_at - timedelta(microseconds=1))
        live[each.person_id].append(LiveAuthorisation(each.id, family, last_day, procedures_of(family)))
    return [
        ActedFor(row.id, identity.name, identity.birthdate, tuple(sorted(live[row.id], key=lambda one: order.index(one.family))))
        for row, identity in ((row, access.identity_of(row)) for row in rows)
    ]
