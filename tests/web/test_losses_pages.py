"""Lost, stolen or damaged booklets over HTTP: what ends is told before it ends, and a stranger finds nothing."""

import re
from uuid import uuid4

from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.web.season import Season
from tests.web.season import season as season
from tests.web.test_counter_pages import spent, take
from tests.web.test_operator_orders import Office, drawn, text_of
from tests.web.test_operator_orders import office as office


def hidden(page: str, name: str) -> str:
    (found,) = re.findall(rf'name="{name}" value="([^"]*)"', page)
    return str(found)


def voided() -> int:
    with acting_as_everything(why="count"):
        assert ledger.verify() == []
        return ledger.counts().void


def declare(client: Client, serial: str, **more: str) -> str:
    return client.post(
        "/prescriber/loss/", {"request_id": uuid4(), "first_serial": serial, "reason": "LOST"} | more, follow=True
    ).content.decode()


def test_a_desk_counts_then_declares(season: Season) -> None:
    desk = season.desk
    assert "Carnets de votre stock perdus, volés ou abîmés" in desk.get("/prescriber/").content.decode()
    _handed, serial = season.booklet(0)
    asked = declare(desk, serial)
    assert "5 chèques non utilisés seront annulés" in text_of(asked)
    assert voided() == 0
    done = declare(desk, serial, counted=hidden(asked, "counted"))
    assert "5 chèques sont annulés" in text_of(done)
    assert voided() == 5
    assert "déjà annulé" in declare(desk, serial)


def test_what_was_spent_stays_spent_and_what_was_declared_is_refused_at_the_counter(season: Season) -> None:
    counter, codes = season.counter, [season.campaign.code(rank) for rank in range(10)]
    for code in codes[:6]:
        assert take(counter, season, code).status_code == 302
    desk, (_handed, all_spent), (_other, one_spent) = season.desk, season.booklet(0), season.booklet(1)
    assert "déjà été utilisés" in declare(desk, all_spent)
    asked = declare(desk, one_spent)
    assert "4 chèques sont annulés" in text_of(declare(desk, one_spent, counted=hidden(asked, "counted")))
    assert (voided(), spent(season)) == (4, 6)
    assert take(counter, season, codes[6]).status_code == 422


def test_a_desk_is_told_what_is_not_its_own_or_not_said(season: Season) -> None:
    _elsewhere, serial = season.booklet(3)
    assert "parmi les vôtres" in declare(season.desk, serial)
    _here, own = season.booklet(2)
    assert "obligatoire" in declare(season.desk, own, reason="")
    assert "édition" in declare(season.desk, own, last_serial=season.booklet(0)[1])
    prescriber = season.enter("PRESCRIBER", season.campaign.prescriber_id)
    assert prescriber.get("/prescriber/loss/").status_code == 403
    assert "/prescriber/loss/" not in prescriber.get("/prescriber/").content.decode()
    assert voided() == 0


def test_an_operator_counts_then_ends_a_range(office: Office) -> None:
    drawn(office)
    page = office.admin.get(office.url()).content.decode()
    assert office.url("void/") in page
    with acting_as_everything(why="read"):
        series = ledger.series(office.row().series_id or 0)
    first, last = (ledger.serial_of_booklet(series, each) for each in (series.first_booklet_id, series.first_booklet_id + 1))
    given = {"request_id": str(uuid4()), "first": first, "last": last, "reason": "RECALLED"}
    asked = office.admin.post(office.url("void/"), given).content.decode()
    assert "Chèques annulés, pour toujours 10" in text_of(asked)
    assert voided() == 0
    done = office.admin.post(office.url("void/"), given | {"counted": hidden(asked, "counted")}, follow=True).content.decode()
    assert "10 chèques annulés" in text_of(done)
    assert voided() == 10
    assert "déjà annulé" in office.post("void/", **given | {"request_id": str(uuid4())})  # type: ignore[arg-type]
    assert office.stranger.get(office.url("void/")).status_code == 404
    assert office.stranger.post(office.url("void/"), given).status_code == 404
