"""Monday morning: every open programme's desks and operator are told, once."""

import pytest
import time_machine

from carnet.gateways.database import acting_as_everything
from carnet.jobs.stock import tell_stock
from carnet.notices.models import Notice
from tests.distribution.stock import LATER, make_cupboards

pytestmark = pytest.mark.django_db


def test_every_programme_is_looked_at_once_a_week() -> None:
    make_cupboards()
    with time_machine.travel(LATER, tick=False):
        tell_stock(timestamp=0)
        tell_stock(timestamp=0)
    with acting_as_everything(why="read the outbox"):
        kinds = sorted(Notice.objects.values_list("kind", flat=True))
    assert kinds == ["distribution.stock-asleep", "distribution.stock-running-out", "distribution.stock-week"]
