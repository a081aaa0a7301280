"""The routes of the site with what their addresses name, two tenants' people, and what a request wrote."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from carnet.gateways.database import acting_as_everything
from carnet.parties.rules import PERMISSIONS
from carnet.web.doors import Door, door_of

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
# Something of the right shape that exists nowhere.
NOWHERE: Mapping[str, str] = {
    "int": "987654321",
    "str": "x",
    "slug": "x",
    "uuid": "11111111-2222-4333-8444-555555555555",
    "path": "x",
    "anything": "x",
    "day": "2026-11-03",
}
# Tables that count or remember the request itself, whoever sends it.
OF_THE_REQUEST = {"django_session", "parties_browsersession", "parties_throttle", "parties_idempotency"}
WRITES = re.compile(r'^\s*(?:/\*.*?\*/\s*)?(?:insert\s+into|update|delete\s+from|merge\s+into)\s+"?(\w+)"?', re.IGNORECASE | re.DOTALL)
# What differs between two answers to the same question: marks against forgery, keys of a form, moments of a page.
PASSING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]+"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|nonce="[^"]+"|value="[\w-]{43,}={0,2}"'
)


@dataclass(frozen=True, slots=True)
class Route:
    """An address as it is written in a urls.py, with the door that was hung before it."""

    path: str
    name: str
    view: Any
    door: Door

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Kind and name of what the address holds."""
        return [(kind or "str", name) for kind, name in PARAMETER.findall(self.path)]

    def at(self, named: Mapping[str, Any]) -> str:
        """The address with these in it; what is not named exists nowhere."""
        return PARAMETER.sub(lambda found: str(named.get(found.group(2), NOWHERE[found.group(1) or "str"])), self.path)

    def roles(self, method: str) -> frozenset[str]:
        """Who the table of permissions lets send this."""
        actions = self.door.action_for(method)
        found = [frozenset(str(role) for role in PERMISSIONS[action].roles) for action in actions]
        return frozenset.intersection(*found) if found else frozenset()


def every_route(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "/", space: str = "") -> Iterator[Route]:
    """Every route there is, found in the URL map: a new one is attacked from the day it is written."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_route(pattern.url_patterns, here, pattern.namespace or space)
        else:
            door = door_of(pattern.callback)
            assert door is not None, f"{here} has no door: see carnet/web/doors.py"
            yield Route(here, f"{space}:{pattern.name}" if space else pattern.name or "", pattern.callback, door)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The tables that were written to meanwhile, one entry a statement."""
    found: list[str] = []

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        written = WRITES.match(str(sql))
        if written and written.group(1) not in OF_THE_REQUEST:
            found.append(written.group(1))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def rows() -> dict[str, int]:
    """How many rows every table holds, the journal among them: one statement."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed} - OF_THE_REQUEST)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        there = {name for (name,) in cursor.fetchall()}
    wanted = [name for name in tables if name in there]
    with acting_as_everything(why="count what was written"), connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\" /* fan-out: a count of everything */" for name in wanted)
        )
        return {name: int(count) for name, count in cursor.fetchall()}


def grown(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}


def said(answer: Any, *named: str) -> str:
    """What an answer tells, without what the question itself named (in the addresses of its links) or what changes at each asking."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = f"{answer.status_code} {answer.get('Location', '').split('?')[0]} {PASSING.sub('·', content.decode('utf-8', 'replace'))}"
    for each in sorted(named, key=len, reverse=True):
        text = re.sub(rf"(?<=/){re.escape(each)}(?![\w-])", "·", text)
    return text


def ask(client: Client, method: str, address: str, **how: Any) -> Any:
    return client.generic(method, address, **how) if method not in ("GET", "POST") else getattr(client, method.lower())(address, **how)
