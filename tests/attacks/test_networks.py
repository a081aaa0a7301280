"""Who a network is: behind the proxies the site was told of, and never what a visitor writes about themselves."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from carnet.web import lessons, tries
from tests.attacks.tallies import tally

pytestmark = pytest.mark.django_db
COMPLAINT = "/reclamation/suivre/"


def follow(client: Client, **how: Any) -> int:
    return int(client.post(COMPLAINT, {"number": "AAAA-AAAA", "secret": "123456"}, **how).status_code)


def test_behind_a_proxy_one_network_s_wrong_numbers_close_nobody_else_s_door(settings: Any) -> None:
    """All requests come from the proxy's own address: twenty wrong numbers of one visitor must not stop the whole country."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _try in range(lessons.TRIES):
        assert follow(Client(), HTTP_X_FORWARDED_FOR="192.0.2.7") == 422
    assert follow(Client(), HTTP_X_FORWARDED_FOR="192.0.2.7") == 429
    assert follow(Client(), HTTP_X_FORWARDED_FOR="192.0.2.8") == 422
    tally("denial", "a door closed to everybody by one network’s wrong numbers", tried=lessons.TRIES)


def test_without_a_proxy_what_a_visitor_writes_is_not_believed() -> None:
    for rank in range(lessons.TRIES):
        follow(Client(), HTTP_X_FORWARDED_FOR=f"192.0.2.{rank}", HTTP_X_REAL_IP=f"192.0.2.{rank}", HTTP_FORWARDED=f"for=192.0.2.{rank}")
    assert follow(Client(), HTTP_X_FORWARDED_FOR="198.51.100.9") == 429
    tally("headers", "addresses written by the visitor", tried=lessons.TRIES)


def test_what_stands_before_the_proxy_s_own_word_is_not_believed(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for rank in range(lessons.TRIES):
        follow(Client(), HTTP_X_FORWARDED_FOR=f"192.0.2.{rank}, 198.51.100.1")
    assert follow(Client(), HTTP_X_FORWARDED_FOR="203.0.113.1, 198.51.100.1") == 429


def test_a_home_s_million_addresses_are_one_network() -> None:
    for rank in range(lessons.TRIES):
        follow(Client(), REMOTE_ADDR=f"2001:db8:1:2::{rank:x}")
    assert follow(Client(), REMOTE_ADDR="2001:db8:1:2:ffff::1") == 429
    assert follow(Client(), REMOTE_ADDR="2001:db8:1:3::1") == 422
    tally("guessing", "addresses of one IPv6 network", tried=lessons.TRIES)


@pytest.mark.parametrize("written", ["", "unknown", "a" * 5000, "127.0.0.1, 127.0.0.1", "::ffff:192.0.2.1", "192.0.2.1:443"])
def test_a_strange_address_is_no_fault(settings: Any, written: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answer = Client().post(COMPLAINT, {"number": "AAAA-AAAA", "secret": "123456"}, HTTP_X_FORWARDED_FOR=written)
    assert answer.status_code == 422


def test_the_address_is_the_one_the_proxy_heard(settings: Any) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1, 192.0.2.2")
    found = []
    for count in (0, 1, 2):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = count
        found.append(tries.address_of(request))
    assert found == ["127.0.0.1", "192.0.2.2", "192.0.2.1"]
