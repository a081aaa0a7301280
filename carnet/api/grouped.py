"""The grouped-commit process: ``POST /api/v1/redemptions`` and nothing else, beside the WSGI site, with the same contract.

Requests that arrive while a commit is in flight are folded into the next ``redemption.operations.redeem_many``. There is no timer: an
idle system adds no delay. At most 64 redemptions share a commit and two commits are in flight, so that one is prepared while the other
waits for the disk. If a group fails, each of its requests is tried again alone, under its own idempotency key: what the failed group
had made durable is told again, never done twice.

Django is used for its settings, its connection and its languages; no request of its own is ever made.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from carnet.api.metrics import GROUPED, REQUESTS, SECONDS
from carnet.api.problems import Reply, json_reply, refused, speaking
from carnet.api.refusals import AddressUnknown, BodyTooLarge, MethodNotAllowed, TokenMissing, TooBusy
from carnet.api.tokens import actor_of, bearer, remembered_actor
from carnet.api.v1.bodies import BODY_BYTES_MAX, check_content_type, check_length, read_body
from carnet.api.v1.doors import failed
from carnet.api.v1.redeeming import item_of, key_of, redemption_reply
from carnet.api.v1.schemas import RedemptionIn
from carnet.gateways import traces
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import check_may
from carnet.redemption.operations import Answer, Asked, redeem_at_sessions, redeem_many
from carnet.web import clock
from carnet.web.observed import METHODS, number_of

PATH = "/api/v1/redemptions"
GROUP_SIZE_MAX = 64
IN_FLIGHT_MAX = 2
WAITING_MAX = 4_096

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Redeem = Callable[[Sequence[Asked]], Sequence[Answer]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One redemption waiting for its commit, and the languages its caller reads."""

    asked: Asked
    accept_language: str
    future: "asyncio.Future[Reply]"
    span: traces.Begun = traces.OFF


class Groups:
    """Redemptions waiting for their commit. Lives in one event loop."""

    def __init__(self, executor: Executor, *, redeem: Redeem) -> None:
        self._executor = executor
        self._redeem = redeem
        self._waiting: deque[Waiting] = deque()
        self._in_flight: set[asyncio.Task[None]] = set()

    async def answer(self, asked: Asked, *, accept_language: str, span: traces.Begun = traces.OFF) -> Reply:
        """The answer to one redemption; durable if it says so. Raises: TooBusy."""
        if len(self._waiting) >= WAITING_MAX:
            raise TooBusy
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(asked, accept_language, future, span))
        self._start()
        return await future

    def _start(self) -> None:
        while self._waiting and len(self._in_flight) < IN_FLIGHT_MAX:
            group = [self._waiting.popleft() for _ in range(min(GROUP_SIZE_MAX, len(self._waiting)))]
            task = asyncio.get_running_loop().create_task(self._commit(group))
            self._in_flight.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._in_flight.discard(task)
        self._start()

    async def _commit(self, group: Sequence[Waiting]) -> None:
        try:
            replies = await asyncio.get_running_loop().run_in_executor(self._executor, _replies, self._redeem, group)
        except Exception as error:  # noqa: BLE001 - nobody may be left waiting
            for each in group:
                if not each.future.done():
                    each.future.set_exception(error)
            return
        for each, reply in zip(group, replies, strict=True):
            if not each.future.done():  # else its client is gone; what was made durable stays so
                each.future.set_result(reply)


def _replies(redeem: Redeem, group: Sequence[Waiting]) -> list[Reply]:
    """In a thread of its own: the commit, then each answer in its caller's language."""
    try:
        outcomes = _settled(redeem, [each.asked for each in group], [each.span for each in group])
        return [_reply(outcome, each.accept_language) for outcome, each in zip(outcomes, group, strict=True)]
    finally:
        _leave_connection()


def _settled(redeem: Redeem, group: Sequence[Asked], spans: Sequence[traces.Begun]) -> Sequence[Answer | Exception]:
    """The group in one commit or, when that fails, each alone. Its span is the first request's, and names the others'."""
    try:
        GROUPED.observe(len(group))
        with traces.under(traces.start("redeem_many", parent=spans[0].span, links=[each.span for each in spans[1:]], count=len(group))):
            return redeem(group)
    except Exception as error:  # noqa: BLE001 - one bad request must not fail its neighbours
        _leave_connection()
        if len(group) == 1:
            return [error]
        return [_settled(redeem, [each], [span])[0] for each, span in zip(group, spans, strict=True)]


