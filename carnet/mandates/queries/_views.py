"""People and mandates as their structure reads them: frozen, names opened for the rows of one page only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from carnet.kernel.periods import legal_day
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate
from carnet.mandates.rules import (
    Consent,
    Duration,
    EndReason,
    Family,
    IdentityCheck,
    MandateNumber,
    MandateState,
    PersonNumber,
    is_soon_over,
    last_day,
    state_of,
)


@dataclass(frozen=True, slots=True)
class AuthorisationView:
    """One family of procedures, authorised or no more. `ends_on`: the first day on which it is not."""

    id: int
    mandate_id: int
    family: Family
    ends_on: date
    is_live: bool
    ended_at: datetime | None
    end_reason: EndReason | None

    @property
    def last_day(self) -> date:
        """What a person is told."""
        return last_day(self.ends_on)


@dataclass(frozen=True, slots=True)
class PersonView:
    """One line of the list of people. `name` is "" once erased. `last_day`: of what ends soonest, None when nothing is in force."""

    id: int
    number: str
    name: str
    signed_at: datetime
    families: tuple[Family, ...]
    last_day: date | None
    is_soon_over: bool
    end_reason: EndReason | None
    is_erased: bool


@dataclass(frozen=True, slots=True)
class MandateView:
    """One mandate, for the structure that holds it."""

    id: int
    number: str
    person_id: int
    person_number: str
    person_name: str
    organisation_id: int
    state: MandateState
    duration: Duration
    starts_on: date
    ends_on: date
    signed_at: datetime
    signed_by_id: int | None
    second_helper_id: int | None
    identity_check: IdentityCheck
    consent: Consent
    text_version: str
    language: str
    ended_at: datetime | None
    end_reason: EndReason | None
    is_soon_over: bool
    authorisations: tuple[AuthorisationView, ...]

    @property
    def last_day(self) -> date:
        """What a person is told."""
        return last_day(self.ends_on)

    @property
    def live(self) -> tuple[AuthorisationView, ...]:
        """What is authorised now."""
        return tuple(each for each in self.authorisations if each.is_live)

    @property
    def families(self) -> tuple[Family, ...]:
        """What was signed."""
        return tuple(each.family for each in self.authorisations)


def authorisation_view(row: Authorisation, at: datetime) -> AuthorisationView:
    """One row as it is read at `at`; what ran its whole time but was not closed yet is expired."""
    is_live = row.ended_at is None and row.starts_at <= at < row.ends_at
    reason = EndReason(row.end_reason) if row.end_reason else None if is_live else EndReason.EXPIRED
    return AuthorisationView(
        row.id,
        row.mandate_id,
        Family(row.family),
        legal_day(row.ends_at),
        is_live,
        row.ended_at or (None if is_live else row.ends_at),
        reason,
    )


def authorisations_by(key: str, ids: Iterable[int], at: datetime, *, only_open: bool = False) -> dict[int, list[AuthorisationView]]:
    """Authorisations by mandate (`key="mandate_id"`) or by person, in one statement, in the order of the families."""
    rows = Authorisation.objects.filter(**{f"{key}__in": list(ids)})
    found: dict[int, list[AuthorisationView]] = {}
    for row in rows.filter(ended_at__isnull=True, ends_at__gt=at) if only_open else rows:
        found.setdefault(getattr(row, key), []).append(authorisation_view(row, at))
    rank = {family: place for place, family in enumerate(Family)}
    return {each: sorted(views, key=lambda view: rank[view.family]) for each, views in found.items()}


def person_views(rows: list[AssistedPerson], at: datetime) -> list[PersonView]:
    """The people of one page, with what each authorises today: one statement."""
    names, opened = access.names_of(rows), authorisations_by("person_id", [row.id for row in rows], at, only_open=True)
    return [_person_view(row, names, opened.get(row.id, []), at) for row in rows]


def _person_view(row: AssistedPerson, names: Mapping[int, str], live: list[AuthorisationView], at: datetime) -> PersonView:
    soonest = min((each.ends_on for each in live), default=None)
    return PersonView(
        row.id, PersonNumber(row.number).printed(), names[row.id], row.signed_at, tuple(each.family for each in live),
        last_day(soonest) if soonest else None, soonest is not None and is_soon_over(ends_on=soonest, at=at),
        EndReason(row.end_reason) if row.end_reason else None, row.erased_at is not None,
    )  # fmt: skip


def mandate_views(rows: list[Mandate], at: datetime) -> list[MandateView]:
    """The mandates of one page, read with their person: one more statement, whatever their number."""
    names = access.names_of([row.person for row in rows])
    parts = authorisations_by("mandate_id", [row.id for row in rows], at)
    return [
        MandateView(
            row.id, MandateNumber(row.number).printed(), row.person_id, PersonNumber(row.person.number).printed(), names[row.person_id],
            row.organisation_id, state_of(ended_at=row.ended_at, ends_on=row.ends_on, at=at), Duration(row.duration), row.starts_on, row.ends_on,
            row.signed_at, row.signed_by_id, row.second_helper_id, IdentityCheck(row.identity_check), Consent(row.consent), row.text_version,
            row.language, row.ended_at, EndReason(row.end_reason) if row.end_reason else None,
            row.ended_at is None and is_soon_over(ends_on=row.ends_on, at=at), tuple(parts.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip
