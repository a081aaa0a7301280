"""A campaign to spend, its token, and the two doors that must answer alike: the WSGI site and the grouped-commit process."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from carnet.api.grouped import Application
from carnet.api.tokens import forget_tokens
from carnet.api.v1.redeeming import forget_payment_days
from carnet.gateways.database import acting_as_everything
from carnet.kernel.identifiers import SecretCode
from carnet.parties import operations as parties
from carnet.parties.rules import Scope
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, rid

UNKNOWN = SecretCode.from_random(4829150067312849).digits
REDEMPTIONS = "/api/v1/redemptions"
PLACE_SCOPES = (Scope.VOUCHERS_CHECK, Scope.REDEMPTIONS_WRITE, Scope.CLEARING_WRITE)


@pytest.fixture(autouse=True)
def _nothing_remembered(settings) -> Iterator[None]:
    settings.CARNET_CLOCK = LATER
    forget_tokens()
    forget_payment_days()
    yield
    forget_tokens()
    forget_payment_days()


def token_of(organisation_id: int, *scopes: Scope, place_id: int | None = None, days: int = 730) -> str:
    """A token's secret."""
    with acting_as_everything(why="prepare a token"):
        made = parties.create_token(
            organisation_id=organisation_id,
            scopes=scopes or PLACE_SCOPES,
            days=days,
            place_id=place_id,
            actor=SYSTEM,
            request_id=rid(),
            at=NOW,
        )
    assert made.raw
    return made.raw


@pytest.fixture
def token(ready: Campaign) -> str:
    return token_of(ready.place_organisation_id)


@dataclass(frozen=True)
class Answered:
    """What came back, from either door."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the problem document, after checking that it is one."""
        document = self.json()
        assert self.headers["content-type"] == "application/problem+json"
        assert document["status"] == self.status
        assert {"type", "title", "detail", "code"} <= set(document)
        return document["code"]


class Site:
    """The WSGI site."""

    name = "site"

    def send(self, path: str, *, raw: bytes, headers: Mapping[str, str], method: str = "POST") -> Answered:
        environment = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "Content-Type"}
        client = Client(raise_request_exception=False)
        response = client.generic(method, path, raw, content_type=headers.get("Content-Type", ""), **environment)
        return Answered(response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content)


@dataclass
class Fast:
    """The grouped-commit process, its thread sharing the test's connection."""

    application: Application
    name: str = field(default="fast")

    def send(self, path: str, *, raw: bytes, headers: Mapping[str, str], method: str = "POST") -> Answered:
        given = [(name.lower().encode(), value.encode("latin-1")) for name, value in {**headers, "Content-Length": str(len(raw))}.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": given}
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self.application(scope, receive, send))
        start, body = sent
        return Answered(start["status"], {name.decode(): value.decode("latin-1") for name, value in start["headers"]}, body["body"])


@pytest.fixture
def fast(db) -> Iterator[Fast]:
    shared = connections["default"]
    shared.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1, initializer=lambda: connections.__setitem__("default", shared)) as executor:
            yield Fast(Application(executor=executor))
    finally:
        shared.dec_thread_sharing()


@pytest.fixture(params=["site", "fast"])
def door(request: pytest.FixtureRequest) -> Any:
    """Both ways in, one after the other: the same contract."""
    return Site() if request.param == "site" else request.getfixturevalue("fast")


@dataclass(frozen=True)
class Caller:
    """A place's own program."""

    door: Any
    token: str | None
    language: str = "fr"

    def post(self, path: str, body: Any = None, *, key: str | None = "", raw: bytes | None = None, **headers: str) -> Answered:
        """`key`: "" draws one, None sends none."""
        sent = {"Content-Type": "application/json", "Accept-Language": self.language}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if key is not None:
            sent["Idempotency-Key"] = key or str(uuid4())
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.door.send(path, raw=json.dumps(body).encode() if raw is None else raw, headers=sent)

    def get(self, path: str, **headers: str) -> Answered:
        sent = {"Accept-Language": self.language} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        return self.door.send(path, raw=b"", headers=sent, method="GET")

    def redeem(self, code: str, *, key: str | None = "", **changes: Any) -> Answered:
        return self.post(REDEMPTIONS, {"code": code, "service": "mailbox", **changes}, key=key)


@pytest.fixture
def caller(door: Any, token: str) -> Caller:
    return Caller(door, token)


@pytest.fixture
def site(token: str) -> Caller:
    """For the endpoints that only the site has."""
    return Caller(Site(), token)


def at(settings: Any, moment: datetime) -> None:
    """Move the site's clock."""
    settings.CARNET_CLOCK = moment
