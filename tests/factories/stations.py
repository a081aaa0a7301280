"""A shared computer of an organisation, and somebody without an e-mail whose turn it is."""

from datetime import datetime
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries
from carnet.parties.rules import StationLimits

PIN = "281946"


def leading(organisation_id: int, role: str, at: datetime) -> Actor:
    """Whoever leads a desk or a place, its second factor just proved."""
    return Actor(
        kind="person",
        label="lead",
        person_id=600,
        organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}),
        roles=frozenset({role}),
        proved_at=at,
    )


def enrolled(lead: Actor, at: datetime, limits: StationLimits | None = None) -> str:
    """The secret of a shared computer just enrolled."""
    with acting_as(lead):
        made = parties.prepare_station(name="Accueil", limits=limits, actor=lead, request_id=uuid4(), at=at)
    assert made.code is not None
    return parties.enrol_station(code=made.code, request_id=uuid4(), at=at).secret


def seated(organisation_id: int, role: str, at: datetime, limits: StationLimits | None = None) -> Actor:
    """Somebody of `role` (PRESCRIBER or MEDIATOR) whose turn it is on a shared computer, with these limits."""
    lead = leading(organisation_id, {"PRESCRIBER": "PRESCRIBER_LEAD", "MEDIATOR": "PLACE_MANAGER"}[role], at)
    secret = enrolled(lead, at, limits)
    with acting_as(lead):
        given = parties.add_volunteer(display_name="Rose Petit", role=role, actor=lead, request_id=uuid4(), at=at)
    chosen = {"station_secret": secret, "person_id": given.person_id, "pin": PIN, "at": at}
    assert parties.choose_pin_with_code(code=given.code or "", request_id=uuid4(), **chosen) is None  # type: ignore[arg-type]
    turn = parties.open_turn(request_id=uuid4(), **chosen)  # type: ignore[arg-type]
    assert isinstance(turn, parties.TurnOpened), turn
    seen = queries.actor_for_turn(station_secret=secret, turn_id=turn.id, at=at)
    assert seen is not None
    return seen.actor
