"""Eight tablets come back on the network at the same instant with the same vouchers; and one tablet sends the same upload eight times at once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.redemption import access, operations
from carnet.redemption.models import Device, UploadedItem
from carnet.redemption.operations import ItemAnswer
from carnet.redemption.rules import SignedText
from tests.factories.campaign import LATER, Campaign
from tests.races.conftest import faults, redeemed_count
from tests.redemption.offline import Tablet, enrolled

pytestmark = pytest.mark.slow
TABLETS, VOUCHERS = 8, 40


def send(tablet: Tablet, items: list[SignedText]) -> list[ItemAnswer]:
    try:
        with acting_as_everything(why="who the device is"):
            actor = access.device_actor(Device.objects.get(id=tablet.id))
        with acting_as(actor):
            return operations.upload(device_id=tablet.id, device_now=LATER, items=items, actor=actor, request_id=uuid4(), at=LATER)
    finally:
        connections.close_all()


def rows() -> list[str]:
    with acting_as_everything(why="look"):
        return list(UploadedItem.objects.order_by("id").values_list("outcome", flat=True))


def test_the_same_vouchers_on_eight_tablets_are_each_confirmed_once(ready: Campaign) -> None:
    tablets = [enrolled(ready) for _ in range(TABLETS)]
    # Each in an order of its own: locks must not depend on it.
    queues = [
        [tablet.accept(ready.token((rank * (2 * number + 1)) % VOUCHERS), at=LATER, facts_at=LATER) for rank in range(VOUCHERS)]
        for number, tablet in enumerate(tablets)
    ]
    with ThreadPoolExecutor(TABLETS) as executor:
        answers = [answer for given in executor.map(send, tablets, queues) for answer in given]
    codes = [each.refusal.code if each.refusal else each.state for each in answers]
    assert codes.count("confirmed") == len({each.redemption_number for each in answers if each.state == "confirmed"})
    assert set(codes) == {"confirmed", "voucher-already-redeemed"}
    assert redeemed_count(ready) == codes.count("confirmed")
    assert sorted(rows()) == sorted(codes)
    assert faults() == []


def test_the_same_upload_eight_times_at_once_is_one_upload(ready: Campaign) -> None:
    tablet = enrolled(ready)
    items = [tablet.accept(ready.token(rank), at=LATER, facts_at=LATER) for rank in range(VOUCHERS)]
    with ThreadPoolExecutor(TABLETS) as executor:
        given = list(executor.map(send, [tablet] * TABLETS, [items] * TABLETS))
    numbers = [[answer.redemption_number for answer in answers] for answers in given]
    assert all(each == numbers[0] and all(each) for each in numbers)
    assert sum(not answer.repeated for answers in given for answer in answers) == VOUCHERS
    assert redeemed_count(ready) == VOUCHERS
    assert rows() == ["confirmed"] * VOUCHERS
    assert faults() == []
