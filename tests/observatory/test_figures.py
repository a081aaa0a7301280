"""The roll-ups say what the ledger says, for whoever reads them: by month, territory, funder, service, place."""

from datetime import date

import pytest
from django.db import connection

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.observatory.operations import figures as counting
from carnet.observatory.queries import figures
from carnet.observatory.rules import Area, Cut, Measure, Scope, ScopeWrong
from carnet.places.rules.areas import AreaLevel
from tests.observatory.rolled import count_now
from tests.observatory.world import TODAY, Funds, make_funds

pytestmark = pytest.mark.django_db


@pytest.fixture
def funds(tmp_path, settings) -> Funds:
    settings.KEYS_DIR = tmp_path / "keys"
    return make_funds()


def everywhere(funds: Funds, **more: object) -> Scope:
    return Scope(programme_ids=(funds.campaign.programme_id,), **more)


def test_the_whole_equals_the_ledger(funds: Funds) -> None:
    count_now(TODAY)
    with acting_as_everything(why="read"):
        counts = ledger.counts(programme_id=funds.campaign.programme_id)
        money = ledger.money(programme_id=funds.campaign.programme_id)
        told = figures.measured(everywhere(funds), at=TODAY).values
        found = counting.compare(at=TODAY)
    assert found.faults == ()
    assert found.row_count > 10
    assert told[Measure.ISSUED] == counts.issued == told[Measure.ORDERED]
    assert told[Measure.IN_STOCK] == counts.in_stock
    assert told[Measure.USED] == counts.redeemed == 17
    assert told[Measure.VOID] == counts.void == 5
    assert told[Measure.LAPSED] == counts.lapsed == 0
    assert told[Measure.PAID] == 12
    assert told[Measure.PAID_CENTS] == money.total.paid
    assert told[Measure.USED_CENTS] == money.total.owed + money.total.paid


def test_every_cut_sums_to_the_whole(funds: Funds) -> None:
    count_now(TODAY)
    with acting_as_everything(why="read"):
        whole = figures.measured(everywhere(funds), at=TODAY).values
        for by in (Cut.MONTH, Cut.COMMUNE, Cut.EPCI, Cut.DEPARTEMENT, Cut.REGION, Cut.OPERATOR, Cut.SERVICE):
            table = figures.cut(by, everywhere(funds), measures=(Measure.USED, Measure.PAID, Measure.USED_CENTS), at=TODAY)
            for measure in table.measures:
                assert sum(row.values[measure] or 0 for row in table.rows) == whole[measure], by
        by_funder = figures.cut(Cut.FUNDER, everywhere(funds), measures=(Measure.USED_CENTS, Measure.PAID_CENTS), at=TODAY)
        for measure in by_funder.measures:
            assert sum(row.values[measure] or 0 for row in by_funder.rows) == whole[measure]
        money = ledger.money(programme_id=funds.campaign.programme_id).by_funder
        for row in by_funder.rows:
            assert row.values[Measure.PAID_CENTS] == money[int(row.key)].paid
            assert row.values[Measure.USED_CENTS] == money[int(row.key)].paid + money[int(row.key)].owed


def test_a_territory_has_its_name_and_holds_those_inside(funds: Funds) -> None:
    count_now(TODAY)
    with acting_as_everything(why="read"):
        nantes = figures.cut(Cut.COMMUNE, everywhere(funds), measures=(Measure.USED,), at=TODAY).rows
        assert [(row.key, row.label, row.values[Measure.USED]) for row in nantes] == [("44109", "Nantes", 17)]
        here = everywhere(funds, area=Area(AreaLevel.DEPARTEMENT, "44"))
        inside = figures.measured(here, at=TODAY).values
        assert (inside[Measure.USED], inside[Measure.ORDERED]) == (17, None)
        assert [row.key for row in figures.cut(Cut.COMMUNE, here, measures=(Measure.USED,), at=TODAY).rows] == ["44109"]
        elsewhere = everywhere(funds, area=Area(AreaLevel.DEPARTEMENT, "75"))
        assert figures.measured(elsewhere, at=TODAY).values[Measure.USED] == 0


