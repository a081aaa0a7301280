"""A season paid by a metropolis, a department, and the State on use: vouchers everywhere a voucher can be, some paid, some owed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from uuid import uuid4

from carnet.funding.rules import Pays, ShareTerms
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_reads
from carnet.ledger.rules import EndReason
from carnet.parties import operations as parties
from carnet.parties.rules import Role
from tests.factories import campaign as make
from tests.factories.campaign import NOW, SYSTEM, Campaign, organisation, rid
from tests.settlement.conftest import APRIL, FIRST_IBAN, SECOND_IBAN, SPENT_AT, Payday

LATE_SPENT_AT = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
TODAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Funds:
    """`payday` holds the campaign and its second place; the State pays on use, advanced by the metropolis."""

    payday: Payday
    state_id: int
    desk_id: int
    second_series_id: int

    @property
    def campaign(self) -> Campaign:
        return self.payday.campaign

    @property
    def agreement_id(self) -> int:
        return self.campaign.agreement_id

    @property
    def funder_ids(self) -> tuple[int, ...]:
        return (self.state_id, *self.campaign.funder_ids)

    def member(self, organisation_id: int, *roles: str) -> Actor:
        """Somebody of an organisation that sees the programme."""
        return Actor(
            kind="person", label="reader", person_id=900 + organisation_id, organisation_id=organisation_id,
            organisation_ids=frozenset({organisation_id}), programme_ids=frozenset({self.campaign.programme_id}),
            roles=frozenset(roles or {Role.FUNDER.value}), proved_at=TODAY,
        )  # fmt: skip

    @property
    def admin(self) -> Actor:
        return self.member(self.campaign.operator_id, Role.OPERATOR_ADMIN.value)


def make_funds() -> Funds:
    """Forty vouchers in hands, then twelve used and paid, five used and owed; a second series in stock, partly lost; money put aside."""
    with acting_as_everything(why="prepare a campaign"):
        ready, state_id, second_id = _campaign()
        second_place_id = make.place("Second lieu", second_id)
        make.accept(second_place_id, ready.programme_id)
        later = make.series(ready.programme_id, ready.agreement_id, ready.operator_id, booklets=6, offset=60)
        _scatter(ready, later)
        ledger.receive_money(
            programme_id=ready.programme_id, agreement_id=ready.agreement_id, funder_id=ready.funder_ids[1], cents=123_45, actor=SYSTEM,
            request_id=rid(), at=NOW,
        )  # fmt: skip
    payday = Payday(ready, second_place_id, second_id, FakeBank(opening_cents=10_000_00))
    payday.account(ready.place_organisation_id, FIRST_IBAN)
    payday.account(second_id, SECOND_IBAN)
    payday.spend(7, at=SPENT_AT)
    payday.spend(5, second=True, at=SPENT_AT)
    payday.pay(at=APRIL)
    payday.spend(4, at=LATE_SPENT_AT)
    payday.spend(1, second=True, at=LATE_SPENT_AT)
    return Funds(payday, state_id, ready.prescriber_id, later)


def _campaign() -> tuple[Campaign, int, int]:
    mark = uuid4().hex[:6]
    operator_id = organisation(f"Opérateur {mark}", "OPERATOR")
    state_id = parties.create_organisation(name=f"État {mark}", kinds=["STATE"], is_simulated=True, actor=SYSTEM, request_id=rid(), at=NOW)
    funder_ids = (organisation(f"Métropole {mark}", "FUNDER"), organisation(f"Département {mark}", "FUNDER"))
    prescriber_id = organisation(f"Association {mark}", "PRESCRIBER")
    place_organisation_id, second_id = organisation(f"Lieu {mark}", "PLACE_OPERATOR"), organisation("Second lieu", "PLACE_OPERATOR")
    programme_id = make.programme(operator_id, name=f"Essai {mark}")
    shares = [
        ShareTerms(state_id, portion=Fraction(1, 2), pays=Pays.ON_USE, advanced_by_id=funder_ids[0]),
        ShareTerms(funder_ids[0], portion=Fraction(1, 3)),
        ShareTerms(funder_ids[1], portion=Fraction(1, 6)),
    ]
    agreement_id = make.agreement(programme_id, funder_ids, shares)
    series_id = make.series(programme_id, agreement_id, operator_id, booklets=8)
    make.hand_over(series_id, operator_id, prescriber_id)
    place_id = make.place(f"Médiathèque {mark}", place_organisation_id)
    make.accept(place_id, programme_id)
    ready = Campaign(operator_id, funder_ids, prescriber_id, place_organisation_id, place_id, programme_id, agreement_id, series_id)
    return ready, state_id, second_id


def _scatter(ready: Campaign, series_id: int) -> None:
    """Of six booklets: three at the desk, of which one is lost; one on its way; two with the operator."""
    first = ledger_reads.series(series_id).first_booklet_id
    move = {"series_id": series_id, "actor": SYSTEM, "at": NOW}
    ledger.ship_booklets(
        from_holder_id=ready.operator_id, to_holder_id=ready.prescriber_id, first_booklet_id=first, last_booklet_id=first + 3, request_id=rid(),
        **move,
    )  # fmt: skip
    ledger.receive_booklets(to_holder_id=ready.prescriber_id, first_booklet_id=first, last_booklet_id=first + 2, request_id=rid(), **move)
    ledger.end_booklets(first_booklet_id=first, last_booklet_id=first, reason=EndReason.LOST, request_id=rid(), **move)
