"""Twenty-four counters at the same sixty vouchers at the same instant: each voucher is spent once. And proof that this test can fail."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connections

from carnet.api.grouped import Application
from carnet.api.tokens import forget_tokens
from carnet.gateways.database import acting_as
from carnet.journal.rules import IdempotencyInFlight
from carnet.redemption import operations
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import AlreadyReversed, VoucherAlreadyRedeemed
from tests.api.conftest import token_of
from tests.factories.campaign import LATER, Campaign, rid
from tests.races.conftest import THREADS, VOUCHERS, faults, hammer, redeemed_count

pytestmark = pytest.mark.slow


def spend(ready: Campaign, rank: int, key: str) -> object:
    with acting_as(ready.mediator):
        item = Item(code=ready.code(rank), service="mailbox", place_id=ready.place_id, key=key)
        (answer,) = operations.redeem_many(asked=[Asked(item, ready.mediator, "SCREEN")], at=LATER)
    return answer


def test_each_voucher_is_spent_once(ready: Campaign) -> None:
    def attempt(number: int, rank: int) -> bool:
        answer = spend(ready, rank, f"{number}-{rank}")
        assert isinstance(answer, Redeemed | VoucherAlreadyRedeemed), answer
        return isinstance(answer, Redeemed)

    blows = hammer(attempt)
    assert blows.errors == []
    assert [len(threads) for threads in blows.winners.values()] == [1] * VOUCHERS
    assert redeemed_count(ready) == VOUCHERS
    assert faults() == []


def test_each_voucher_is_spent_once_in_groups_of_eight(ready: Campaign) -> None:
    """Groups that overlap in different orders neither spend twice nor lock each other out."""
    taken: list[int] = []

    def attempt(number: int, rank: int) -> bool:
        ranks = [(rank + step * (1 + number % 3)) % 20 for step in range(8)]
        items = [Item(code=ready.code(each), service="mailbox", place_id=ready.place_id, key=f"{number}-{rank}-{each}") for each in ranks]
        with acting_as(ready.mediator):
            answers = operations.redeem_many(asked=[Asked(item, ready.mediator, "BATCH") for item in items], at=LATER)
        taken.extend(each for each, answer in zip(ranks, answers, strict=True) if isinstance(answer, Redeemed))
        return False

    assert hammer(attempt, threads=12, vouchers=20).errors == []
    assert sorted(taken) == list(range(20))
    assert faults() == []


# --- The negative control ---------------------------------------------------------------------------------------------


def naive(url: str, ready: Campaign, *, writes_the_redemption: bool) -> Any:
    """Look, then take: what a hurried program would do. Each thread on its own connection."""
    own = threading.local()
    with psycopg.connect(url) as looking:
        looking.execute("SET ROLE carnet_redeemer")
        rows = looking.execute("SELECT min(id) FROM ledger_voucher WHERE series_id = %s", [ready.series_id]).fetchone()
    first = rows[0]

    def attempt(number: int, rank: int) -> bool:
        if not hasattr(own, "connection"):
            own.connection = psycopg.connect(url, autocommit=True, options="-c lock_timeout=30s")
            own.connection.execute("SET ROLE carnet_redeemer")
            opened.append(own.connection)
        voucher = [ready.series_id, first + rank]
        with own.connection.transaction():
            mark = own.connection.execute("SELECT mark FROM ledger_voucher WHERE series_id = %s AND id = %s", voucher).fetchone()[0]
            if mark == 2:
                return False
            own.connection.execute("UPDATE ledger_voucher SET mark = 2 WHERE series_id = %s AND id = %s", voucher)
            if writes_the_redemption:
                own.connection.execute(
                    "INSERT INTO redemption_redemption (series_id, voucher_id, generation, programme_id, organisation_id, place_id, service_code,"
                    " attended_on, channel, request_id, at) VALUES (%s, %s, 0, %s, %s, %s, 'mailbox', '2026-03-03', 'SCREEN', %s, %s)",
                    [*voucher, ready.programme_id, ready.place_organisation_id, ready.place_id, rid(), LATER],
                )
        return True

    opened: list[psycopg.Connection[Any]] = []
    return attempt, opened


def test_the_hammer_catches_a_naive_redemption(ready: Campaign, committed_database: str) -> None:
    attempt, opened = naive(committed_database, ready, writes_the_redemption=False)
    blows = hammer(attempt)
    for each in opened:
        each.close()
    assert blows.errors == []
    assert blows.spent_twice, "a redemption that looks before it takes was not caught: this hammer proves nothing"
    assert faults(), "vouchers marked as spent without a redemption were not named by the verification"


def test_the_database_alone_stops_a_naive_redemption_that_writes(ready: Campaign, committed_database: str) -> None:
    """The second lock: a redemption's own key, should a program ever forget the first."""
    attempt, opened = naive(committed_database, ready, writes_the_redemption=True)

    def guarded(number: int, rank: int) -> bool:
        try:
            return attempt(number, rank)
        except psycopg.errors.UniqueViolation:
            return False

    blows = hammer(guarded)
    for each in opened:
        each.close()
    assert blows.errors == []
    assert blows.spent_twice == []


