"""A serial given five times with a wrong secret waits in the operator's office for a person, who unlocks it."""

from uuid import uuid4

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption import operations
from carnet.redemption.operations import SerialItem
from carnet.redemption.rules import WRONG_SECRETS_MAX
from tests.factories.campaign import organisation
from tests.redemption.test_serials import wrong
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_operator_desks import administrator


def lock(season: Season) -> str:
    """Give one serial with wrong secrets until it locks; the serial."""
    with acting_as_everything(why="the number on the paper"):
        series = ledger.series(season.campaign.series_id)
        serial = ledger.serial_of_voucher(series, series.first_voucher_id)
    who = season.campaign.mediator
    items = [SerialItem(serial, wrong(rank), "mailbox") for rank in range(WRONG_SECRETS_MAX)]
    with acting_as(who):
        operations.redeem_with_serials(items=items, together=False, actor=who, channel="PAPER", at=TODAY)
    return serial


def test_locked_seen_looked_into_and_unlocked(season: Season) -> None:
    operator = administrator(season, season.campaign.operator_id)
    assert "Aucun chèque bloqué" in operator.get("/operator/guessing/").content.decode()
    serial = lock(season)
    assert "1 chèque bloqué après de mauvais codes" in operator.get("/operator/").content.decode()
    page = operator.get("/operator/guessing/").content.decode()
    assert serial in page
    assert "sur une feuille" in page
    unlock = f"/operator/guessing/{serial}/unlock/"
    assert serial in operator.get(unlock).content.decode()
    assert operator.post(unlock, {"reason": "", "request_id": uuid4()}).status_code == 422
    assert operator.post(unlock, {"reason": "vu avec le lieu", "request_id": uuid4()})["Location"] == "/operator/guessing/"
    assert "Aucun chèque bloqué" in operator.get("/operator/guessing/").content.decode()
    assert operator.get(unlock).status_code in (404, 409)


def test_another_operator_sees_none_of_it(season: Season) -> None:
    serial = lock(season)
    with acting_as_everything(why="a stranger"):
        stranger = administrator(season, organisation("Ailleurs", "OPERATOR"))
    assert serial not in stranger.get("/operator/guessing/").content.decode()
    for asked in (serial, "TS-000000009-99", "nonsense"):
        assert stranger.get(f"/operator/guessing/{asked}/unlock/").status_code in (404, 409)
        assert stranger.post(f"/operator/guessing/{asked}/unlock/", {"reason": "x", "request_id": uuid4()}).status_code in (404, 409, 422)
    assert serial in administrator(season, season.campaign.operator_id).get("/operator/guessing/").content.decode()
