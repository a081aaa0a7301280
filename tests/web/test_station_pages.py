"""Shared computers, seen by who leads a desk, and by who takes turns."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.parties.models import Membership, Station, Turn
from carnet.web import turns
from tests.factories.stations import PIN
from tests.web.conftest import KIND_OF_ROLE, sign_in, take_turn

pytestmark = pytest.mark.django_db


def sent(**typed: object) -> dict[str, object]:
    return {"request_id": str(uuid4()), **typed}


def shown_code(page: str) -> str:
    found = re.search(r'class="typed-code">([0-9A-Z]{4}-[0-9A-Z]{4})<', page)
    assert found, page
    return found.group(1)


@pytest.fixture
def lead(person_with: Callable[..., tuple[int, int, str]]) -> tuple[Client, int, str]:
    """Whoever leads a desk, signed in; their person id and e-mail."""
    person_id, _organisation, email = person_with("PRESCRIBER_LEAD")
    return sign_in(Client(), email), person_id, email


def test_a_lead_enrols_a_computer_adds_a_volunteer_and_the_volunteer_takes_a_turn(lead: tuple[Client, int, str]) -> None:
    office, desk = lead[0], Client()
    limits = {"person_daily": 20, "station_daily": 50, "idle_minutes": 5}
    page = office.post("/stations/new/", sent(name="Ordinateur de l’accueil", **limits)).content.decode()
    assert "<svg" in page
    assert "testserver/station/enrol/" in page
    code = shown_code(page)

    assert "Ce n’est pas un poste partagé" in desk.get("/station/").content.decode()
    assert desk.post("/station/enrol/", sent(code="AAAAAAAA")).status_code == 422
    answer = desk.post("/station/enrol/", sent(code=code.lower()))
    cookie = answer.cookies[turns.cookie_name()]
    assert (answer["Location"], cookie["httponly"], cookie["samesite"], cookie["path"]) == ("/station/", True, "Strict", "/")
    assert "Personne n’a encore de code PIN ici" in desk.get("/station/").content.decode()

    first = shown_code(office.post("/stations/volunteer/", sent(display_name="Rose Petit", role="PRESCRIBER")).content.decode())
    page = desk.get("/station/pin/").content.decode()
    assert "Rose P." in page
    assert "Petit" not in page
    rose = int(re.search(r'name="person_id" value="(\d+)"', page).group(1))  # type: ignore[union-attr]
    typed = {"person_id": rose, "code": first}
    assert desk.post("/station/pin/", sent(pin="123456", again="123456", **typed)).status_code == 422
    assert desk.post("/station/pin/", sent(pin=PIN, again="281947", **typed)).status_code == 422
    assert desk.post("/station/pin/", sent(pin=PIN, again=PIN, **typed)).status_code == 302

    assert desk.post("/station/", sent(person_id=rose, pin="281947")).status_code == 422
    answer = desk.post("/station/", sent(person_id=rose, pin=PIN, next="/prescriber/hand-overs/"))
    assert answer["Location"] == "/prescriber/hand-overs/"
    page = desk.get("/prescriber/hand-overs/").content.decode()
    assert "Rose P. a la main." in page
    assert "Après 5 minutes sans geste" in page
    assert desk.get("/station/here/").status_code == 204
    for left_out in ("/account/", "/members/", "/stations/"):
        assert f'href="{left_out}"' not in page

    listed = office.get("/stations/").content.decode()
    assert "Ordinateur de l’accueil" in listed
    assert "Rose Petit" in listed


def test_a_pin_is_no_sign_in(by_pin: Callable[[str], Client]) -> None:
    desk = by_pin("PRESCRIBER_LEAD")
    assert desk.get("/home")["Location"] == "/prescriber/"
    page = desk.get("/members/")
    assert page.status_code == 403
    assert "connectez-vous avec votre adresse" in page.content.decode()
    assert 'href="/sign-in/?next=%2Fmembers%2F"' in page.content.decode()
    assert desk.get("/sign-in/").status_code == 200  # nobody is signed in
    assert desk.get("/account/").status_code == 403
    assert desk.post("/account/password/", {}).status_code == 403
    assert desk.get("/account/prove/").status_code == 403


def test_the_next_person_takes_nothing_of_the_turn_before(by_pin: Callable[[str], Client]) -> None:
    desk = by_pin("MEDIATOR")
    session = desk.session
    session["service"] = "mailbox"
    session.save()
    assert desk.post("/station/change/")["Location"] == "/station/"
    assert "service" not in desk.session
    assert desk.get("/place/")["Location"] == "/station/?next=%2Fplace%2F"
    with acting_as_everything(why="look"):
        assert Turn.objects.get().ended_at is not None
    assert desk.get("/station/here/").status_code == 205


def test_a_turn_ends_by_itself_and_says_so(by_pin: Callable[[str], Client]) -> None:
    desk = by_pin("MEDIATOR")
    with acting_as_everything(why="five minutes pass"):
        turn = Turn.objects.get()
        Turn.objects.update(opened_at=turn.opened_at - timedelta(minutes=6), latest_at=turn.latest_at - timedelta(minutes=6))
    assert desk.get("/place/")["Location"] == "/station/?next=%2Fplace%2F"
    assert "Le tour précédent est fini" in desk.get("/station/").content.decode()


def test_a_stolen_session_or_a_revoked_computer_opens_nothing(by_pin: Callable[[str], Client], lead: tuple[Client, int, str]) -> None:
    desk, elsewhere = by_pin("PRESCRIBER"), Client()
    elsewhere.cookies["sessionid"] = desk.cookies["sessionid"].value
    assert elsewhere.get("/prescriber/")["Location"].startswith("/sign-in/")
    assert desk.get("/prescriber/").status_code == 200
    with acting_as_everything(why="look"):
        number = Station.objects.get().id
    assert lead[0].post(f"/stations/{number}/revoke/", sent()).status_code == 404  # of another desk
    with acting_as_everything(why="revoke"):
        Station.objects.update(revoked_at=Station.objects.get().prepared_at, revoked_by_id=1)
    assert desk.get("/prescriber/").status_code == 302
    assert "révoqué" in desk.get("/station/").content.decode()


def test_a_full_sign_in_on_the_computer_ends_the_turn_and_forgives(
    person_with: Callable[..., tuple[int, int, str]], lead: tuple[Client, int, str]
) -> None:
    office, lead_id, _email = lead
    with acting_as_everything(why="look"):
        organisation_id = Membership.objects.get(person_id=lead_id).organisation_id
    person_id, _organisation, email = person_with("PRESCRIBER", has_second_factor=False, organisation_id=organisation_id)
    sign_in(Client(), email).post("/account/pin/", sent(pin=PIN, again=PIN))
    office.post("/stations/new/", sent(name="Accueil", person_daily=20, station_daily=50, idle_minutes=5))
    with acting_as_everything(why="look"):
        number = Station.objects.get().id
    code = shown_code(office.post(f"/stations/{number}/code/", sent()).content.decode())
    desk = Client()
    secret = desk.post("/station/enrol/", sent(code=code)).cookies[turns.cookie_name()].value
    for _error in range(5):
        refused = desk.post("/station/", sent(person_id=person_id, pin="281947"))
    assert "bloqué" in refused.content.decode()
    assert desk.post("/station/", sent(person_id=person_id, pin=PIN)).status_code == 422
    sign_in(desk, email)
    assert desk.get("/account/").status_code == 200
    take_turn(desk, secret, person_id)  # and a turn ends the full sign-in
    assert desk.get("/account/").status_code == 403


def test_an_administrator_unlocks_limits_and_takes_away(lead: tuple[Client, int, str]) -> None:
    office = lead[0]
    office.post("/account/pin/", sent(pin=PIN, again=PIN))
    page = office.get(f"/stations/people/{lead[1]}/").content.decode()
    assert "Choisi" in page
    assert office.post(f"/stations/people/{lead[1]}/", sent(do="remove")).status_code == 302
    assert "Aucun" in office.get(f"/stations/people/{lead[1]}/").content.decode()
    shown_code(office.post(f"/stations/people/{lead[1]}/", sent(do="code")).content.decode())
    office.post("/stations/new/", sent(name="Accueil", person_daily=20, station_daily=50, idle_minutes=5))
    with acting_as_everything(why="look"):
        number = Station.objects.get().id
    typed = {f"limits-{name}": value for name, value in {"person_daily": 30, "station_daily": 20, "idle_minutes": 5}.items()}
    assert office.post(f"/stations/{number}/", {**typed, "limits-request_id": str(uuid4()), "do": "limit"}).status_code == 422
    typed["limits-station_daily"] = 90
    assert office.post(f"/stations/{number}/", {**typed, "limits-request_id": str(uuid4()), "do": "limit"}).status_code == 302
    assert office.post(f"/stations/{number}/revoke/", sent()).status_code == 302
    assert "Révoqué" in office.get("/stations/").content.decode()


def test_a_computer_of_another_kind_of_organisation_works_alike(by_pin: Callable[[str], Client]) -> None:
    for role in ("PLACE_MANAGER", "MEDIATOR"):
        assert KIND_OF_ROLE[role] == "PLACE_OPERATOR"
        assert by_pin(role).get("/place/").status_code == 200


def test_the_page_of_enrolment_needs_no_script_and_no_camera() -> None:
    page = Client().get("/station/enrol/").content.decode()
    assert 'name="code"' in page
