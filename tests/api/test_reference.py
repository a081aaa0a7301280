"""The reference page holds everything, and what it shows works."""

import json
import re
from datetime import date, datetime
from typing import Any

import pytest
from carnet_client import Answer, Client, Request
from django.test import Client as Browser
from django.utils.html import escape

from carnet.api import reference
from carnet.api.v1.contract import CONTRACTS
from carnet.notices.rules import TOLD_BY
from carnet.web.design.sentences import sentence_of_code

pytestmark = pytest.mark.django_db


ADDRESSES = ["/api/", *(f"/api/{tag}/" for tag in reference.PARTS)]


def page(language: str = "fr", address: str = "/api/") -> str:
    response = Browser().get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def test_every_endpoint_every_code_and_every_event_is_in_the_reference() -> None:
    text = page()
    parts = "".join(page(address=address) for address in ADDRESSES[1:])
    for name, contract in CONTRACTS.items():
        assert text.count(f'id="{name}"') == parts.count(f'id="{name}"') == 1
        assert f'/#{name}"' in text
        assert escape(contract.title) in text
        assert escape(contract.title) in parts
        for scope in contract.scopes:
            assert f"<code>{scope}</code>" in parts
        for code in contract.all_codes:
            assert f'id="code-{code}"' in text
            assert escape(sentence_of_code(code, {})) in text
    for event in TOLD_BY.values():
        assert f"<code>{event}</code>" in text
    assert "WebhookInvalid" in text


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_page_is_light_and_loads_nothing_else(address: str) -> None:
    text = page(address=address)
    assert len(text.encode()) < 100_000
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_is_written_in_the_reader_s_language(language: str) -> None:
    assert f'<html lang="{language}"' in page(language)


def test_a_visitor_reads_it_and_nobody_writes_to_it() -> None:
    assert Browser().post("/api/").status_code == 405


def test_each_endpoint_but_the_devices_has_its_example() -> None:
    assert set(CONTRACTS) - set(reference.PYTHON) == {"device_upload"}


@pytest.mark.parametrize("name", reference.PYTHON)
def test_each_example_with_the_client_makes_the_call_it_is_shown_for(name: str) -> None:
    contract, asked = CONTRACTS[name], []

    def transport(request: Request) -> Answer:
        asked.append(request)
        return Answer(contract.status, {}, json.dumps({**contract.answer, "next": None}).encode())

    exec(reference.PYTHON[name], {"carnet": Client("https://carnet.example", transport=transport), "date": date, "datetime": datetime})  # noqa: S102
    (request,) = asked
    endpoint = next(each for each in reference.endpoints(reference.api.get_openapi_schema()) if each.anchor == name)
    path = endpoint.path.replace("{number}", reference.NUMBERS.get(name, ""))
    assert (request.method, request.url.partition("?")[0]) == (endpoint.method, f"https://carnet.example{path}")
    assert ("Idempotency-Key" in request.headers) >= contract.keyed
    if contract.request is not None:
        sent: dict[str, Any] = json.loads(request.body or b"")
        assert {**sent, "until": None} == {**contract.request, "until": None}
        assert "until" not in sent or datetime.fromisoformat(sent["until"]) == datetime.fromisoformat(contract.request["until"])


@pytest.mark.parametrize("event", reference.EVENTS)
def test_each_event_shown_is_one_that_can_be_chosen(event: Any) -> None:
    document = json.loads(reference.example_event(event))
    assert document["type"] == event.value
    assert set(reference.EVENTS) == set(TOLD_BY.values())
