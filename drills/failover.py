"""Three PostgreSQL under Patroni, and the writer dies while tills spend: nothing acknowledged is lost, somebody writes again within ten seconds.

One host, an address for each node, the templates of docs/operating/high-availability as they are. Tills spend vouchers over HTTP, at the site
and at the grouped-commit process, and write down every answer. The writer is killed with its Patroni, as when a machine stops; the synchronous
replica is killed; the writer is asked to give its place; the dead come back as replicas. Once with the site going straight to whoever writes,
once through PgBouncer and HAProxy. At the end every answer written down is compared with the last writer, the ledger and the journal are
verified there, and the replicas hold the same redemptions.
"""

import contextlib
import http.client
import itertools
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from drills import DrillFailed
from drills._cluster import Cluster, check_possible, cluster
from drills._till import Tills
from drills.redemptions_killed import compared, run, serving

NAME = "failover"
SETTINGS = "benchmarks._settings"
BACK_SECONDS = 10.0
TILLS, PAUSE_SECONDS = 12, 0.25
VOUCHERS = 6_000
STEADY_SECONDS = 5.0


def play() -> dict[str, Any]:
    """Straight to the writer, then through PgBouncer, on the same cluster."""
    check_possible()
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    figures: dict[str, Any] = {"load_before": [round(each, 1) for each in os.getloadavg()]}
    try:
        with cluster(folder / "cluster") as machines:
            direct = {**os.environ, **machines.settings(), "CARNET_VAR_DIR": str(folder / "var")}
            direct |= {"DJANGO_SETTINGS_MODULE": SETTINGS, "CARNET_LOG_LEVEL": "ERROR", "CARNET_DATABASE_PREPARE": "yes"}
            pooled = direct | {"CARNET_DATABASE_PREPARE": "no"}
            del direct["CARNET_DATABASE_POOLER_URL"]
            run(["carnet", "init"], direct)
            figures["straight"] = served(machines, direct, folder, blows=("writer killed", "writer asked", "replica killed"))
            machines.pooler()
            figures["through PgBouncer"] = served(machines, pooled, folder, blows=("writer killed", "writer asked"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures["load_after"] = [round(each, 1) for each in os.getloadavg()]
    judged(figures)
    return figures


def served(machines: Cluster, surroundings: dict[str, str], folder: Path, *, blows: Sequence[str]) -> dict[str, Any]:
    """A campaign of its own spent under these blows; what was lost, doubled, and how long nobody was acknowledged."""
    place = run(["place", "prepare", str(VOUCHERS // 5)], surroundings)
    path = folder / "till.json"
    path.unlink(missing_ok=True)
    run(["place", "equip", place, str(VOUCHERS), str(path)], surroundings)
    till = json.loads(path.read_text(encoding="ascii"))
    seen: dict[str, dict[str, float | str]] = {}
    with contextlib.ExitStack() as stack:
        ports = [
            stack.enter_context(serving(words, surroundings)) for words in (["serve", "--no-worker", "--workers", "2"], ["fast"])
        ]  # fmt: skip
        visitor = stack.enter_context(Visitor(ports[0]))
        with Tills(ports, codes=till["codes"], token=till["token"], how_many=TILLS, pause_seconds=PAUSE_SECONDS) as tills:
            began = time.monotonic()
            time.sleep(STEADY_SECONDS)
            for blow in blows:
                seen[blow] = dealt(machines, blow, tills, visitor)
            lasted = time.monotonic() - began
    if tills.told.wrong:
        raise DrillFailed(f"{len(tills.told.wrong)} answers were wrong: {tills.told.wrong[:3]}")
    return {
        "blows": seen, **compared(place, tills.told.answers, surroundings), "unknown_then_settled": tills.told.unknown,
        "of_which_already_done": tills.told.repeated, "redemptions_per_second": round(len(tills.told.answers) / lasted, 1),
        "redemptions_on_each_node": same_everywhere(machines), "public_pages": len(visitor.moments), "public_pages_refused": visitor.refused,
    }  # fmt: skip


def dealt(machines: Cluster, blow: str, tills: Tills, visitor: "Visitor") -> dict[str, float | str]:
    """One blow; then the dead comes back, and all three run together again."""
    machines.settled()
    before, heir = machines.leader(), machines.synchronous()
    at = time.monotonic()
    if blow == "writer asked":
        machines.switch(to=heir)
    else:
        machines.kill(before if blow == "writer killed" else heir)
    time.sleep(BACK_SECONDS + STEADY_SECONDS)
    after = machines.leader()
    if blow != "replica killed" and after in ("", before):
        raise DrillFailed(f"{blow}: {after or 'nobody'} writes")
    returned = 0.0
    if blow != "writer asked":
        machines.begin(before if blow == "writer killed" else heir)
        returned = machines.settled()
    time.sleep(STEADY_SECONDS)
    until, gap = longest_silence(tills.told.moments, after=at - 1)
    return {
        "writer_before": before, "writer_after": after, "longest_silence_seconds": round(gap, 2),
        "acknowledged_again_after_seconds": round(max(0.0, until - at), 2), "dead_is_replica_again_after_seconds": round(returned, 1),
        "longest_silence_of_public_pages_seconds": round(longest_silence(visitor.moments, after=at - 1)[1], 2),
    }  # fmt: skip


class Visitor:
    """Somebody who reads a public page again and again, until the end of the block. `moments`: of each page that came."""

    def __init__(self, port: int) -> None:
        self.moments: list[float] = []
        self.refused = 0
        self._port, self._stop = port, threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> "Visitor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._stop.wait(0.2):
            line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=15)
            try:
                line.request("GET", "/places/")
                came = line.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                came = False
            finally:
                line.close()
            if came:
                self.moments.append(time.monotonic())
            else:
                self.refused += 1


def longest_silence(moments: Sequence[float], *, after: float) -> tuple[float, float]:
    """When the longest wait between two answers since `after` ended, and how long it was. Raises: DrillFailed, without any answer."""
    known = sorted(moment for moment in list(moments) if moment >= after)
    if len(known) < 2:
        raise DrillFailed("nothing was acknowledged any more")
    return max(((following, following - one) for one, following in itertools.pairwise(known)), key=lambda each: each[1])


def same_everywhere(machines: Cluster) -> int:
    """How many redemptions the writer holds; as many are found on each replica, once it has played what the writer wrote. Raises: DrillFailed."""
    counts = {}
    writer = machines.leader()
    with psycopg.connect(machines.address(writer, who="superuser")) as connection:
        written = connection.execute("SELECT pg_current_wal_flush_lsn()::text").fetchone()
    assert written is not None
    for name in sorted(member["name"] for member in machines.members()):
        with psycopg.connect(machines.address(name, who="superuser"), autocommit=True) as connection:
            if name != writer:
                _wait_for(connection, written[0])
            row = connection.execute("SELECT count(*) FROM redemption_redemption").fetchone()
            assert row is not None
            counts[name] = int(row[0])
    if len(counts) != 3 or len(set(counts.values())) != 1:
        raise DrillFailed(f"the nodes do not hold the same: {counts}")
    return counts[writer]


def judged(figures: dict[str, Any]) -> None:
    """Raises: DrillFailed, saying which promise did not hold."""
    for way in ("straight", "through PgBouncer"):
        for blow, seen in figures[way]["blows"].items():
            if seen["acknowledged_again_after_seconds"] > BACK_SECONDS:
                raise DrillFailed(
                    f"{way}, {blow}: acknowledged again after {seen['acknowledged_again_after_seconds']} seconds, {BACK_SECONDS:.0f} promised",
                    figures=figures,
                )


def _wait_for(connection: "psycopg.Connection[Any]", position: str) -> None:
    for _ in range(300):
        row = connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [position]).fetchone()
        if row is not None and row[0]:
            return
        time.sleep(0.1)
    raise DrillFailed("a replica did not play what the writer wrote within thirty seconds")
