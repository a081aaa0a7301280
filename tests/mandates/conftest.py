"""Two structures and their helpers, for a module."""

from collections.abc import Iterator
from typing import Any

import pytest

from carnet.gateways.database import acting_as_everything
from tests.lasting import held
from tests.mandates.helping import Helping, helping


@pytest.fixture(scope="module")
def lasting_helping(django_db_setup: None, django_db_blocker: Any) -> Iterator[Helping]:
    """Made once a module. Ask for `aid`."""
    with held(django_db_blocker):
        with acting_as_everything(why="prepare structures"):
            made = helping()
        with django_db_blocker.block():
            yield made


@pytest.fixture
def aid(db: None, lasting_helping: Helping) -> Helping:
    return lasting_helping
