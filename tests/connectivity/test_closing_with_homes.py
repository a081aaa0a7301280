"""Vouchers over before homes: an agreement is closed while a connection runs, and what it frees later goes back too."""

from datetime import UTC, date, datetime

import pytest

from carnet.connectivity import operations
from carnet.connectivity.queries import verifying
from carnet.connectivity.rules import EndReason
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.settlement import operations as settlement
from tests.factories.bills import Billing
from tests.factories.campaign import Campaign, rid
from tests.factories.homes import estate

pytestmark = pytest.mark.django_db
LATE = datetime(2028, 6, 5, 10, 0, tzinfo=UTC)


def close(billing: Billing) -> int:
    """The whole closing, by two people; the cents given back."""
    campaign, first, second = billing.homes.campaign, billing.treasurer(LATE), billing.approver(LATE)
    with acting_as(first):
        closing_id = settlement.prepare_closing(agreement_id=campaign.agreement_id, actor=first, request_id=rid(), at=LATE)
    with acting_as(second):
        settlement.approve_closing(closing_id=closing_id, actor=second, request_id=rid(), at=LATE)
    with acting_as(first):
        given = settlement.record_repayments(
            closing_id=closing_id, reference="VIR", paid_on=LATE.date(), actor=first, request_id=rid(), at=LATE
        )
    return sum(given.values())


def test_what_is_reserved_stays_for_its_home_and_goes_back_by_a_second_closing(ready: Campaign) -> None:
    billing = Billing(estate(ready))
    made = billing.homes.accepted()
    with acting_as(billing.homes.provider):
        operations.activate(connection_id=made.id, day=date(2028, 5, 6), actor=billing.homes.provider, request_id=rid(), at=LATE)
    given = close(billing)
    landlord = billing.homes.landlord
    with acting_as_everything(why="count"):
        kept = ledger.money(agreement_id=ready.agreement_id).total
    assert (kept.reserved, kept.unissued, kept.returned) == (10_000, 0, given)
    with acting_as(landlord):
        operations.end(connection_id=made.id, reason=EndReason.MOVED_OUT, day=date(2028, 5, 31), actor=landlord, request_id=rid(), at=LATE)
    # 25 days of 31 and the set-up are still to be billed: the rest is free, and nobody's but the funders'.
    assert close(billing) == 10_000 - 4_403
    bill_id = billing.submit(date(2028, 5, 1))
    assert billing.agree(bill_id, LATE) == 4_403
    assert billing.pay(bill_id, LATE) == "PAID"
    with acting_as_everything(why="verify"):
        assert [*ledger.verify(), *verifying.verify()] == []
        over = ledger.money(agreement_id=ready.agreement_id).total
    assert (over.reserved, over.unissued, over.served) == (0, 0, 4_403)
