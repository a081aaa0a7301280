"""One click signs in a demonstration's browser of this machine, and nobody else's."""

import json
from typing import Any

import pytest
from django.test import Client

from carnet.web import turns

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any, tmp_path: Any) -> None:
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    voucher = {"serial": "A", "value_cents": 1000, "programme": "P", "code": "0" * 18, "url": "HTTP://X"}
    person = {"role": "FUNDER", "email": "a@example.org", "password": "x", "person_id": "1"}
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "try.json").write_text(json.dumps({"voucher": voucher, "sign_in": [person]}))


def both(client: Client, **headers: str) -> tuple[int, int]:
    """The page, and the button of a role that is not there."""
    return client.get("/demo/", **headers).status_code, client.post("/demo/enter/NOBODY/", **headers).status_code


def test_a_browser_of_this_machine_is_welcome(demo: None) -> None:
    assert Client().get("/demo/").status_code == 200
    assert Client(REMOTE_ADDR="::1").get("/demo/").status_code == 200


def test_a_browser_becomes_the_shared_computer(demo: None, tmp_path: Any) -> None:
    kept = tmp_path / "demo" / "try.json"
    station = {"name": "Accueil", "secret": "s" * 43, "people": [{"name": "Rose Petit", "pin": "281946"}]}
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"station": station}))
    client = Client()
    assert "281946" in client.get("/demo/").content.decode()
    answer = client.post("/demo/station/")
    assert (answer["Location"], answer.cookies[turns.cookie_name()].value) == ("/station/", "s" * 43)
    assert Client(REMOTE_ADDR="192.0.2.7").post("/demo/station/").status_code == 404


def test_a_mandate_on_paper_has_its_second_helper(demo: None, tmp_path: Any, person_with: Any) -> None:
    kept = tmp_path / "demo" / "try.json"
    (first, _o, one), (second, _p, two) = person_with("HELPER"), person_with("HELPER")
    lines = [{"role": "HELPER", "email": email, "password": "x", "person_id": str(each)} for each, email in ((first, one), (second, two))]
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"sign_in": lines}))
    client = Client()
    assert one in client.get("/demo/").content.decode() and two in client.get("/demo/").content.decode()
    for role, person_id in (("HELPER", first), ("HELPER-2", second)):
        client.post(f"/demo/enter/{role}/")
        assert int(client.session["_auth_user_id"]) == person_id
    assert client.post("/demo/enter/HELPER-3/").status_code == 404


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "", "not an address"])
def test_another_machine_finds_nothing(demo: None, address: str) -> None:
    assert both(Client(REMOTE_ADDR=address)) == (404, 404)


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_HOST"])
def test_what_a_proxy_of_this_machine_passes_on_finds_nothing(demo: None, header: str) -> None:
    assert both(Client(), **{header: "127.0.0.1"}) == (404, 404)


def test_without_the_flag_there_is_no_demonstration(demo: None, settings: Any) -> None:
    settings.DEMO = False
    assert both(Client()) == (404, 404)


def test_the_button_asks_for_the_pages_own_token(demo: None) -> None:
    assert Client(enforce_csrf_checks=True).post("/demo/enter/FUNDER/").status_code == 403
