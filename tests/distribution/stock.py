"""A programme with two desks and a depot: the first holds thirty booklets and sleeps, the second two and hands one over a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from carnet.distribution import operations
from carnet.distribution.rules import HandOverItem
from carnet.funding import operations as funding
from carnet.funding.rules import template_terms
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as reads
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from tests.distribution.conftest import NOW, person
from tests.factories.ledger import Setting, active_series

LATER = NOW + timedelta(days=40)


@dataclass(frozen=True)
class Cupboards:
    """`series_id`: forty-five booklets of five, thirty at `slow_id`, ten at `quick_id`, five at the depot."""

    programme_id: int
    operator_id: int
    slow_id: int
    quick_id: int
    series_id: int

    @property
    def first(self) -> int:
        return reads.series(self.series_id).first_booklet_id

    @property
    def operator(self) -> Actor:
        return person(self.operator_id, Role.OPERATOR_AGENT, {self.programme_id})

    def lead(self, organisation_id: int) -> Actor:
        return person(organisation_id, Role.PRESCRIBER_LEAD)

    def serial(self, rank: int) -> str:
        return reads.serial_of_booklet(reads.series(self.series_id), self.first + rank)

    def held(self, holder_id: int) -> int:
        with acting_as_everything(why="count"):
            assert reads.verify() == []
            return len(reads.stock_ids(holder_id=holder_id, programme_id=self.programme_id))

    def give(self, organisation_id: int, booklet_id: int, at: datetime = LATER) -> int:
        desk = self.lead(organisation_id)
        with acting_as(desk):
            return operations.hand_over(item=HandOverItem(uuid4(), self.series_id, booklet_id, booklet_id), actor=desk, at=at).id


def make_cupboards(at: datetime = NOW) -> Cupboards:
    """Made through the operations; the quick desk handed eight booklets over in the last fortnight before LATER."""
    system = Actor.system("tests")

    def organisation(name: str, kind: OrganisationKind) -> int:
        return parties.create_organisation(name=name, kinds=[kind.value], is_simulated=True, actor=system, request_id=uuid4(), at=at)

    operator_id = organisation("Opératrice", OrganisationKind.OPERATOR)
    slow_id, quick_id = (organisation(name, OrganisationKind.PRESCRIBER) for name in ("Mairie endormie", "Mission locale pressée"))
    funders = (organisation("Métropole", OrganisationKind.FUNDER), organisation("Département", OrganisationKind.FUNDER))
    terms = template_terms("nantes", first_day=date(2025, 11, 1), service_codes=("mailbox", "cv"))
    programme_id = funding.create_programme(terms=terms, operator_id=operator_id, actor=system, request_id=uuid4(), at=at)
    setting = Setting(programme_id, agreement_id=7, operator_id=operator_id, prescriber_id=slow_id, funder_ids=funders)
    with acting_as(programme_ids=[programme_id]):
        series_id = active_series(setting, booklets=45, at=at)
        first = reads.series(series_id).first_booklet_id
        for holder_id, start, count in ((slow_id, 0, 30), (quick_id, 30, 10)):
            ends = {"series_id": series_id, "first_booklet_id": first + start, "last_booklet_id": first + start + count - 1}
            ledger.ship_booklets(from_holder_id=operator_id, to_holder_id=holder_id, actor=system, request_id=uuid4(), at=at, **ends)
            ledger.receive_booklets(to_holder_id=holder_id, actor=system, request_id=uuid4(), at=at, **ends)
        agent = person(operator_id, Role.OPERATOR_AGENT, {programme_id})
        for desk_id in (slow_id, quick_id):
            operations.join_programme(programme_id=programme_id, organisation_id=desk_id, actor=agent, request_id=uuid4(), at=at)
    made = Cupboards(programme_id, operator_id, slow_id, quick_id, series_id)
    for rank in range(8):
        made.give(quick_id, first + 30 + rank, LATER - timedelta(days=13 - rank))
    return made
