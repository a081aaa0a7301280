"""The people and the programme of these tests, and a small file of places to break."""

import csv
import io
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from carnet.funding.operations import create_programme
from carnet.funding.rules import template_terms
from carnet.kernel.actors import Actor
from carnet.parties.operations import create_organisation
from carnet.parties.rules import Role
from carnet.places.queries import gazetteer
from carnet.places.rules.geography import Gazetteer
from carnet.places.rules.writing import HEADER

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)  # a Saturday, half past ten in Paris
SERVICES = ("mailbox", "printer", "cv", "online-procedures")

# One correct line; a test changes what it is about.
GOOD = {
    "id": "a-1",
    "pivot": "43493312300029",
    "nom": "Espace numérique de Bellevue",
    "commune": "Nantes",
    "code_postal": "44100",
    "code_insee": "44109",
    "adresse": "3 rue de l'Exemple",
    "latitude": "47.2173",
    "longitude": "-1.5534",
    "telephone": "+33240419000",
    "horaires": "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00",
    "date_maj": "2024-04-02",
    "services": "Maîtrise des outils numériques du quotidien|Accès internet et matériel informatique",
    "frais_a_charge": "Gratuit",
    "source": "Essai",
}


def csv_bytes(*lines: dict[str, str], separator: str = ",", header: tuple[str, ...] = HEADER) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, delimiter=separator, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


@pytest.fixture(scope="session")
def communes() -> Gazetteer:
    return gazetteer()


@pytest.fixture
def operator_id(db: None) -> int:
    return create_organisation(
        name="Médias-Cité", kinds=["OPERATOR"], is_simulated=True, actor=Actor.system("test"), request_id=uuid4(), at=AT
    )


@pytest.fixture
def place_operator_id(db: None) -> int:
    return create_organisation(
        name="Association du quartier", kinds=["PLACE_OPERATOR"], is_simulated=True, actor=Actor.system("test"), request_id=uuid4(), at=AT
    )


@pytest.fixture
def programme_id(operator_id: int) -> int:
    return create_programme(
        terms=template_terms("nantes", first_day=date(2026, 11, 1), service_codes=SERVICES),
        operator_id=operator_id,
        actor=Actor.system("test", organisation_ids={operator_id}),
        request_id=uuid4(),
        at=AT,
    )


def person(organisation_id: int, *roles: Role, programme_ids: tuple[int, ...] = ()) -> Actor:
    return Actor(
        kind="person",
        label="someone",
        person_id=1,
        organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}),
        programme_ids=frozenset(programme_ids),
        roles=frozenset(roles),
        proved_at=AT,
    )


@pytest.fixture
def agent(operator_id: int, programme_id: int) -> Actor:
    return person(operator_id, Role.OPERATOR_AGENT, programme_ids=(programme_id,))


@pytest.fixture
def request_id() -> UUID:
    return uuid4()
