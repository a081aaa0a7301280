"""Two operators on two installations clear hundreds of vouchers over a network that loses, repeats, delays and reorders; then one of them lies.

Each installation is its own process, database and keys; what travels is bytes, through the drill's hands. Nothing is accepted twice, both
ledgers agree with the signed messages alone, and each lie is named with the messages that prove it. Then both are served over HTTP: vouchers are
claimed at the counter's page, the issuer answers, goes away, drags, says nonsense; no counter waits past its deadline, and the task asks again.
"""

import contextlib
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks import _http
from carnet.gateways.embedded_postgres import EmbeddedPostgres
from drills import DrillFailed
from drills._partners import misbehaving
from drills._site import DAY, FORM, percentile
from drills.redemptions_killed import program

NAME = "clearing"
ROOT = Path(__file__).resolve().parents[1]
SIRETS = ("21440109300015", "21350238800019")
VOUCHERS, ROUNDS_MAX = 200, 60
# Of each message on its way: lost, given twice, kept for a later round.
LOST, TWICE, LATER = 0.3, 0.2, 0.3
# Over HTTP: claims with the issuer there; what it does instead of answering; the counter's deadline, and what a page takes beside it.
SERVED, AT_THE_COUNTER_SECONDS, PAGE_SECONDS = 20, 4.0, 1.5
ABSURD = ("never answers", "a byte now and then", "status 500", "nonsense", "truncated JSON", "10 MB", "another issuer")
TASK_SECONDS_MAX = 90.0


