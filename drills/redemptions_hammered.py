"""Sixty-four tills at the same three hundred vouchers, over HTTP, through the site and through the grouped-commit process: one success each.

Sixteen of them ask under the same key, the others each under their own. Exactly one answer per voucher may be a new redemption; the same key
may hear it again; everybody else is told that the voucher was taken. No answer of 5xx. Then the negative control: in a database of its own,
`redeem_many` is replaced by one that looks before it takes, as a hurried program would, and the same hammer must find doubles.
"""

import contextlib
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from benchmarks import _campaign, _http
from benchmarks._campaign import Bench
from drills import DrillFailed

NAME = "redemptions-hammered"
CLIENTS, VOUCHERS = 64, 300
SHARED_KEY = 4  # one till in four asks under the key they share
SERVERS = {"site": ["serve", "--no-worker", "--workers", "2"], "grouped": ["fast", "--workers", "2"]}
SETTLE_SECONDS = 60.0

# Look, then take: without the condition, without the lock, without the redemption's own row.
NAIVE = """
CREATE OR REPLACE FUNCTION redeem_many({arguments}) RETURNS {result} LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE each integer; found ledger_voucher%ROWTYPE;
BEGIN
  FOR each IN 1 .. cardinality(p_place) LOOP
    SELECT v.* INTO found FROM unnest(p_candidate_item, p_candidate_hash) AS c (item, code_hash)
      JOIN ledger_voucher v ON v.code_hash = c.code_hash WHERE c.item = each;
    IF found.mark <> 2 THEN
      UPDATE ledger_voucher SET mark = 2 WHERE series_id = found.series_id AND id = found.id;
    END IF;
    RETURN QUERY SELECT each, CASE WHEN found.mark = 2 THEN 'voucher-already-redeemed' ELSE 'redeemed' END, found.series_id, found.id,
      found.generation, found.programme_id, 1000, p_at, p_at, p_place[each], NULL::jsonb;
  END LOOP;
END $$
"""


@dataclass
class Blows:
    """What a hammering gave: for each voucher, the redemptions that were new; and every status and code."""

    new: dict[int, list[str]] = field(default_factory=dict)
    told: dict[int, set[str]] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def doubled(self) -> list[int]:
        """Vouchers spent more than once."""
        return [rank for rank, numbers in self.new.items() if len(numbers) > 1]


def play(*, clients: int = CLIENTS, vouchers: int = VOUCHERS) -> dict[str, Any]:
    """Hammer both servers, each at vouchers of its own, then the naive one."""
    figures: dict[str, Any] = {"clients": clients, "vouchers": vouchers}
    with _campaign.campaign_of(2 * vouchers, name="hammer") as bench:
        for name, words in SERVERS.items():
            ranks = bench.take(vouchers)
            with _http.serving(words, bench) as port:
                blows = hammered(port, bench, ranks, clients=clients)
            figures[name] = checked(blows, ranks, clients=clients)
        if bench.redeemed_count() != 2 * vouchers:
            raise DrillFailed(f"{bench.redeemed_count()} redemptions in the database for {2 * vouchers} vouchers")
        faults = _faults()
        if faults:
            raise DrillFailed(f"the ledger does not verify: {faults[:3]}")
    figures["control_spent_more_than_once"] = controlled(clients=clients, vouchers=min(vouchers, 40))
    return figures


def controlled(*, clients: int, vouchers: int) -> int:
    """How many vouchers the hammer finds spent more than once when redeeming is naive. Raises when it finds none, or verification does."""
    with _campaign.campaign_of(vouchers, name="hammer_control") as bench:
        with psycopg.connect(bench.url, autocommit=True) as owner:
            described = owner.execute(
                "SELECT pg_get_function_arguments(oid), pg_get_function_result(oid) FROM pg_proc WHERE proname = 'redeem_many'"
            ).fetchone()
            assert described
            owner.execute(NAIVE.format(arguments=described[0], result=described[1]))
        with _http.serving(SERVERS["site"], bench) as port:
            blows = hammered(port, bench, bench.take(vouchers), clients=clients)
        if not blows.doubled:
            raise DrillFailed("a redemption that looks before it takes was not caught: this hammer proves nothing")
        if not _faults():
            raise DrillFailed("vouchers marked as spent without a redemption were not named by the verification")
        return len(blows.doubled)


def checked(blows: Blows, ranks: Sequence[int], *, clients: int) -> dict[str, Any]:
    """Exactly one success for each voucher, and no answer of 5xx. Raises: DrillFailed."""
    failed = {answer: count for answer, count in blows.answers.items() if answer.startswith(("5", "0"))}
    if failed:
        raise DrillFailed(f"answers that nobody should be given: {failed}")
    wrong = [rank for rank in ranks if len(blows.new.get(rank, ())) != 1 or blows.told[rank] != set(blows.new[rank])]
    if wrong:
        raise DrillFailed(f"{len(wrong)} vouchers were not spent exactly once: {wrong[:5]}")
    unexpected = set(blows.answers) - {"201 new", "201 again", "409 voucher-already-redeemed", "409 idempotency-in-flight"}
    if unexpected:
        raise DrillFailed(f"unexpected answers: {unexpected}")
    if sum(count for answer, count in blows.answers.items() if "in-flight" not in answer) != clients * len(ranks):
        raise DrillFailed("some tills were not answered")
    return dict(blows.answers)


def hammered(port: int, bench: Bench, ranks: Sequence[int], *, clients: int) -> Blows:
    """Every client asks for every voucher, all of them together at each, on a connection of its own kept open."""
    blows, one_at_a_time = Blows({rank: [] for rank in ranks}, {rank: set() for rank in ranks}), threading.Lock()
    codes = {rank: bench.ready.code(rank) for rank in ranks}
    together = threading.Barrier(clients, timeout=120)

    def client(number: int) -> None:
        chance = random.Random(number)
        with _kept_open(port) as connection:
            for rank in ranks:
                together.wait()
                key = f"same-{rank}" if number % SHARED_KEY == 0 else f"{number}-{rank}"
                until = time.monotonic() + SETTLE_SECONDS
                while True:
                    said, answer = _ask(connection, codes[rank], key, bench.token)
                    with one_at_a_time:
                        blows.answers[said] += 1
                        if said == "201 new":
                            blows.new[rank].append(answer["id"])
                        if said.startswith("201"):
                            blows.told[rank].add(answer["id"])
                    if "in-flight" not in said or time.monotonic() > until:
                        break
                    time.sleep(0.02 + chance.random() * 0.05)

    threads = [threading.Thread(target=client, args=[number]) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return blows


@contextlib.contextmanager
def _kept_open(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        yield connection
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, code: str, key: str, token: str) -> tuple[str, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    try:
        connection.request("POST", "/api/v1/redemptions", json.dumps({"code": code, "service": "mailbox"}), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection.close()
        return f"0 {type(error).__name__}", {}
    if response.status == 201:
        return f"201 {'again' if response.headers.get('Idempotency-Replayed') else 'new'}", answer
    return f"{response.status} {answer.get('code')}", answer


def _faults() -> list[str]:
    """What `carnet ledger verify` would say."""
    from carnet.gateways.database import acting_as_everything
    from carnet.ledger import queries as ledger
    from carnet.redemption import queries as redemption

    with acting_as_everything(why="the drill verifies"):
        return [str(each) for each in (*ledger.verify(), *redemption.verify())]
