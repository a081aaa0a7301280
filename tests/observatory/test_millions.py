"""The loader of the benches, at a small size: what it writes is a ledger like any other, and its figures follow it."""

import pytest
from django.db import connections

from benchmarks._millions import load
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.observatory.operations import figures as counting
from carnet.observatory.queries import figures
from carnet.observatory.rules import Cut, Measure, Scope
from carnet.redemption import queries as redemption
from carnet.settlement import queries as settlement
from tests.observatory.world import TODAY

pytestmark = pytest.mark.slow


def test_what_is_loaded_holds_and_its_figures_follow(committed_database: str, settings, tmp_path) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    found = load(committed_database, programmes=2, series=2, booklets=20, desks=2, places=3)
    with acting_as_everything(why="verify"):
        assert [fault for room in (ledger, redemption, settlement) for fault in room.verify()] == []
    counting.refresh(at=TODAY)
    with acting_as_everything(why="read"):
        assert counting.compare(at=TODAY).faults == ()
        told = figures.measured(Scope(programme_ids=found.programme_ids), at=TODAY).values
        assert (told[Measure.USED], told[Measure.HANDED_OVER], told[Measure.PEOPLE]) == (found.used, found.vouchers, found.vouchers // 10)
        assert 0 < (told[Measure.PAID] or 0) <= found.used
        towns = figures.cut(Cut.COMMUNE, Scope(programme_ids=found.programme_ids), measures=(Measure.USED,), at=TODAY).rows
        assert len(towns) == 6
    connections["default"].close()
