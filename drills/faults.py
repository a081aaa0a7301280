"""Everything that goes wrong around a counter, provoked for real: what should happen is written first, then looked at.

Disks that fill, a database that goes and comes back, no connection left, tables locked by somebody, clocks that jump, and partners (mail, text
messages, identities, webhooks) that are slow, silent or absurd. In each, the counter redeems all the same, or is told clearly what to do;
nothing is half-written: at the end of each the ledger and the journal are verified, and every answer is looked for in the database.
"""

import contextlib
import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from drills import DrillFailed
from drills._partners import HTTP, MAIL, misbehaving
from drills._site import Answer, Installation, installation, percentile
from drills.redemptions_killed import run, workers_of

NAME = "faults"
VOUCHERS, SAMPLED = 9_000, 1_800
P95_MS = 200.0
# The longest anybody waits for an answer while something is wrong.
TOLD_SECONDS = 10.0
BACK_SECONDS = 10.0
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
FILLER = "filler"


@dataclass
class Looked:
    """What was seen of one fault. `wrong`: what should not have been."""

    fault: str
    expected: str
    seen: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    skipped: str = ""

    def must(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.wrong.append(sentence)

    def told(self) -> dict[str, Any]:
        """A line of the report."""
        line: dict[str, Any] = {"fault": self.fault, "expected": self.expected, "seen": self.seen, "ok": not self.wrong}
        return line | ({"wrong": self.wrong} if self.wrong else {}) | ({"skipped": self.skipped} if self.skipped else {})


Scenario = Callable[[Installation, bool], Looked]


def play(*, only: Sequence[str] = (), quick: bool = False) -> dict[str, Any]:
    """Every fault, or those named. `quick`: short ones, as a sample."""
    wanted = [each for each in (*ON_ONE_SITE, *ALONE) if not only or each.__name__ in only]
    report: list[dict[str, Any]] = []
    shared = [each for each in wanted if each in ON_ONE_SITE]
    if shared:
        with installation(vouchers=SAMPLED if quick else VOUCHERS, settings={"max_connections": "45"}) as site:
            for scenario in shared:
                report.append(_looked(scenario, site, quick))
    report += [_looked(scenario, None, quick) for scenario in wanted if scenario in ALONE]
    figures = {"faults": len(report), "as_expected": sum(each["ok"] for each in report), "report": report}
    bad = [f"{each['fault']}: {'; '.join(each['wrong'])}" for each in report if not each["ok"]]
    if bad:
        raise DrillFailed(" | ".join(bad), figures=figures)
    return figures


def _looked(scenario: Any, site: Installation | None, quick: bool) -> dict[str, Any]:
    began = time.monotonic()
    looked: Looked = scenario(quick) if site is None else scenario(site, quick)
    if site is not None:
        try:
            site.verify()
        except DrillFailed as failure:
            looked.wrong.append(str(failure))
    line = looked.told() | {"seconds": round(time.monotonic() - began, 1)}
    print(
        f"  {'as expected' if line['ok'] else 'NOT SO'}: {looked.fault}: {json.dumps(looked.seen, ensure_ascii=False)} {looked.wrong}",
        flush=True,
    )
    return line


# --- The counter meanwhile ------------------------------------------------------------------------------------------------------------


class Counters:
    """Two programs and a person at a counter, each redeeming four vouchers a second at most, until the end of the block."""

    def __init__(self, site: Installation) -> None:
        self.site, self.answers = site, []  # type: ignore[var-annotated]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(way,)) for way in ("fast", "site", "page")]

    def __enter__(self) -> "Counters":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self, way: str) -> None:
        while not self._stop.wait(0.25):
            answer = self.site.redeem_by_page() if way == "page" else self.site.redeem(to=way)
            self.answers.append((time.monotonic(), way, answer))

    def seen(self) -> dict[str, Any]:
        """How many were redeemed, how fast, and what the others were told."""
        done = [answer for _at, _way, answer in self.answers if answer.status in (201, 302)]
        other = Counter(f"{answer.status} {answer.code or ('page' if b'Une personne attend' in answer.body else '')}".strip()
                        for _at, _way, answer in self.answers if answer.status not in (201, 302))  # fmt: skip
        every = [answer.seconds for _at, _way, answer in self.answers]
        return {"redeemed": len(done), "p95_ms": percentile([answer.seconds for answer in done], 0.95),
                "slowest_answer_s": round(max(every, default=0.0), 1), "told": dict(other)}  # fmt: skip


