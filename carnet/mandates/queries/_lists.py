"""Lists that stay at a handful of statements whatever their length: people, mandates, uses; each paged, people searched without names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate, Use
from carnet.mandates.queries._views import MandateView, PersonView, mandate_views, person_views
from carnet.mandates.rules import (
    SOON_DAYS,
    Family,
    MandateNumber,
    MandateNumberMistyped,
    PersonNumber,
    PersonNumberMistyped,
    asked_prefixes,
    ends_at,
)
from carnet.parties import queries as parties
from carnet.parties.rules import check_may

PER_PAGE = 25
Row = TypeVar("Row", bound=Model)


class Which(StrEnum):
    """Which people, or mandates: those with something in force, those of them that end within a month, the others, or all."""

    LIVE = "live"
    SOON = "soon"
    OVER = "over"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people. `count`: of all pages."""

    people: tuple[PersonView, ...]
    count: int
    page: int


@dataclass(frozen=True, slots=True)
class MandatesPage:
    """One page of mandates. `count`: of all pages."""

    mandates: tuple[MandateView, ...]
    count: int
    page: int


@dataclass(frozen=True, slots=True)
class UseView:
    """One thing done for somebody. `helper`: who did it, "" when a program wrote it or nobody knows them any more."""

    id: int
    at: datetime
    mandate_id: int
    person_number: str
    family: Family
    procedure: str
    service: str
    helper: str


@dataclass(frozen=True, slots=True)
class UsesPage:
    """One page of uses, the latest first. `count`: of all pages."""

    uses: tuple[UseView, ...]
    count: int
    page: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What a structure's home says: people with something in force, mandates of them that end within a month."""

    people: int
    soon: int


def people(*, actor: Actor, at: datetime, typed: str = "", which: Which = Which.LIVE, page: int = 1) -> PeoplePage:
    """The people of the actor's structure, the latest signed first. `typed`: beginnings of names, or the number of a person or a mandate.

    Those in the archive are left out, unless the lead asks for all of them. Three statements, however many there are. Raises: NotAllowed.
    """
    check_may(actor, "mandates.see")
    rows = AssistedPerson.objects.filter(organisation_id__in=access.structure_ids(actor))
    if not (access.reads_archive(actor) and which is Which.ALL):
        rows = access.in_use(rows)
    rows = _searched(rows, typed, access.structure_ids(actor)) if typed.strip() else _chosen(rows, "person_id", which, at)
    shown, count, at_page = _page(rows.order_by("-signed_at", "-id"), page)
    return PeoplePage(tuple(person_views(shown, at)), count, at_page)


def mandates(*, actor: Actor, at: datetime, which: Which = Which.LIVE, page: int = 1) -> MandatesPage:
    """The mandates of the actor's structure, the latest first. Three statements, however many there are. Raises: NotAllowed."""
    check_may(actor, "mandates.see")
    rows = Mandate.objects.filter(organisation_id__in=access.structure_ids(actor)).select_related("person")
    if not (access.reads_archive(actor) and which is Which.ALL):
        rows = rows.filter(Q(person__archived_at__isnull=True) | Q(person__archived_at__lt=F("person__signed_at")))
    shown, count, at_page = _page(_chosen(rows, "mandate_id", which, at).order_by("-signed_at", "-id"), page)
    return MandatesPage(tuple(mandate_views(shown, at)), count, at_page)


def uses(*, actor: Actor, person_id: int | None = None, mandate_id: int | None = None, page: int = 1) -> UsesPage:
    """What was done in the actor's structure, for one person or under one mandate if said, the latest first. Four statements at most.

    Raises: NotAllowed, PersonUnknown, MandateUnknown.
    """
    check_may(actor, "mandates.see")
    rows = Use.objects.filter(organisation_id__in=access.structure_ids(actor))
    if mandate_id is not None:
        rows = rows.filter(mandate_id=access.kept_mandate(actor, mandate_id).id)
    if person_id is not None:
        rows = rows.filter(person_number=access.kept_person(actor, person_id).number)
    shown, count, at_page = _page(rows.order_by("-at", "-id"), page)
    names = parties.names_of({row.helper_id for row in shown if row.helper_id is not None})
    found = (
        UseView(
            row.id, row.at, row.mandate_id, PersonNumber(row.person_number).printed(), Family(row.family), row.procedure, row.service,
            names.get(row.helper_id or 0, ""),
        )
        for row in shown
    )  # fmt: skip
    return UsesPage(tuple(found), count, at_page)


def counts(*, actor: Actor, at: datetime) -> Counts:
    """What the home of the actor's structure says. Two statements. Raises: NotAllowed."""
    check_may(actor, "mandates.see")
    rows = AssistedPerson.objects.filter(organisation_id__in=access.structure_ids(actor))
    return Counts(*(_chosen(rows, "person_id", which, at).count() for which in (Which.LIVE, Which.SOON)))


def _chosen(rows: QuerySet[Row], key: str, which: Which, at: datetime) -> QuerySet[Row]:
    live = Authorisation.objects.filter(**{key: OuterRef("id")}, ended_at__isnull=True, ends_at__gt=at)
    if which is Which.SOON:
        return rows.filter(Exists(live.filter(ends_at__lte=ends_at(legal_day(at) + timedelta(days=SOON_DAYS)))))
    if which is Which.LIVE:
        return rows.filter(Exists(live))
    return rows.filter(~Exists(live)) if which is Which.OVER else rows


def _searched(rows: QuerySet[AssistedPerson], typed: str, organisation_ids: Iterable[int]) -> QuerySet[AssistedPerson]:
    for kind, mistyped, path in (
        (PersonNumber, PersonNumberMistyped, "number"),
        (MandateNumber, MandateNumberMistyped, "mandates__number"),
    ):
        try:
            number = str(kind.parse(typed))
        except mistyped:
            continue
        found = rows.filter(**{path: number})
        if found.exists():
            return found
    (organisation_id,) = tuple(organisation_ids) or (0,)
    return access.having_marks(rows, organisation_id, asked_prefixes(typed))


def _page(rows: QuerySet[Row], page: int) -> tuple[list[Row], int, int]:
    count = rows.count()
    at_page = max(1, min(page, -(-count // PER_PAGE)))
    return list(rows[(at_page - 1) * PER_PAGE : at_page * PER_PAGE]) if count else [], count, at_page
