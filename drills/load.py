"""Twenty redemptions a second for five minutes, as on a Saturday of a whole region, with the pages people read meanwhile.

Requests leave when they are due, whether or not the former ones were answered: a queue counts against the server. Three visits in five come
by a program, which checks a voucher at the site and redeems it at the grouped-commit process, as a proxy would send it; one in four redeems
at the site; the others use the pages of the counter. Beside them, ten pages a second: counter, desk, map, search, figures. The memory of
every process is read each second. The ledger and the journal are verified at the end, and each answer is looked for in the database.

CARNET_DRILL_MINUTES and CARNET_DRILL_RATE say otherwise (30 minutes, on request).
"""

import http.client
import os
import queue
import random
import statistics
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import _server
from drills import DrillFailed
from drills._site import Answer, Installation, installation, percentile
from drills.redemptions_killed import workers_of

NAME = "load"
MINUTES, RATE, PAGES_RATE = 5.0, 20.0, 10.0
P95_MS = 200.0
# What a process may still gain between its second minute and its last: Python's own arenas settle slowly.
GROWTH_KB_MOST = 12 * 1024
LINES = 48
WAYS = {"program, grouped": 60, "program, site": 25, "pages of the counter": 15}
PAGES = ("/place/", "/prescriber/", "/places/", "/places/?q=Nantes", "/", "/chiffres/", "/api/v1/places?near=47.218,-1.553&radius_km=5")
ROLES = {"/place/": "MEDIATOR", "/prescriber/": "PRESCRIBER"}


