"""A sample through its pages: promised before the period is over, drawn after, checked by an agent, read by an auditor, taken away as a file."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from carnet.controls.models import Sample
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import legal_day
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Item
from tests.factories.campaign import organisation
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_operator_desks import administrator

DAY = legal_day(TODAY)


def spend(season: Season, count: int = 10) -> None:
    counter = season.campaign.mediator
    with acting_as(counter):
        for rank in range(count):
            item = Item(code=season.campaign.code(rank), service="mailbox", place_id=season.campaign.place_id)
            redemption.redeem(item=item, actor=counter, channel="SCREEN", request_id=uuid4(), at=TODAY)


def promise(client: Client, season: Season, **changes: object) -> str:
    said = {
        "programme": season.campaign.programme_id, "from_on": DAY.isoformat(), "last_on": DAY.isoformat(), "method": "RANDOM", "size": 10,
        "request_id": uuid4(),
    }  # fmt: skip
    return str(client.post("/samples/new/", said | changes).get("Location", ""))


def test_promised_drawn_checked_closed_and_taken_away(season: Season, settings: pytest.FixtureRequest) -> None:
    spend(season)
    admin = administrator(season, season.campaign.operator_id)
    assert "Aucun sondage pour l’instant" in admin.get("/samples/").content.decode()
    page = promise(admin, season)
    with acting_as_everything(why="what no page shows"):
        seed = Sample.objects.latest("id").seed
    promised = admin.get(page).content.decode()
    assert "avant la fin de la période" in promised
    assert seed not in promised
    assert "Tirer les chèques" not in promised, "its period is not over"
    assert admin.post(f"{page}draw/").status_code in (409, 422)
    settings.CARNET_CLOCK = TODAY + timedelta(days=1)  # type: ignore[attr-defined]
    assert "Tirer les chèques" in admin.get(page).content.decode()
    assert admin.post(f"{page}draw/").status_code == 302
    agent = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    drawn = agent.get(page).content.decode()
    assert seed in drawn
    assert "Vérifier le suivant" in drawn
    refused = agent.post(f"{page}check/1/", {"finding": "PROVED", "request_id": uuid4()})
    assert (refused.status_code, "au moins une preuve" in refused.content.decode()) == (422, True)
    for rank in range(1, 11):
        said = {"finding": "NOT_PROVED" if rank == 10 else "PROVED", "evidence": ["SHEET", "AGENDA"], "request_id": uuid4()}
        following = agent.post(f"{page}check/{rank}/", said)["Location"]
        assert following == (f"{page}check/{rank + 1}/" if rank < 10 else page)
    told = admin.get(page).content.decode()
    assert "10 %" in told.replace("\xa0", " ").replace("\u202f", " "), "all of them were drawn: nothing is estimated"
    assert "Clore le sondage" in told
    assert admin.post(f"{page}close/").status_code == 302
    assert agent.post(f"{page}check/1/", {"finding": "CANNOT_SAY", "request_id": uuid4()}).status_code in (409, 422)
    kept = b"".join(admin.get(f"{page}redemptions.csv").streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(kept) == 11
    assert sum("Leçon non prouvée" in line for line in kept) == 1


def test_what_cannot_be_promised_says_why_at_its_field(season: Season) -> None:
    admin = administrator(season, season.campaign.operator_id)
    assert promise(admin, season, size=5) == ""
    assert promise(admin, season, last_on=(DAY - timedelta(days=3)).isoformat()) == ""
    with acting_as_everything(why="nothing was promised"):
        assert not Sample.objects.exists()


def test_another_operator_and_a_place_see_none_of_it(season: Season) -> None:
    page = promise(administrator(season, season.campaign.operator_id), season)
    with acting_as_everything(why="a stranger"):
        stranger = administrator(season, organisation("Ailleurs", "OPERATOR"))
    assert stranger.get(page).status_code in (404, 409)
    assert stranger.post(f"{page}draw/").status_code in (404, 409, 422)
    for other in (season.counter, season.desk, season.manager):
        assert other.get(page).status_code == 403
    agent = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    assert agent.get("/samples/new/").status_code == 403
