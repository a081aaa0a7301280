"""A place's program, to be killed: spends vouchers from four threads and writes each answer down only once it has it.

Run as `python -m tests.races.spender ORDERS`; ORDERS is a JSON file: codes by rank, the place, the moment. `honest: false` makes a
program that writes its answer down before the commit: the negative control.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import django

THREADS = 4
LIAR_WAITS_SECONDS = 0.02


def say(*words: object) -> None:
    """One line, whole, at once: four threads write."""
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def main(path: str) -> None:
    django.setup()
    from django.db import InterfaceError, OperationalError, connection, transaction

    from carnet.gateways.database import acting_as
    from carnet.kernel.actors import Actor
    from carnet.redemption.operations import Asked, Item, redeem_many
    from carnet.redemption.queries import Redeemed

    with open(path, encoding="utf-8") as file:
        orders: dict[str, Any] = json.load(file)
    organisation_id, at = orders["organisation_id"], datetime.fromisoformat(orders["at"])
    actor = Actor(
        "token", "spender", organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}), place_id=orders["place_id"]
    )
    remaining: Iterator[tuple[str, str]] = iter(orders["codes"].items())
    one_at_a_time = threading.Lock()

    def spend(rank: str, code: str) -> None:
        asked = Asked(Item(code=code, service="mailbox", key=f"rank-{rank}"), actor)
        say("tried", rank)
        with transaction.atomic():
            with acting_as(actor):
                (answer,) = redeem_many(asked=[asked], at=at)
            assert isinstance(answer, Redeemed), answer
            if not orders["honest"]:
                say("told", rank, answer.number)
                time.sleep(LIAR_WAITS_SECONDS)
        if orders["honest"]:
            say("told", rank, answer.number)

    def work() -> None:
        while True:
            with one_at_a_time:
                rank, code = next(remaining, ("", ""))
            if not rank:
                break
            try:
                spend(rank, code)
            except (OperationalError, InterfaceError):
                connection.close()  # the outcome is unknown; the next voucher is another's business
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    say("finished")


if __name__ == "__main__":
    main(sys.argv[1])
