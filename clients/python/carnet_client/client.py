"""The calls, their retries and their errors."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT_SECONDS = 30.0
ATTEMPTS = 4
# The server says it is away or busy, or that the first request with this key is still being answered.
TRY_AGAIN = {"too-busy", "database-away", "idempotency-in-flight"}


@dataclass(frozen=True)
class Request:
    """One request to send."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


# Sends one request. Raises OSError when nothing came back.
Transport = Callable[[Request], Answer]


class Problem(Exception):
    """A refusal (RFC 9457). `code` is stable; `detail` is a sentence in the language asked for; `document` is all of it."""

    def __init__(self, document: Mapping[str, Any], status: int) -> None:
        self.document = dict(document)
        self.status = status
        self.code = str(document.get("code", "unknown"))
        self.detail = str(document.get("detail", ""))
        super().__init__(f"{self.code} ({status}): {self.detail}")


class Unreachable(Exception):
    """No answer, after several tries. `key`: sending the same call again under this key says what was done."""

    def __init__(self, key: str | None) -> None:
        self.key = key
        super().__init__("no answer from the server")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The API never redirects: a token must not follow to another server."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


def urllib_transport(request: Request) -> Answer:
    """Send with Python's own library, following no redirect. Raises: OSError."""
    if urlsplit(request.url).scheme not in ("http", "https"):
        raise ValueError("the address of a server begins with https://")
    asked = urllib.request.Request(request.url, data=request.body, headers=dict(request.headers), method=request.method)  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(asked, timeout=TIMEOUT_SECONDS) as found:
            return Answer(found.status, {name.lower(): value for name, value in found.headers.items()}, found.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, {name.lower(): value for name, value in refused.headers.items()}, refused.read())


