"""Redemptions one by one, by one place on one connection: every rule, the ledger, the journal, the signed receipt, committed to disk.

The reference is the floor: one row marked and one row written, in one transaction of the same server, with prepared statements.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg

NAME = "redemptions"
UNIT = "redemptions/s"
REFERENCE = "bare UPDATE + INSERT, same server, same durability"
GOAL = 0.2
PER_ROUND = 200
ROUNDS_MOST = 6


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "carnet.settings.test"
    os.environ.setdefault("CARNET_TEST_NAME", "bench")
    from carnet.cli.running import load_django

    load_django()
    from django.conf import settings
    from django.db import connections

    from carnet.gateways.database import acting_as, acting_as_everything
    from carnet.redemption import operations
    from carnet.redemption.operations import Item
    from tests.databases import TestDatabases
    from tests.factories.campaign import NOW, campaign

    databases = TestDatabases(settings.DATABASES["default"])
    name = databases.clone("redemptions")
    connections["default"].settings_dict["NAME"] = name
    with acting_as_everything(why="the benchmark makes its own campaign"):
        ready = campaign(booklets=PER_ROUND * ROUNDS_MOST // 5)
    codes = iter([ready.code(rank) for rank in range(PER_ROUND * ROUNDS_MOST)])
    bare = psycopg.connect(databases.url(name), prepare_threshold=1)
    bare.execute("CREATE TABLE floor_voucher (id int PRIMARY KEY, spent boolean NOT NULL)")
    bare.execute(
        "CREATE TABLE floor_redemption (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, voucher_id int UNIQUE, at timestamptz)"
    )
    bare.execute("INSERT INTO floor_voucher SELECT n, false FROM generate_series(1, %s) n", [PER_ROUND * ROUNDS_MOST])
    bare.commit()
    vouchers = iter(range(1, PER_ROUND * ROUNDS_MOST + 1))

    def ours() -> float:
        started = time.perf_counter()
        for _ in range(PER_ROUND):
            item = Item(code=next(codes), service="mailbox", place_id=ready.place_id)
            with acting_as(ready.mediator):
                operations.redeem(item=item, actor=ready.mediator, channel="API", request_id=uuid4(), at=NOW)
        return PER_ROUND / (time.perf_counter() - started)

    def theirs() -> float:
        started = time.perf_counter()
        for _ in range(PER_ROUND):
            voucher = next(vouchers)
            bare.execute("UPDATE floor_voucher SET spent = true WHERE id = %s AND NOT spent", [voucher])
            bare.execute("INSERT INTO floor_redemption (voucher_id, at) VALUES (%s, now())", [voucher])
            bare.commit()
        return PER_ROUND / (time.perf_counter() - started)

    try:
        yield ours, theirs
    finally:
        bare.close()
        connections["default"].close()
        databases.drop(name)
        databases.close()
