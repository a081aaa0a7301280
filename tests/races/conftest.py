"""A campaign committed for real, and a hammer: many connections at the same vouchers at the same instant."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import connections

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption import queries as redemption
from tests.factories.campaign import Campaign, campaign

THREADS = 24
VOUCHERS = 60
# Says whether this thread was told that it spent the voucher of this rank.
Attempt = Callable[[int, int], bool]


@dataclass(frozen=True)
class Blows:
    """What a hammering gave: for each voucher, the threads that were told yes."""

    winners: dict[int, list[int]]
    errors: list[BaseException]

    @property
    def spent_twice(self) -> list[int]:
        return [rank for rank, threads in self.winners.items() if len(threads) > 1]


@pytest.fixture
def ready(committed_database: str) -> Iterator[Campaign]:
    with acting_as_everything(why="prepare a campaign"):
        made = campaign(booklets=VOUCHERS // 5)
    yield made
    connections["default"].close()


def hammer(attempt: Attempt, *, threads: int = THREADS, vouchers: int = VOUCHERS) -> Blows:
    """Every thread, on its own connection, tries every voucher; all at each voucher together."""
    start = threading.Barrier(threads, timeout=60)
    winners: dict[int, list[int]] = {rank: [] for rank in range(vouchers)}
    errors: list[BaseException] = []

    def strike(number: int) -> None:
        try:
            for rank in range(vouchers):
                start.wait()
                if attempt(number, rank):
                    winners[rank].append(number)
        except BaseException as error:  # noqa: BLE001 - kept for the test to look at
            errors.append(error)
            start.abort()
        finally:
            connections["default"].close()

    workers = [threading.Thread(target=strike, args=[number]) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return Blows(winners, errors)


def faults() -> list[object]:
    """What `carnet ledger verify` would say."""
    with acting_as_everything(why="verify"):
        return [*ledger.verify(), *redemption.verify()]


def redeemed_count(ready: Campaign) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(series_id=ready.series_id).redeemed
