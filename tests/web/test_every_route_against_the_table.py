"""Every address of the site has a door, and each role (and a stranger) gets exactly what the one table of permissions says."""

import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from carnet.parties.rules import DECIDABLE, HOMES, PERMISSIONS, Role
from carnet.web import doors
from carnet.web.accounts.words import DECISIONS
from carnet.web.doors import Door, door_of

# Something of the right shape that exists nowhere.
SHAPES = {
    "int": "987654321",
    "str": "x",
    "slug": "x",
    "uuid": "11111111-2222-4333-8444-555555555555",
    "path": "x",
    "anything": "x",
    "day": "2026-11-03",
}
# Public pages that send somewhere else whoever has not begun to sign in.
PASSING = {"mfa_authenticate", "account_logout"}


@dataclass(frozen=True)
class Route:
    path: str
    name: str
    view: Any

    @property
    def door(self) -> Door:
        found = door_of(self.view)
        assert found is not None, f"{self.path} ({self.name}) has no door: see carnet/web/doors.py"
        return found


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[Route]:
    for pattern in patterns:
        here = prefix + re.sub(r"<(?:(\w+):)?\w+>", lambda found: SHAPES[found.group(1) or "str"], str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        elif not here.startswith("/api/"):  # the API has its own way in, tested with it
            yield Route(here, pattern.name or "", pattern.callback)


ROUTES = list(routes(get_resolver().url_patterns))
GUARDED = [route for route in ROUTES if door_of(route.view) is not None and not route.door.is_public and route.door.action]


def is_refused(answer: Any) -> bool:
    return answer.status_code == 403 and b"not-allowed" in answer.content


def test_the_walk_finds_the_site() -> None:
    assert len(ROUTES) > 40
    assert {route.name for route in ROUTES} >= {"account_login", "home", "members", "approvals"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_route_has_a_door(route: Route) -> None:
    assert route.door.is_public or route.door.action is None or route.door.action in PERMISSIONS


def test_a_stranger_reads_public_pages_and_is_sent_to_sign_in_elsewhere(db: None) -> None:
    client, wrong = Client(), []
    for route in ROUTES:
        for method in (client.get, client.post):
            if route.door.is_public and method == client.post:
                continue
            answer = method(route.path)
            to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")
            if route.door.is_public and route.name not in PASSING:
                to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
            if to_sign_in == route.door.is_public and route.name not in PASSING:
                wrong.append((route.path, answer.status_code))
    assert wrong == []


class Walk:
    """One role's walk: what it may open is asked for whole; what it may not, whole once for each action, then of each route's own door.

    Middleware, sign-in and the page of a refusal are the same for every route of an action; the door is each route's.
    """

    def __init__(self, role: str, client: Client) -> None:
        self.role, self.client = role, client
        self.seen: Any = None
        self.refused: set[tuple[str, ...]] = set()

    def wrong(self, route: Route, method: str) -> bool:
        actions = route.door.action_for(method)
        may = all(self.role in PERMISSIONS[action].roles for action in actions)
        if not may and actions in self.refused and self.seen is not None:
            return not self.is_stopped(route, method, (b"not-allowed",))
        answer = self.client.get(route.path) if method == "GET" else self.client.post(route.path)
        if not may:
            self.refused.add(actions)
            self.seen = answer.wsgi_request
        return is_refused(answer) == may or answer.status_code >= 500

    def is_stopped(self, route: Route, method: str, codes: tuple[bytes, ...]) -> bool:
        request = copy(self.seen)
        request.method, request.path, request.path_info = method, route.path, route.path
        try:
            with patch.object(doors.parties, "has_second_factor", return_value=True):  # as the whole requests found
                answer = route.view(request)
        except TypeError:  # let in, the view misses what its address says
            return False
        return answer.status_code == 403 and any(code in answer.content for code in codes)


class Turn(Walk):
    """The walk of a role whose turn was opened by a PIN: what the PIN does not open is stopped at the door, as for `Walk`."""

    def wrong(self, route: Route, method: str) -> bool:
        actions = route.door.action_for(method)
        holds = all(self.role in PERMISSIONS[action].roles for action in actions)
        may = all(PERMISSIONS[action].pin for action in actions) if actions else route.door.by_pin
        # Who may not fully signed in may not with a PIN either, in the ordinary words.
        codes = (b"full-sign-in-needed",) if holds else (b"full-sign-in-needed", b"not-allowed")
        stops = not (holds and may)
        if stops and actions in self.refused and self.seen is not None:
            return not self.is_stopped(route, method, codes)
        answer = self.client.get(route.path) if method == "GET" else self.client.post(route.path)
        if answer.status_code == 405:  # let in: the page takes forms only
            return stops
        stopped = answer.status_code == 403 and any(code in answer.content for code in codes)
        if stops and stopped:
            self.refused.add(actions)
            self.seen = answer.wsgi_request
        return stopped != stops or answer.status_code >= 500


@pytest.fixture
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of a refusal is drawn in other tests: here, its code is enough."""
    monkeypatch.setattr(doors, "render", lambda _request, _template, context, status: HttpResponse(context["code"], status=status))


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_each_role_sees_and_sends_what_the_table_says(role: Role, signed_in: Callable[[str], Client], bare_refusals: None) -> None:
    walk, wrong = Walk(role, signed_in(role)), []
    for method in ("GET", "POST"):
        for route in GUARDED:
            if method == "POST" and route.door.post is None:
                continue  # the same action for GET, tried above
            if walk.wrong(route, method):
                wrong.append((route.path, method, route.door))
    assert wrong == []
    assert walk.refused, "a role that may do everything is no role"


def test_the_walk_finds_a_route_whose_door_was_left_open(signed_in: Callable[[str], Client], bare_refusals: None) -> None:
    walk = Walk(Role.HELPLINE, signed_in(Role.HELPLINE))
    closed = [route for route in GUARDED if route.door.action == "settlement.see-books"]
    assert [walk.wrong(route, "GET") for route in closed[:2]] == [False, False]
    opened = Route(closed[1].path, closed[1].name, closed[1].view.__wrapped__)  # the view without its door
    assert not walk.is_stopped(opened, "GET", (b"not-allowed",))


@pytest.mark.slow
@pytest.mark.parametrize("role", ["PRESCRIBER_LEAD", "PLACE_MANAGER"])  # whoever takes turns holds no more than one of these two
def test_a_pin_opens_the_lines_marked_for_it_and_nothing_else(role: str, by_pin: Callable[[str], Client], bare_refusals: None) -> None:
    walk, wrong = Turn(role, by_pin(role)), []
    for route in ROUTES:
        if route.door.is_public:
            continue
        for verb in ("GET", "POST") if route.door.post else ("GET",):
            if walk.wrong(route, verb):
                wrong.append((route.path, verb, route.door.action_for(verb)))
    assert wrong == []
    assert walk.refused, "a PIN that opens everything is no PIN"


@pytest.mark.parametrize("role", Role)
def test_each_role_has_a_home_and_opens_no_other(role: Role, signed_in: Callable[[str], Client]) -> None:
    client = signed_in(role)
    assert client.get("/home")["Location"] == reverse(HOMES[role])
    assert {home for home in sorted(set(HOMES.values())) if client.get(reverse(home)).status_code == 200} == {HOMES[role]}


@pytest.mark.parametrize("action", sorted(DECIDABLE))
def test_each_decision_of_a_second_person_has_words_and_a_page(action: str) -> None:
    assert reverse(DECISIONS[action][1], args=[1])
