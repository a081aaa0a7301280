"""Bills of connections in a play: asked by the provider, agreed by two people, paid by a bank that answers; and a demonstration's two."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from carnet.connectivity.operations import bill_payments, bills
from carnet.connectivity.queries import bills as reading
from carnet.funding import queries as funding
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.parties.rules import Role
from carnet.scenarios import cast
from carnet.scenarios.cast import Cast
from carnet.scenarios.play import Played


class Biller:
    """Who bills, agrees and pays the connections of one agreement."""

    def __init__(self, programme_id: int, agreement_id: int, everyone: Cast, provider: Actor, landlord_id: int) -> None:
        self.programme_id, self.agreement_id, self.cast = programme_id, agreement_id, everyone
        self.provider, self.landlord_id, self.bank, self._is_open = provider, landlord_id, FakeBank(), False

    def ask(self, month: date, *, at: datetime) -> int:
        """The provider's bill; 0 when nothing was to be billed."""
        with acting_as(self.provider):
            lines = reading.lines_to_bill(actor=self.provider, agreement_id=self.agreement_id, at=at)
            if not lines:
                return 0
            (wanted,) = (each for each in reading.to_bill(actor=self.provider, at=at) if each.agreement_id == self.agreement_id)
            return bills.submit_bill(
                agreement_id=self.agreement_id, month=month, total_cents=wanted.asked_cents, reference=f"F-{month:%Y-%m}",
                actor=self.provider, request_id=uuid4(), at=at,
            )  # fmt: skip

    def bill(self, month: date, *, at: datetime, comes_back: bool = False) -> int:
        """Asked, agreed by two, paid; `comes_back`: once the bank sends it back, and it is paid again. 0 when nothing was to be billed."""
        bill_id = self.ask(month, at=at)
        if bill_id:
            self._agree(bill_id, at)
            self._pay(bill_id, at)
            if comes_back:
                self._come_back(bill_id, at + timedelta(days=2))
        return bill_id

    def landlord_pays(self, *, at: datetime) -> None:
        """All that it owes."""
        treasurer = self._staff(Role.TREASURER, at)
        with acting_as(treasurer):
            mine = [each for each in reading.landlord_accounts(actor=treasurer) if each.landlord_id == self.landlord_id]
            due = sum(each.due_cents for each in mine if each.agreement_id == self.agreement_id)
            if due > 0:
                bill_payments.record_landlord_payment(
                    agreement_id=self.agreement_id, landlord_id=self.landlord_id, cents=due, received_on=legal_day(at),
                    reference=f"BAILLEUR-{at:%Y-%m}", actor=treasurer, request_id=uuid4(), at=at,
                )  # fmt: skip
                self.bank.move(self._iban(), due, reference=f"BAILLEUR-{at:%Y-%m}", name="Bailleur")

    def balance(self, *, at: datetime) -> int:
        """What landlords paid in last is paid on."""
        treasurer, approver = self._staff(Role.TREASURER, at), self._staff(Role.APPROVER, at)
        with acting_as(treasurer):
            bill_id = bills.prepare_balance(
                agreement_id=self.agreement_id, provider_id=self.provider.organisation_id or 0, actor=treasurer, request_id=uuid4(), at=at
            )
        with acting_as(approver):
            bills.approve_bill(bill_id=bill_id, actor=approver, request_id=uuid4(), at=at)
        self._pay(bill_id, at)
        return bill_id

    def _agree(self, bill_id: int, at: datetime) -> None:
        treasurer, approver = self._staff(Role.TREASURER, at), self._staff(Role.APPROVER, at)
        with acting_as(treasurer):
            bills.check_bill(bill_id=bill_id, actor=treasurer, request_id=uuid4(), at=at)
        with acting_as(approver):
            bills.approve_bill(bill_id=bill_id, actor=approver, request_id=uuid4(), at=at)

    def _pay(self, bill_id: int, at: datetime) -> None:
        treasurer = self._staff(Role.TREASURER, at)
        with acting_as(treasurer):
            _name, content = bill_payments.payment_file(bill_id=bill_id, actor=treasurer, request_id=uuid4(), at=at)
            bill_payments.mark_sent(bill_id=bill_id, actor=treasurer, request_id=uuid4(), at=at)
            self.bank.receive(content, at=at)
            self._read(bill_id, treasurer, at)

    def _come_back(self, bill_id: int, at: datetime) -> None:
        treasurer = self._staff(Role.TREASURER, at)
        with acting_as(treasurer):
            self.bank.send_back(reading.bill(actor=treasurer, bill_id=bill_id).end_to_end_id)
            self._read(bill_id, treasurer, at)
        self._agree(bill_id, at)
        self._pay(bill_id, at)

    def _read(self, bill_id: int, treasurer: Actor, at: datetime) -> None:
        if not self._is_open:
            # The bank begins with what the funders paid in.
            self.bank.opening_cents, self._is_open = sum(each.cents for each in funding.receipts(self.agreement_id)), True
        told = self.bank.statement(self._iban(), at=at)
        bill_payments.read_bank_answer(bill_id=bill_id, content=told, actor=treasurer, request_id=uuid4(), at=at)

    def _iban(self) -> str:
        return funding.ring_fence(self.agreement_id).iban

    def _staff(self, role: Role, at: datetime) -> Actor:
        return self.cast.actor(role, self.programme_id, at)


def bill_homes(current: Played, landlord_id: int, provider_id: int, *, at: datetime) -> None:
    """The demonstration's bills: the one of two months ago is paid and the landlord paid its part; last month's waits to be checked."""
    cast.change_account(
        provider_id, cast.simulated_iban(provider_id), current.cast.operator_id, current.cast.staff, at - timedelta(days=60)
    )
    provider = Actor(
        kind="person", label="provider", organisation_id=provider_id, organisation_ids=frozenset({provider_id}),
        roles=frozenset({Role.PROVIDER.value}),
    )  # fmt: skip
    biller = Biller(current.programme_id, current.agreement_id, current.cast, provider, landlord_id)
    this_month = legal_day(at).replace(day=1)
    earlier = at - timedelta(days=legal_day(at).day + 20)
    if biller.bill(add_months(legal_day(earlier).replace(day=1), -1), at=earlier):
        biller.landlord_pays(at=earlier + timedelta(days=10))
    biller.ask(add_months(this_month, -1), at=at)
