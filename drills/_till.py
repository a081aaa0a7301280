"""Tills that spend vouchers over HTTP while what serves them is killed: each waits for its answer, and asks again under the same key."""

import contextlib
import http.client
import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

PATIENCE_SECONDS = 90.0
TIMEOUT_SECONDS = 30.0


@dataclass
class Told:
    """What the tills were told, by voucher: the redemption's number; and how many outcomes had been unknown before.

    `moments`: of each answer, in seconds of the steady clock.
    """

    answers: dict[int, str] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)
    unknown: int = 0
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)


class Tills:
    """Several tills over several servers, in threads, until `stop`."""

    def __init__(self, ports: Sequence[int], *, codes: Sequence[str], token: str, how_many: int, pause_seconds: float) -> None:
        self.told = Told()
        self._codes, self._token, self._pause = codes, token, pause_seconds
        self._ranks: Iterator[int] = iter(range(len(codes)))
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(ports[number % len(ports)], number)) for number in range(how_many)]

    def __enter__(self) -> "Tills":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self, port: int, number: int) -> None:
        chance = random.Random(number)
        while not self._stop.is_set():
            with self._lock:
                rank = next(self._ranks, None)
            if rank is None:
                self.told.wrong.append("there were not enough vouchers")
                return
            self._spend(port, rank)
            time.sleep(chance.random() * 2 * self._pause)

    def _spend(self, port: int, rank: int) -> None:
        """One voucher, asked again under its key until its outcome is known."""
        until, asked = time.monotonic() + PATIENCE_SECONDS, 0
        while time.monotonic() < until:
            asked += 1
            status, answer, replayed = post(port, self._codes[rank], f"till-{rank}", self._token)
            if status == 201:
                with self._lock:
                    self.told.answers[rank] = answer["id"]
                    self.told.moments.append(time.monotonic())
                    self.told.unknown += asked > 1
                    self.told.repeated += replayed
                return
            if status and status < 500 and answer.get("code") != "idempotency-in-flight":
                self.told.wrong.append(f"voucher {rank}: {status} {answer.get('code')}")
                return
            time.sleep(0.1)
        self.told.wrong.append(f"voucher {rank}: its outcome stayed unknown for {PATIENCE_SECONDS:.0f} seconds")


def post(port: int, code: str, key: str, token: str) -> tuple[int, dict[str, str], bool]:
    """Status (0: cut), document, and whether it is the first answer again."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    try:
        connection.request("POST", "/api/v1/redemptions", json.dumps({"code": code, "service": "mailbox"}), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read()), response.headers.get("Idempotency-Replayed") == "true"
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}, False
    finally:
        with contextlib.suppress(OSError):
            connection.close()
