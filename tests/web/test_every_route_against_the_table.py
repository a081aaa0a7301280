"""Every address of the site has a door, and each role (and a stranger) gets exactly what the one table of permissions says."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from carnet.parties.rules import DECIDABLE, HOMES, PERMISSIONS, Role
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


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_each_role_sees_what_the_table_says(role: Role, signed_in: Callable[[str], Client]) -> None:
    client, wrong = signed_in(role), []
    for route in GUARDED:
        may = role in PERMISSIONS[route.door.action or ""].roles
        answer = client.get(route.path)
        if is_refused(answer) == may or answer.status_code >= 500:
            wrong.append((route.path, route.door.action, answer.status_code))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_each_role_sends_what_the_table_says(role: Role, signed_in: Callable[[str], Client]) -> None:
    client, wrong = signed_in(role), []
    for route in GUARDED:
        if route.door.post is None:
            continue  # the same action for GET, tried above
        may = all(role in PERMISSIONS[action].roles for action in route.door.action_for("POST"))
        answer = client.post(route.path)
        if is_refused(answer) == may or answer.status_code >= 500:
            wrong.append((route.path, route.door, answer.status_code))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ["PRESCRIBER_LEAD", "PLACE_MANAGER"])  # whoever takes turns holds no more than one of these two
def test_a_pin_opens_the_lines_marked_for_it_and_nothing_else(role: str, by_pin: Callable[[str], Client]) -> None:
    client, wrong = by_pin(role), []
    for route in ROUTES:
        if route.door.is_public:
            continue
        for verb in ("GET", "POST") if route.door.post else ("GET",):
            actions = route.door.action_for(verb)
            holds = all(role in PERMISSIONS[action].roles for action in actions)
            may = all(PERMISSIONS[action].pin for action in actions) if actions else route.door.by_pin
            answer = client.get(route.path) if verb == "GET" else client.post(route.path)
            stopped = answer.status_code == 403 and b"full-sign-in-needed" in answer.content
            # Who may not fully signed in may not with a PIN either, in the ordinary words; 405: the page takes forms only.
            as_it_should = stopped == (not may) if holds else (stopped or is_refused(answer))
            if not (as_it_should or answer.status_code == 405) or answer.status_code >= 500:
                wrong.append((route.path, verb, actions, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_each_role_has_a_home_and_opens_no_other(role: Role, signed_in: Callable[[str], Client]) -> None:
    client = signed_in(role)
    assert client.get("/home")["Location"] == reverse(HOMES[role])
    assert {home for home in sorted(set(HOMES.values())) if client.get(reverse(home)).status_code == 200} == {HOMES[role]}


@pytest.mark.parametrize("action", sorted(DECIDABLE))
def test_each_decision_of_a_second_person_has_words_and_a_page(action: str) -> None:
    assert reverse(DECISIONS[action][1], args=[1])