def test_months_places_and_delays(funds: Funds) -> None:
    count_now(TODAY)
    with acting_as_everything(why="read"):
        months = figures.cut(Cut.MONTH, everywhere(funds), measures=(Measure.USED, Measure.PAID), at=TODAY)
        assert [(row.key, row.values[Measure.USED], row.values[Measure.PAID]) for row in months.rows] == [
            ("2026-03", 12, 0),
            ("2026-04", 5, 12),
        ]
        april = everywhere(funds, since=date(2026, 4, 1), until=date(2026, 5, 1))
        assert figures.measured(april, at=TODAY).values[Measure.USED] == 5
        place = figures.measured(everywhere(funds, place_id=funds.payday.second_place_id), at=TODAY).values
        assert (place[Measure.USED], place[Measure.PAID], place[Measure.USED_CENTS]) == (6, 5, 6_000)
        waited = figures.delays(everywhere(funds), Measure.DAYS_TO_PAYMENT, at=TODAY)
        assert sum(waited.values()) == 12
        assert list(waited) == [figures.measured(everywhere(funds), at=TODAY).values[Measure.DAYS_TO_PAYMENT]]


def test_a_funder_reads_its_own_cents(funds: Funds) -> None:
    count_now(TODAY)
    with acting_as_everything(why="read"):
        money = ledger.money(programme_id=funds.campaign.programme_id).by_funder
        for funder_id in funds.funder_ids:
            scope = everywhere(funds, funder_id=funder_id)
            told = figures.measured(scope, at=TODAY).values
            assert told[Measure.PAID_CENTS] == money[funder_id].paid
            assert told[Measure.USED] == 17
            services = figures.cut(Cut.SERVICE, scope, measures=(Measure.PAID_CENTS,), at=TODAY).rows
            assert sum(row.values[Measure.PAID_CENTS] or 0 for row in services) == money[funder_id].paid


def test_an_operator_reads_its_programmes(funds: Funds) -> None:
    count_now(TODAY)
    with acting_as_everything(why="read"):
        assert figures.measured(Scope(operator_id=funds.campaign.operator_id), at=TODAY).values[Measure.USED] == 17
        assert figures.measured(Scope(operator_id=funds.desk_id), at=TODAY).values[Measure.USED] == 0


def test_walls_hold(funds: Funds) -> None:
    count_now(TODAY)
    with acting_as(organisation_ids={funds.campaign.place_organisation_id}):
        assert figures.measured(Scope(organisation_id=funds.campaign.place_organisation_id), at=TODAY).values[Measure.USED] == 11
        assert figures.measured(Scope(organisation_id=funds.payday.second_organisation_id), at=TODAY).values[Measure.USED] == 0
        assert figures.measured(Scope(), at=TODAY).values[Measure.USED] == 0


def test_what_is_not_cut_so_is_refused(funds: Funds) -> None:
    with pytest.raises(ScopeWrong):
        figures.cut(Cut.COMMUNE, Scope(), measures=(Measure.ORDERED,), at=TODAY)
    with pytest.raises(ScopeWrong):
        Scope(since=date(2026, 4, 2))


@pytest.mark.parametrize(
    ("table", "cut"), [("daily", ""), ("monthly", ""), ("monthly", "SERVICE"), ("monthly", "FUNDER"), ("monthly", "DELAY")]
)
def test_a_row_that_differs_is_named(funds: Funds, table: str, cut: str) -> None:
    count_now(TODAY)
    rows = f"cut = '{cut}'" if table == "monthly" else "measure = 'used'"
    with acting_as_everything(why="tamper"):
        assert counting.compare(at=TODAY).faults == ()
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE observatory_{table}figure SET count = count + 1 WHERE id = (SELECT min(id) FROM observatory_{table}figure WHERE {rows})"
            )
            assert cursor.rowcount == 1
        found = counting.compare(at=TODAY)
    assert found.faults
    assert any(f"programme {funds.campaign.programme_id}" in each.where or "series_id" in each.where for each in found.faults)