# --- Keys, groups, undoings -------------------------------------------------------------------------------------------


def test_the_same_key_sixteen_times_is_one_redemption(ready: Campaign) -> None:
    numbers: list[str] = []

    def attempt(_number: int, rank: int) -> bool:
        answer = spend(ready, rank, f"same-{rank}")
        assert isinstance(answer, Redeemed | IdempotencyInFlight), answer
        if isinstance(answer, Redeemed):
            numbers.append(answer.number)
            return not answer.repeated
        return False

    blows = hammer(attempt, threads=16, vouchers=20)
    assert blows.errors == []
    assert [len(threads) for threads in blows.winners.values()] == [1] * 20
    assert len(set(numbers)) == 20
    assert redeemed_count(ready) == 20


def test_the_grouped_process_spends_each_voucher_once(ready: Campaign, settings: Any) -> None:
    """Twenty-four clients of the grouped-commit process, its two commits in flight, at every voucher together."""
    settings.CARNET_CLOCK = LATER
    forget_tokens()
    token = token_of(ready.place_organisation_id, place_id=ready.place_id)
    statuses: dict[int, list[int]] = {rank: [] for rank in range(VOUCHERS)}

    async def client(application: Application, number: int) -> None:
        for rank in range(VOUCHERS):
            body = json.dumps({"code": ready.code(rank), "service": "mailbox"}).encode()
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": f"{number}-{rank}"}
            scope = {
                "type": "http",
                "method": "POST",
                "path": "/api/v1/redemptions",
                "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            }
            received = asyncio.Queue[dict[str, Any]]()
            received.put_nowait({"type": "http.request", "body": body, "more_body": False})

            async def send(message: dict[str, Any], rank: int = rank) -> None:
                if message["type"] == "http.response.start":
                    statuses[rank].append(message["status"])

            await application({**scope}, received.get, send)

    async def everybody(application: Application) -> None:
        await asyncio.gather(*(client(application, number) for number in range(THREADS)))

    with ThreadPoolExecutor(3) as executor:
        asyncio.run(everybody(Application(executor=executor)))
        together = threading.Barrier(3, timeout=30)  # each of the three threads closes its own connection
        for closing in [executor.submit(lambda: (together.wait(), connections["default"].close())) for _ in range(3)]:
            closing.result()
    forget_tokens()
    assert all(sorted(said) == [201] + [409] * (THREADS - 1) for said in statuses.values())
    assert redeemed_count(ready) == VOUCHERS
    assert faults() == []


def test_a_redemption_is_undone_once(ready: Campaign) -> None:
    numbers = {rank: spend(ready, rank, f"first-{rank}").number for rank in range(10)}  # type: ignore[attr-defined]

    def attempt(_number: int, rank: int) -> bool:
        try:
            with acting_as(ready.mediator):
                operations.reverse(number=numbers[rank], reason="erreur", actor=ready.mediator, request_id=rid(), at=LATER)
        except AlreadyReversed:
            return False
        return True

    blows = hammer(attempt, threads=12, vouchers=10)
    assert blows.errors == []
    assert [len(threads) for threads in blows.winners.values()] == [1] * 10
    assert redeemed_count(ready) == 0
    assert faults() == []