def _reply(outcome: Answer | Exception, accept_language: str) -> Reply:
    try:
        if not isinstance(outcome, Exception):
            return redemption_reply(outcome)  # the same in every language
        with speaking(accept_language):
            return redemption_reply(outcome) if isinstance(outcome, Refusal) else refused(failed(outcome))
    except Exception as error:  # noqa: BLE001 - a fault in one answer is that answer's alone
        with speaking(accept_language):
            return refused(failed(error))


def redeem_group(group: Sequence[Asked]) -> Sequence[Answer]:
    """One statement, which is one commit, for redemptions of different organisations; a transaction around it if one names a session."""
    at = clock.now()
    if all(each.item.workshop_session is None for each in group):
        return redeem_many(asked=group, at=at)
    organisation_ids = {each.actor.organisation_id for each in group if each.actor.organisation_id is not None}
    with acting_as(organisation_ids=organisation_ids):
        return redeem_at_sessions(asked=group, at=at)


def present(raw: str, at: datetime) -> Actor:
    """Who a token is, asked of the database."""
    try:
        return actor_of(raw, at=at)
    finally:
        _leave_connection()


def _leave_connection() -> None:
    # Kept while it works: a broken one is given up, the next group opens another.
    if connection.in_atomic_block or connection.connection is None:
        return
    if connection.errors_occurred or connection.connection.closed:
        connection.close()


class Application:
    """The ASGI callable. `redeem` may be replaced by tests."""

    def __init__(self, *, executor: Executor | None = None, redeem: Redeem = redeem_group) -> None:
        self._executor = executor or ThreadPoolExecutor(max_workers=IN_FLIGHT_MAX + 1, thread_name_prefix="commit")
        self._groups = Groups(self._executor, redeem=redeem)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = asyncio.get_running_loop().time()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        number = number_of(headers.get("x-request-id", ""))
        # Not the surroundings of anything: requests of one loop are answered in turns.
        span = traces.OFF
        if traces.is_on() and scope["path"] != "/healthz":
            span = traces.start(f"{method} grouped", kind="SERVER", given=headers.get("traceparent"), request=number, method=method)
        reply = await self._reply(scope, headers, receive, span)
        span.tell(route=PATH if scope["path"] == PATH else "unknown", status=reply.status)
        span.end()
        REQUESTS.labels(PATH, method, str(reply.status)).inc()
        SECONDS.labels(PATH).observe(asyncio.get_running_loop().time() - began)
        await _send(reply, send, number)

    async def _reply(self, scope: Scope, headers: Mapping[str, str], receive: Receive, span: traces.Begun) -> Reply:
        if scope["path"] == "/healthz":
            return json_reply({"status": "ok"})
        try:
            return await self._redemption(scope, headers, receive, span)
        except Exception as error:  # noqa: BLE001 - the last door: a fault becomes an answer, and a line in the log
            with speaking(headers.get("accept-language", "")):
                return refused(error if isinstance(error, Refusal) else failed(error))

    async def _redemption(self, scope: Scope, headers: Mapping[str, str], receive: Receive, span: traces.Begun) -> Reply:
        if scope["path"] != PATH:
            raise AddressUnknown
        if scope["method"] != "POST":
            raise MethodNotAllowed(allowed=["POST"])
        check_length(headers.get("content-length"))
        actor = await self._actor(headers.get("authorization"))
        raw = await _body(receive)
        if raw:
            check_content_type(headers.get("content-type", ""))
        body = read_body(raw, RedemptionIn)
        check_may(actor, "redemption.redeem")
        asked = Asked(item_of(body, key=key_of(headers.get("idempotency-key"))), actor)
        return await self._groups.answer(asked, accept_language=headers.get("accept-language", ""), span=span)

    async def _actor(self, authorization: str | None) -> Actor:
        raw = bearer(authorization)
        if raw is None:
            raise TokenMissing
        known = remembered_actor(raw)
        if known is not None:
            return known
        return await asyncio.get_running_loop().run_in_executor(self._executor, present, raw, clock.now())


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises: BodyTooLarge."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX:
            raise BodyTooLarge(kilobytes_max=BODY_BYTES_MAX // 1024)
        if not message.get("more_body", False):
            break
    return b"".join(parts)


async def _send(reply: Reply, send: Send, number: str) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.all_headers]
    headers += [(b"content-length", str(len(reply.body)).encode()), (b"cache-control", b"no-store"), (b"x-request-id", number.encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _live(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
