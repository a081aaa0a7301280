"""A programme of two communities and the State, its staff, a company that may join, and a stranger."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from carnet.funding import operations
from carnet.funding.rules import Pays, ShareTerms, percent, template_terms
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import start_of_day
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role

NOW = start_of_day(date(2025, 11, 3)) + timedelta(hours=10)
IBAN = "FR7630006000011234567890189"


@dataclass(frozen=True)
class Cast:
    """Who is there. Actors are as the door would make them."""

    operator_id: int
    metropolis_id: int
    department_id: int
    state_id: int
    company_id: int
    auditor_id: int
    programme_id: int
    admin: Actor
    funder: Actor
    stranger: Actor
    at: datetime = NOW

    def half_and_half(self) -> list[ShareTerms]:
        return [ShareTerms(self.metropolis_id, portion=percent(50_00)), ShareTerms(self.department_id, portion=percent(50_00))]

    def with_the_state(self) -> list[ShareTerms]:
        return [
            ShareTerms(self.state_id, portion=percent(50_00), pays=Pays.ON_USE, advanced_by_id=self.metropolis_id),
            ShareTerms(self.metropolis_id, portion=percent(25_00)),
            ShareTerms(self.department_id, portion=percent(25_00)),
        ]

    def admin_at(self, at: datetime) -> Actor:
        """The administrator, having just proved a second factor at that moment."""
        return replace(self.admin, proved_at=at)

    def sign(self, shares: list[ShareTerms], **more: object) -> int:
        details = {
            "programme_id": self.programme_id,
            "name": "Convention 2025",
            "signed_on": date(2025, 10, 1),
            "account_holder": "Régie du pass numérique",
            "iban": IBAN,
            "shares": shares,
            "actor": self.admin,
            "request_id": uuid4(),
            "at": self.at,
        } | more
        return operations.sign_agreement(**details)  # type: ignore[arg-type]


def person(label: str, organisation_id: int, role: Role, *, programme_ids: set[int], person_id: int, proved_at: datetime = NOW) -> Actor:
    return Actor(
        kind="person",
        label=label,
        person_id=person_id,
        organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}),
        programme_ids=frozenset(programme_ids),
        roles=frozenset({role.value}),
        proved_at=proved_at,
    )


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    system = Actor.system("tests")

    def organisation(name: str, *kinds: OrganisationKind) -> int:
        return parties.create_organisation(
            name=name, kinds=[kind.value for kind in kinds], is_simulated=True, actor=system, request_id=uuid4(), at=NOW
        )

    operator_id = organisation("Opératrice", OrganisationKind.OPERATOR)
    metropolis_id = organisation("Métropole", OrganisationKind.FUNDER)
    stranger_id = organisation("Autre opératrice", OrganisationKind.OPERATOR)
    terms = template_terms("nantes", first_day=date(2025, 11, 1), service_codes=("mailbox", "cv"))
    programme_id = operations.create_programme(terms=terms, operator_id=operator_id, actor=system, request_id=uuid4(), at=NOW)
    people = Cast(
        operator_id=operator_id,
        metropolis_id=metropolis_id,
        department_id=organisation("Département", OrganisationKind.FUNDER),
        state_id=organisation("État", OrganisationKind.STATE),
        company_id=organisation("Entreprise", OrganisationKind.FUNDER),
        auditor_id=organisation("Chambre", OrganisationKind.AUDITOR),
        programme_id=programme_id,
        admin=person("admin", operator_id, Role.OPERATOR_ADMIN, programme_ids={programme_id}, person_id=1),
        funder=person("funder", metropolis_id, Role.FUNDER, programme_ids={programme_id}, person_id=2),
        stranger=person("stranger", stranger_id, Role.OPERATOR_ADMIN, programme_ids=set(), person_id=3),
    )
    with acting_as(people.admin):
        yield people


def unproved(actor: Actor) -> Actor:
    return replace(actor, proved_at=None)