class Side:
    """One installation, told what to do a line at a time."""

    def __init__(self, siret: str, surroundings: dict[str, str], port: int) -> None:
        self.siret, self.surroundings, self.port = siret, surroundings, port
        self._process = subprocess.Popen(
            [sys.executable, "-m", "drills._clearing"], cwd=ROOT, env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, act: str, /, **said: Any) -> Any:
        """Do one thing there. Raises: DrillFailed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": act, **said}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise DrillFailed(f"the installation of {self.siret} stopped while asked to {act}")
        return json.loads(line)

    @contextlib.contextmanager
    def served(self, *, worker: bool = False) -> Iterator[None]:
        """Its site, on the port that its partner knows."""
        words = ["carnet", "serve", "--workers", "1", "--worker" if worker else "--no-worker"]
        with _http.serving_program(program(words), self.surroundings, port=self.port):
            yield

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def play(*, vouchers: int = VOUCHERS, seed: int = 20261103, databases: tuple[str, str] | None = None) -> dict[str, Any]:
    """Play it. `databases`: two empty migrated databases to use, else two servers of the drill's own. Raises: DrillFailed."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-clearing-"))
    folder.chmod(0o755)
    servers: list[EmbeddedPostgres] = []
    sides: list[Side] = []
    try:
        for rank, siret in enumerate(SIRETS):
            home = folder / f"side-{rank}"
            home.mkdir()
            if databases is None:
                servers.append(EmbeddedPostgres(home))
                url = servers[-1].acquire()
            else:
                url = databases[rank]
            surroundings = {**os.environ, "CARNET_DATABASE_URL": url, "CARNET_VAR_DIR": str(home), "CARNET_KEYS_DIR": str(home / "keys")}
            surroundings |= {"DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_LOG_LEVEL": "ERROR"}
            port = _http.free_port()
            surroundings |= {"CARNET_BASE_URL": f"http://127.0.0.1:{port}", "CARNET_WEBHOOKS_TO_LOOPBACK": "1"}
            if databases is None:
                _run([str(Path(sys.executable).with_name("carnet")), "init"], surroundings)
            sides.append(Side(siret, surroundings, port))
        return _played(sides[0], sides[1], vouchers, random.Random(seed))
    finally:
        for side in sides:
            side.end()
        for server in servers:
            server.release()
            shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _run(words: list[str], surroundings: dict[str, str]) -> None:
    done = subprocess.run(words, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillFailed(f"{' '.join(words[-2:])} failed: {done.stderr.strip()[-300:]}")


def _played(issuer: Side, place: Side, vouchers: int, dice: random.Random) -> dict[str, Any]:
    documents = [side.do("begin", siret=side.siret, booklets=vouchers // 5 + 10)["document"] for side in (issuer, place)]
    issuer.do("know", document=documents[1])
    place.do("know", document=documents[0])
    codes = issuer.do("codes", count=vouchers)["codes"]
    began = time.monotonic()
    claims, spent = _claimed(issuer, place, codes, dice)
    network = _healed(issuer, place, dice)
    seconds = time.monotonic() - began
    figures = _agreed(issuer, place, claims, spent) | network
    figures |= {"claims": len(claims), "claims_per_second": round(len(claims) / seconds, 1), "network_seconds": round(seconds, 1)}
    counted = SERVED + 2 * len(ABSURD) + 1
    extra = issuer.do("codes", count=vouchers + counted)["codes"][vouchers:]
    figures |= _over_http(issuer, place, extra)
    owed = figures["owed_cents"]
    served = [claim for claim in place.do("counted")["claims"] if claim not in claims]
    agreed = _agreed(issuer, place, [*claims, *served], spent)
    if agreed["owed_cents"] != owed + counted * 1000 or len(served) != counted:
        raise DrillFailed(f"{len(served)} claims over HTTP, {agreed['owed_cents'] - owed} cents more, of {counted} vouchers")
    figures.pop("accepted_claims")
    figures["lies_named"] = _lied(issuer, place, agreed["accepted_claims"], unused=vouchers + counted)
    return figures


def _over_http(issuer: Side, place: Side, codes: list[str]) -> dict[str, Any]:
    """Both sites served, on two ports; the counter's page of one asks the other, which answers, is away, drags or says nonsense."""
    waiting = iter(codes)
    counter = _Counter(place, issuer)
    with place.served():
        with issuer.served():
            there = [counter.claims(next(waiting)) for _each in range(SERVED)]
        if {state for state, _seconds in there} != {"accepted"}:
            raise DrillFailed(f"with the issuer there, the counter's page says {sorted({state for state, _seconds in there})}")
        slowest, skipped, failures = [], [], {}
        for how in (None, *ABSURD):
            with misbehaving(how, port=issuer.port) if how else contextlib.nullcontext():
                place.do("hear_again")
                state, seconds = counter.claims(next(waiting))
                slowest.append(seconds)
                failures[how or "away"] = place.do("failure")["failure"]
                if state != "waiting" or not failures[how or "away"]:
                    raise DrillFailed(f"a partner ({how or 'away'}) made the page say {state}")
                if how:
                    # Silent a moment ago: the next counter does not wait for it.
                    state, seconds = counter.claims(next(waiting))
                    skipped.append(seconds)
        if max(slowest) > AT_THE_COUNTER_SECONDS + PAGE_SECONDS or max(skipped) > PAGE_SECONDS:
            raise DrillFailed(f"a counter waited {max(slowest):.1f} s, then {max(skipped):.1f} s", figures={"failures": failures})
    began = time.monotonic()
    with issuer.served(), place.served(worker=True):
        while place.do("waiting")["messages"]:
            if time.monotonic() - began > TASK_SECONDS_MAX:
                raise DrillFailed(f"{len(place.do('waiting')['messages'])} claims still wait for the task")
            time.sleep(0.5)
    return {
        "http_claims": len(codes), "counter_ms_median": percentile([seconds for _state, seconds in there], 0.5),
        "counter_ms_worst": percentile([seconds for _state, seconds in there], 1.0), "counter_s_worst_without_answer": round(max(slowest), 2),
        "counter_ms_worst_known_silent": percentile(skipped, 1.0), "answered_by_the_task_s": round(time.monotonic() - began, 1),
        "failures": failures,
    }  # fmt: skip


class _Counter:
    """The counter of a place, in a browser of somebody who is signed in."""

    def __init__(self, place: Side, issuer: Side) -> None:
        entered = place.do("enter")
        self._issuer, self._port, self._place_id = issuer.siret, place.port, entered["place_id"]
        self._headers = {"Cookie": f"sessionid={entered['cookie']}; csrftoken={'c' * 32}", "X-CSRFToken": "c" * 32, "Accept-Language": "fr"}

    def claims(self, code: str) -> tuple[str, float]:
        """A voucher of the other operator, until the page that says what became of it: that, and the seconds."""
        form = {
            "code": code, "issuer": self._issuer, "service": "mailbox", "place_id": self._place_id, "attended_on": DAY, "request_id": uuid4(),
        }  # fmt: skip
        began = time.perf_counter()
        status, where, content = self._ask("POST", "/clearing/claims/new/", urlencode(form))
        if status != 302:
            raise DrillFailed(f"the counter's page answered {status}: {content[:300]}")
        status, _where, page = self._ask("GET", where)
        seconds = time.perf_counter() - began
        if status != 200:
            raise DrillFailed(f"the claim's page answered {status}")
        return ("waiting" if "En attente de réponse" in page else "accepted" if "10,00" in page else "refused"), seconds

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            line.request(method, path, body or None, self._headers | ({"Content-Type": FORM} if body else {}))
            response = line.getresponse()
            return response.status, response.headers.get("Location", ""), response.read().decode("utf-8", errors="replace")
        finally:
            line.close()


def _claimed(issuer: Side, place: Side, codes: list[str], dice: random.Random) -> tuple[list[str], int]:
    """Every paper is claimed; a tenth was spent before at home, a tenth is withdrawn at once, before or after its claim arrives."""
    claims, spent = [], 0
    for code in codes:
        if dice.random() < 0.1:
            spent += issuer.do("spend", code=code)["taken"] > 0
        made = place.do("claim", code=code, issuer=issuer.siret)["claim"]
        claims.append(made)
        if dice.random() < 0.1:
            place.do("withdraw", claim=made)
    return claims, spent


def _healed(issuer: Side, place: Side, dice: random.Random) -> dict[str, int]:
    """The network does its worst until nothing waits."""
    counted = {"lost": 0, "twice": 0, "delayed": 0, "rounds": 0, "messages": 0}
    late: list[tuple[Side, Any]] = []
    while counted["rounds"] < ROUNDS_MAX:
        counted["rounds"] += 1
        waiting = place.do("waiting")["messages"]
        if not waiting and not late:
            return counted
        road = late + [(issuer, each) for each in waiting]
        late = []
        dice.shuffle(road)
        while road:
            to, message = road.pop()
            counted["messages"] += 1
            if dice.random() < LOST:
                counted["lost"] += 1
                continue
            if dice.random() < LATER and counted["rounds"] < ROUNDS_MAX // 2:
                counted["delayed"] += 1
                late.append((to, message))
                continue
            times = 2 if dice.random() < TWICE else 1
            counted["twice"] += times == 2
            for _time in range(times):
                back = to.do("take", messages=[message])
                if to is issuer:
                    road += [(place, each) for each in back["answers"]]
    raise DrillFailed(f"{len(place.do('waiting')['messages'])} questions still wait after {ROUNDS_MAX} rounds")


def _agreed(issuer: Side, place: Side, claims: list[str], spent: int) -> dict[str, Any]:
    there, here = issuer.do("counted")["decided"], place.do("counted")["claims"]
    accepted = sorted(claim for claim, state in here.items() if state == "ACCEPTED")
    decided = sorted(claim for claim, state in there.items() if state == "ACCEPTED")
    if accepted != decided:
        raise DrillFailed(f"{len(accepted)} claims accepted at the place, {len(decided)} at the issuer", figures={"spent": spent})
    if len(here) != len(claims) or any(state in ("PENDING", "WITHDRAWING") for state in here.values()):
        raise DrillFailed("a claim was lost, or still waits")
    for side in (issuer, place):
        found = side.do("verified")
        if found["ledger"] or [each for each in found["told"]["faults"] if each["what"] != "message-lost"]:
            raise DrillFailed(f"the books of {side.siret} do not agree: {(found['ledger'] or found['told']['faults'])[:2]}")
    told = _compared(issuer, place)
    if [each for each in told["faults"] if each["what"] != "message-lost"]:
        raise DrillFailed(f"the messages of both sides do not agree: {told['faults'][:2]}")
    owed = {each["siret"]: each for each in told["partners"]}
    if owed[issuer.siret]["they_owe_cents"] != owed[place.siret]["we_owe_cents"]:
        raise DrillFailed("what is owed is not the same by the messages of both sides")
    states = sorted(here.values())
    return {
        "accepted_claims": accepted, "owed_cents": owed[issuer.siret]["they_owe_cents"], "spent_at_home": spent,
        **{state.lower(): states.count(state) for state in sorted(set(states))},
    }  # fmt: skip


def _compared(issuer: Side, place: Side) -> Any:
    """Both proofs, by the command, without a database."""
    contents = ["\n".join(side.do("proof", siret=other.siret)["lines"]).encode() for side, other in ((issuer, place), (place, issuer))]
    return issuer.do("compared", proofs=[content.decode() for content in contents])


def _lied(issuer: Side, place: Side, accepted: list[str], *, unused: int) -> int:
    """Each lie: signed by its teller, or by nobody; refused or kept beside the truth, and named by the other side's own verification."""
    for side in (issuer, place):
        side.do("advance_clock", minutes=10)
    before = place.do("counted")["claims"]
    claim = accepted[0]
    stray = issuer.do("lie", what="second-answer", claim=claim)
    forged = json.loads(json.dumps(stray["message"]))
    forged["envelope"] = forged["envelope"].replace("voucher-lapsed", "voucher-unknown")
    for message, code in ((stray["message"], "message-unreadable"), (forged, "signature-forged")):
        refused = place.do("take", messages=[message])["refused"]
        if refused != [code]:
            raise DrillFailed(f"a lie was answered {refused}, not {code}")
    reused = issuer.do("lie", what="second-answer", claim=claim, number=1)
    if place.do("take", messages=[reused["message"]])["refused"] != ["message-number-reused"]:
        raise DrillFailed("two messages under one number were not told apart")
    # Statements that omit a claim, add one never scanned, or change an amount: the honest side answers with each difference.
    for liar, honest, what in (
        (issuer, place, "omits"), (place, issuer, "never-scanned"), (issuer, place, "other-amount"),
    ):  # fmt: skip
        for side in (issuer, place):
            side.do("advance_clock", minutes=1)
        lie = liar.do("lie", what=what, claim=claim, is_issuer=liar is issuer)
        (answer,) = honest.do("take", messages=[lie["message"]])["answers"]
        said = json.loads(answer["envelope"])["body"]
        if said["verdict"] != "differs" or len(said["differences"]) != 1:
            raise DrillFailed(f"a statement that {what} was answered {said['verdict']}")
    _check_amount(issuer, place, unused)
    if {key: state for key, state in place.do("counted")["claims"].items() if key in before} != before:
        raise DrillFailed("a lie changed a claim")
    named = {(each["what"], each["by"]) for each in place.do("verified")["told"]["faults"]}
    named |= {(each["what"], each["by"]) for each in issuer.do("verified")["told"]["faults"]}
    wanted = {
        ("two-answers", issuer.siret), ("signature-forged", ""), ("number-reused", issuer.siret), ("stated-without", issuer.siret),
        ("stated-never-accepted", place.siret), ("stated-other-amount", issuer.siret), ("other-amount", issuer.siret),
    }  # fmt: skip
    if wanted - named:
        raise DrillFailed(f"lies that nobody named: {sorted(wanted - named)}")
    return len(wanted)


def _check_amount(issuer: Side, place: Side, unused: int) -> None:
    """An accepted answer for half the printed value: written as it was signed, and named."""
    code = issuer.do("codes", count=unused + 1)["codes"][-1]
    made = place.do("claim", code=code, issuer=issuer.siret)["claim"]
    (asked,) = [each for each in place.do("waiting")["messages"] if made in each["envelope"]]
    issuer.do("take", messages=[asked])
    programme = place.do("counted")["programmes"][0]
    lie = issuer.do("lie", what="amount", claim=made, cents=500, programme=programme)
    place.do("take", messages=[lie["message"]])
