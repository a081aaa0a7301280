"""Old vouchers exchanged at the desk that gave them: once, in time, with their money, and without any name."""

from datetime import timedelta

import pytest

from carnet.distribution import operations
from carnet.distribution.models import Exchange, Replacement
from carnet.distribution.operations import exchanges as exchanging
from carnet.distribution.queries import exchanges as offers
from carnet.distribution.rules import FoundBy, HandOverItem, NeverHandedOver, ReplacementGiven, ReplacementTooSmall
from carnet.distribution.rules.exchanges import (
    ExchangeDaysWrong,
    ExchangedOnce,
    ExchangeNotAllowed,
    ExchangeOtherAgreement,
    ExchangeTooLate,
    ExchangeTooSoon,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations as ledger_operations
from carnet.ledger import queries as ledger
from carnet.ledger.rules import AlreadyExchanged, BookletUnknown, EndReason, State, ValueReturned
from carnet.parties.rules import NotAllowed
from tests.factories.campaign import NOW, SYSTEM, Campaign, agreement, campaign, organisation, rid, series

pytestmark = pytest.mark.django_db

END = NOW + timedelta(days=30)
AFTER = NOW + timedelta(days=40)


class Desk:
    """A desk whose first booklet was handed over for thirty days; the others are in its cupboard."""

    def __init__(self) -> None:
        with acting_as_everything(why="prepare"):
            self.campaign: Campaign = campaign(booklets=5, handed_over=False)
            row = ledger.series(self.campaign.series_id)
            self.series_id, self.first = row.id, row.first_booklet_id
            self.serials = [ledger.serial_of_booklet(row, self.first + rank) for rank in range(5)]
            ends = {"series_id": row.id, "first_booklet_id": self.first, "last_booklet_id": self.first + 4, "actor": SYSTEM, "at": NOW}
            ledger_operations.ship_booklets(
                from_holder_id=self.campaign.operator_id, to_holder_id=self.campaign.prescriber_id, request_id=rid(), **ends
            )
            ledger_operations.receive_booklets(to_holder_id=self.campaign.prescriber_id, request_id=rid(), **ends)
            operations.join_programme(
                programme_id=self.campaign.programme_id, organisation_id=self.campaign.prescriber_id, actor=SYSTEM, request_id=rid(), at=NOW
            )
        self.actor = self._person(self.campaign.prescriber_id, "PRESCRIBER_LEAD")

    def _person(self, organisation_id: int, role: str, *programmes: int) -> Actor:
        return Actor(
            kind="person", label=role, person_id=700, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
            programme_ids=frozenset(programmes), roles=frozenset({role}), proved_at=AFTER,
        )  # fmt: skip

    def give(self, rank: int = 0, at=NOW) -> int:
        with acting_as(self.actor):
            done = operations.hand_over(
                item=HandOverItem(rid(), self.series_id, self.first + rank, self.first + rank), actor=self.actor, at=at
            )
        return done.id

    def end(self, rank: int = 0) -> None:
        """The booklet's own end, as a programme that counts it from the hand-over would have set it."""
        with acting_as_everything(why="prepare"):
            _own_end(self.first + rank)

    def allow(self, days: int = 90) -> None:
        admin = self._person(self.campaign.operator_id, "OPERATOR_ADMIN", self.campaign.programme_id)
        with acting_as(admin):
            exchanging.decide_exchanges(programme_id=self.campaign.programme_id, days=days, actor=admin, request_id=rid(), at=NOW)

    def exchange(self, number: str | None = None, *, rank: int = 1, at=AFTER, request_id=None, booklet_id: int | None = None):
        with acting_as(self.actor):
            return exchanging.exchange(
                number=number or self.serials[0], booklet_id=booklet_id or self.first + rank, actor=self.actor,
                request_id=request_id or rid(), at=at,
            )  # fmt: skip


def _own_end(booklet_id: int) -> None:
    from carnet.ledger.models import Booklet

    Booklet.objects.filter(id=booklet_id).update(accepted_until=END)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.give()
    made.end()
    made.allow()
    return made


def test_as_many_vouchers_are_given_and_the_old_money_is_free_again(desk: Desk):
    request = rid()
    done = desk.exchange(request_id=request)
    assert desk.exchange(request_id=request) == done
    assert done.voucher_count == 5
    with acting_as_everything(why="look"):
        money = ledger.money(agreement_id=desk.campaign.agreement_id)
        assert (money.total.unissued, money.total.in_circulation) == (50_00, 200_00)
        assert [each.unissued for each in money.by_funder.values()] == [25_00, 25_00]
        assert {each.state for each in ledger.vouchers_of_booklet(desk.first)} == {State.VOID}
        assert {each.state for each in ledger.vouchers_of_booklet(desk.first + 1)} == {State.HANDED_OVER}
        assert ledger.verify() == []
        row = Exchange.objects.get()
        assert (row.voucher_count, row.cents) == (5, 50_00)


def test_an_exchanged_booklet_is_never_exchanged_again_nor_what_was_given_for_it(desk: Desk):
    desk.exchange()
    with pytest.raises(AlreadyExchanged):
        desk.exchange(rank=2)
    with acting_as_everything(why="end"):
        _own_end(desk.first + 1)
    with pytest.raises(ExchangedOnce):
        desk.exchange(desk.serials[1], rank=2)


def test_not_while_still_good_not_too_late_not_when_not_allowed(desk: Desk):
    with pytest.raises(ExchangeTooSoon):
        desk.exchange(at=END - timedelta(minutes=1))
    with pytest.raises(ExchangeTooLate):
        desk.exchange(at=END + timedelta(days=91))
    desk.allow(0)
    with pytest.raises(ExchangeNotAllowed):
        desk.exchange()
    with pytest.raises(ExchangeDaysWrong):
        desk.allow(400)


def test_not_once_the_money_went_back_to_the_funders(desk: Desk):
    with acting_as_everything(why="end the season"):
        # As after the closing of a season whose exchanges were still open.
        lapsed_at = ledger.series(desk.series_id).accepted_until + timedelta(days=1)
        desk.allow(365)
        ledger_operations.lapse_series(series_id=desk.series_id, actor=SYSTEM, request_id=rid(), at=lapsed_at)
        ledger_operations.return_circulation(series_id=desk.series_id, actor=SYSTEM, request_id=rid(), at=lapsed_at)
        with pytest.raises(ValueReturned):
            ledger_operations.exchange_vouchers(
                series_id=desk.series_id, voucher_ids=[each.id for each in ledger.vouchers_of_booklet(desk.first)],
                holder_id=desk.campaign.prescriber_id, actor=SYSTEM, request_id=rid(), at=lapsed_at,
            )  # fmt: skip


def test_the_new_booklet_is_of_the_same_agreement_and_large_enough(desk: Desk):
    with acting_as_everything(why="prepare another agreement"):
        other = agreement(desk.campaign.programme_id, (organisation("Une autre région", "FUNDER"),))
        foreign = series(desk.campaign.programme_id, other, desk.campaign.prescriber_id, booklets=1, offset=700)
        foreign_id = ledger.series(foreign).first_booklet_id
    with pytest.raises(ExchangeOtherAgreement):
        desk.exchange(booklet_id=foreign_id)
    with acting_as(desk.actor):
        one = ledger.vouchers_of_booklet(desk.first + 1)[0].id
        operations.hand_over(item=HandOverItem(rid(), desk.series_id, voucher_ids=(one,)), actor=desk.actor, at=NOW)
    with pytest.raises(ReplacementTooSmall):
        desk.exchange()
    with acting_as_everything(why="nothing moved"):
        assert ledger.money(agreement_id=desk.campaign.agreement_id).total.unissued == 0


def test_a_loss_declared_is_exchanged_by_its_number_and_given_once(desk: Desk):
    hand_over_id = desk.give(3)
    with acting_as(desk.actor):
        loss = operations.open_replacement(
            hand_over_id=hand_over_id, booklet_id=desk.first + 3, reason=EndReason.LOST, found_by=FoundBy.NUMBER, actor=desk.actor,
            request_id=rid(), at=NOW + timedelta(days=2),
        )  # fmt: skip
    done = desk.exchange(f"R{loss}")
    with acting_as_everything(why="look"):
        assert Replacement.objects.get(id=loss).given_hand_over_id == done.id
        assert ledger.verify() == []
    with pytest.raises(Refusal):
        desk.exchange(f"R{loss}", rank=2)
    with acting_as(desk.actor), pytest.raises(Refusal):
        operations.give_replacement(replacement_id=loss, booklet_id=desk.first + 2, actor=desk.actor, request_id=rid(), at=AFTER)


def test_a_booklet_blocked_is_exchanged_under_its_own_number_too(desk: Desk):
    """Whoever comes back has the old booklet's number rather than the loss's: it said that its vouchers were still good."""
    hand_over_id = desk.give(3)
    with acting_as(desk.actor):
        loss = operations.open_replacement(
            hand_over_id=hand_over_id, booklet_id=desk.first + 3, reason=EndReason.LOST, found_by=FoundBy.NUMBER, actor=desk.actor,
            request_id=rid(), at=NOW + timedelta(days=2),
        )  # fmt: skip
    done = desk.exchange(desk.serials[3])
    with acting_as_everything(why="look"):
        assert Replacement.objects.get(id=loss).given_hand_over_id == done.id
        assert ledger.verify() == []
    for number in (desk.serials[3], f"R{loss}"):
        with pytest.raises(ReplacementGiven):
            desk.exchange(number, rank=2)


def test_another_desk_is_told_as_if_the_number_did_not_exist(desk: Desk):
    with acting_as_everything(why="prepare"):
        other_id = organisation("Autre guichet", "PRESCRIBER")
    other = desk._person(other_id, "PRESCRIBER_LEAD")
    with acting_as(other):
        with pytest.raises(BookletUnknown):
            offers.exchange_offer(number=desk.serials[0], organisation_id=other_id, at=AFTER)
        with pytest.raises(NotAllowed):
            exchanging.decide_exchanges(programme_id=desk.campaign.programme_id, days=9, actor=other, request_id=rid(), at=AFTER)
    with acting_as(desk.actor), pytest.raises(NeverHandedOver):
        offers.exchange_offer(number=desk.serials[2], organisation_id=desk.campaign.prescriber_id, at=AFTER)
