"""The demonstration's desk an hour from any place: opened when the depot can spare its booklets, and told by the first weekly look."""

from types import SimpleNamespace
from typing import Any

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.planning.queries.gap_weeks import gap_weeks
from carnet.scenarios.gaps import BEFORE, BOOKLETS, PEOPLE, look_far
from tests.factories.campaign import NOW, campaign

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("booklets", "far"), [(2 * BOOKLETS, PEOPLE), (BOOKLETS + 1, 0)])
def test_people_are_far_when_the_depot_could_spare_booklets(booklets: int, far: int) -> None:
    with acting_as_everything(why="a depot"):
        ready = campaign(booklets=booklets, handed_over=False)
    played: Any = SimpleNamespace(
        programme_id=ready.programme_id, series_id=ready.series_id, cast=SimpleNamespace(operator_id=ready.operator_id)
    )
    assert look_far(played, at=NOW + BEFORE) == far
    with acting_as(programme_ids=[ready.programme_id]):
        (week,) = gap_weeks([ready.programme_id])
    assert week.far == far
    with acting_as_everything(why="the registry still holds"):
        assert ledger.verify() == []
