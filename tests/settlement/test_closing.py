"""The end of a season: what was not used goes back to whom it belongs, and each funder could sign its statement."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.funding.rules import Pays, ShareTerms
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger_operations
from carnet.ledger import queries as ledger
from carnet.ledger.rules import COUNT_NAMES, MONEY_NAMES, Counts
from carnet.parties.rules import NotAllowed, SamePerson
from carnet.settlement import operations, queries
from carnet.settlement.models import Repayment, Statement
from carnet.settlement.queries import FunderStatement
from carnet.settlement.rules import (
    ClosingAlreadyOpen,
    ClosingChangedSinceApproval,
    ClosingNotInState,
    ClosingTooEarly,
    NothingToReturn,
    ReferenceMissing,
)
from tests.factories.campaign import NOW, SYSTEM, agreement, hand_over, organisation, rid, series
from tests.settlement.conftest import APRIL, LONG_AFTER, SPENT_AT, Payday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_adds_up")]


@pytest.fixture
def thirds(payday: Payday) -> Payday:
    """The same places, paid under an agreement of the State (half, on use, advanced by the region), the region and a city."""
    with acting_as_everything(why="prepare an agreement"):
        state, region, city = organisation("État", "STATE"), organisation("Région", "FUNDER"), organisation("Ville", "FUNDER")
        shares = [
            ShareTerms(funder_id=region, portion=Fraction(1, 3)),
            ShareTerms(funder_id=city, portion=Fraction(1, 6)),
            ShareTerms(funder_id=state, portion=Fraction(1, 2), pays=Pays.ON_USE, advanced_by_id=region),
        ]
        agreement_id = agreement(payday.campaign.programme_id, (region, city, state), shares)
        series_id = series(payday.campaign.programme_id, agreement_id, payday.campaign.operator_id, booklets=7, size=5, offset=1000)
        hand_over(series_id, payday.campaign.operator_id, payday.campaign.prescriber_id)
        # Money that no series ever took: it goes back whole.
        ledger_operations.receive_money(
            programme_id=payday.campaign.programme_id, agreement_id=agreement_id, funder_id=city, cents=12_345,
            actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip
    other = replace(payday.campaign, agreement_id=agreement_id, series_id=series_id, funder_ids=(region, city, state))
    return replace(payday, campaign=other, next_rank=1000)


def _prepare(payday: Payday, at=LONG_AFTER, actor: Actor | None = None) -> int:
    actor = actor or payday.treasurer(at)
    with acting_as(actor):
        return operations.prepare_closing(agreement_id=payday.agreement_id, actor=actor, request_id=rid(), at=at)


def _approve(payday: Payday, closing_id: int, at=LONG_AFTER, actor: Actor | None = None) -> None:
    actor = actor or payday.approver(at)
    with acting_as(actor):
        operations.approve_closing(closing_id=closing_id, actor=actor, request_id=rid(), at=at)


def _repay(payday: Payday, closing_id: int, reference: str = "VIR 1234", at=LONG_AFTER) -> dict[int, int]:
    actor = payday.treasurer(at)
    with acting_as(actor):
        return operations.record_repayments(
            closing_id=closing_id, reference=reference, paid_on=date(2028, 9, 1), actor=actor, request_id=rid(), at=at
        )


def _close(payday: Payday) -> dict[int, int]:
    closing_id = _prepare(payday)
    _approve(payday, closing_id)
    return _repay(payday, closing_id)


class TestClosing:
    def test_gives_each_funder_its_share_back_to_the_cent(self, payday: Payday):
        payday.spend(7)
        payday.pay()
        back = _close(payday)
        money = payday.money()
        assert money.in_circulation == money.unissued == 0
        assert (money.funded, money.paid, money.returned) == (40_000, 7_000, 33_000)
        assert sorted(back.values()) == [16_500, 16_500]

    def test_the_odd_cents_of_thirds_and_an_advance_come_out_exact(self, thirds: Payday):
        thirds.spend(11)
        thirds.pay()
        back = _close(thirds)
        with acting_as_everything(why="count"):
            table = ledger.money(agreement_id=thirds.agreement_id)
        region, city, state = thirds.campaign.funder_ids
        assert sum(back.values()) == table.total.returned == 24_000 + 12_345
        assert back == {funder: table.by_funder[funder].returned for funder in back}
        # What is not used costs the State nothing: it never came in, and never goes back to it.
        assert state not in back
        assert table.by_funder[state].funded == table.by_funder[state].paid
        assert back[region] > back[city] - 12_345

    def test_waits_for_the_end_of_grace(self, payday: Payday):
        with pytest.raises(ClosingTooEarly):
            _prepare(payday, at=APRIL)

    def test_vouchers_lapse_first(self, payday: Payday):
        payday.spend(2)
        _prepare(payday)
        with acting_as_everything(why="count"):
            counted = ledger.counts(agreement_id=payday.agreement_id)
        assert (counted.lapsed, counted.redeemed, counted.handed_over) == (38, 2, 0)

    def test_what_is_owed_to_a_place_stays_owed_and_is_paid_after(self, payday: Payday):
        payday.spend(4)
        _close(payday)
        assert payday.money().owed == 4000
        payday.pay(at=LONG_AFTER)
        assert (payday.money().owed, payday.money().paid) == (0, 4000)

    def test_whoever_counted_does_not_approve(self, payday: Payday):
        closing_id = _prepare(payday)
        both = payday.staff(601, "TREASURER", "APPROVER", at=LONG_AFTER)
        with pytest.raises(SamePerson):
            _approve(payday, closing_id, actor=both)
        with pytest.raises(NotAllowed):
            _approve(payday, closing_id, actor=payday.staff(605, "TREASURER", at=LONG_AFTER))

    def test_nothing_is_repaid_before_it_is_approved_nor_twice(self, payday: Payday):
        closing_id = _prepare(payday)
        with pytest.raises(ClosingNotInState):
            _repay(payday, closing_id)
        with pytest.raises(ClosingAlreadyOpen):
            _prepare(payday)
        _approve(payday, closing_id)
        with pytest.raises(ReferenceMissing):
            _repay(payday, closing_id, reference=" ")
        first = _repay(payday, closing_id)
        assert _repay(payday, closing_id) == first
        assert payday.money().returned == 40_000
        with pytest.raises(NothingToReturn):
            _prepare(payday)

    def test_the_agreement_is_closed_with_it(self, payday: Payday):
        closing_id = _prepare(payday)
        _approve(payday, closing_id)
        actor = payday.treasurer(LONG_AFTER)

        def closed_at():
            with acting_as(actor):
                return funding.agreement(actor, payday.agreement_id, at=LONG_AFTER).closed_at

        assert closed_at() is None
        _repay(payday, closing_id)
        assert closed_at() == LONG_AFTER
        later = LONG_AFTER + timedelta(days=1)
        with acting_as(payday.treasurer(later)):
            funding_operations.close_agreement(agreement_id=payday.agreement_id, actor=payday.treasurer(later), request_id=rid(), at=later)
        assert closed_at() == LONG_AFTER

    def test_a_count_that_moved_since_is_refused(self, payday: Payday):
        closing_id = _prepare(payday)
        with acting_as_everything(why="more money arrives"):
            ledger_operations.receive_money(
                programme_id=payday.campaign.programme_id, agreement_id=payday.agreement_id, funder_id=payday.campaign.funder_ids[0],
                cents=1, actor=SYSTEM, request_id=rid(), at=LONG_AFTER,
            )  # fmt: skip
        with pytest.raises(ClosingChangedSinceApproval):
            _approve(payday, closing_id)
        actor = payday.treasurer(LONG_AFTER)
        with acting_as(actor):
            operations.cancel_closing(closing_id=closing_id, reason="recompter", actor=actor, request_id=rid(), at=LONG_AFTER)
        assert _close(payday)[payday.campaign.funder_ids[0]] == 20_001

    def test_the_page_tells_what_each_gets_back(self, payday: Payday):
        closing_id = _prepare(payday)
        actor = payday.approver(LONG_AFTER)
        with acting_as(actor):
            page = queries.closing_page(actor=actor, closing_id=closing_id)
        assert sum(line.cents for line in page.repayments) == page.cents == 40_000


class TestStatements:
    def test_say_what_the_ledger_says_to_the_cent(self, thirds: Payday):
        thirds.spend(11)
        thirds.spend(3, second=True)
        thirds.pay()
        _close(thirds)
        with acting_as_everything(why="count"):
            figures = queries.statement_figures(agreement_id=thirds.agreement_id, at=LONG_AFTER)
            table = ledger.money(agreement_id=thirds.agreement_id)
            counted = ledger.counts(agreement_id=thirds.agreement_id)
            debts = ledger.on_use_debts(agreement_id=thirds.agreement_id)
        self._add_up(figures, table, counted)
        region, city, state = (next(each for each in figures if each.funder_id == key) for key in thirds.campaign.funder_ids)
        assert (region.received_cents, city.received_cents, state.received_cents) == (
            table.by_funder[region.funder_id].funded + debts[0].cents, table.by_funder[city.funder_id].funded, 0,
        )  # fmt: skip
        assert state.debts == (("Région", debts[0].cents),)
        assert region.credits == (("État", debts[0].cents),)
        assert state.paid_cents == state.taken_on_use_cents == debts[0].cents == 7_000

    @pytest.mark.parametrize("spent", [0, 1, 10])
    def test_add_up_at_every_moment(self, thirds: Payday, spent: int):
        thirds.spend(spent)
        for at in (SPENT_AT + timedelta(hours=1), APRIL):
            with acting_as_everything(why="count"):
                figures = queries.statement_figures(agreement_id=thirds.agreement_id, at=at)
                self._add_up(figures, ledger.money(agreement_id=thirds.agreement_id), ledger.counts(agreement_id=thirds.agreement_id))

    def test_are_kept_as_they_were_and_read_by_their_funder_only(self, payday: Payday):
        payday.spend(3)
        payday.pay()
        _close(payday)
        with acting_as_everything(why="count"):
            assert Statement.objects.count() == Repayment.objects.count() == 2
            kept = Statement.objects.order_by("funder_id").first()
            live = queries.statement_figures(agreement_id=payday.agreement_id, at=LONG_AFTER)[0]
        assert kept is not None
        assert FunderStatement.from_json(kept.content) == live
        funder_id, other_id = payday.campaign.funder_ids
        funder = Actor(
            kind="person", label="funder", person_id=900, organisation_id=funder_id, organisation_ids=frozenset({funder_id}),
            programme_ids=frozenset({payday.campaign.programme_id}), roles=frozenset({"FUNDER"}), proved_at=LONG_AFTER,
        )  # fmt: skip
        with acting_as(funder):
            assert [each.figures.funder_id for each in queries.kept_statements(actor=funder, agreement_id=payday.agreement_id)] == [
                funder_id
            ]
            assert queries.funder_statement(actor=funder, agreement_id=payday.agreement_id, funder_id=other_id, at=LONG_AFTER) is None
            own = queries.funder_statement(actor=funder, agreement_id=payday.agreement_id, funder_id=funder_id, at=LONG_AFTER)
        assert own == live

    def _add_up(self, figures: list[FunderStatement], table, counted: Counts) -> None:
        for each in figures:
            money = table.by_funder.get(each.funder_id)
            for name in MONEY_NAMES:
                assert getattr(each, f"{name}_cents") == (getattr(money, name) if money else 0), name
            assert {name: getattr(each, name) for name in COUNT_NAMES} == counted.as_dict()
            assert each.issued_cents == sum(getattr(each, f"{name}_cents") for name in COUNT_NAMES[1:])
            assert each.redeemed_cents == each.owed_cents + each.paid_cents
            assert each.funded_cents == each.received_cents + each.taken_on_use_cents - each.advanced_and_used_cents
        assert sum(each.issued_cents for each in figures) == counted.issued * 1000
        for name in MONEY_NAMES:
            assert sum(getattr(each, f"{name}_cents") for each in figures) == getattr(table.total, name)
