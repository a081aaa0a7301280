"""A campaign that lasts a module: made once, in a transaction that holds every test's own, each of which is rolled back over it.

Making one takes a tenth of a second, and a thousand tests want one. A module whose tests need commits of their own cannot have it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from carnet.gateways.database import acting_as_everything
from carnet.redemption.access import forget_place_keys
from carnet.redemption.queries import forget_series_facts
from tests.factories.campaign import Campaign, campaign
from tests.web.season import Season, a_season


@contextmanager
def held(django_db_blocker: Any) -> Iterator[None]:
    """What is written inside is there for every test until the end of the block, then goes."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)


@pytest.fixture(scope="module")
def lasting_campaign(django_db_setup: None, django_db_blocker: Any) -> Iterator[Campaign]:
    """Four booklets of five, in hands. Ask for `ready`, which forgets what the test before remembered of it."""
    with held(django_db_blocker):
        with acting_as_everything(why="prepare a campaign"):
            made = campaign()
        with django_db_blocker.block():
            yield made


@pytest.fixture
def ready(db: None, lasting_campaign: Campaign) -> Campaign:
    forget_place_keys()
    forget_series_facts()
    return lasting_campaign


@pytest.fixture(scope="module")
def lasting_season(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Season, Any]]:
    """A season and the folder of its keys. Ask for `season` of tests/web/season.py, which sets the day."""
    keys = tmp_path_factory.mktemp("season") / "keys"
    with held(django_db_blocker):
        with override_settings(KEYS_DIR=keys):
            made = a_season()
        with django_db_blocker.block():
            yield made, keys