class Client:
    """One organisation's way to the API, by its token."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        language: str = "fr",
        transport: Transport = urllib_transport,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._language = language
        self._transport = transport
        self._sleep = sleep

    # --- Vouchers -------------------------------------------------------------------------------------------------------

    def check(self, code: str, *, place: int | None = None, service: str | None = None) -> dict[str, Any]:
        """Test a voucher without spending it. Raises: Problem, Unreachable."""
        return self._call("POST", "vouchers/check", body=_said(code=code, place=place, service=service))

    def redeem(
        self, code: str, *, service: str, place: int | None = None, attended_on: date | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """Spend a voucher for a lesson given. Raises: Problem, Unreachable."""
        body = _said(code=code, service=service, place=place, attended_on=attended_on)
        return self._call("POST", "redemptions", body=body, key=key or _new_key())

    def redeem_many(self, items: Sequence[Mapping[str, Any]], *, together: bool = False, key: str | None = None) -> list[dict[str, Any]]:
        """Spend several vouchers, each with its own answer, in order. Raises: Problem (`batch-held-back` when together), Unreachable."""
        body = {"items": [dict(item) for item in items], "together": together}
        answers: list[dict[str, Any]] = self._call("POST", "redemptions/batch", body=body, key=key or _new_key())["answers"]
        return answers

    def reverse(self, redemption: str, *, reason: str, key: str | None = None) -> dict[str, Any]:
        """Undo a mistake, inside the window. Raises: Problem, Unreachable."""
        return self._call("POST", f"redemptions/{quote(redemption, safe='')}/reversal", body={"reason": reason}, key=key or _new_key())

    def dispute(self, redemption: str, *, reason: str, key: str | None = None) -> dict[str, Any]:
        """Say that a redemption was a mistake, after its window: the operator decides. Raises: Problem, Unreachable."""
        return self._call("POST", f"redemptions/{quote(redemption, safe='')}/dispute", body={"reason": reason}, key=key or _new_key())

    # --- Reservations ---------------------------------------------------------------------------------------------------

    def bring_receipts(self, receipts: Sequence[str], *, nothing_undone: bool, key: str | None = None) -> list[dict[str, Any]]:
        """The receipts of an operator that ended, at most 20; an answer for each, in the order given."""
        body = {"receipts": list(receipts), "nothing_undone": nothing_undone}
        answers: list[dict[str, Any]] = self._call("POST", "receipts", body=body, key=key or _new_key())["answers"]
        return answers

    def reserve(self, code: str, *, service: str, until: datetime, place: int | None = None, key: str | None = None) -> dict[str, Any]:
        """Hold a voucher for a booked lesson until a moment (aware). Raises: Problem, Unreachable."""
        return self._call("POST", "reservations", body=_said(code=code, service=service, until=until, place=place), key=key or _new_key())

    def reservations(
        self,
        *,
        since: datetime | date | None = None,
        until: datetime | date | None = None,
        place: int | None = None,
        state: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """One's own reservations, the soonest to end first, read page by page as they are asked for. Raises: Problem, Unreachable."""
        return self._pages("reservations", "reservations", since=since, until=until, place=place, state=state)

    def reservation(self, number: str) -> dict[str, Any]:
        """One of one's own reservations. Raises: Problem, Unreachable."""
        return self._call("GET", f"reservations/{quote(number, safe='')}")

    def capture(
        self, number: str, *, service: str | None = None, attended_on: date | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """Spend what a reservation holds, once the lesson was given. Raises: Problem, Unreachable."""
        body = _said(service=service, attended_on=attended_on)
        return self._call("POST", f"reservations/{quote(number, safe='')}/capture", body=body, key=key or _new_key())

    def release(self, number: str, *, key: str | None = None) -> dict[str, Any]:
        """Give a reserved voucher back. Raises: Problem, Unreachable."""
        return self._call("POST", f"reservations/{quote(number, safe='')}/release", body={}, key=key or _new_key())

    # --- Another operator's vouchers --------------------------------------------------------------------------------------

    def claim(
        self,
        code: str,
        *,
        service: str,
        issuer: str | None = None,
        place: int | None = None,
        attended_on: date | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Claim a voucher that another operator issued; its answer may come later. Raises: Problem, Unreachable."""
        body = _said(code=code, service=service, issuer=issuer, place=place, attended_on=attended_on)
        return self._call("POST", "clearing/claims", body=body, key=key or _new_key())

    def clearing_claim(self, number: str) -> dict[str, Any]:
        """Where one of one's own claims stands. Raises: Problem, Unreachable."""
        return self._call("GET", f"clearing/claims/{quote(number, safe='')}")

    def withdraw_claim(self, number: str, *, reason: str, key: str | None = None) -> dict[str, Any]:
        """Withdraw a claim made by mistake. Raises: Problem, Unreachable."""
        return self._call("POST", f"clearing/claims/{quote(number, safe='')}/withdrawal", body={"reason": reason}, key=key or _new_key())

    # --- One's own ------------------------------------------------------------------------------------------------------

    def redemptions(
        self,
        *,
        since: datetime | date | None = None,
        until: datetime | date | None = None,
        place: int | None = None,
        state: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """One's own redemptions, the latest first, read page by page as they are asked for. Raises: Problem, Unreachable."""
        return self._pages("redemptions", "redemptions", since=since, until=until, place=place, state=state)

    def redemption(self, number: str) -> dict[str, Any]:
        """One of one's own redemptions. Raises: Problem, Unreachable."""
        return self._call("GET", f"redemptions/{quote(number, safe='')}")

    def payments(
        self, *, since: datetime | date | None = None, until: datetime | date | None = None, state: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """One's own payments, the latest first, read page by page as they are asked for. Raises: Problem, Unreachable."""
        return self._pages("payments", "payments", since=since, until=until, state=state)

    def payment(self, number: int) -> dict[str, Any]:
        """One payment, day by day. Raises: Problem, Unreachable."""
        return self._call("GET", f"payments/{number}")

    def expected_payments(self) -> dict[str, Any]:
        """What is owed, and when. Raises: Problem, Unreachable."""
        return self._call("GET", "payments/expected")

    # --- Free help ------------------------------------------------------------------------------------------------------

    def record_activity(
        self, *, kind: str, minutes: int, people: Mapping[str, int], day: date | None = None, key: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Record free help: `people` counts by age band; `more` is where, themes, equipment, place… Raises: Problem, Unreachable."""
        body = _said(kind=kind, minutes=minutes, people=dict(people), day=day, **more)
        return self._call("POST", "activities", body=body, key=key or _new_key())

    def activities(self, *, month: str | None = None, place: int | None = None) -> Iterator[dict[str, Any]]:
        """One's own free help of a month (``2026-11``), read page by page as it is asked for. Raises: Problem, Unreachable."""
        return self._pages("activities", "activities", month=month, place=place)

    # --- Public ---------------------------------------------------------------------------------------------------------

    def places(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Places of the public directory: near or where, radius_km or within, commune, territory, postcode, name, service, accepts, open_at,
        open_on, lesson, need, wish, language. Raises: Problem, Unreachable.
        """
        return self._pages("places", "places", **filters)

    def place(self, place: int) -> dict[str, Any]:
        """A place and what it offers. Raises: Problem, Unreachable."""
        return self._call("GET", f"places/{place}")

    def points(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Where one is given a booklet: where or near, radius_km, programme, age, has_booklets. Raises: Problem, Unreachable."""
        return self._pages("points", "points", **filters)

    def space(self, place: int, *, day: date | None = None) -> dict[str, Any]:
        """The seats of a free digital space. Raises: Problem, Unreachable."""
        query = urlencode(_said(day=day))
        return self._call("GET", f"places/{place}/space" + (f"?{query}" if query else ""))

    def labels(self, **filters: Any) -> dict[str, Any]:
        """Who holds a label, of operators and of places: programme, place, day. Raises: Problem, Unreachable."""
        query = urlencode(_said(**filters))
        return self._call("GET", f"labels?{query}" if query else "labels")

    def figures(self) -> dict[str, Any]:
        """The published figures. Raises: Problem, Unreachable."""
        return self._call("GET", "figures")

    def figure_cuts(self, *, level: str = "NATION", code: str = "FR", by: str = "month", period: str | None = None) -> dict[str, Any]:
        """The published figures of a territory cut by month, region, departement, epci, commune, service or public: null is hidden.

        Raises: Problem, Unreachable.
        """
        return self._call("GET", f"figures/cuts?{urlencode(_said(level=level, code=code, by=by, period=period))}")

    def open_data(self) -> dict[str, Any]:
        """The releases of open data, the latest first, with the address and the SHA-256 of each file. Raises: Problem, Unreachable."""
        return self._call("GET", "open-data")

    def commitments(self) -> dict[str, Any]:
        """What each programme owes and what its account holds, now; those in danger first. Raises: Problem, Unreachable."""
        return self._call("GET", "commitments")

    # --- How ------------------------------------------------------------------------------------------------------------

    def _pages(self, path: str, name: str, **filters: Any) -> Iterator[dict[str, Any]]:
        query = urlencode(_said(**filters))
        address: str | None = f"{path}?{query}" if query else path
        while address is not None:
            page = self._call("GET", address)
            yield from page[name]
            address = page["next"]

    def _call(self, method: str, path: str, *, body: Mapping[str, Any] | None = None, key: str | None = None) -> dict[str, Any]:
        url = f"{self._base_url}{path}" if path.startswith("/") else f"{self._base_url}/api/v1/{path}"
        headers = {"Accept": "application/json", "Accept-Language": self._language, "User-Agent": "carnet-client/1"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        request = Request(method, url, headers, json.dumps(body).encode() if body is not None else None)
        return self._answered(request, key)

    def _answered(self, request: Request, key: str | None) -> dict[str, Any]:
        # Reading again is always harmless; writing again is, under its key. A test of a voucher has no key: it changes nothing.
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._transport(request)
            except OSError as error:
                if attempt == ATTEMPTS:
                    raise Unreachable(key) from error
                self._sleep(_wait(attempt, None))
                continue
            if answer.status < 400:
                found: dict[str, Any] = json.loads(answer.body)
                return found
            problem = _problem(answer)
            if attempt == ATTEMPTS or not (problem.code in TRY_AGAIN or answer.status in (502, 503, 504)):
                raise problem
            self._sleep(_wait(attempt, answer.headers.get("retry-after")))
        raise AssertionError("the last attempt has returned or raised")


def _problem(answer: Answer) -> Problem:
    try:
        document = json.loads(answer.body)
    except ValueError:
        document = {}  # a proxy in between answered for the server
    return Problem(document if isinstance(document, dict) else {}, answer.status)


def _wait(attempt: int, retry_after: str | None) -> float:
    asked = int(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0
    return float(min(max(2 ** (attempt - 1), asked), 60))


def _said(**fields: Any) -> dict[str, Any]:
    return {name: _written(value) for name, value in fields.items() if value is not None}


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _new_key() -> str:
    return str(uuid.uuid4())
