"""A whole installation of the drill's own: a durable PostgreSQL, a campaign, the site and the grouped-commit process as they are served."""

import contextlib
import http.client
import json
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks import _http
from carnet.gateways.embedded_postgres import EmbeddedPostgres
from drills import DrillFailed
from drills.redemptions_killed import program, run

SETTINGS = "benchmarks._settings"
DAY = "2026-03-03"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    """What came back. `status` 0: the line was cut, or nothing came in time."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    seconds: float

    @property
    def code(self) -> str:
        """The stable code of a problem document, else nothing."""
        try:
            return str(json.loads(self.body).get("code", ""))
        except (ValueError, AttributeError):
            return ""


@dataclass
class Installation:
    """What a drill holds of it."""

    folder: Path
    server: EmbeddedPostgres
    surroundings: dict[str, str]
    place: str
    token: str
    codes: Sequence[str]
    cookies: Mapping[str, str]
    ports: dict[str, int] = field(default_factory=dict)
    spent: int = 0
    answers: dict[int, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def place_id(self) -> int:
        return int(json.loads(self.place)["place_id"])

    def next_rank(self) -> int:
        """A voucher nobody was given yet."""
        with self._lock:
            self.spent += 1
            if self.spent > len(self.codes):
                raise DrillFailed("the drill's campaign has too few vouchers")
            return self.spent - 1

    def ask(
        self, method: str, path: str, *, to: str = "site", role: str = "", api: bool = False, seconds: float = 30.0, **more: object
    ) -> Answer:
        """One request on a line of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.ports[to], timeout=seconds)
        try:
            return self.ask_on(line, method, path, role=role, api=api, **more)
        finally:
            line.close()

    def ask_on(
        self, line: http.client.HTTPConnection, method: str, path: str, *, role: str = "", api: bool = False, key: str = "",
        body: Mapping[str, object] | None = None, form: Mapping[str, object] | None = None,
    ) -> Answer:  # fmt: skip
        headers: dict[str, str] = {"Accept-Language": "fr"}
        raw = b""
        if api:
            headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            headers |= {"Idempotency-Key": key} if key else {}
            raw = json.dumps(body).encode() if body is not None else b""
        if role:
            headers["Cookie"] = f"sessionid={self.cookies[role]}; csrftoken={'c' * 32}"
        if form is not None:
            headers |= {"Content-Type": FORM, "X-CSRFToken": "c" * 32}
            raw = urlencode(form).encode()
        began = time.perf_counter()
        try:
            line.request(method, path, raw, headers)
            response = line.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            line.close()
            return Answer(0, b"", {}, time.perf_counter() - began)
        told = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, content, told, time.perf_counter() - began)

    def redeem(self, rank: int | None = None, *, to: str = "fast", seconds: float = 30.0) -> Answer:
        """Spend a voucher by the API, under its own key; remember the answer."""
        rank = self.next_rank() if rank is None else rank
        body = {"code": self.codes[rank], "service": "mailbox", "place": self.place_id}
        answer = self.ask("POST", "/api/v1/redemptions", to=to, api=True, key=f"drill-{rank}", body=body, seconds=seconds)
        self.told(rank, answer)
        return answer

    def redeem_by_page(self, rank: int | None = None, *, seconds: float = 30.0) -> Answer:
        """Spend a voucher by the pages of the counter, as a mediator."""
        rank = self.next_rank() if rank is None else rank
        form = {
            "code": self.codes[rank], "place_id": self.place_id, "service": "mailbox", "attended_on": DAY, "request_id": uuid4(),
        }  # fmt: skip
        return self.ask("POST", "/place/voucher/accept/", role="MEDIATOR", form=form, seconds=seconds)

    def told(self, rank: int, answer: Answer) -> None:
        if answer.status == 201:
            self.answers[rank] = json.loads(answer.body)["id"]

    def verify(self) -> None:
        """The ledger and the journal, and every answer against the database. Raises: DrillFailed."""
        kept: Counter[str] = Counter(json.loads(run(["place", "count", self.place], self.surroundings)))
        lost = [rank for rank, number in self.answers.items() if kept[number] != 1]
        doubled = [number for number, count in kept.items() if count > 1]
        if lost or doubled:
            raise DrillFailed(f"{len(lost)} acknowledged redemptions are lost, {len(doubled)} are there twice")
        for words in (["ledger", "verify"], ["journal", "verify"]):
            run(["carnet", *words], self.surroundings)

    @contextlib.contextmanager
    def served(self, *, grouped: bool = True, words: Sequence[str] = ("--no-worker", "--workers", "2"), **more: str) -> Iterator[None]:
        """The site, and beside it the grouped-commit process, with more surroundings; their ports, until the end of the block."""
        surroundings = self.surroundings | more
        with contextlib.ExitStack() as stack:
            self.ports["site"] = stack.enter_context(_http.serving_program(program(["carnet", "serve", *words]), surroundings))
            if grouped:
                self.ports["fast"] = stack.enter_context(_http.serving_program(program(["carnet", "fast"]), surroundings))
            else:
                self.ports["fast"] = self.ports["site"]
            yield


@contextlib.contextmanager
def installation(*, vouchers: int, settings: Mapping[str, str] | None = None) -> Iterator[Installation]:
    """Made from nothing, and gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var", settings)
    try:
        surroundings = {**os.environ, "CARNET_DATABASE_URL": server.acquire(), "CARNET_VAR_DIR": str(folder / "var")}
        surroundings |= {"DJANGO_SETTINGS_MODULE": SETTINGS, "CARNET_LOG_LEVEL": "ERROR"}
        run(["carnet", "init"], surroundings)
        place = run(["place", "prepare", str(-(-vouchers // 5))], surroundings)
        run(["place", "equip", place, str(vouchers), str(folder / "till.json")], surroundings)
        run(["place", "enter", place, str(folder / "people.json")], surroundings)
        till = json.loads((folder / "till.json").read_text(encoding="ascii"))
        people = json.loads((folder / "people.json").read_text(encoding="ascii"))
        yield Installation(folder, server, surroundings, place, till["token"], till["codes"], people)
    finally:
        server.release()
        shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def percentile(taken: Sequence[float], share: float) -> float:
    """Milliseconds."""
    ranked = sorted(taken)
    return round(ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000, 1) if ranked else 0.0
