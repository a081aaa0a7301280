"""A programme with two desks: Nantes, where a place takes the vouchers, and Châteaubriant, an hour away from it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from carnet.distribution import operations as distribution
from carnet.distribution.rules import HandOverItem
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as reads
from carnet.parties import operations as parties
from tests.factories.campaign import NOW, SYSTEM, Campaign, campaign

NANTES, CHATEAUBRIANT = "44109", "44036"
TODAY = NOW + timedelta(days=2)
# One booklet of five vouchers a person.
PEOPLE_NEAR, PEOPLE_FAR = 7, 6


@dataclass(frozen=True)
class Far:
    """`near_id`, `far_id`: the two desks; `first`: the first booklet, those of the near desk first."""

    campaign: Campaign
    near_id: int
    far_id: int
    first: int

    @property
    def programme_id(self) -> int:
        return self.campaign.programme_id

    def desk(self, organisation_id: int) -> Actor:
        """Somebody at a desk."""
        return Actor(
            kind="person", label="desk", person_id=770, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
            roles=frozenset({"PRESCRIBER_LEAD"}), proved_at=NOW,
        )  # fmt: skip

    def give(self, organisation_id: int, rank: int) -> None:
        """One booklet to one person."""
        booklet = self.first + rank
        actor = self.desk(organisation_id)
        with acting_as(actor):
            distribution.hand_over(item=HandOverItem(uuid4(), self.campaign.series_id, booklet, booklet), actor=actor, at=NOW)


def make_far(*, near: int = PEOPLE_NEAR, far: int = PEOPLE_FAR) -> Far:
    """Desks with an address, booklets received, one handed over to each person."""
    with acting_as_everything(why="prepare desks near and far"):
        ready = campaign(booklets=near + far + 2, handed_over=False)
        first = reads.series(ready.series_id).first_booklet_id
        desks = []
        for name, postcode, city, start, count in (
            ("Mission locale de Nantes", "44000", "Nantes", 0, near + 1),
            ("Mairie de Châteaubriant", "44110", "Châteaubriant", near + 1, far + 1),
        ):
            desk_id = parties.create_organisation(
                name=name, kinds=["PRESCRIBER"], is_simulated=True, street="1 rue de la Mairie", postcode=postcode, city=city,
                actor=SYSTEM, request_id=uuid4(), at=NOW,
            )  # fmt: skip
            ends = {"series_id": ready.series_id, "first_booklet_id": first + start, "last_booklet_id": first + start + count - 1}
            ledger.ship_booklets(from_holder_id=ready.operator_id, to_holder_id=desk_id, actor=SYSTEM, request_id=uuid4(), at=NOW, **ends)
            ledger.receive_booklets(to_holder_id=desk_id, actor=SYSTEM, request_id=uuid4(), at=NOW, **ends)
            distribution.join_programme(programme_id=ready.programme_id, organisation_id=desk_id, actor=SYSTEM, request_id=uuid4(), at=NOW)
            desks.append(desk_id)
    made = Far(ready, desks[0], desks[1], first)
    for rank in range(near):
        made.give(made.near_id, rank)
    for rank in range(far):
        made.give(made.far_id, near + 1 + rank)
    return made
