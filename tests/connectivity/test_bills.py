"""A provider's bill from its months to the bank, what landlords pay in, and every cent in one place."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.connectivity import operations
from carnet.connectivity.models import Bill, BillLine
from carnet.connectivity.operations import bills
from carnet.connectivity.queries import bills as reading
from carnet.connectivity.queries import verifying
from carnet.connectivity.rules import (
    BankSaysOtherwise,
    BillAlreadySent,
    BillChanged,
    BillDiffers,
    BillNotInState,
    BillReasonMissing,
    BillState,
    BillUnknown,
    Collector,
    DayInvalid,
    EndReason,
    IncidentKind,
    MonthNotOver,
    NothingToBill,
    NothingToPayOn,
    PaymentMoreThanDue,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import operations as ledger_operations
from carnet.ledger import queries as ledger
from carnet.ledger.operations import ConnectionBook
from carnet.ledger.rules import LandlordNotPaid, NothingOwed
from carnet.parties.rules import NotAllowed, SamePerson
from tests.factories.bills import Billing, moment
from tests.factories.campaign import NOW, SYSTEM, Campaign, rid
from tests.factories.homes import estate, person

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def billing(ready: Campaign) -> Billing:
    """Two homes connected on 2 March: 290 a month to the household, 300 to the landlord, 500 to the funders, 4,000 for the set-up."""
    made = Billing(estate(ready))
    for rank in (0, 1):
        made.homes.active(rank)
    return made


def money_of(billing: Billing) -> tuple[int, int]:
    with acting_as_everything(why="count"):
        found = ledger.money(agreement_id=billing.homes.campaign.agreement_id).total
        assert found.balanced
        return found.reserved, found.served


def holds() -> None:
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert verifying.verify() == []


def test_two_months_are_billed_agreed_paid_and_the_rest_goes_back_at_the_end(billing: Billing) -> None:
    assert money_of(billing) == (20_000, 0)
    bill_id = billing.submit(APRIL)  # both months of both homes: one ended on 2 April, one on 2 May
    with acting_as_everything(why="look"):
        assert BillLine.objects.filter(bill_id=bill_id).count() == 2
    # 2 homes: 4,000 + 500 of funders'; the landlord has paid nothing in yet.
    assert billing.agree(bill_id, moment(APRIL)) == 9_000
    assert money_of(billing) == (20_000, 0)
    assert billing.pay(bill_id, moment(APRIL)) == "PAID"
    assert money_of(billing) == (11_000, 9_000)
    holds()
    # The landlord pays its part and its tenants': 2 × 590. It is paid on by a balance.
    billing.landlord_pays(1_180, moment(APRIL))
    at = moment(APRIL)
    actor = billing.treasurer(at)
    with acting_as(actor):
        balance = bills.prepare_balance(
            agreement_id=billing.homes.campaign.agreement_id, provider_id=billing.homes.provider_id, actor=actor, request_id=rid(), at=at
        )
    second = billing.approver(at)
    with acting_as(second):
        bills.approve_bill(bill_id=balance, actor=second, request_id=rid(), at=at)
    assert billing.pay(balance, at) == "PAID"
    assert money_of(billing) == (11_000, 9_000)  # not a cent of the funders'
    holds()
    # Both homes end on 10 May: eight days of the third month are still to be billed, the rest is free at once.
    ended = moment(APRIL) + timedelta(days=5)
    end_all(billing, ended)
    assert money_of(billing)[0] == 2 * (500 + round(500 * 8 / 31))
    last = billing.submit(date(2026, 5, 1))
    assert billing.agree(last, moment(date(2026, 5, 1))) == 1_258
    assert billing.pay(last, moment(date(2026, 5, 1))) == "PAID"
    assert money_of(billing) == (0, 10_258)
    holds()


def end_all(billing: Billing, at: "object") -> None:
    from carnet.connectivity.models import Connection

    with acting_as_everything(why="look"):
        ids = list(Connection.objects.order_by("id").values_list("id", flat=True))
    with acting_as(billing.homes.landlord):
        for each in ids:
            operations.end(
                connection_id=each, reason=EndReason.MOVED_OUT, day=at.date(), actor=billing.homes.landlord, request_id=rid(), at=at  # type: ignore[attr-defined]
            )  # fmt: skip


class TestSubmitting:
    def test_is_once_per_request_and_once_per_month(self, billing: Billing) -> None:
        request_id = rid()
        assert billing.submit(MARCH + timedelta(days=31), request_id=request_id)
        with pytest.raises(BillAlreadySent):
            bills_again(billing, APRIL)

    def test_is_refused_when_the_providers_count_differs(self, billing: Billing) -> None:
        with pytest.raises(BillDiffers) as refused:
            billing.submit(APRIL, extra_cents=1)
        assert refused.value.facts["told_cents"] == refused.value.facts["counted_cents"] + 1
        with acting_as_everything(why="look"):
            assert not Bill.objects.exists()

    def test_waits_for_the_end_of_the_month_and_needs_something_to_bill(self, billing: Billing) -> None:
        with acting_as(billing.homes.provider):
            for month, at, refusal in ((MARCH, NOW, MonthNotOver), (MARCH, moment(MARCH), NothingToBill)):
                with pytest.raises(refusal):
                    bills.submit_bill(
                        agreement_id=billing.homes.campaign.agreement_id, month=month, total_cents=0, actor=billing.homes.provider,
                        request_id=rid(), at=at,
                    )  # fmt: skip

    def test_is_for_the_provider_of_these_homes(self, billing: Billing) -> None:
        other = person(650, billing.homes.landlord_id, "PROVIDER")
        with acting_as(other), pytest.raises(BillUnknown):
            bills.submit_bill(
                agreement_id=billing.homes.campaign.agreement_id,
                month=APRIL,
                total_cents=0,
                actor=other,
                request_id=rid(),
                at=moment(APRIL),
            )
        with acting_as(billing.homes.landlord), pytest.raises(NotAllowed):
            bills.submit_bill(
                agreement_id=billing.homes.campaign.agreement_id, month=APRIL, total_cents=0, actor=billing.homes.landlord,
                request_id=rid(), at=moment(APRIL),
            )  # fmt: skip


def bills_again(billing: Billing, month: date) -> int:
    with acting_as(billing.homes.provider):
        return bills.submit_bill(
            agreement_id=billing.homes.campaign.agreement_id, month=month, total_cents=0, actor=billing.homes.provider, request_id=rid(),
            at=moment(month),
        )  # fmt: skip


class TestAgreeing:
    def test_takes_two_people(self, billing: Billing) -> None:
        bill_id, at = billing.submit(APRIL), moment(APRIL)
        admin = billing.homes.staff("OPERATOR_ADMIN", person_id=612, at=at)
        with acting_as(admin):
            bills.check_bill(bill_id=bill_id, actor=admin, request_id=rid(), at=at)
            with pytest.raises(SamePerson):
                bills.approve_bill(bill_id=bill_id, actor=admin, request_id=rid(), at=at)
        with acting_as_everything(why="nothing is owed yet"):
            assert ledger.provider_standing(
                agreement_id=billing.homes.campaign.agreement_id, provider_id=billing.homes.provider_id
            ).owed_cents == 0  # fmt: skip

    def test_stops_when_an_incident_was_said_since(self, billing: Billing) -> None:
        bill_id, at = billing.submit(APRIL), moment(APRIL)
        with acting_as_everything(why="look"):
            connection_id = BillLine.objects.filter(bill_id=bill_id).order_by("id")[0].connection_id
        with acting_as(billing.homes.landlord):
            operations.report_incident(
                connection_id=connection_id, kind=IncidentKind.NOTHING, actor=billing.homes.landlord, request_id=rid(),
                at=NOW + timedelta(days=10),
            )  # fmt: skip
        actor = billing.treasurer(at)
        with acting_as(actor), pytest.raises(BillChanged):
            bills.check_bill(bill_id=bill_id, actor=actor, request_id=rid(), at=at)
        with acting_as(actor):
            with pytest.raises(BillReasonMissing):
                bills.refuse_bill(bill_id=bill_id, reason=" ", actor=actor, request_id=rid(), at=at)
            bills.refuse_bill(bill_id=bill_id, reason="Un incident manque.", actor=actor, request_id=rid(), at=at)
        again = billing.submit(APRIL)
        with acting_as(actor):
            sent = reading.bill(actor=actor, bill_id=again)
            lines = reading.bill_lines(actor=actor, bill_id=again)
        # From 12 March, two days tolerated: 19 days of the month to 2 April are taken off.
        assert sorted(each.due.incident_days for each in lines) == [0, 19]
        assert sent.funders_cents == 500 + round(500 * 12 / 31)

    def test_a_refused_approval_frees_the_months(self, billing: Billing) -> None:
        bill_id, at = billing.submit(APRIL), moment(APRIL)
        first, second = billing.treasurer(at), billing.approver(at)
        with acting_as(first):
            bills.check_bill(bill_id=bill_id, actor=first, request_id=rid(), at=at)
        with acting_as(second):
            bills.refuse_bill(bill_id=bill_id, reason="Le compte a changé.", actor=second, request_id=rid(), at=at)
            with pytest.raises(BillNotInState):
                bills.approve_bill(bill_id=bill_id, actor=second, request_id=rid(), at=at)
        assert billing.submit(APRIL) != bill_id
        holds()

    def test_after_it_nobody_says_that_a_paid_day_was_not_served(self, ready: Campaign) -> None:
        billing = Billing(estate(ready))
        billing.homes.active(at=NOW + timedelta(days=28))  # its first month runs to 30 April
        billing.agree(billing.submit(APRIL), moment(APRIL))
        with acting_as_everything(why="look"):
            connection_id = BillLine.objects.order_by("id")[0].connection_id
        with acting_as(billing.homes.landlord), pytest.raises(DayInvalid):
            operations.end(
                connection_id=connection_id, reason=EndReason.MOVED_OUT, day=date(2026, 4, 20), actor=billing.homes.landlord,
                request_id=rid(), at=moment(APRIL),
            )  # fmt: skip


class TestPaying:
    def test_a_payment_that_comes_back_is_owed_again_and_paid_under_another_reference(self, billing: Billing) -> None:
        bill_id, at = billing.submit(APRIL), moment(APRIL)
        billing.agree(bill_id, at)
        billing.pay(bill_id, at)
        billing.bank.send_back(f"CNX-{bill_id}-1")
        from tests.factories.bills import debtor_of

        assert billing.answer(bill_id, billing.bank.statement(debtor_of(bill_id), at=at), at) == "RETURNED"
        assert money_of(billing) == (20_000, 0)
        holds()
        assert billing.agree(bill_id, at) == 9_000
        assert billing.pay(bill_id, at) == "PAID"
        assert money_of(billing) == (11_000, 9_000)
        holds()

    def test_the_banks_answer_about_another_payment_changes_nothing(self, billing: Billing) -> None:
        bill_id, at = billing.submit(APRIL), moment(APRIL)
        billing.agree(bill_id, at)
        told = billing.to_bank(bill_id, at)
        with pytest.raises(BankSaysOtherwise):
            billing.answer(bill_id, told.replace(b"CNX-", b"CNY-"), at)
        with pytest.raises(BankSaysOtherwise) as refused:
            billing.answer(bill_id, told.replace(b"90.00", b"91.00"), at)
        assert refused.value.facts["verdict"] == "OTHER_AMOUNT"
        assert money_of(billing) == (20_000, 0)

    def test_the_same_file_comes_out_twice(self, billing: Billing) -> None:
        from carnet.connectivity.operations import bill_payments

        bill_id, at = billing.submit(APRIL), moment(APRIL)
        billing.agree(bill_id, at)
        actor = billing.treasurer(at)
        with acting_as(actor):
            first = bill_payments.payment_file(bill_id=bill_id, actor=actor, request_id=rid(), at=at)
            again = bill_payments.payment_file(bill_id=bill_id, actor=actor, request_id=rid(), at=at + timedelta(days=1))
        assert first == again and b'<InstdAmt Ccy="EUR">90.00</InstdAmt>' in first[1]


class TestALandlord:
    def test_pays_what_it_owes_and_no_more_its_tenants_part_first(self, billing: Billing) -> None:
        billing.agree(billing.submit(APRIL), moment(APRIL))
        with pytest.raises(PaymentMoreThanDue) as refused:
            billing.landlord_pays(1_181, moment(APRIL))
        assert refused.value.facts["due_cents"] == 1_180
        request_id = rid()
        assert billing.landlord_pays(600, moment(APRIL), request_id=request_id) == billing.landlord_pays(
            600, moment(APRIL), request_id=request_id
        )
        with acting_as(billing.homes.landlord):
            (account,) = reading.landlord_accounts(actor=billing.homes.landlord)
            (paid,) = reading.payments(actor=billing.homes.landlord)
            assert len(reading.lines(actor=billing.homes.landlord)) == 2
            assert reading.bills(actor=billing.homes.landlord) == []
        assert (account.called_cents, account.paid_cents, account.due_cents) == (1_180, 600, 580)
        assert (paid.own_cents, paid.households_cents) == (20, 580)
        holds()

    def test_never_has_its_part_paid_with_a_funders_money(self, billing: Billing) -> None:
        billing.agree(billing.submit(APRIL), moment(APRIL))
        campaign, at = billing.homes.campaign, moment(APRIL)
        actor = billing.treasurer(at)
        with acting_as(actor), pytest.raises(NothingToPayOn):
            bills.prepare_balance(
                agreement_id=campaign.agreement_id, provider_id=billing.homes.provider_id, actor=actor, request_id=rid(), at=at
            )
        book = ConnectionBook(campaign.programme_id, campaign.agreement_id)
        with acting_as_everything(why="try"):
            for by_funder, by_landlord, refusal in (
                ({}, {billing.homes.landlord_id: 1}, LandlordNotPaid), ({campaign.funder_ids[0]: 900_000}, {}, NothingOwed),
            ):  # fmt: skip
                with pytest.raises(refusal):
                    ledger_operations.pay_connection(
                        book=book, provider_id=billing.homes.provider_id, by_funder=by_funder, by_landlord=by_landlord, actor=SYSTEM,
                        request_id=rid(), at=at,
                    )  # fmt: skip

    def test_pays_only_its_own_part_when_the_provider_collects(self, ready: Campaign) -> None:
        billing = Billing(estate(ready, collector=Collector.PROVIDER))
        billing.homes.active()
        billing.agree(billing.submit(APRIL), moment(APRIL))
        with acting_as_everything(why="count"):
            stands = ledger.provider_standing(agreement_id=ready.agreement_id, provider_id=billing.homes.provider_id)
        assert (stands.collected_cents, stands.owed_by_landlord) == (290, {billing.homes.landlord_id: 300})
        holds()


def test_whats_agreed_is_never_rewritten(billing: Billing) -> None:
    bill_id = billing.submit(APRIL)
    billing.agree(bill_id, moment(APRIL))
    with acting_as_everything(why="try"):
        for statement in (
            "UPDATE connectivity_bill SET funders_cents = funders_cents + 1",
            "UPDATE connectivity_bill SET pay_cents = pay_cents + 1",
            "UPDATE connectivity_billline SET funders_cents = 1",
            "DELETE FROM connectivity_bill",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert Bill.objects.get(id=bill_id).state == BillState.AGREED


TAMPERED = {
    "more owed than was reserved": ("UPDATE ledger_movement SET cents = 900000 WHERE kind = 'OWE'", "4 funded"),
    "a reservation gone": ("DELETE FROM ledger_movement WHERE kind = 'RESERVE'", "5 covered"),
    "a link gone": ("DELETE FROM ledger_connectionmovement", "1 balance"),
    "a line's cents": ("UPDATE connectivity_billline SET landlord_cents = landlord_cents + 1", "9 bills"),
    "a payment never booked": ("UPDATE connectivity_bill SET state = 'SENT', booked_on = NULL", "9 bills"),
    "a landlord's payment in the ledger alone": ("DELETE FROM connectivity_landlordpayment", "9 bills"),
    "a landlord's part paid on twice": ("UPDATE ledger_movement SET cents = cents * 3 WHERE kind = 'FORWARD'", "4 funded"),
    "a landlord written for another": ("UPDATE ledger_movement SET funder_id = funder_id + 1000 WHERE kind = 'REMIT'", "4 funded"),
    "agreed by one person": ("UPDATE connectivity_bill SET decided_by_id = NULL, state = 'PAID'", "7 two people"),
    "a month it was not there for": ("UPDATE connectivity_connection SET ended_on = activated_on", "9 bills"),
    "money kept for a connection that is over": (
        "UPDATE connectivity_connection SET state = 'ENDED', over_at = changed_at, ended_on = '2026-04-02'", "4 funded",
    ),
    "the walls taken down": ("ALTER TABLE connectivity_bill NO FORCE ROW LEVEL SECURITY", "8 walls"),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "invariant"), TAMPERED.values(), ids=TAMPERED.keys())
def test_what_goes_wrong_behind_the_back_is_found_and_named(billing: Billing, statement: str, invariant: str) -> None:
    at = moment(APRIL)
    first = billing.submit(APRIL)
    billing.agree(first, at)
    billing.pay(first, at)
    billing.landlord_pays(1_180, at)
    last = billing.submit(date(2026, 5, 1))
    billing.agree(last, moment(date(2026, 5, 1)))
    billing.pay(last, moment(date(2026, 5, 1)))
    holds()
    tables = ("ledger_movement", "ledger_connectionmovement", "connectivity_bill", "connectivity_billline", "connectivity_landlordpayment",
              "connectivity_connection")  # fmt: skip
    with acting_as_everything(why="tamper, then verify"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', session_user, true)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE connectivity_bill DROP CONSTRAINT connectivity_bill_agreed")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        faults = ledger.verify() + verifying.verify()
    assert invariant in {fault.invariant for fault in faults}, faults
