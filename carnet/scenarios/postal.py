"""Two people who cannot come ask for a booklet by post: one on the page, one by telephone. Both wait at the same desk. Invented addresses."""

from datetime import datetime, timedelta
from uuid import uuid4

from carnet.distribution import operations, queries
from carnet.distribution.rules import AgeBand, Area, Reason, Ticks
from carnet.distribution.rules.postal import PostalAddress
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role
from carnet.scenarios.play import Played

ON_THE_PAGE = PostalAddress("Rose Exemple", "1 rue Inventée", "44000", "Nantes", "2e étage")
BY_TELEPHONE = PostalAddress("Jean Exemple", "2 place Inventée", "44400", "Rezé")


def ask_by_post(current: Played, *, at: datetime) -> None:
    """The two requests, of yesterday and of this morning."""
    desk_id = current.cast.desk_ids[0]
    asked = operations.ask_by_post(
        said=ON_THE_PAGE, ticks=Ticks(AgeBand.FROM_75, Reason.PROCEDURES, Area.TOWN), actor=Actor.anonymous(), request_id=uuid4(),
        at=at - timedelta(days=1),
    )  # fmt: skip
    found = queries.postal_by_number(asked.number)
    if found.organisation_id != desk_id:
        other = _at_a_desk(found.organisation_id)
        with acting_as(other):
            operations.pass_postal_on(postal_id=found.id, organisation_id=desk_id, actor=other, request_id=uuid4(), at=at)
    desk = _at_a_desk(desk_id)
    with acting_as(desk):
        operations.ask_by_post(
            said=BY_TELEPHONE, ticks=Ticks(AgeBand.FROM_60_TO_74, Reason.MESSAGES, Area.TOWN), organisation_id=desk_id, actor=desk,
            request_id=uuid4(), at=at - timedelta(hours=2),
        )  # fmt: skip


def _at_a_desk(organisation_id: int) -> Actor:
    return Actor(
        "person", "somebody at a desk", organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        roles=frozenset({Role.PRESCRIBER_LEAD.value}),
    )  # fmt: skip