def redeems_all_the_same(looked: Looked, counters: Counters) -> None:
    seen = counters.seen()
    looked.seen |= seen
    looked.must(seen["redeemed"] > 0, "the counter redeemed nothing")
    looked.must(not seen["told"], f"the counter was told {seen['told']}")
    # A machine that plays everything at once is slow by itself: told apart by the verdict of the load drill.
    looked.must(seen["slowest_answer_s"] < TOLD_SECONDS, f"an answer of the counter took {seen['slowest_answer_s']} s")


def is_told_clearly(looked: Looked, answer: Answer, *, codes: Sequence[str], where: str) -> None:
    """A 503 with Retry-After, within the time; a problem of one of these codes, or the page that says what to do."""
    looked.seen[where] = f"{answer.status} {answer.code or 'page'} in {answer.seconds:.1f} s"
    looked.must(answer.status == 503, f"{where}: {answer.status} instead of 503")
    looked.must(bool(answer.headers.get("retry-after")), f"{where}: no Retry-After")
    looked.must(answer.seconds < TOLD_SECONDS, f"{where}: told after {answer.seconds:.1f} s")
    says = answer.code in codes if answer.code else b"Une personne attend" in answer.body and b"tel:" in answer.body
    looked.must(says, f"{where}: says nothing one can act on: {answer.body[:120]!r}")


# --- Scenarios on one site --------------------------------------------------------------------------------------------------------------


def database_gone(site: Installation, quick: bool) -> Looked:
    looked = Looked("database gone, then back", (
        "every address answers 503 with Retry-After within ten seconds: a problem for programs, for people the page of the paper procedure; the"
        " offline application is still served and its uploads wait; ten seconds after the database is back, everything works, no process restarted"
    ))  # fmt: skip
    with site.served():
        for _ in range(12):
            site.redeem()
            site.redeem_by_page()
        processes = {to: workers_of(port) for to, port in site.ports.items()}
        _stop_database(site)
        time.sleep(0.5)
        for _ in range(3):  # again once the pools have noticed
            is_told_clearly(looked, site.redeem(to="fast"), codes=["database-away"], where="program, grouped")
            is_told_clearly(looked, site.redeem(to="site"), codes=["database-away"], where="program, site")
            is_told_clearly(looked, site.redeem_by_page(), codes=[], where="counter")
            is_told_clearly(looked, site.ask("GET", "/places/"), codes=[], where="map")
            time.sleep(0 if quick else 8)
        looked.must(site.ask("GET", "/healthz").status == 200, "the process does not say it lives")
        looked.must(site.ask("GET", "/readyz").status == 503, "the balancer is told that it is ready")
        looked.must(site.ask("GET", "/place/offline/fr/").status == 200, "the offline application is not served")
        upload = site.ask("POST", "/api/v1/devices/1/uploads", api=True, body={"device_now": "2026-03-03T10:00:00Z", "items": []})
        looked.must(upload.status >= 500, f"an upload is told {upload.status}: the device would not keep its queue")
        site.server.acquire()
        began, failed = time.monotonic(), 0
        recovered: dict[str, float] = {}
        ways: dict[str, Callable[[], Answer]] = {
            "program, grouped": lambda: site.redeem(to="fast"), "program, site": lambda: site.redeem(to="site"), "counter": site.redeem_by_page,
        }  # fmt: skip
        while len(recovered) < 3 and time.monotonic() - began < 60:
            for way, ask in ways.items():
                if way not in recovered:
                    if ask().status in (201, 302):
                        recovered[way] = round(time.monotonic() - began, 1)
                    else:
                        failed += 1
        after = [site.redeem_by_page().status for _ in range(20)] + [site.redeem(to="site").status for _ in range(20)]
        looked.seen |= {"back_after_s": recovered, "refused_meanwhile": failed, "refused_afterwards": sum(each >= 500 for each in after)}
        looked.must(len(recovered) == 3 and max(recovered.values()) <= BACK_SECONDS, f"not back in time: {recovered}")
        looked.must(processes == {to: workers_of(port) for to, port in site.ports.items()}, "a process had to be started again")
        looked.must(looked.seen["refused_afterwards"] <= 2, f"{looked.seen['refused_afterwards']} answers of 5xx after it was back")
    return looked


