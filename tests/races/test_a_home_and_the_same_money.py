"""A home accepted, ended or billed while somebody else reaches for the same money: one after the other, and no cent twice.

The first act is held open in its own transaction, the second is proved to wait (`tests.races.test_two_hands_on_the_same_money`).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connections

from carnet.connectivity import operations
from carnet.connectivity.operations import _money, bills
from carnet.connectivity.queries import verifying
from carnet.connectivity.rules import EndReason
from carnet.funding import queries as funding
from carnet.funding.rules import ShareTerms
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from tests.factories.bills import Billing, moment
from tests.factories.campaign import NOW, SYSTEM, Campaign, agreement, campaign, fund_more, rid, series
from tests.factories.homes import Estate, estate
from tests.races.test_two_hands_on_the_same_money import first_then

pytestmark = pytest.mark.slow
APRIL = date(2026, 4, 1)


@pytest.fixture
def ready(committed_database: str) -> Iterator[Campaign]:
    with acting_as_everything(why="a campaign"):
        made = campaign(booklets=1)
    yield made
    connections["default"].close()


def faults() -> set[str]:
    with acting_as_everything(why="verify"):
        return {fault.invariant for fault in [*ledger.verify(), *verifying.verify()]}


def accepting(homes: Estate, rank: int) -> Callable[[], None]:
    connection_id = homes.apply(rank).id

    def accept() -> None:
        with acting_as(homes.landlord):
            operations.accept(connection_id=connection_id, actor=homes.landlord, request_id=rid(), at=NOW)

    return accept


def aside(homes: Estate) -> int:
    with acting_as_everything(why="count"):
        return sum(ledger.set_aside_for_connections(agreement_id=homes.campaign.agreement_id).values())


# --- Accepted, and an order activated with the same money ----------------------------------------------------------------------------------


def just_enough_for_the_order(ready: Campaign) -> tuple[Estate, Callable[[], None]]:
    """Money for the order or for the home, not for both."""
    homes = estate(ready, cents_each=1)
    with acting_as_everything(why="an order that is just covered"):
        series_id = series(ready.programme_id, ready.agreement_id, ready.operator_id, booklets=3, activated=False, offset=900)
        fund_more(ready, series_id)

    def activate() -> None:
        with acting_as_everything(why="activate"):
            ledger_writes.activate_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=NOW)

    return homes, activate


def test_a_home_is_not_accepted_with_the_money_of_an_order_being_activated(ready: Campaign, committed_database: str) -> None:
    homes, activate = just_enough_for_the_order(ready)
    activated, refused = first_then(accepting(homes, 0), activate, database=committed_database)
    assert (activated, refused.code, aside(homes)) == (None, "not-covered", 0)
    assert faults() == set()


def test_an_order_is_not_activated_with_the_money_of_a_home_being_accepted(ready: Campaign, committed_database: str) -> None:
    homes, activate = just_enough_for_the_order(ready)
    accepted, refused = first_then(activate, accepting(homes, 0), database=committed_database)
    assert (accepted, refused.code, aside(homes)) == (None, "not-covered", 10_000)
    assert faults() == set()


def test_the_control_without_the_lock_the_same_money_serves_both(
    ready: Campaign, committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from carnet.ledger.operations import _connections

    homes, activate = just_enough_for_the_order(ready)
    monkeypatch.setattr(_connections, "_lock_agreement", lambda _agreement_id: None)
    answers = first_then(accepting(homes, 0), activate, database=committed_database, waits=False)
    assert answers == (None, None)
    assert min(unissued(ready).values()) < 0
    assert faults() != set()


def unissued(ready: Campaign) -> dict[int, int]:
    with acting_as_everything(why="count"):
        return ledger.unissued(ready.agreement_id)


# --- Two homes under the same ceiling ------------------------------------------------------------------------------------------------------


def one_home_below_the_ceiling(ready: Campaign) -> Estate:
    first, second = ready.funder_ids
    with acting_as_everything(why="an agreement with a ceiling"):
        shares = [ShareTerms(first, portion=Fraction(1, 2), cap_cents=8_000), ShareTerms(second, portion=Fraction(1, 2))]
        capped = replace(ready, agreement_id=agreement(ready.programme_id, ready.funder_ids, shares))
    return estate(capped)


def borne(homes: Estate) -> int:
    agreement_id = homes.campaign.agreement_id
    with acting_as_everything(why="count"):
        version = funding.agreement_for_order(agreement_id, at=NOW).version.id
        return funding.already_ordered(agreement_id, version).borne_cents[homes.campaign.funder_ids[0]]


def test_two_homes_accepted_at_once_never_pass_a_ceiling(ready: Campaign, committed_database: str) -> None:
    homes = one_home_below_the_ceiling(ready)
    accepted, refused = first_then(accepting(homes, 1), accepting(homes, 0), database=committed_database)
    assert (accepted, refused.code, borne(homes)) == (None, "cap-reached", 5_000)


def test_the_control_without_its_lock_the_ceiling_is_passed(
    ready: Campaign, committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = one_home_below_the_ceiling(ready)
    monkeypatch.setattr(_money.funding_access, "lock_division", lambda _agreement_id: None)
    assert first_then(accepting(homes, 1), accepting(homes, 0), database=committed_database) == (None, None)
    assert borne(homes) == 10_000


# --- Ended while its month is agreed -------------------------------------------------------------------------------------------------------


def agreeing(billing: Billing) -> Callable[[], None]:
    """A checked bill of a month to 30 April, and its second person's yes."""
    billing.homes.active(at=NOW + timedelta(days=28))
    at = moment(APRIL)
    bill_id, first, second = billing.submit(APRIL), billing.treasurer(at), billing.approver(at)
    with acting_as(first):
        bills.check_bill(bill_id=bill_id, actor=first, request_id=rid(), at=at)

    def agree() -> None:
        with acting_as(second):
            bills.approve_bill(bill_id=bill_id, actor=second, request_id=rid(), at=at)

    return agree