@dataclass
class Seen:
    """What the visitors measured. Unit: seconds from the moment a request was due."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, answer: Answer, expected: int, late: float) -> None:
        with self.lock:
            self.taken[what].append(answer.seconds + late)
            if answer.status != expected:
                self.faults[f"{what}: {answer.status} {answer.code}".strip()] += 1


def play(*, minutes: float | None = None, rate: float | None = None) -> dict[str, Any]:
    """So many minutes at so many redemptions a second."""
    minutes = minutes or float(os.environ.get("CARNET_DRILL_MINUTES", MINUTES))
    rate = rate or float(os.environ.get("CARNET_DRILL_RATE", RATE))
    seconds = minutes * 60
    with installation(vouchers=int(seconds * rate * 1.15) + 200) as site, site.served(words=("--workers", "2")):
        for _ in range(20):  # every worker has loaded its pages once, as on any morning
            for page in PAGES:
                site.ask("GET", page, role=ROLES.get(page, ""))
            site.redeem()
        figures = loaded(site, seconds=seconds, rate=rate)
        began = time.monotonic()
        site.verify()
        figures["verified_in_seconds"] = round(time.monotonic() - began, 1)
    judged(figures, minutes=minutes)
    return figures


def loaded(site: Installation, *, seconds: float, rate: float, chance: random.Random | None = None) -> dict[str, Any]:
    """The load, and what was seen of it."""
    chance = chance or random.Random(20)
    seen = Seen()
    due: queue.Queue[tuple[float, str] | None] = queue.Queue()
    begins = time.perf_counter() + 0.5
    moments = [(moment, _way(chance)) for moment in _arrivals(chance, begins, seconds, rate)]
    moments += [(moment, chance.choice(PAGES)) for moment in _arrivals(chance, begins, seconds, PAGES_RATE * min(1.0, rate / RATE))]
    for each in sorted(moments):
        due.put(each)
    lines = [threading.Thread(target=_visitor, args=(site, due, seen), daemon=True) for _ in range(LINES)]
    for _ in lines:
        due.put(None)
    postgres = _server.postmaster(site.server.url)
    processor, ours, machine = _server.processor_seconds(postgres), _serving_seconds(site), _machine_seconds()
    for line in lines:
        line.start()
    memory = _watched(site, lines)
    lasted = time.perf_counter() - begins
    database, serving, whole = _server.processor_seconds(postgres) - processor, _serving_seconds(site) - ours, _machine_seconds() - machine
    spent = {what: times for what, times in seen.taken.items() if what.startswith("redeem")}
    every = [each for times in spent.values() for each in times]
    return {
        "seconds_of_load": round(lasted, 1), "redemptions": len(every), "redemptions_per_second": round(len(every) / lasted, 1),
        "requests": sum(map(len, seen.taken.values())), "errors": dict(seen.faults),
        "redemption_ms": _spread(every), "ms": {what: _spread(times) for what, times in sorted(seen.taken.items())},
        "memory": memory, "processors": os.cpu_count(), "processors_of_postgresql": round(database / lasted, 2),
        "processors_of_the_servers": round(serving / lasted, 2), "processors_of_all": round(whole / lasted, 2),
        "statements": _statements(site),
    }  # fmt: skip


def judged(figures: dict[str, Any], *, minutes: float) -> None:
    """Raises: DrillFailed, saying what was promised and is not held."""
    if figures["errors"]:
        raise DrillFailed(f"errors under load: {figures['errors']}", figures=figures)
    if figures["redemption_ms"]["p95"] > P95_MS:
        taken = figures["processors_of_all"] - figures["processors_of_postgresql"] - figures["processors_of_the_servers"]
        raise DrillFailed(
            f"95 redemptions in 100 took up to {figures['redemption_ms']['p95']} ms, {P95_MS:.0f} promised;"
            f" this drill's own visitors and other programs took {taken:.1f} of {figures['processors']} processors",
            figures=figures,
        )
    if minutes >= 4:
        grown = {name: each["growth_kb"] for name, each in figures["memory"].items() if each["growth_kb"] > GROWTH_KB_MOST}
        if grown:
            raise DrillFailed(f"memory is not flat: {grown} kB from the second minute to the last", figures=figures)


def _arrivals(chance: random.Random, begins: float, seconds: float, rate: float) -> list[float]:
    moments, moment = [], begins
    while (moment := moment + chance.expovariate(rate)) < begins + seconds:
        moments.append(moment)
    return moments


def _way(chance: random.Random) -> str:
    return chance.choices(list(WAYS), list(WAYS.values()))[0]


def _visitor(site: Installation, due: "queue.Queue[tuple[float, str] | None]", seen: Seen) -> None:
    lines = {to: http.client.HTTPConnection("127.0.0.1", port, timeout=30) for to, port in site.ports.items()}
    while (visit := due.get()) is not None:
        moment, what = visit
        time.sleep(max(0.0, moment - time.perf_counter()))
        late = max(0.0, time.perf_counter() - moment)
        if what.startswith("/"):
            seen.note(f"page {what.split('?')[0]}", site.ask_on(lines["site"], "GET", what, role=ROLES.get(what, "")), 200, late)
        elif what == "pages of the counter":
            _by_pages(site, lines, seen, late)
        else:
            _by_program(site, lines, "fast" if what == "program, grouped" else "site", seen, late)


def _by_program(site: Installation, lines: dict[str, http.client.HTTPConnection], to: str, seen: Seen, late: float) -> None:
    rank = site.next_rank()
    checked = site.ask_on(lines["site"], "POST", "/api/v1/vouchers/check", api=True, body={"code": site.codes[rank]})
    seen.note("check", checked, 200, late)
    body = {"code": site.codes[rank], "service": "mailbox", "place": site.place_id}
    answer = site.ask_on(lines[to], "POST", "/api/v1/redemptions", api=True, key=f"drill-{rank}", body=body)
    site.told(rank, answer)
    seen.note(f"redeem ({'grouped' if to == 'fast' else 'site'})", answer, 201, 0.0)


def _by_pages(site: Installation, lines: dict[str, http.client.HTTPConnection], seen: Seen, late: float) -> None:
    from uuid import uuid4

    rank = site.next_rank()
    line = lines["site"]
    form: dict[str, object] = {"code": site.codes[rank], "place_id": site.place_id}
    seen.note("page /place/voucher/", site.ask_on(line, "POST", "/place/voucher/", role="MEDIATOR", form=form), 200, late)
    form |= {"service": "mailbox", "attended_on": "2026-03-03", "request_id": uuid4()}
    seen.note("redeem (page)", site.ask_on(line, "POST", "/place/voucher/accept/", role="MEDIATOR", form=form), 302, 0.0)


def _watched(site: Installation, lines: list[threading.Thread]) -> dict[str, dict[str, float]]:
    """The memory of each process that serves, each second, until every line has ended."""
    began = time.perf_counter()
    samples: dict[str, list[tuple[float, int]]] = defaultdict(list)
    while any(line.is_alive() for line in lines):
        for to, port in site.ports.items():
            for number, process in enumerate(workers_of(port), start=1):
                samples[f"{to} {number}"].append((time.perf_counter() - began, _resident_kb(process)))
        time.sleep(1)
    return {name: _trend(each) for name, each in samples.items()}


def _resident_kb(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _trend(samples: list[tuple[float, int]]) -> dict[str, float]:
    """Kilobytes: in the second minute and in the last, what was gained between, and the slope of a straight line, by minute."""
    ends = samples[-1][0]
    early = [size for at, size in samples if 60 <= at < 120] or [size for _at, size in samples[:5]]
    final = [size for at, size in samples if at >= ends - 60]
    settled = [(at, size) for at, size in samples if at >= 60] or samples
    slope = statistics.linear_regression(*zip(*settled, strict=True)).slope * 60 if len(settled) > 2 else 0.0
    first, last = statistics.median(early), statistics.median(final)
    return {"first_kb": first, "last_kb": last, "growth_kb": last - first, "slope_kb_per_minute": round(slope, 1)}


def _serving_seconds(site: Installation) -> float:
    """Processor time of every process that serves."""
    total = 0
    for port in site.ports.values():
        for process in workers_of(port):
            fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / _server.TICKS


def _machine_seconds() -> float:
    """Processor time of the whole machine, idleness and waiting for disks apart."""
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    return (sum(map(int, fields[:8])) - int(fields[3]) - int(fields[4])) / _server.TICKS


def _spread(taken: list[float]) -> dict[str, float]:
    return {
        "count": len(taken),
        "p50": percentile(taken, 0.5),
        "p95": percentile(taken, 0.95),
        "p99": percentile(taken, 0.99),
        "max": round(max(taken, default=0.0) * 1000, 1),
    }


def _statements(site: Installation) -> dict[str, float]:
    """What the database did: transactions, of which taken back, and rows read for one transaction."""
    with psycopg.connect(site.server.url) as connection:
        row = connection.execute(
            "SELECT xact_commit, xact_rollback, blks_hit, blks_read, deadlocks, temp_files FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return dict(zip(("committed", "taken_back", "blocks_found", "blocks_read", "deadlocks", "temporary_files"), map(int, row), strict=True))
