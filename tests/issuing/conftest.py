"""A funded programme, the people who order and approve, a desk, and a stranger."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from carnet.funding import operations as funding
from carnet.funding.rules import ShareTerms, percent, template_terms
from carnet.gateways.database import acting_as
from carnet.issuing import operations
from carnet.issuing.rules import JobState
from carnet.kernel.actors import Actor
from carnet.kernel.periods import start_of_day
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from carnet.scenarios.proofs import approved_proof
from tests.factories.labels import labelled

NOW = start_of_day(date(2025, 11, 3)) + timedelta(hours=10)
SYSTEM = Actor.system("tests")


@dataclass(frozen=True)
class Cast:
    """Who is there. Actors are as the door would make them."""

    operator_id: int
    metropolis_id: int
    department_id: int
    prescriber_id: int
    programme_id: int
    agreement_id: int
    agent: Actor
    approver: Actor
    treasurer: Actor
    funder: Actor
    prescriber: Actor
    stranger: Actor
    at: datetime = NOW

    def order(self, **more: object) -> int:
        details = {
            "programme_id": self.programme_id,
            "agreement_id": self.agreement_id,
            "booklet_count": 4,
            "issuer_prefix": "NM",
        } | self.by(self.agent) | more  # fmt: skip
        return operations.place_order(**details)  # type: ignore[arg-type]

    def by(self, actor: Actor, at: datetime | None = None, request_id: UUID | None = None) -> dict[str, object]:
        """Who, which request, when: what every operation is told."""
        return {"actor": actor, "request_id": request_id or uuid4(), "at": at or self.at}

    def approved(self, **more: object) -> int:
        order_id = self.order(**more)
        operations.approve_order(order_id=order_id, **self.by(self.approver))  # type: ignore[arg-type]
        return order_id

    def run(self, job_id: int) -> JobState:
        return operations.run_job(job_id=job_id, programme_id=self.programme_id, at=self.at)

    def proved(self, **more: object) -> int:
        order_id = self.approved(**more)
        approved_proof(order_id, sender=self.agent, approver=self.approver, at=self.at)
        return order_id

    def drawn(self, **more: object) -> int:
        order_id = self.proved(**more)
        assert self.run(operations.draw_order(order_id=order_id, **self.by(self.agent))) is JobState.DONE  # type: ignore[arg-type]
        return order_id

    def printed(self, **more: object) -> int:
        order_id = self.drawn(**more)
        operations.record_printed(order_id=order_id, reference="BAT-1", **self.by(self.agent))  # type: ignore[arg-type]
        return order_id

    def receive(self, funder_id: int, cents: int) -> None:
        funding.record_money_received(
            agreement_id=self.agreement_id, funder_id=funder_id, cents=cents, received_on=date(2025, 11, 2),
            bank_reference=f"VIR-{uuid4().hex[:8]}", **self.by(self.treasurer),  # type: ignore[arg-type]
        )  # fmt: skip


def unproved(actor: Actor) -> Actor:
    return replace(actor, proved_at=None)


@pytest.fixture
def at_home(settings: object, tmp_path: Path) -> None:
    """Keys and print files of this test alone."""
    settings.KEYS_DIR = tmp_path / "keys"  # type: ignore[attr-defined]
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]
    settings.BASE_URL = "https://carnet.exemple.fr"  # type: ignore[attr-defined]


@pytest.fixture
def cast(db: None, at_home: None) -> Iterator[Cast]:
    people = gather()
    with acting_as(people.agent):
        yield people


def gather() -> Cast:
    """Everybody, in the database at hand."""

    def organisation(name: str, *kinds: OrganisationKind) -> int:
        return parties.create_organisation(
            name=name, kinds=[kind.value for kind in kinds], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW
        )

    def member(organisation_id: int, role: Role, name: str, programme_ids: frozenset[int] = frozenset()) -> Actor:
        person_id = parties.enrol_member(
            organisation_id=organisation_id, email=f"{name}@exemple.fr", display_name=name, role=role.value,
            actor=SYSTEM, request_id=uuid4(), at=NOW,
        )  # fmt: skip
        return Actor(
            kind="person", label=name, person_id=person_id, organisation_id=organisation_id,
            organisation_ids=frozenset({organisation_id}), programme_ids=programme_ids, roles=frozenset({role.value}), proved_at=NOW,
        )  # fmt: skip

    operator_id = organisation("Opératrice", OrganisationKind.OPERATOR)
    labelled(operator_id)
    metropolis_id = organisation("Métropole", OrganisationKind.FUNDER)
    department_id = organisation("Département", OrganisationKind.FUNDER)
    prescriber_id = organisation("Association", OrganisationKind.PRESCRIBER)
    stranger_id = organisation("Autre opératrice", OrganisationKind.OPERATOR)
    terms = template_terms("nantes", first_day=date(2025, 11, 1), service_codes=("mailbox", "cv"))
    programme_id = funding.create_programme(
        terms=terms, operator_id=operator_id, is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW
    )
    tenant = frozenset({programme_id})
    agent = member(operator_id, Role.OPERATOR_ADMIN, "agent", tenant)
    with acting_as(agent):
        agreement_id = funding.sign_agreement(
            programme_id=programme_id, name="Convention", signed_on=date(2025, 10, 1), account_holder="Régie",
            iban="FR7630006000011234567890189",
            shares=[ShareTerms(metropolis_id, portion=percent(50_00)), ShareTerms(department_id, portion=percent(50_00))],
            actor=agent, request_id=uuid4(), at=NOW,
        )  # fmt: skip
    return Cast(
        operator_id=operator_id,
        metropolis_id=metropolis_id,
        department_id=department_id,
        prescriber_id=prescriber_id,
        programme_id=programme_id,
        agreement_id=agreement_id,
        agent=agent,
        approver=member(operator_id, Role.APPROVER, "approver", tenant),
        treasurer=member(operator_id, Role.TREASURER, "treasurer", tenant),
        funder=member(metropolis_id, Role.FUNDER, "funder", tenant),
        prescriber=member(prescriber_id, Role.PRESCRIBER_LEAD, "prescriber"),
        stranger=member(stranger_id, Role.OPERATOR_ADMIN, "stranger"),
    )