def ending(billing: Billing, day: date) -> Callable[[], None]:
    def end() -> None:
        from carnet.connectivity.models import Connection

        landlord = billing.homes.landlord
        with acting_as(landlord):
            (connection_id,) = Connection.objects.values_list("id", flat=True)
            operations.end(
                connection_id=connection_id, reason=EndReason.MOVED_OUT, day=day, actor=landlord, request_id=rid(), at=moment(APRIL)
            )

    return end


def test_a_month_being_agreed_is_not_ended_before(ready: Campaign, committed_database: str) -> None:
    billing = Billing(estate(ready))
    agree = agreeing(billing)
    agreed, refused = first_then(ending(billing, date(2026, 4, 20)), agree, database=committed_database)
    assert (agreed, refused.code) == (None, "connection-day-invalid")
    assert faults() == set()


def test_a_home_ending_while_its_month_is_agreed_leaves_no_cent_behind(ready: Campaign, committed_database: str) -> None:
    billing = Billing(estate(ready))
    agree = agreeing(billing)
    assert first_then(ending(billing, date(2026, 5, 2)), agree, database=committed_database) == (None, None)
    assert faults() == set()


def test_what_ends_first_changes_the_bill(ready: Campaign, committed_database: str) -> None:
    billing = Billing(estate(ready))
    agree = agreeing(billing)
    ended, refused = first_then(agree, ending(billing, date(2026, 4, 20)), database=committed_database)
    assert (ended, refused.code) == (None, "connection-bill-changed")
    assert faults() == set()


def test_the_control_without_its_lock_a_day_it_was_not_there_is_paid_and_found(
    ready: Campaign, committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    billing = Billing(estate(ready))
    agree = agreeing(billing)
    monkeypatch.setattr(_money, "lock_bills", lambda _agreement_id: None)
    # The ledger's own lock comes too late: the end was decided before it.
    assert first_then(ending(billing, date(2026, 4, 20)), agree, database=committed_database) == (None, None)
    assert "9 bills" in faults()


# --- Agreed twice --------------------------------------------------------------------------------------------------------------------------


def test_two_people_agree_to_a_bill_at_once_and_it_is_owed_once(ready: Campaign, committed_database: str) -> None:
    billing = Billing(estate(ready))
    agree = agreeing(billing)
    at = moment(APRIL)
    other = billing.homes.staff("APPROVER", person_id=613, at=at)

    def agree_too() -> Any:
        from carnet.connectivity.models import Bill

        with acting_as(other):
            bills.approve_bill(bill_id=Bill.objects.get().id, actor=other, request_id=rid(), at=at)

    agreed, refused = first_then(agree_too, agree, database=committed_database)
    assert (agreed, refused.code) == (None, "connection-bill-not-in-state")
    with acting_as_everything(why="count"):
        standing = ledger.provider_standing(agreement_id=ready.agreement_id, provider_id=billing.homes.provider_id)
    assert sum(standing.owed_by_funder.values()) == 4_500
    assert faults() == set()
