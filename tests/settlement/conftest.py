"""A campaign with two places that redeemed vouchers, a treasurer, an approver, and a bank."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Money
from carnet.parties import operations as parties
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemption_queries
from carnet.redemption.access import forget_place_keys
from carnet.redemption.operations import Item
from carnet.redemption.queries import forget_series_facts
from carnet.settlement import operations
from tests.factories.campaign import NOW, Campaign, accept, campaign, organisation, place, rid
from tests.lasting import held

RING_FENCED = "FR7630006000011234567890189"
FIRST_IBAN = "FR7610011000201234567890188"
SECOND_IBAN = "FR1420041010050500013M02606"
MENDED_IBAN = "FR7611315000011234567890138"
SPENT_AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
APRIL = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)
MAY = datetime(2026, 5, 7, 9, 0, tzinfo=UTC)


@dataclass
class Payday:
    """Everything a test of payments needs."""

    campaign: Campaign
    second_place_id: int
    second_organisation_id: int
    bank: FakeBank = field(default_factory=lambda: FakeBank(opening_cents=10_000_00))
    next_rank: int = 0

    @property
    def agreement_id(self) -> int:
        return self.campaign.agreement_id

    def staff(self, person_id: int, *roles: str, at: datetime = APRIL) -> Actor:
        """One of the operator's people, second factor just proved."""
        return Actor(
            kind="person",
            label=f"person {person_id}",
            person_id=person_id,
            organisation_id=self.campaign.operator_id,
            organisation_ids=frozenset({self.campaign.operator_id}),
            programme_ids=frozenset({self.campaign.programme_id}),
            roles=frozenset(roles),
            proved_at=at,
        )

    def treasurer(self, at: datetime = APRIL) -> Actor:
        return self.staff(601, "TREASURER", at=at)

    def approver(self, at: datetime = APRIL) -> Actor:
        return self.staff(602, "APPROVER", at=at)

    def counter(self, organisation_id: int, *roles: str) -> Actor:
        """Somebody of a place's organisation."""
        return Actor(
            kind="person",
            label="counter",
            person_id=700 + organisation_id,
            organisation_id=organisation_id,
            organisation_ids=frozenset({organisation_id}),
            roles=frozenset(roles or {"MEDIATOR"}),
            proved_at=APRIL,
        )

    def spend(self, count: int, *, second: bool = False, at: datetime = SPENT_AT) -> list[redemption_queries.Redeemed]:
        """Spend the next `count` vouchers at one of the two places."""
        actor = self.counter(self.second_organisation_id if second else self.campaign.place_organisation_id)
        ranks = range(self.next_rank, self.next_rank + count)
        self.next_rank += count
        with acting_as(actor):
            return [
                redemption.redeem(
                    item=Item(code=self.campaign.code(rank), service="mailbox", key=None),
                    actor=actor,
                    channel="SCREEN",
                    request_id=rid(),
                    at=at,
                )
                for rank in ranks
            ]

    def account(self, organisation_id: int, iban: str, *, at: datetime = NOW) -> None:
        """Propose and approve where an organisation is paid."""
        asker = Actor(
            kind="person", label="manager", person_id=801, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
            roles=frozenset({"PLACE_MANAGER"}), proved_at=at,
        )  # fmt: skip
        decider = Actor(
            kind="person", label="approver", person_id=802, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
            roles=frozenset({"APPROVER"}), proved_at=at,
        )  # fmt: skip
        with acting_as(asker):
            account_id = parties.propose_bank_account(
                organisation_id=organisation_id, iban=iban, holder_name="Médiathèque", actor=asker, request_id=rid(), at=at
            )
        with acting_as(decider):
            parties.approve_bank_account(organisation_id=organisation_id, account_id=account_id, actor=decider, request_id=rid(), at=at)

    def claim(self, *, at: datetime = APRIL) -> operations.ClaimsDrawn:
        actor = self.treasurer(at)
        with acting_as(actor):
            return operations.build_claims(programme_id=self.campaign.programme_id, actor=actor, request_id=rid(), at=at)

    def prepare(self, *, at: datetime = APRIL) -> operations.RunPrepared:
        actor = self.treasurer(at)
        with acting_as(actor):
            return operations.prepare_run(agreement_id=self.agreement_id, actor=actor, request_id=rid(), at=at)

    def send(self, run_id: int, *, at: datetime = APRIL) -> bytes:
        """Approve, write and send a prepared run."""
        approver = self.approver(at)
        with acting_as(approver):
            operations.approve_run(run_id=run_id, actor=approver, request_id=rid(), at=at)
        return self.send_prepared(run_id, at=at)

    def send_prepared(self, run_id: int, *, at: datetime = APRIL) -> bytes:
        """Write and send a run that is approved."""
        treasurer = self.treasurer(at)
        with acting_as(treasurer):
            content = operations.write_payment_file(run_id=run_id, actor=treasurer, request_id=rid(), at=at)
            operations.mark_sent(run_id=run_id, actor=treasurer, request_id=rid(), at=at)
        return content

    def read(self, content: bytes, *, at: datetime = APRIL) -> operations.BankFileRead:
        actor = self.treasurer(at)
        with acting_as(actor):
            return operations.import_bank_file(agreement_id=self.agreement_id, content=content, actor=actor, request_id=rid(), at=at)

    def pay(self, *, at: datetime = APRIL, rejects: dict[str, str] | None = None) -> operations.RunPrepared:
        """Claim, prepare, approve, send, and read the bank's two answers."""
        self.claim(at=at)
        run = self.prepare(at=at)
        content = self.send(run.run_id, at=at)
        self.read(self.bank.receive(content, at=at, rejects=rejects), at=at)
        self.read(self.bank.statement(RING_FENCED, at=at), at=at)
        return run

    def money(self) -> Money:
        with acting_as_everything(why="count"):
            return ledger.money(agreement_id=self.agreement_id).total


def make_payday() -> Payday:
    """Two places with an account each; nothing spent yet. Forty vouchers in hands."""
    with acting_as_everything(why="prepare a campaign"):
        ready = campaign(booklets=8)
        second_organisation_id = organisation("Second lieu", "PLACE_OPERATOR")
        second_place_id = place("Second lieu", second_organisation_id)
        accept(second_place_id, ready.programme_id)
    made = Payday(ready, second_place_id, second_organisation_id)
    made.account(ready.place_organisation_id, FIRST_IBAN)
    made.account(second_organisation_id, SECOND_IBAN)
    return made


@pytest.fixture(scope="module")
def lasting_payday(django_db_setup: None, django_db_blocker: Any) -> Iterator[Payday]:
    """Two places to pay, made once for a module. Ask for `payday`, which gives each test its own bank and its own hand of vouchers."""
    with held(django_db_blocker):
        made = make_payday()
        with django_db_blocker.block():
            yield made


@pytest.fixture
def payday(db: None, lasting_payday: Payday) -> Payday:
    """Two places to pay; what the test does is rolled back."""
    forget_place_keys()
    forget_series_facts()
    return Payday(lasting_payday.campaign, lasting_payday.second_place_id, lasting_payday.second_organisation_id)


@pytest.fixture
def everything_adds_up(payday: Payday):
    """After the test, the ledger still tells the truth."""
    yield
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert redemption_queries.verify() == []


LONG_AFTER = SPENT_AT + timedelta(days=900)
