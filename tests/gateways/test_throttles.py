"""Counts of tries outlive whatever else is tried, and tries sent at the same moment all count."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections, transaction

from carnet.gateways.throttles import count_tries

AT_ONCE = 6


@pytest.mark.django_db
def test_a_count_is_not_pushed_out_by_the_counts_of_others() -> None:
    """Django's own cache keeps three hundred lines: whoever filled it would be given ten more tries at the account that is wanted."""
    for rank in range(20):
        cache.set(f"wanted-{rank}", 10, 600)
    for rank in range(320):
        cache.set(f"other-{rank}", 1, 600)
    assert [cache.get(f"wanted-{rank}") for rank in range(20)] == [10] * 20


@pytest.mark.django_db
def test_what_has_ended_is_forgotten() -> None:
    cache.set_many({f"ended-{rank}": 1 for rank in range(310)}, -1)
    for rank in range(310):
        cache.set(f"other-{rank}", 1, 600)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM parties_throttle WHERE expires < now() - interval '1 second'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_it_counts_and_a_count_ends_with_its_time() -> None:
    assert [count_tries("a", by=by, seconds=60) for by in (0, 1, 1, 0)] == [0, 1, 2, 2]
    assert count_tries("b", by=1, seconds=0) == 1
    assert [count_tries("b", by=1, seconds=0) for _again in range(2)] == [1, 1]
    assert count_tries("a", by=0, seconds=60) == 2


@pytest.mark.slow
def test_tries_sent_at_the_same_moment_all_count(committed_database: str, django_db_blocker: Any) -> None:
    def tried(_rank: int) -> int:
        try:
            with transaction.atomic():
                before = count_tries("a", by=0, seconds=60)
                return before if before >= AT_ONCE // 2 else count_tries("a", by=1, seconds=60) - 1
        finally:
            connections["default"].close()

    with django_db_blocker.unblock():
        with ThreadPoolExecutor(AT_ONCE) as several:
            found = sorted(several.map(tried, range(AT_ONCE)))
        assert found == [0, 1, 2, 3, 3, 3]
        assert settings.CACHES["default"]["LOCATION"] == "parties_throttle"
        connections["default"].close()
