"""What is sent to the server's own door byte by byte, and what the clock tells: by raw sockets, to a site as it is served."""

import json
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from drills import DrillFailed
from drills._site import Installation

ROOT = Path(__file__).resolve().parents[1]
HIDDEN = b"GET /hidden-request HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
# Of two heaps of times, how often one of the first is longer than one of the second: a half when nothing tells them apart.
AUC_MOST, LEAK_SECONDS = 0.12, 0.005
PEOPLE, EACH = 40, 3
LINE_SECONDS = 2.0
WRONG, ZEROS = "wrong", "000000"


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that is none. `may_be_two`: two requests that are well formed one after the other are two requests."""

    name: str
    raw: bytes


def _headed(*lines: str, body: bytes = b"", first: str = "POST /sign-in/ HTTP/1.1") -> bytes:
    return "\r\n".join([first, "Host: 127.0.0.1", *lines, "", ""]).encode("latin-1") + body


CHUNKED = b"0\r\n\r\n" + HIDDEN
REQUESTS = (
    Sent("two lengths", _headed("Content-Length: 0", f"Content-Length: {len(HIDDEN)}", body=HIDDEN)),
    Sent("a list of lengths", _headed(f"Content-Length: 0, {len(HIDDEN)}", body=HIDDEN)),
    Sent("a length below zero", _headed("Content-Length: -1", body=HIDDEN)),
    Sent("a length with a plus", _headed(f"Content-Length: +{len(HIDDEN)}", body=HIDDEN)),
    Sent("a length and chunks", _headed(f"Content-Length: {len(CHUNKED)}", "Transfer-Encoding: chunked", body=CHUNKED)),
    Sent("chunks of no known kind", _headed("Transfer-Encoding: xchunked", body=CHUNKED)),
    Sent("chunks said twice", _headed("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body=CHUNKED)),
    Sent("a space before the colon", _headed(f"Content-Length : {len(HIDDEN)}", body=HIDDEN)),
    Sent("a folded header", b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n Content-Length: 5\r\n\r\nabcde"),
    Sent("a bare line feed", b"POST /sign-in/ HTTP/1.1\nHost: 127.0.0.1\nX: a\rContent-Length: 5\n\n"),
    Sent("a zero in a header", _headed("X: a\x00b")),
    Sent("two hosts", _headed("Host: evil.example")),
    Sent("a whole address", _headed(first="GET http://evil.example/sign-in/ HTTP/1.1")),
    Sent("no host", b"GET / HTTP/1.1\r\n\r\n"),
    Sent("a header of a megabyte", _headed("X: " + "a" * 1_000_000)),
    Sent("ten thousand headers", _headed(*(f"X-{rank}: a" for rank in range(10_000)))),
    Sent("a word that is no method", _headed(first="GE\x00T / HTTP/1.1")),
    Sent("TRACE", _headed(first="TRACE / HTTP/1.1")),
    Sent("CONNECT", _headed(first="CONNECT evil.example:443 HTTP/1.1")),
    Sent("a zero in the address", _headed(first="GET /\x00 HTTP/1.1")),
    Sent("an address that climbs", _headed(first="GET /static/../../../../etc/passwd HTTP/1.1")),
    Sent("another protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Sent("a chunk of a length too large", _headed("Transfer-Encoding: chunked", body=b"FFFFFFFFFFFFFFFFF\r\nabc")),
)


def sent_at_the_door(port: int) -> list[dict[str, Any]]:
    """Each on a line of its own: what came back, and whether the site still answers."""
    return [_sent(port, each) for each in REQUESTS]


def _sent(port: int, each: Sent) -> dict[str, Any]:
    came = _exchange(port, each.raw)
    answers = came.count(b"HTTP/1.1 ")
    status = came[9:12].decode("ascii", "replace") if came.startswith(b"HTTP/1") else "HTTP/2" if came else "closed"
    wrong = []
    # The hidden request must never be answered beside the one that hid it, unless the server has said that it closes the line.
    if b"hidden-request" in came or (answers > 1 and each.name != "a length and chunks"):
        wrong.append("a hidden request was answered")
    if b"evil.example" in came or b"root:" in came:
        wrong.append("somebody else's words came back")
    if status.startswith("5"):
        wrong.append(f"answered {status}")
    if b" 200 " not in _exchange(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")[:20]:
        wrong.append("the site does not answer any more")
    return {"what": each.name, "status": status, "answers": answers, "wrong": wrong}


def _exchange(port: int, raw: bytes) -> bytes:
    """What comes back until the line is closed, or nothing more comes for a while. Closing our side first would be taken for leaving."""
    with socket.create_connection(("127.0.0.1", port), timeout=LINE_SECONDS) as line:
        came = b""
        try:
            line.sendall(raw)
            while piece := line.recv(65536):
                came += piece
        except OSError:
            pass  # cut, or kept open for more: what came is the answer
    return came


# --- What the clock tells -----------------------------------------------------------------------------------------------------


def auc(first: Sequence[float], second: Sequence[float]) -> float:
    """Mann and Whitney's statistic as a share: how often one of the first is longer than one of the second."""
    over = sum((a > b) + 0.5 * (a == b) for a in first for b in second)
    return over / (len(first) * len(second))


