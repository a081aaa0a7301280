"""Bills of an estate's connections: a provider that asks, two people that agree, a bank that answers."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from carnet.connectivity.operations import bill_payments, bills
from carnet.connectivity.queries import bills as reading
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from tests.factories.campaign import NOW, rid
from tests.factories.homes import Estate, person

PROVIDER_IBAN = "FR7630006000011234567890189"


@dataclass
class Billing:
    """An estate whose provider has an account. Day 5 of each month is when bills are made."""

    homes: Estate
    bank: FakeBank = field(default_factory=FakeBank)

    def __post_init__(self) -> None:
        asker, decider = (
            person(801, self.homes.provider_id, "PLACE_MANAGER", proved_at=NOW),
            person(802, self.homes.provider_id, "APPROVER", proved_at=NOW),
        )
        with acting_as(asker):
            account_id = parties.propose_bank_account(
                organisation_id=self.homes.provider_id, iban=PROVIDER_IBAN, holder_name="Réseau", actor=asker, request_id=rid(), at=NOW
            )
        with acting_as(decider):
            parties.approve_bank_account(
                organisation_id=self.homes.provider_id, account_id=account_id, actor=decider, request_id=rid(), at=NOW
            )

    def treasurer(self, at: datetime) -> Actor:
        return self.homes.staff("TREASURER", person_id=610, at=at)

    def approver(self, at: datetime) -> Actor:
        return self.homes.staff("APPROVER", person_id=611, at=at)

    def submit(self, month: date, *, request_id: UUID | None = None, extra_cents: int = 0) -> int:
        """The provider asks for a month, its last day over; its own count is the site's."""
        at = moment(month)
        agreement_id = self.homes.campaign.agreement_id
        with acting_as(self.homes.provider):
            lines = reading.lines_to_bill(actor=self.homes.provider, agreement_id=agreement_id, at=at)
            collected = sum(each.due.household_cents for each in lines if each.collector == "PROVIDER")
            total = sum(each.due.total_cents for each in lines) - collected
            return bills.submit_bill(
                agreement_id=agreement_id, month=month, total_cents=total + extra_cents, reference="F-1", actor=self.homes.provider,
                request_id=request_id or rid(), at=at,
            )  # fmt: skip

    def agree(self, bill_id: int, at: datetime) -> int:
        """Checked by one, agreed by another. Returns what will be paid."""
        first, second = self.treasurer(at), self.approver(at)
        with acting_as(first):
            cents = bills.check_bill(bill_id=bill_id, actor=first, request_id=rid(), at=at)
        with acting_as(second):
            bills.approve_bill(bill_id=bill_id, actor=second, request_id=rid(), at=at)
        return cents

    def to_bank(self, bill_id: int, at: datetime) -> bytes:
        """Written and sent; the bank's statement."""
        actor = self.treasurer(at)
        with acting_as(actor):
            _name, content = bill_payments.payment_file(bill_id=bill_id, actor=actor, request_id=rid(), at=at)
            bill_payments.mark_sent(bill_id=bill_id, actor=actor, request_id=rid(), at=at)
            iban = reading.bill(actor=actor, bill_id=bill_id)
        assert iban.creditor_iban == PROVIDER_IBAN
        self.bank.receive(content, at=at)
        return self.bank.statement(debtor_of(bill_id), at=at)

    def answer(self, bill_id: int, content: bytes, at: datetime) -> str:
        actor = self.treasurer(at)
        with acting_as(actor):
            return bill_payments.read_bank_answer(bill_id=bill_id, content=content, actor=actor, request_id=rid(), at=at).value

    def pay(self, bill_id: int, at: datetime) -> str:
        return self.answer(bill_id, self.to_bank(bill_id, at), at)

    def landlord_pays(self, cents: int, at: datetime, *, request_id: UUID | None = None) -> int:
        actor = self.treasurer(at)
        with acting_as(actor):
            return bill_payments.record_landlord_payment(
                agreement_id=self.homes.campaign.agreement_id, landlord_id=self.homes.landlord_id, cents=cents, received_on=at.date(),
                actor=actor, request_id=request_id or rid(), at=at,
            )  # fmt: skip


def moment(month: date) -> datetime:
    """The fifth of the month after, when bills are made."""
    year, index = divmod(month.year * 12 + month.month, 12)
    return datetime(year, index + 1, 5, 10, 0, tzinfo=UTC)


def debtor_of(bill_id: int) -> str:
    """The account a bill is paid from."""
    from carnet.connectivity.models import Bill

    with acting_as_everything(why="look"):
        return Bill.objects.get(id=bill_id).debtor_iban


def bills_lived(homes: Estate) -> Billing:
    """A bill agreed and a landlord's payment: a row in every table of bills."""
    made = Billing(homes)
    made.agree(made.submit(date(2026, 4, 1)), moment(date(2026, 4, 1)))
    made.landlord_pays(30, moment(date(2026, 4, 1)))
    return made
