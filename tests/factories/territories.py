"""A territory of three communes: a leading funder, a local actor, a place; somebody of each, and a stranger."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.observatory.operations import territories as operations
from carnet.observatory.rules.territories import Need, Public
from tests.factories.campaign import NOW, organisation, rid

NANTES, HERBLAIN, BOUGUENAIS = "44109", "44162", "44020"
CODES = (NANTES, HERBLAIN, BOUGUENAIS)


def somebody(organisation_id: int, role: str) -> Actor:
    """A person of one organisation, a second factor just proved."""
    return Actor(
        kind="person", label=role.lower(), person_id=900 + organisation_id % 50, organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}), roles=frozenset({role}), proved_at=NOW,
    )  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """A territory and the people in it."""

    territory_id: int
    leader: Actor
    caf: Actor
    place: Actor
    stranger: Actor


def make_ground(name: str = "Trois communes") -> Ground:
    """Open it and give two organisations their place; nobody has written a line."""
    leader = somebody(organisation(f"Métropole de {name}", "FUNDER"), "FUNDER")
    caf = somebody(organisation(f"Caisse de {name}", "LOCAL_ACTOR"), "LOCAL_ACTOR")
    place = somebody(organisation(f"Médiathèque de {name}", "PLACE_OPERATOR"), "PLACE_MANAGER")
    stranger = somebody(organisation(f"Une autre que {name}", "LOCAL_ACTOR"), "LOCAL_ACTOR")
    with acting_as(leader):
        territory_id = operations.make_territory(name=name, commune_codes=CODES, actor=leader, request_id=rid(), at=NOW)
        for each in (caf, place):
            operations.add_actor(
                territory_id=territory_id, organisation_id=each.organisation_id or 0, actor=leader, request_id=rid(), at=NOW
            )
    return Ground(territory_id, leader, caf, place, replace(stranger))


def live(ground: Ground) -> None:
    """A line, a commitment, a need noted, a decision and a late next step."""
    with acting_as(ground.caf):
        given: dict[str, Any] = {"territory_id": ground.territory_id, "actor": ground.caf, "at": NOW}
        operations.say_line(
            words="Des rendez-vous au guichet.", contact_service="Accueil de la caisse", contact_email="accueil@caisse.example",
            contact_phone="02 40 00 00 00", is_public=False, request_id=rid(), **given,
        )  # fmt: skip
        operations.commit_to(
            need=Need.PROCEDURES, words="Deux rendez-vous par jour.", hours="mardi, 9 h à 12 h", publics=[Public.FAMILIES],
            commune_codes=[NANTES], request_id=rid(), **given,
        )  # fmt: skip
        operations.notice_need(need=Need.AT_HOME, words="Personne ne se déplace.", commune_codes=[BOUGUENAIS], request_id=rid(), **given)
        decision_id = operations.note_decision(decided_on=date(2026, 2, 10), words="Former dix agents.", request_id=rid(), **given)
        operations.plan_step(
            decision_id=decision_id, responsible_id=ground.place.organisation_id or 0, words="Trouver une salle.",
            due_on=(NOW - timedelta(days=3)).date(), request_id=rid(), **given,
        )  # fmt: skip
