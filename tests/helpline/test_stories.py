"""What a number tells once the money has moved: paid on which day, by which transfer; and nothing of it to another operator."""

from datetime import timedelta

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.helpline import operations
from carnet.helpline.queries import Story, What
from carnet.helpline.rules import NumberUnknown
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import NotAllowed
from carnet.places import queries as places
from carnet.redemption import operations as redemption
from carnet.settlement.models import Transfer
from tests.factories.campaign import organisation, programme, rid
from tests.helpline.conftest import person
from tests.settlement.conftest import APRIL, SPENT_AT, Payday, make_payday

pytestmark = pytest.mark.django_db


def ask(actor: Actor, typed: str) -> Story:
    with acting_as(actor):
        return operations.ask(typed=typed, actor=actor, request_id=rid(), at=APRIL + timedelta(days=5))


def told(story: Story) -> list[What]:
    return [each.what for each in story.events]


def serial(payday: Payday, rank: int) -> str:
    with acting_as_everything(why="the number on the paper"):
        series = ledger.series(payday.campaign.series_id)
        return ledger.serial_of_voucher(series, series.first_voucher_id + rank)


@pytest.fixture
def paid() -> Payday:
    """Two vouchers spent and paid, one undone, one spent and not claimed yet."""
    payday = make_payday()
    payday.spend(2)
    undone = payday.spend(1)[0]
    counter = payday.counter(payday.campaign.place_organisation_id)
    with acting_as(counter):
        redemption.reverse(number=undone.number, reason="erreur", actor=counter, request_id=rid(), at=SPENT_AT)
    payday.pay()
    payday.spend(1, at=APRIL)
    return payday


def test_the_money_of_each_voucher_and_of_each_payment_is_told_and_to_nobody_else(paid: Payday) -> None:
    line = person(paid.campaign.operator_id, "HELPLINE", programme_ids=frozenset({paid.campaign.programme_id}))
    spent, undone, later = (ask(line, serial(paid, rank)) for rank in (0, 2, 3))
    assert told(spent)[-3:] == [What.SPENT, What.PAID, What.LEFT]
    assert told(undone)[-3:] == [What.SPENT, What.UNDONE, What.LEFT]
    assert told(later)[-3:] == [What.SPENT, What.TO_PAY, What.LEFT]
    assert spent.events[-2].facts["on"] < later.events[-2].facts["on"]

    booklet = ask(line, spent.serial)
    assert [dict(each.facts)["count"] for each in booklet.events if each.what is What.SPENT] == [3, 1]
    assert told(booklet).count(What.PAID) == 1
    left = booklet.events[-1]
    assert (left.what, left.facts["count"], left.facts["of"]) == (What.LEFT, 2, 5)

    by_place = ask(line, f"lieu {paid.campaign.place_id}")
    assert {What.ACCEPTS, What.PAID, What.TO_PAY} <= set(told(by_place))
    with acting_as_everything(why="what the bank shows"):
        transfer = Transfer.objects.get()
    for typed in (transfer.end_to_end_id, transfer.end_to_end_id.lower(), transfer.remittance, f"décompte {transfer.claim_id}"):
        story = ask(line, typed)
        assert (story.subject, told(story)) == (("claim", transfer.claim_id), [What.CLAIMED, What.PAID])

    with acting_as_everything(why="another operator"):
        stranger_id = organisation("Ailleurs", "OPERATOR")
        elsewhere = programme(stranger_id, name="Ailleurs")
        name = places.names_of([paid.campaign.place_id])[paid.campaign.place_id]
    stranger = person(stranger_id, "HELPLINE", programme_ids=frozenset({elsewhere}))
    for typed in (serial(paid, 0), spent.serial, f"lieu {paid.campaign.place_id}", name, transfer.end_to_end_id, transfer.remittance):
        with pytest.raises(NumberUnknown):
            ask(stranger, typed)
    for actor in (
        person(paid.campaign.place_organisation_id, "PLACE_MANAGER"),
        person(paid.campaign.prescriber_id, "PRESCRIBER"),
        Actor.anonymous(),
    ):
        with pytest.raises(NotAllowed):
            ask(actor, spent.serial)
