"""Guessing passwords: what an attacker gains by changing the question, and what they take from whoever has the account."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client

from carnet.web.accounts import known_browsers
from tests.attacks.tallies import tally
from tests.web.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
Make = Callable[..., tuple[int, int, str]]
WRONG = "ce n’est pas cela"


def wrong(client: Client, email: str, **how: Any) -> Any:
    return client.post("/sign-in/", {"login": email, "password": WRONG}, **how)


def is_stopped(client: Client, email: str, **how: Any) -> bool:
    """Whether even the right password is refused."""
    return bool(client.post("/sign-in/", {"login": email, "password": PASSWORD}, **how).status_code != 302)


def known_browser_of(client: Client) -> Client:
    """The same browser, opened again later: nobody is signed in."""
    opened = Client()
    opened.cookies[known_browsers.cookie_name()] = client.cookies[known_browsers.cookie_name()].value
    return opened


def test_no_way_of_writing_the_question_gives_more_tries(person_with: Make, settings: Any) -> None:
    """Another port in `Host`, another host of the same site, capitals, spaces, another address of the network, no cookie."""
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    ways: list[dict[str, Any]] = [{"SERVER_NAME": "testserver", "SERVER_PORT": str(port)} for port in range(81, 85)]
    ways += [{"HTTP_HOST": "127.0.0.1"}, {"HTTP_HOST": "127.0.0.1:9999"}, {"HTTP_X_FORWARDED_HOST": "other"}]
    ways += [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.8"}, {"HTTP_USER_AGENT": "another"}]
    for way in ways:
        assert wrong(Client(), f" {email.upper()} " if way.get("REMOTE_ADDR") else email, **way).status_code == 200
    assert all(is_stopped(Client(), email, **way) for way in ({}, *ways))
    tally("guessing", "ways of writing the same question at sign-in", tried=len(ways) * 2 + 1)


def test_whoever_fills_the_counts_frees_nobody(person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    for _attempt in range(10):
        wrong(Client(), email)
    for rank in range(320):
        cache.set(f"another-{rank}", 1, 600)
    assert is_stopped(Client(), email)
    tally("guessing", "counts pushed out by other counts", tried=320)


def test_a_stranger_s_wrong_passwords_keep_nobody_out_of_their_own_browser(person_with: Make) -> None:
    _person, _organisation, email = person_with("PLACE_MANAGER")
    own = known_browser_of(sign_in(Client(), email))
    for _attempt in range(15):
        wrong(Client(), email)
    assert is_stopped(Client(), email), "a browser nobody knows waits"
    assert not is_stopped(known_browser_of(own), email), "their own does not"
    for _attempt in range(10):
        wrong(own, email)
    assert is_stopped(own, email), "and guesses no more than another"
    tally("denial", "a place’s manager locked out by a stranger’s wrong passwords", tried=15)


@pytest.mark.parametrize("forged", ["", "x", "W10:1:x", "ImEi:aaaaaa:bbbb"])
def test_the_cookie_of_a_known_browser_is_not_forged(person_with: Make, forged: str) -> None:
    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    for _attempt in range(10):
        wrong(Client(), email)
    client = Client()
    client.cookies[known_browsers.cookie_name()] = forged
    assert is_stopped(client, email)
    tally("forged", "cookies of known browsers", tried=1)


def test_the_cookie_of_one_person_serves_no_other(person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    _person, _organisation, attacker = person_with("PRESCRIBER", has_second_factor=False)
    for _attempt in range(10):
        wrong(Client(), email)
    assert is_stopped(known_browser_of(sign_in(Client(), attacker)), email)


def test_somebody_unknown_and_somebody_without_a_password_cost_a_hash(person_with: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mechanism behind the equal times that the drill measures: no answer comes before a hash was computed."""
    _person, _organisation, known = person_with("PRESCRIBER", has_second_factor=False)
    hashed: list[str] = []
    of = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, password, salt: hashed.append(password) or of(self, password, salt)
    )
    bodies = []
    for email in (known, "nobody@example.org"):
        hashed.clear()
        answer = wrong(Client(), email)
        assert WRONG in hashed
        bodies.append(answer.content.decode().replace(email, "·").partition("csrfmiddlewaretoken")[0])
    assert bodies[0] == bodies[1]
