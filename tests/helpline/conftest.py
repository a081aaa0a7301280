"""A programme with its operator, its desk and its place; and people of another programme, who must see nothing of it."""

from datetime import datetime

import pytest

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from tests.factories.campaign import NOW, Campaign, accept, organisation, place, programme


def person(organisation_id: int, role: str, *, programme_ids: frozenset[int] = frozenset(), at: datetime = NOW) -> Actor:
    """Somebody of an organisation, a second factor just proved."""
    return Actor(
        kind="person", label=role, person_id=organisation_id * 10 + len(role), organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}), programme_ids=programme_ids, roles=frozenset({role}), proved_at=at,
    )  # fmt: skip


class Cast:
    """Who is there. The second operator runs a programme of its own, with a place."""

    def __init__(self, ready: Campaign) -> None:
        self.ready = ready
        self.other_operator_id = organisation("Autre opérateur", "OPERATOR")
        self.other_programme_id = programme(self.other_operator_id, name="Autre programme")
        self.other_place_organisation_id = organisation("Autre association", "PLACE_OPERATOR")
        self.other_place_id = place("Autre lieu", self.other_place_organisation_id)
        accept(self.other_place_id, self.other_programme_id)

    @property
    def agent(self) -> Actor:
        return person(self.ready.operator_id, "OPERATOR_AGENT", programme_ids=frozenset({self.ready.programme_id}))

    @property
    def admin(self) -> Actor:
        return person(self.ready.operator_id, "OPERATOR_ADMIN", programme_ids=frozenset({self.ready.programme_id}))

    @property
    def line(self) -> Actor:
        return person(self.ready.operator_id, "HELPLINE", programme_ids=frozenset({self.ready.programme_id}))

    @property
    def other_line(self) -> Actor:
        return person(self.other_operator_id, "HELPLINE", programme_ids=frozenset({self.other_programme_id}))

    @property
    def desk(self) -> Actor:
        return person(self.ready.prescriber_id, "PRESCRIBER")

    @property
    def manager(self) -> Actor:
        return person(self.ready.place_organisation_id, "PLACE_MANAGER")

    @property
    def other_manager(self) -> Actor:
        return person(self.other_place_organisation_id, "PLACE_MANAGER")


@pytest.fixture
def cast(ready: Campaign) -> Cast:
    with acting_as_everything(why="people of two programmes"):
        return Cast(ready)
