"""What each figure counts, for anybody; whether figures and the ledger say the same, for those who run or audit a programme."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.observatory.operations import figures as counting
from carnet.observatory.queries import figures as rolled
from carnet.observatory.rules import DEFINITIONS, Measure, Scope
from carnet.web.public import figures as published
from tests.observatory.rolled import count_now
from tests.observatory.world import TODAY, Funds, make_funds
from tests.web.conftest import come_in
from tests.web.season import Season
from tests.web.season import season as season

pytestmark = pytest.mark.django_db


def test_every_measure_is_defined_for_anybody(client: Client) -> None:
    page = client.get("/chiffres/definitions/").content.decode()
    for measure, each in DEFINITIONS.items():
        assert f'id="{measure.value}"' in page
        assert each.name in page
    assert "Cela donne 20." in page
    assert "Chantal" in page
    count_now(TODAY)
    assert "comptés jusqu’au" in client.get("/chiffres/definitions/").content.decode()
    assert "/chiffres/definitions/" in client.get("/chiffres/").content.decode()


def test_a_difference_is_named_to_those_who_read_the_programme(
    season: Season, person_with: Callable[..., tuple[int, int, str]], settings
) -> None:
    settings.CARNET_CLOCK = None  # who reads has just been enrolled
    count_now(TODAY)
    operator = come_in(Client(), person_with("OPERATOR_ADMIN", organisation_id=season.campaign.operator_id)[2])
    assert "Aucune comparaison" in operator.get("/figures/").content.decode()
    with acting_as_everything(why="tamper"):
        counting.compare(at=TODAY)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE observatory_dailyfigure SET count = count + 3 WHERE measure = 'handed_over'")
    assert "disent la même chose" in operator.get("/figures/").content.decode()
    with acting_as_everything(why="compare"):
        counting.compare(at=TODAY)
    page = operator.get("/figures/").content.decode()
    assert "ne disent pas la même chose" in page
    assert f"series_id {season.campaign.series_id}" in page
    stranger = come_in(Client(), person_with("OPERATOR_ADMIN")[2])
    other = stranger.get("/figures/").content.decode()
    assert f"series_id {season.campaign.series_id}" not in other
    assert "que vous ne lisez pas" in other


def test_the_published_pages_say_the_same(settings, tmp_path) -> None:
    """The page of figures, its files and the API count the ledger each minute; the roll-ups say what they say."""
    settings.KEYS_DIR, settings.CARNET_CLOCK = tmp_path / "keys", TODAY
    funds: Funds = make_funds()
    published.forget()
    count_now(TODAY)
    programme_id = funds.campaign.programme_id
    (shown,) = [each for each in published.published(TODAY) if each.programme_id == programme_id]
    published.forget()
    with acting_as_everything(why="read"):
        told = rolled.measured(Scope(programme_ids=(programme_id,)), at=TODAY).values
        by_funder = {
            funder_id: rolled.measured(Scope(programme_ids=(programme_id,), funder_id=funder_id), at=TODAY).values
            for funder_id in funds.funder_ids
        }
    counts, money = shown.counts, shown.money
    assert [told[each] for each in (Measure.ISSUED, Measure.IN_STOCK, Measure.USED, Measure.LAPSED, Measure.VOID)] == [
        counts.issued, counts.in_stock, counts.redeemed, counts.lapsed, counts.void,
    ]  # fmt: skip
    assert (told[Measure.PAID], told[Measure.DAYS_TO_PAYMENT]) == (shown.paid_count, shown.days_to_be_paid)
    assert told[Measure.PAID_CENTS] == money.paid
    assert told[Measure.USED_CENTS] == money.owed + money.paid
    assert sorted(each[Measure.PAID_CENTS] or 0 for each in by_funder.values()) == sorted(each.money.paid for each in shown.by_funder)
    file = Client().get("/opendata/vouchers.csv").content.decode("utf-8-sig")
    assert f",{told[Measure.ISSUED]},{told[Measure.IN_STOCK]}," in file.replace(";", ",")
    published.forget()
