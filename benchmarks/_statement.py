"""The very statement a redemption sends, as it is today: caught on its way, then sent again for other vouchers without any Python."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from psycopg import sql

from benchmarks._campaign import Bench

KEY = "bench-the-key-that-is-replaced"


@dataclass(frozen=True)
class Caught:
    """One redemption's statement. Whatever changes from one redemption to the next can be replaced."""

    text: str
    arguments: tuple[Any, ...]
    request_id: UUID
    code_hash: bytes

    def for_voucher(self, code_hash: bytes, request_id: UUID) -> tuple[str, list[Any]]:
        """The statement and its arguments for another voucher."""
        changed = {KEY: f"bench-{request_id}", self.request_id: request_id, self.code_hash: code_hash}

        def of(value: Any) -> Any:
            return [of(each) for each in value] if isinstance(value, list) else changed.get(value, value) if _replaceable(value) else value

        return self.text, [of(each) for each in self.arguments]

    def as_sql(self, *, code_hash: str) -> str:
        """The statement without parameters; `code_hash` is an SQL expression, the key and the request are drawn by the server."""
        drawn = {KEY: "gen_random_uuid()::text", self.request_id: "gen_random_uuid()", self.code_hash: code_hash}

        def written(value: Any) -> str:
            if isinstance(value, list):
                return "ARRAY[" + ", ".join(written(each) for each in value) + "]" if value else "'{}'"
            if _replaceable(value) and value in drawn:
                return drawn[value]
            return sql.Literal(value).as_string()

        pieces = self.text.split("%s")
        assert len(pieces) == len(self.arguments) + 1
        return "".join(piece + written(value) for piece, value in zip(pieces, self.arguments, strict=False)) + pieces[-1]


def _replaceable(value: Any) -> bool:
    return isinstance(value, str | bytes | UUID)


def caught(bench: Bench) -> Caught:
    """Redeem one voucher as the API does, and keep the one statement that did it."""
    from django.db import connection

    from carnet.gateways.database import acting_as
    from carnet.kernel.actors import Actor
    from carnet.parties.rules import Scope
    from carnet.redemption import access, operations
    from carnet.redemption.operations import Asked, Item
    from carnet.redemption.queries import Redeemed
    from tests.factories.campaign import LATER

    place, organisation = bench.ready.place_id, bench.ready.place_organisation_id
    actor = Actor(
        "token", "bench", organisation_id=organisation, organisation_ids=frozenset({organisation}), place_id=place,
        roles=frozenset({Scope.REDEMPTIONS_WRITE}), token_id=bench.token_id,
    )  # fmt: skip
    (rank,) = bench.take(1)
    code, request_id = bench.ready.code(rank), uuid4()
    seen: list[tuple[str, Any]] = []

    def watch(execute: Any, text: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((text, params))
        return execute(text, params, many, context)

    with acting_as(actor):
        (candidate,) = access.candidates(code, place_id=place, at=LATER)
        with connection.execute_wrapper(watch):
            (answer,) = operations.redeem_many(asked=[Asked(Item(code, "mailbox", place, key=KEY), actor, "API", request_id)], at=LATER)
    assert isinstance(answer, Redeemed), answer
    sent = [(text, params) for text, params in seen if "redeem_many(" in text]
    if len(sent) != 1:
        raise RuntimeError(f"a redemption is one statement; these were sent: {[text[:60] for text, _params in seen]}")
    return Caught(sent[0][0], tuple(sent[0][1]), request_id, candidate.code_hash)
