"""A place suspended from a day: refused from that day in plain words, paid for what it accepted before."""

from datetime import timedelta

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.places import queries as places
from carnet.redemption import operations
from carnet.redemption import queries as redemption
from carnet.redemption.access import forget_place_keys
from carnet.redemption.operations import Item
from carnet.redemption.rules import PlaceNotAccepted
from carnet.web.place.joining import suspended_sentence
from tests.factories.campaign import NOW, campaign, rid
from tests.factories.joining import Network

pytestmark = pytest.mark.django_db


def test_what_was_accepted_before_a_suspension_is_owed_and_nothing_after(monkeypatch: pytest.MonkeyPatch) -> None:
    with acting_as_everything(why="prepare a campaign"):
        ready = campaign(booklets=4)
    net = Network(ready.operator_id, ready.programme_id, NOW).open()
    _secret, file_id = net.sent()
    net.decide(file_id, "ADMIT", from_on=legal_day(NOW))
    agent = net.person(902, "OPERATOR_AGENT")
    with acting_as(agent):
        view = places.joining_file(file_id, actor=agent, at=NOW)
    organisation_id, place_id = view.organisation_id or 0, view.labels[0].place_id
    counter = Actor(
        kind="person", label="counter", person_id=960, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        roles=frozenset({"MEDIATOR"}),
    )  # fmt: skip
    tomorrow = NOW + timedelta(days=1)
    net.decide(file_id, "SUSPEND", criteria=["1"], reason="Des leçons ont été facturées.", from_on=legal_day(tomorrow))
    forget_place_keys()
    with acting_as(counter):
        done = operations.redeem(item=Item(ready.code(0), "mailbox", place_id), actor=counter, channel="SCREEN", request_id=rid(), at=NOW)
        forget_place_keys()  # known for a few seconds only
        with pytest.raises(PlaceNotAccepted):
            operations.check(code=ready.code(1), actor=counter, place_id=place_id, channel="SCREEN", at=tomorrow)
        with pytest.raises(PlaceNotAccepted):
            operations.redeem(item=Item(ready.code(1), "mailbox", place_id), actor=counter, channel="SCREEN", request_id=rid(), at=tomorrow)
        lines = redemption.redemptions_of(organisation_id=organisation_id, limit=5)
    assert [line.number for line in lines] == [done.number]
    monkeypatch.setattr("carnet.web.clock.now", lambda: tomorrow)
    assert "Label suspendu depuis" in suspended_sentence(organisation_id) and "seront payés" in suspended_sentence(organisation_id)
