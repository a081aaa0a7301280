"""What a connection takes of each funder, beside the orders of the same agreement: a share on use, a ceiling, a new version of the shares."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from carnet.connectivity import operations
from carnet.connectivity.rules import EndReason
from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.funding.rules import CapReached, Pays, ShareTerms
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.ledger.rules import NotCovered
from tests.factories.campaign import NOW, SYSTEM, Campaign, agreement, organisation, rid, series
from tests.factories.homes import Estate, estate

pytestmark = pytest.mark.django_db
# The set-up and twelve months of `tests.factories.homes.terms`.
ONE = 10_000


@pytest.fixture
def with_the_state(ready: Campaign) -> Iterator[tuple[Campaign, int]]:
    """An agreement whose half is the State's, on use, advanced by its first funder; an order of 3,000 EUR was placed and activated."""
    with acting_as_everything(why="an agreement with the State"):
        state_id = organisation("État", "STATE")
        first, second = ready.funder_ids
        shares = [
            ShareTerms(state_id, portion=Fraction(1, 2), pays=Pays.ON_USE, advanced_by_id=first),
            ShareTerms(first, portion=Fraction(1, 4)),
            ShareTerms(second, portion=Fraction(1, 4)),
        ]
        made = replace(ready, agreement_id=agreement(ready.programme_id, shares=shares, funder_ids=ready.funder_ids))
        funding_operations.commit_order(agreement_id=made.agreement_id, total_cents=300_000, actor=SYSTEM, request_id=rid(), at=NOW)
        series(made.programme_id, made.agreement_id, made.operator_id, booklets=60, offset=5_000)
    yield made, state_id


def borne(campaign: Campaign) -> dict[int, int]:
    with acting_as_everything(why="count"):
        version = funding.agreement_for_order(campaign.agreement_id, at=NOW + timedelta(days=60)).version.id
        return dict(funding.already_ordered(campaign.agreement_id, version).borne_cents)


def aside(campaign: Campaign) -> dict[int, int]:
    with acting_as_everything(why="count"):
        return ledger.set_aside_for_connections(agreement_id=campaign.agreement_id)


def accept_all(homes: Estate, ranks: range) -> None:
    for rank in ranks:
        homes.accepted(rank)


def test_a_share_on_use_is_held_by_its_advancer_and_borne_by_the_state(with_the_state: tuple[Campaign, int]) -> None:
    """Every connection costs its own cents, however many came before it, with just the money for them in the account."""
    campaign, state_id = with_the_state
    first, second = campaign.funder_ids
    homes = estate(campaign, cents_each=7_500 * 8)
    before = borne(campaign)
    accept_all(homes, range(8))
    assert aside(campaign) == {first: 8 * 7_500, second: 8 * 2_500}
    after = borne(campaign)
    assert {each: after[each] - before[each] for each in after} == {state_id: 8 * 5_000, first: 8 * 2_500, second: 8 * 2_500}
    # The advancer's account is empty: the next one is refused, for exactly its own part.
    with pytest.raises(NotCovered) as refused:
        homes.accepted(8)
    assert refused.value.facts == {"missing_cents": 7_500, "by_funder": {first: 7_500}}
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []


def test_an_order_after_connections_is_divided_as_if_they_had_been_orders(with_the_state: tuple[Campaign, int]) -> None:
    campaign, state_id = with_the_state
    homes = estate(campaign)
    accept_all(homes, range(4))
    with acting_as_everything(why="preview"):
        weights = funding.weights_if_ordered(campaign.agreement_id, 20_000, at=NOW)
    first, second = campaign.funder_ids
    assert {each.funder_id: (each.held_cents, each.borne_cents) for each in weights} == {
        state_id: (0, 10_000), first: (15_000, 5_000), second: (5_000, 5_000),
    }  # fmt: skip


def test_a_ceiling_of_the_state_counts_what_is_advanced_for_it(ready: Campaign) -> None:
    with acting_as_everything(why="an agreement with a ceiling"):
        state_id = organisation("État", "STATE")
        first = ready.funder_ids[0]
        shares = [
            ShareTerms(state_id, portion=Fraction(1, 2), cap_cents=12_000, pays=Pays.ON_USE, advanced_by_id=first),
            ShareTerms(first, portion=Fraction(1, 2)),
        ]
        campaign = replace(ready, agreement_id=agreement(ready.programme_id, shares=shares, funder_ids=(first,)), funder_ids=(first,))
    homes = estate(campaign)
    accept_all(homes, range(2))
    with pytest.raises(CapReached) as refused:
        homes.accepted(2)
    assert refused.value.facts["borne_cents"] == 10_000


def test_what_ends_under_new_shares_is_freed_with_what_it_was_reserved_with(with_the_state: tuple[Campaign, int]) -> None:
    campaign, _state = with_the_state
    first, second = campaign.funder_ids
    homes = estate(campaign)
    old = homes.accepted(0)
    later = NOW + timedelta(days=1)
    staff = homes.staff(at=later)
    with acting_as(staff):
        funding_operations.amend_shares(
            agreement_id=campaign.agreement_id, shares=[ShareTerms(first, portion=Fraction(1, 2)), ShareTerms(second, portion=Fraction(1, 2))],
            reason="L'État s'en va.", actor=staff, request_id=rid(), at=later,
        )  # fmt: skip
    after = later + timedelta(days=1)
    homes.accepted(1, at=after)
    with acting_as(homes.landlord):
        operations.end(connection_id=old.id, reason=EndReason.MOVED_OUT, day=after.date(), actor=homes.landlord, request_id=rid(), at=after)
    with acting_as_everything(why="count"):
        version = funding.agreement_for_order(campaign.agreement_id, at=after).version.id
        divided = funding.already_ordered(campaign.agreement_id, version).by_portion_cents
        assert ledger.set_aside_for_connections(agreement_id=campaign.agreement_id, since=later) == {first: 5_000, second: 5_000}
    assert {each: divided[each] for each in campaign.funder_ids} == {first: 5_000, second: 5_000}
