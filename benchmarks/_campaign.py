"""A campaign of the benchmark's own, in a database of its own, and what another process needs to take part in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks import _http


@dataclass
class Bench:
    """A committed campaign whose vouchers are taken once each, in order."""

    url: str
    surroundings: dict[str, str]
    ready: Any
    token: str
    token_id: int
    voucher_count: int

    taken: int = 0

    def take(self, how_many: int) -> range:
        """The ranks of the next vouchers nobody was given yet."""
        first, self.taken = self.taken, self.taken + how_many
        if self.taken > self.voucher_count:
            raise RuntimeError("the benchmark's campaign is too small for this machine")
        return range(first, self.taken)

    def requests(self, how_many: int) -> list[bytes]:
        """Whole HTTP requests that redeem one voucher each."""
        place = self.ready.place_id
        return [_http.request(self.ready.code(rank), place, self.token, f"bench-{rank}") for rank in self.take(how_many)]

    def redeemed_count(self) -> int:
        """Redemptions in the database: what a round claims is compared with what it left."""
        with psycopg.connect(self.url) as connection:
            connection.execute("SET LOCAL carnet.everything = 'on'")
            row = connection.execute("SELECT count(*) FROM redemption_redemption").fetchone()
        assert row is not None
        return int(row[0])


def load() -> Any:
    """Django with the tests' settings, and the server's databases."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "carnet.settings.test"
    os.environ.setdefault("CARNET_TEST_NAME", "bench")
    from carnet.cli.running import load_django

    load_django()
    from django.conf import settings

    from tests.databases import TestDatabases

    return TestDatabases(settings.DATABASES["default"])


@contextmanager
def database(name: str) -> Iterator[str]:
    """A migrated database of the benchmark's own, in which Django works; gives its address."""
    databases = load()
    from django.db import connections

    clone = databases.clone(name)
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = clone
    try:
        yield databases.url(clone)
    finally:
        connections["default"].close()
        databases.drop(clone)
        databases.close()


@contextmanager
def campaign_of(voucher_count: int, *, name: str, handed_over: bool = True) -> Iterator[Bench]:
    """A campaign whose vouchers are all in hands, committed; else, still with the operator."""
    with database(name) as url:
        from django.conf import settings

        from carnet.gateways.database import acting_as_everything
        from carnet.parties import operations as parties
        from carnet.parties.rules import Scope
        from tests.factories.campaign import NOW, SYSTEM, campaign, rid

        with acting_as_everything(why="the benchmark makes its own campaign"):
            ready = campaign(booklets=-(-voucher_count // 5), handed_over=handed_over)
            token = parties.create_token(
                organisation_id=ready.place_organisation_id, scopes=[Scope.REDEMPTIONS_WRITE], days=730, place_id=ready.place_id,
                actor=SYSTEM, request_id=rid(), at=NOW,
            )  # fmt: skip
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        surroundings = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_DATABASE_URL": url, "CARNET_KEYS_DIR": str(settings.KEYS_DIR),
            "CARNET_VAR_DIR": str(settings.VAR_DIR), "CARNET_LOG_LEVEL": "ERROR", "CARNET_SECRET_KEY": settings.SECRET_KEY,
        }  # fmt: skip
        yield Bench(url, surroundings, ready, token.raw or "", token.id, voucher_count)
