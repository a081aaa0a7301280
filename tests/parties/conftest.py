"""The cast: an operator, a place it brought in, a prescriber, and a stranger's organisation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
PROGRAM = Actor.system("cast of the tests")


@dataclass(frozen=True)
class Cast:
    """Ids of organisations, and `actor(name)`: the person of that name, having just proved a second factor."""

    operator: int
    place: int
    prescriber: int
    stranger: int
    people: dict[str, tuple[int, int]]

    def actor(self, name: str, at: datetime = AT) -> Actor:
        person_id, organisation_id = self.people[name]
        return queries.actor_for(person_id=person_id, organisation_id=organisation_id, proved_at=at, at=at)


def organisation(name: str, kind: str, registered_by: int | None = None) -> int:
    return parties.create_organisation(
        name=name, kinds=[kind], is_simulated=True, registered_by=registered_by, actor=PROGRAM, request_id=uuid4(), at=AT
    )


def member(organisation_id: int, name: str, role: str, password: str | None = None) -> tuple[int, int]:
    person_id = parties.enrol_member(
        organisation_id=organisation_id,
        email=f"{name}@example.org",
        display_name=name.title(),
        role=role,
        password=password,
        actor=PROGRAM,
        request_id=uuid4(),
        at=AT,
    )
    return person_id, organisation_id


@pytest.fixture
def cast(db: None) -> Cast:
    operator = organisation("Opérateur du Val", "OPERATOR")
    place = organisation("Atelier des Ponts", "PLACE_OPERATOR", operator)
    prescriber = organisation("Maison des Habitants", "PRESCRIBER", operator)
    stranger = organisation("Autre Opérateur", "OPERATOR")
    people = {
        "admin": member(operator, "admin", "OPERATOR_ADMIN"),
        "agent": member(operator, "agent", "OPERATOR_AGENT"),
        "treasurer": member(operator, "treasurer", "TREASURER"),
        "approver": member(operator, "approver", "APPROVER"),
        "alice": member(place, "alice", "PLACE_MANAGER"),
        "bob": member(place, "bob", "MEDIATOR"),
        "paula": member(prescriber, "paula", "PRESCRIBER_LEAD"),
        "charlie": member(stranger, "charlie", "OPERATOR_ADMIN"),
    }
    return Cast(operator, place, prescriber, stranger, people)


@pytest.fixture
def walls() -> Callable[[Actor], object]:
    return acting_as


@pytest.fixture
def unproved() -> Callable[[Actor], Actor]:
    return lambda actor: replace(actor, proved_at=None)
