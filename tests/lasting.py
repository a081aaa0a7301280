"""A campaign that lasts a module: made once, in a transaction that holds every test's own, each of which is rolled back over it.

Making one takes a tenth of a second, and six hundred tests want one. A module whose tests need commits of their own cannot have it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from carnet.gateways.database import acting_as_everything
from carnet.redemption.access import forget_place_keys
from carnet.redemption.queries import forget_series_facts
from tests.factories.campaign import Campaign, campaign


@pytest.fixture(scope="module")
def lasting_campaign(django_db_setup: None, django_db_blocker: Any) -> Iterator[Campaign]:
    """Four booklets of five, in hands. Ask for `ready`, which forgets what the test before remembered of it."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        try:
            with acting_as_everything(why="prepare a campaign"):
                made = campaign()
            with django_db_blocker.block():
                yield made
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)


@pytest.fixture
def ready(db: None, lasting_campaign: Campaign) -> Campaign:
    forget_place_keys()
    forget_series_facts()
    return lasting_campaign