def told_by_the_clock(site: Installation, *, people: int = PEOPLE) -> list[dict[str, Any]]:
    """Each door asked of what exists and of what does not, in turns; beside each, the same with five milliseconds added to one side.

    Each time is the shortest of three, as an attacker takes it.
    """
    known = json.loads(_prepared(site, people))
    for rank in range(people):
        site.redeem(rank, to="site")
    spent = [site.answers[rank] for rank in range(people)]
    nobodys = [f"{number.partition('-')[0]}-{900_000_000 + rank}-{number.split('-')[-1]}" for rank, number in enumerate(spent * 2)]
    doors: dict[str, tuple[Callable[[int], Callable[[int], Any]], Callable[[int], Callable[[int], Any]]]] = {
        "sign-in": (lambda rank: _posting(site, "/sign-in/", login=known["people"][rank], password=WRONG),
                    lambda rank: _posting(site, "/sign-in/", login=f"nobody-{rank}@drill.example", password=WRONG)),
        "forgotten password": (lambda rank: _posting(site, "/password/forgotten/", email=known["people"][rank]),
                               lambda rank: _posting(site, "/password/forgotten/", email=f"nobody-{rank}@drill.example")),
        "a complaint's answer": (lambda rank: _posting(site, "/reclamation/suivre/", number=known["complaints"][rank], secret=ZEROS),
                                 lambda rank: _posting(site, "/reclamation/suivre/", number=known["unknown"][rank], secret=ZEROS)),
        "a redemption by its number": (lambda rank: _reading(site, f"/api/v1/redemptions/{spent[rank]}", known["stranger"]),
                                       lambda rank: _reading(site, f"/api/v1/redemptions/{nobodys[rank]}", known["stranger"])),
    }  # fmt: skip
    return [_measured(name, there, nowhere, people) for name, (there, nowhere) in doors.items()]


def _measured(
    name: str, there: Callable[[int], Callable[[int], Any]], nowhere: Callable[[int], Callable[[int], Any]], people: int
) -> dict[str, Any]:
    times: dict[str, list[float]] = {"there": [], "nowhere": [], "leaking": []}
    answers: set[tuple[int, int]] = set()
    for rank in range(people):
        sides = [("there", there(rank), 0.0), ("nowhere", nowhere(rank), 0.0), ("leaking", nowhere(people + rank), LEAK_SECONDS)]
        random.shuffle(sides)
        shortest: dict[str, float] = {}
        for turn in range(EACH):
            for side, ask, leak in sides:
                began = time.perf_counter()
                status = ask(turn)
                time.sleep(leak)
                taken = time.perf_counter() - began
                shortest[side] = min(taken, shortest.get(side, taken))
                answers.add(status)
        for side, taken in shortest.items():
            times[side].append(taken)
    found, control = auc(times["there"], times["nowhere"]), auc(times["leaking"], times["nowhere"])
    return {
        "door": name,
        "samples": people,
        "answers": sorted(answers),
        "auc": round(found, 3),
        "auc_of_5_ms": round(control, 3),
        "difference_ms": round((statistics.median(times["there"]) - statistics.median(times["nowhere"])) * 1000, 2),
        "median_ms": round(statistics.median(times["nowhere"]) * 1000, 1),
        "told_apart": abs(found - 0.5) > AUC_MOST and abs(found - 0.5) > abs(control - 0.5) / 2,
        "would_be_seen": control - 0.5 > AUC_MOST,
    }


def _posting(site: Installation, path: str, **fields: str) -> Callable[[int], Any]:
    form = {**fields, "request_id": "11111111-2222-4333-8444-555555555555"}

    def ask(turn: int) -> Any:
        address = f"198.18.{random.randrange(256)}.{random.randrange(1, 255)}"
        return _asked(site, "POST", path, urlencode(form).encode(), {
            "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": "c" * 32, "Cookie": f"csrftoken={'c' * 32}", "X-Forwarded-For": address,
        })  # fmt: skip

    return ask


def _reading(site: Installation, path: str, token: str) -> Callable[[int], Any]:
    return lambda turn: _asked(site, "GET", path, b"", {"Authorization": f"Bearer {token}"})


def _asked(site: Installation, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
    import http.client

    line = http.client.HTTPConnection("127.0.0.1", site.ports["site"], timeout=30)
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()


def _prepared(site: Installation, people: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "drills._known", site.place, str(people)],
        cwd=ROOT,
        env=site.surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DrillFailed(f"nobody could be prepared: {done.stderr.strip()[-400:]}")
    return done.stdout