def no_connection_left(site: Installation, quick: bool) -> Looked:
    looked = Looked("no connection left at the database", (
        "whoever needs a new connection is told within five seconds (503, Retry-After); who has one goes on; all is well once they are free"
    ))  # fmt: skip
    with site.served(), contextlib.ExitStack() as stack:
        for _ in range(6):
            site.redeem(to="site")
        held = 0
        with contextlib.suppress(psycopg.OperationalError):
            while held < 100:
                stack.enter_context(psycopg.connect(site.server.url, autocommit=True))
                held += 1
        answers: list[Answer] = []
        threads = [threading.Thread(target=lambda: answers.append(site.redeem(to="site"))) for _ in range(24)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        told = Counter(f"{each.status} {each.code}".strip() for each in answers)
        looked.seen |= {"held": held, "told": dict(told), "slowest_answer_s": round(max(each.seconds for each in answers), 1)}
        looked.must(set(told) <= {"201", "503 too-busy", "503 database-away"}, f"told {dict(told)}")
        looked.must(all(each.headers.get("retry-after") for each in answers if each.status == 503), "no Retry-After")
        looked.must(told["201"] > 0, "who had a connection did not go on")
        looked.must(looked.seen["slowest_answer_s"] < TOLD_SECONDS, "waited too long")
        stack.close()
        began = time.monotonic()
        while site.redeem(to="site").status != 201 and time.monotonic() - began < 30:
            time.sleep(0.2)
        looked.seen["back_after_s"] = round(time.monotonic() - began, 1)
        looked.must(looked.seen["back_after_s"] <= BACK_SECONDS, "not back in time")
    return looked


def slow_offices(site: Installation, quick: bool) -> Looked:
    looked = Looked("a long transaction holds tables that pages of offices and the agenda read", (
        "those pages give up (503, Retry-After, a page) within ten seconds; the counter has seats of its own and redeems all the same"
    ))  # fmt: skip
    with site.served(), psycopg.connect(site.server.url) as locker:
        site.redeem_by_page()
        locker.execute("SET LOCAL carnet.everything = 'on'")
        locker.execute("LOCK TABLE workshops_session IN ACCESS EXCLUSIVE MODE")
        answers: list[Answer] = []
        with Counters(site) as counters:
            for _ in range(1 if quick else 2):
                threads = [threading.Thread(target=lambda: answers.append(site.ask("GET", "/agenda/"))) for _ in range(30)]
                for each in threads:
                    each.start()
                for each in threads:
                    each.join()
        locker.rollback()
        redeems_all_the_same(looked, counters)
        looked.seen |= {
            "pages": dict(Counter(str(each.status) for each in answers)),
            "slowest_page_s": round(max(each.seconds for each in answers), 1),
        }
        looked.must({each.status for each in answers} <= {503}, f"pages were told {looked.seen['pages']}")
        looked.must(all(b"Une personne attend" in each.body for each in answers), "a page said nothing one can act on")
        looked.must(looked.seen["slowest_page_s"] < 3 * TOLD_SECONDS, "pages waited too long")
        looked.must(site.ask("GET", "/agenda/").status == 200, "the agenda did not come back")
    return looked


def mail_server(site: Installation, quick: bool) -> Looked:
    looked = Looked("mail server silent, absurd, slow or refusing", (
        "letters wait in the outbox and none is lost; a round ends within a minute; the counter redeems all the same; afterwards each leaves once"
    ))  # fmt: skip
    ways = MAIL[:1] if quick else MAIL
    with site.served(), Counters(site) as counters:
        for how in ways:
            with misbehaving(how, mail=True) as port:
                told = _outbox(site, "letters", 2 if quick else 12, port)
            looked.seen[how] = told
            looked.must(told["sent"] == 0 and told["seconds"] < 70, f"{how}: {told}")
        with misbehaving("takes everything", mail=True) as port:
            told = _outbox(site, "letters", 0, port, moment="2026-03-05T10:00:00+00:00")
        looked.seen["afterwards"] = told
        looked.must(told["waiting"] == 0 and told["sent"] == (2 if quick else 12) * len(ways), f"afterwards: {told}")
    redeems_all_the_same(looked, counters)
    return looked


def text_gateway(site: Installation, quick: bool) -> Looked:
    looked = Looked("gateway of text messages silent, absurd, heavy or failing", (
        "messages wait, a round ends within a minute, the counter redeems all the same; what is answered 200 is sent, whatever the body says"
    ))  # fmt: skip
    taken = {"truncated JSON", "10 MB", "another issuer"}  # 200, and a body nobody reads beyond 64 kB
    ways = ["never answers", "status 500"] if quick else list(HTTP)
    with site.served(), Counters(site) as counters:
        for how in ways:
            with misbehaving(how) as port:
                told = _outbox(site, "texts", 2 if quick else 8, port)
            looked.seen[how] = told
            looked.must((told["waiting"] == 0) == (how in taken) and told["seconds"] < 70, f"{how}: {told}")
    redeems_all_the_same(looked, counters)
    return looked


def identity_provider(site: Installation, quick: bool) -> Looked:
    looked = Looked("identity provider silent, absurd or heavy", (
        "whoever wants to sign in through it is told so in a sentence within ten seconds, twelve at once included; the counter redeems all the same"
    ))  # fmt: skip
    from carnet.gateways.identity import ProviderUnreachable
    from carnet.gateways.identity._fetching import Published

    ways = ["never answers", "another issuer"] if quick else [*HTTP]
    for how in ways:
        with misbehaving(how) as port:
            began = time.monotonic()
            try:
                Published(f"http://127.0.0.1:{port}", loopback=True).description()
                looked.wrong.append(f"{how}: believed")
            except ProviderUnreachable as refusal:
                spent = time.monotonic() - began
                looked.seen[how] = f"{refusal.facts['reason']} in {spent:.1f} s"
                looked.must(spent < TOLD_SECONDS, f"{how}: {spent:.1f} s")
    with misbehaving("never answers") as port:
        settings = {f"CARNET_PROCONNECT_{name}": value for name, value in
                    {"ISSUER": f"https://127.0.0.1:{port}", "CLIENT_ID": "carnet", "CLIENT_SECRET": "secret"}.items()}  # fmt: skip
        with site.served(**settings), Counters(site) as counters:  # type: ignore[arg-type]
            answers: list[Answer] = []
            threads = [threading.Thread(target=lambda: answers.append(_sign_in(site))) for _ in range(12)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            time.sleep(1)
        looked.seen["sign_in"] = {"told": dict(Counter(str(each.status) for each in answers)),
                                  "slowest_s": round(max(each.seconds for each in answers), 1)}  # fmt: skip
        looked.must(all(each.status and each.status not in (500, 502) for each in answers), f"sign-in: {looked.seen['sign_in']}")
        looked.must(looked.seen["sign_in"]["slowest_s"] < 2 * TOLD_SECONDS, "whoever signs in waits too long")
    redeems_all_the_same(looked, counters)
    return looked


def webhook_receiver(site: Installation, quick: bool) -> Looked:
    looked = Looked("receiver of webhooks silent, absurd or heavy", "each try ends within its deadline with one word, and never raises")
    from carnet.gateways.webhooks import HttpWebhookSender, Sending

    for how in ["status 500", "nonsense"] if quick else list(HTTP):
        with misbehaving(how) as port:
            began = time.monotonic()
            outcome = HttpWebhookSender(loopback=True, deadline_seconds=5).send(Sending(f"http://127.0.0.1:{port}/", b"{}", {}))
            spent = time.monotonic() - began
        looked.seen[how] = f"{outcome.status or outcome.error} in {spent:.1f} s"
        looked.must(spent < 6.5 and (outcome.is_success or bool(outcome.error) or outcome.status == 500), f"{how}: {outcome}")
    return looked


def clock_jumps(site: Installation, quick: bool) -> Looked:
    looked = Looked("the clock of the web machine jumps 400 days forward, then 400 back", (
        "the database's clock decides of vouchers: they are redeemed at its time, neither lapsed nor dated wrong; sign-ins, which the machine's"
        " clock decides, may have to be made again"
    ))  # fmt: skip
    if not Path(FAKETIME).exists():
        looked.skipped = "libfaketime is not installed: apt-get install faketime"
        return looked
    steering = site.folder / "clock"
    steering.write_text("+0\n")
    steering.chmod(0o644)
    moved = {
        "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(steering), "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DJANGO_SETTINGS_MODULE": "drills._real_time_settings",
    }  # fmt: skip
    with site.served(**moved):  # type: ignore[arg-type]
        for jump in ("+0", "+400d", "-400d"):
            steering.write_text(f"{jump}\n")
            answers = [site.redeem(to=to) for to in ("fast", "site") for _ in range(3)]
            told = Counter(f"{each.status} {each.code}".strip() for each in answers)
            dated = [json.loads(each.body)["redeemed_at"] for each in answers if each.status == 201]
            apart = max((abs((datetime.fromisoformat(each) - datetime.now(UTC)).total_seconds()) for each in dated), default=-1.0)
            looked.seen[jump] = {"told": dict(told), "apart_s": round(apart, 1)}
            looked.must(set(told) == {"201"} and 0 <= apart < 30, f"{jump}: {looked.seen[jump]}")
    return looked


# --- Scenarios of their own ---------------------------------------------------------------------------------------------------------------


def disk_full(quick: bool) -> Looked:
    looked = Looked("the disk of the database fills", (
        "vouchers are redeemed while PostgreSQL can write, then every counter is told 503 with what to do; nothing acknowledged is lost, nothing is"
        " half-written; once there is room, all goes on"
    ))  # fmt: skip
    with installation(vouchers=1_000 if quick else 4_000, settings={"max_wal_size": "64MB", "min_wal_size": "32MB"}) as site:
        site.server.release()
        with _on_a_small_disk(site, looked) as disk:
            if looked.skipped:
                return looked
            site.server.acquire()
            with site.served():
                site.redeem()
                _fill(disk)
                told: Counter[str] = Counter()
                answers = []
                until = time.monotonic() + (60 if quick else 120)
                while time.monotonic() < until and site.spent < len(site.codes) - 60 and told["503"] < 6:
                    for answer in (site.redeem(to="fast"), site.redeem(to="site"), site.redeem_by_page()):
                        answers.append(answer)
                        told[str(answer.status)] += 1
                refused = [each for each in answers if each.status not in (201, 302)]
                looked.seen |= {
                    "redeemed_while_full": told["201"] + told["302"],
                    "told": dict(Counter(f"{each.status} {each.code or 'page'}" for each in refused)),
                }
                looked.must(bool(refused), "the disk was never full for PostgreSQL")
                for each in refused[:6]:
                    looked.must(each.status == 503 and bool(each.headers.get("retry-after")), f"told {each.status}")
                    says = each.code in ("disk-full", "database-away") or b"Une personne attend" in each.body
                    looked.must(says, f"says nothing one can act on: {each.body[:100]!r}")
                (disk / FILLER).unlink()
                began = time.monotonic()
                while time.monotonic() - began < 60:
                    site.server.acquire()  # what a service manager does when PostgreSQL stopped for want of room
                    if site.redeem(to="fast").status == 201 and site.redeem(to="site").status == 201:
                        break
                looked.seen["back_after_s"] = round(time.monotonic() - began, 1)
                looked.must(looked.seen["back_after_s"] <= 2 * BACK_SECONDS, "not back in time")
                try:
                    site.verify()
                except DrillFailed as failure:
                    looked.wrong.append(str(failure))
            site.server.release()
    return looked


def folder_full(quick: bool) -> Looked:
    looked = Looked("the folder of files fills while a document is written", (
        "the writing fails with one error, no part of a file is left under its name, and the counter, which writes no file, redeems all the same"
    ))  # fmt: skip
    with installation(vouchers=600) as site, _small_disk(4, looked) as disk:
        if looked.skipped:
            return looked
        _fill(disk)
        ended = run_any(["carnet", "places", "export", "--out", str(disk / "places.csv")], site.surroundings)
        looked.seen["export"] = f"code {ended.returncode}: {(ended.stderr.strip().splitlines() or [''])[-1][:120]}"
        looked.must(ended.returncode == 1, f"the export ended with {ended.returncode}")
        looked.must("Traceback" not in ended.stderr, "a trace instead of a sentence")
        for writer in (_write_print_file, _write_key):
            try:
                writer(disk / "files")
                looked.wrong.append(f"{writer.__name__}: written on a full disk")
            except OSError as error:
                looked.seen[writer.__name__.removeprefix("_")] = error.strerror
        left = [each.name for each in disk.rglob("*") if each.is_file() and each.name != FILLER]
        looked.must(not left, f"left behind: {left}")
        with site.served(), Counters(site) as counters:  # type: ignore[arg-type]
            time.sleep(1 if quick else 4)
        redeems_all_the_same(looked, counters)
        site.verify()
    return looked


# --- How it is done --------------------------------------------------------------------------------------------------------------------------


def _stop_database(site: Installation) -> None:
    placement = site.server.placement
    placement.runner.run([placement.binaries / "pg_ctl", "-D", placement.data, "-m", "immediate", "-w", "stop"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip


def _outbox(site: Installation, what: str, count: int, port: int, *, moment: str = "2026-03-03T10:00:00+00:00") -> dict[str, Any]:
    surroundings = site.surroundings | {"DJANGO_SETTINGS_MODULE": "drills._mail_settings", "CARNET_DRILL_PARTNER": str(port)}
    told: dict[str, Any] = json.loads(run(["place", "outbox", what, str(count)], surroundings | {"CARNET_DRILL_MOMENT": moment}))
    return told


def _sign_in(site: Installation) -> Answer:
    answer = site.ask("GET", "/sign-in/proconnect/")
    return site.ask("POST", "/sign-in/proconnect/", form={}, role="") if answer.status == 405 else answer


@contextlib.contextmanager
def _small_disk(megabytes: int, looked: Looked) -> Iterator[Path]:
    disk = Path(tempfile.mkdtemp(prefix="carnet-drill-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        looked.skipped = "a small disk may not be mounted here: play this drill as root"
    try:
        yield disk
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "-l", str(disk)], check=False)
        shutil.rmtree(disk, ignore_errors=True)


@contextlib.contextmanager
def _on_a_small_disk(site: Installation, looked: Looked) -> Iterator[Path]:
    """The stopped database's data, on a disk with little room beside them."""
    data = site.server.placement.data
    size = int(subprocess.run(["du", "-sm", str(data)], capture_output=True, text=True, check=True).stdout.split()[0])
    with _small_disk(size + 24, looked) as disk:
        if looked.skipped:
            yield disk
            return
        kept = data.with_name("data.kept")
        data.rename(kept)
        subprocess.run(["cp", "-a", str(kept), str(disk / "data")], check=True)
        data.symlink_to(disk / "data")
        try:
            yield disk
        finally:
            site.server.release()
            data.unlink()
            kept.rename(data)


def _fill(disk: Path) -> None:
    with open(disk / FILLER, "wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
            file.flush()


def _write_print_file(folder: Path) -> None:
    from carnet.gateways.printer._file import written

    with written(folder / "booklets.pdf") as file:
        file.write(b"%PDF" + b"0" * 300_000)


def _write_key(folder: Path) -> None:
    from carnet.gateways.keys._files import write_once

    write_once(folder / "key", b"k" * 100_000)


def run_any(words: list[str], surroundings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    from drills.redemptions_killed import ROOT, program

    return subprocess.run(program(words), env=surroundings, cwd=ROOT, capture_output=True, text=True, check=False)


ON_ONE_SITE: tuple[Scenario, ...] = (
    database_gone, no_connection_left, slow_offices, mail_server, text_gateway, identity_provider, webhook_receiver, clock_jumps,
)  # fmt: skip
ALONE: tuple[Callable[[bool], Looked], ...] = (disk_full, folder_full)
