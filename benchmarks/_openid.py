"""The OpenID provider under one client: codes of a helper's choice, exchanged, then asked who the person is. Processor time, the database's
included, of whole HTTP requests through every middleware, in this process."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from benchmarks._campaign import database

CALLS = 60
PROMISED_MS = 20.0


@dataclass
class Arena:
    """A structure, a client, and one choice of a helper: each code is another copy of it."""

    visit: Any
    chosen: dict[str, Any]

    def reference(self) -> float:
        return PROMISED_MS

    def codes(self) -> list[str]:
        """Codes as the helper's page makes them, all of the same choice."""
        from carnet.gateways.database import acting_as
        from carnet.web import clock
        from carnet.web.openid.models import Grant
        from carnet.web.openid.validator import CODE_LIFE, hashed

        codes = [token_urlsafe(32) for _ in range(CALLS)]
        with acting_as(self.visit.world.helper):
            facts = {**self.chosen, "expires": clock.now() + CODE_LIFE}
            Grant.objects.bulk_create(Grant(**{**facts, "code": hashed(code)}) for code in codes)
        return codes

    def tokens(self) -> list[str]:
        """One token a code, none of them used yet."""
        return [self.visit.exchange(code).json()["access_token"] for code in self.codes()]

    def processor(self, call: Callable[[str], Any], each_with: list[str]) -> float:
        """Milliseconds of processor for one call: this process, and PostgreSQL's for its connection."""
        began, database_began = time.process_time(), _of_connection()
        statuses = {call(one).status_code for one in each_with}
        took = time.process_time() - began + _of_connection() - database_began
        if statuses != {200}:
            raise RuntimeError(f"answered {statuses}")
        return took * 1000 / len(each_with)


def _of_connection() -> float:
    """Seconds of processor of the server's process behind Django's connection."""
    from django.db import connection

    connection.ensure_connection()
    fields = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def arena() -> Iterator[Arena]:
    with database("openid"):
        from carnet.gateways.database import acting_as_everything
        from carnet.web.openid.models import Grant
        from tests.web.openid_world import Visit, a_world

        with acting_as_everything(why="the benchmark's structure"):
            world = a_world()
        visit = Visit(world, world.sign_in())
        visit.code()
        with acting_as_everything(why="the one code there is"):
            (chosen,) = Grant.objects.values()
        del chosen["id"]
        yield Arena(visit, chosen)
