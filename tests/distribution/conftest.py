"""A programme with an active series, a desk that received four booklets, a colleague's desk, and a stranger."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from carnet.distribution import operations
from carnet.distribution.rules import HandOverItem, Ticks
from carnet.funding import operations as funding
from carnet.funding.rules import template_terms
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import start_of_day
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_reads
from carnet.ledger.queries import SeriesView
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from tests.factories.ledger import Setting, active_series, drawn_series

NOW = start_of_day(date(2025, 11, 3)) + timedelta(hours=10)


@dataclass(frozen=True)
class Desks:
    """Who is there. The desk holds the four booklets of `series`; `sleeping` is a series not activated yet."""

    programme_id: int
    operator_id: int
    desk_id: int
    other_id: int
    series: SeriesView
    sleeping: SeriesView
    at: datetime = NOW

    @property
    def agent(self) -> Actor:
        return person(self.operator_id, Role.OPERATOR_AGENT, {self.programme_id})

    @property
    def prescriber(self) -> Actor:
        return person(self.desk_id, Role.PRESCRIBER)

    @property
    def stranger(self) -> Actor:
        return person(self.other_id, Role.PRESCRIBER)

    @property
    def mediator(self) -> Actor:
        return person(self.desk_id, Role.MEDIATOR)

    def as_desk(self) -> AbstractContextManager[None]:
        return acting_as(self.prescriber)

    def booklet(self, rank: int, **more: object) -> HandOverItem:
        first = self.series.first_booklet_id + rank
        facts = {"request_id": uuid4(), "series_id": self.series.id, "first_booklet_id": first, "last_booklet_id": first} | more
        return HandOverItem(**facts)  # type: ignore[arg-type]

    def vouchers(self, *ranks: int) -> HandOverItem:
        ids = tuple(self.series.first_voucher_id + rank for rank in ranks)
        return HandOverItem(request_id=uuid4(), series_id=self.series.id, voucher_ids=ids, ticks=Ticks())


def person(organisation_id: int, role: Role, programme_ids: set[int] | None = None) -> Actor:
    return Actor(
        kind="person",
        label=role.value,
        person_id=organisation_id,
        organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}),
        programme_ids=frozenset(programme_ids or ()),
        roles=frozenset({role.value}),
        proved_at=NOW,
    )


@pytest.fixture
def make_desks(db: None) -> Callable[..., Desks]:
    return _make


@pytest.fixture
def desks(db: None) -> Desks:
    return _make()


def _make(template: str = "nantes") -> Desks:
    system = Actor.system("tests")

    def organisation(name: str, kind: OrganisationKind) -> int:
        return parties.create_organisation(name=name, kinds=[kind.value], is_simulated=True, actor=system, request_id=uuid4(), at=NOW)

    operator_id = organisation("Opératrice", OrganisationKind.OPERATOR)
    desk_id = organisation("Médiathèque", OrganisationKind.PRESCRIBER)
    other_id = organisation("Mission locale", OrganisationKind.PRESCRIBER)
    terms = template_terms(template, first_day=date(2025, 11, 1), service_codes=("mailbox", "cv"))
    programme_id = funding.create_programme(terms=terms, operator_id=operator_id, actor=system, request_id=uuid4(), at=NOW)
    funder_ids = (organisation("Métropole", OrganisationKind.FUNDER), organisation("Département", OrganisationKind.FUNDER))
    setting = Setting(programme_id, agreement_id=7, operator_id=operator_id, prescriber_id=desk_id, funder_ids=funder_ids)
    with acting_as(programme_ids=[programme_id]):
        series = ledger_reads.series(active_series(setting, at=NOW))
        sleeping = ledger_reads.series(drawn_series(setting, at=NOW))
        for each in (series, sleeping):
            ends = {"series_id": each.id, "first_booklet_id": each.first_booklet_id, "last_booklet_id": each.last_booklet_id}
            ledger.ship_booklets(from_holder_id=operator_id, to_holder_id=desk_id, actor=system, request_id=uuid4(), at=NOW, **ends)
            ledger.receive_booklets(to_holder_id=desk_id, actor=system, request_id=uuid4(), at=NOW, **ends)
        operations.join_programme(
            programme_id=programme_id,
            organisation_id=desk_id,
            actor=person(operator_id, Role.OPERATOR_AGENT, {programme_id}),
            request_id=uuid4(),
            at=NOW,
        )
    return Desks(programme_id, operator_id, desk_id, other_id, series, sleeping)
