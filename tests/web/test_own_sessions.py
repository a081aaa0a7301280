"""Where one is signed in: said in words, ended from elsewhere, ended by what changes a proof; told by letter when a browser is new."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.journal.models import Line
from carnet.notices.models import Notice
from carnet.parties import queries
from carnet.parties.models import BrowserSession, Person, Turn
from carnet.parties.rules import browser_and_system
from carnet.web import clock
from carnet.web.sessions import OWN
from tests.web.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
LIST = "/account/sessions/"


def sign_in_again(email: str) -> Client:
    """In another browser, within the same thirty seconds: six digits serve once, which is somebody else's test."""
    cache.clear()
    return sign_in(Client(), email)


def button(browser: Client, name: str) -> dict[str, str]:
    """What the button of one line sends."""
    page = browser.get(LIST).content.decode()
    line = next(each for each in page.split("<tr>") if name in each and 'name="which"' in each)
    return dict(re.findall(r'name="(request_id|which)" value="([^"]+)"', line))


def others(browser: Client) -> dict[str, str]:
    assert 'value="others"' in browser.get(LIST).content.decode()
    return {"which": "others", "request_id": str(uuid4())}


def known(person_id: int) -> list[BrowserSession]:
    with acting_as_everything(why="a test looks at everybody's rows"):
        return list(BrowserSession.objects.filter(person_id=person_id).order_by("id"))


@pytest.mark.parametrize(
    ("said", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Windows"),
        (PHONE, "Chrome", "Android"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge",
            "Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1",
            "Safari",
            "iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.6 Safari/605.1.15", "Safari", "macOS"),
        ("<script>alert(1)</script>", "", ""),
        ("", "", ""),
    ],
)
def test_a_browser_is_known_by_its_name_and_its_system_and_nothing_else(said: str, browser: str, system: str) -> None:
    assert browser_and_system(said) == (browser, system)


@pytest.mark.parametrize("role", ["OPERATOR_ADMIN", "MEDIATOR", "HELPER", "FUNDER", "PRESCRIBER", "PRINT_SHOP"])
def test_each_role_sees_its_own_and_says_which_is_this_one(signed_in: SignedIn, role: str) -> None:
    page = signed_in(role).get(LIST)
    assert page.status_code == 200
    assert page.content.decode().count("celle-ci") == 1


def test_one_is_ended_from_another_browser_after_a_proof_and_stops_at_the_next_click(person_with: Any) -> None:
    person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    here = sign_in(Client(headers={"user-agent": FIREFOX}), email)
    phone = sign_in(Client(headers={"user-agent": PHONE}), email)
    assert "Chrome sur Android" in here.get(LIST).content.decode()
    assert here.post(LIST, button(here, "Chrome sur Android"))["Location"] == LIST
    assert "1 session est terminée" in here.get(LIST).content.decode()
    assert phone.get("/account/").status_code == 302
    assert phone.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    with acting_as_everything(why="the journal of everybody"):
        line = Line.objects.get(action="parties.sessions-ended", subject_id=str(person))
    assert line.facts == {"count": 1}


def test_an_old_proof_is_asked_for_again_before_anything_ends(person_with: Any) -> None:
    _person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    here, elsewhere = sign_in(Client(), email), sign_in(Client(), email)
    session = here.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 1000
    session.save()
    asked = here.post(LIST, others(here))
    assert asked["Location"].startswith("/account/prove")
    assert elsewhere.get("/account/").status_code == 200
    proved = here.post(asked["Location"], {"password": PASSWORD})
    assert proved.status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_nobody_ends_nor_sees_the_session_of_somebody_else(person_with: Any) -> None:
    _person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    stranger, _organisation, address = person_with("MEDIATOR", has_second_factor=False)
    here, theirs = sign_in(Client(headers={"user-agent": FIREFOX}), email), sign_in(Client(headers={"user-agent": PHONE}), address)
    assert "Android" not in here.get(LIST).content.decode()
    number = known(stranger)[0].id
    here.post(LIST, {"which": f"browser-{number}", "request_id": str(uuid4())})
    assert theirs.get("/account/").status_code == 200
    assert [row.id for row in known(stranger)] == [number]


@pytest.mark.parametrize("which", ["", "others2", "browser-", "browser-x", "turn-1;others", "browser-99999999999999999999"])
def test_what_names_no_session_ends_none(signed_in: SignedIn, which: str) -> None:
    browser = signed_in("FUNDER")
    assert browser.post(LIST, {"which": which, "request_id": str(uuid4())}).status_code == 422
    assert browser.get(LIST).status_code == 200


def test_every_other_ends_at_once_and_turns_by_pin_with_them(person_with: Any, by_pin: Any) -> None:
    station = by_pin("MEDIATOR")
    with acting_as_everything(why="whose turn it is"):
        turn = Turn.objects.get(ended_at=None)
    person, email = turn.person_id, f"mediator-{uuid4().hex[:6]}@example.org"
    with acting_as_everything(why="somebody's address"):
        email = str(Person.objects.get(id=person).email)
    here, elsewhere = sign_in(Client(), email), sign_in(Client(), email)
    assert "Tour par code PIN" in here.get(LIST).content.decode()
    assert station.get("/home").status_code == 302
    here.post(LIST, others(here))
    assert elsewhere.get("/account/").status_code == 302
    assert station.get("/station/").status_code == 200
    with acting_as_everything(why="whose turn it is"):
        assert Turn.objects.get(id=turn.id).ended_at is not None
    assert [row.id for row in known(person)] == [here.session[OWN]]


def test_a_session_on_a_shared_computer_says_its_name(person_with: Any, by_pin: Any) -> None:
    station = by_pin("MEDIATOR")
    with acting_as_everything(why="whose turn it is"):
        turn = Turn.objects.select_related("station", "person").get(ended_at=None)
    browser = Client()
    browser.cookies.update(station.cookies)
    sign_in(browser, str(turn.person.email))
    assert turn.station.name in browser.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/account/second-factor/application/remove/", {}),
        ("/account/second-factor/codes/new/", {}),
        (
            "/account/password/",
            {"oldpassword": PASSWORD, "password1": "une autre phrase longue 42", "password2": "une autre phrase longue 42"},
        ),
    ],
)
def test_a_proof_that_changes_ends_every_other_session(person_with: Any, address: str, typed: dict[str, str]) -> None:
    person, _organisation, email = person_with("OPERATOR_ADMIN")
    elsewhere = sign_in(Client(), email)
    here = sign_in_again(email)
    assert elsewhere.get("/account/").status_code == 200
    assert here.post(address, typed).status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert len(known(person)) == 1
    assert here.get("/account/").status_code in (200, 302)
    assert known(person)[0].id == here.session[OWN]


def test_what_only_looks_at_codes_ends_nothing(person_with: Any) -> None:
    _person, _organisation, email = person_with("OPERATOR_ADMIN")
    elsewhere = sign_in(Client(), email)
    here = sign_in_again(email)
    assert here.get("/account/second-factor/codes/").status_code == 200
    assert elsewhere.get("/account/").status_code == 200


def test_a_new_proof_gives_the_session_a_new_name(person_with: Any) -> None:
    """ASVS 7.2.4: proving anew ends the name the session had, by whatever hand it was known."""
    _person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    here = sign_in(Client(), email)
    before = here.cookies["sessionid"].value
    assert here.post("/account/prove/password/", {"password": PASSWORD}).status_code == 302
    assert here.cookies["sessionid"].value != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_the_telephone_by_which_one_is_called_back_is_changed_after_a_proof(person_with: Any) -> None:
    """ASVS 7.5.1: it is called before a bank account changes."""
    person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    here = sign_in(Client(), email)
    session = here.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 1000
    session.save()
    typed = {"display_name": "Mediator", "phone": "", "language": "en", "request_id": str(uuid4())}
    assert here.post("/account/", typed)["Location"] == "/account/"  # the rest needs none
    asked = here.post("/account/", typed | {"phone": "02 40 00 00 01", "request_id": str(uuid4())})
    assert asked["Location"].startswith("/account/prove")
    with acting_as_everything(why="somebody's telephone"):
        assert Person.objects.get(id=person).phone == ""
    here.post(asked["Location"], {"password": PASSWORD})
    with acting_as_everything(why="somebody's telephone"):
        assert Person.objects.get(id=person).phone == "02 40 00 00 01"


def test_leaving_takes_it_off_the_list(signed_in: SignedIn) -> None:
    browser = signed_in("FUNDER")
    person = int(browser.session["_auth_user_id"])
    assert len(known(person)) == 1
    browser.post("/sign-out/")
    assert known(person) == []


def test_what_was_not_seen_for_twelve_hours_is_shown_no_more_and_is_forgotten_at_the_next(person_with: Any) -> None:
    person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    sign_in(Client(), email)
    old = clock.now() - timedelta(hours=13)
    with acting_as_everything(why="time passes"):
        BrowserSession.objects.filter(person_id=person).update(began_at=old, seen_at=old)
    here = sign_in(Client(), email)
    assert here.get(LIST).content.decode().count("<tr>") == 2  # the head, and this one
    assert len(known(person)) == 1


def test_being_seen_is_written_once_in_five_minutes(person_with: Any) -> None:
    person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    here = sign_in(Client(), email)
    first = known(person)[0].seen_at
    here.get("/account/")
    assert known(person)[0].seen_at == first
    with acting_as_everything(why="time passes"):
        BrowserSession.objects.filter(person_id=person).update(began_at=first - timedelta(hours=1), seen_at=first - timedelta(minutes=6))
    here.get("/account/")
    assert known(person)[0].seen_at >= first


def letters() -> list[dict[str, Any]]:
    with acting_as_everything(why="what waits to be sent"):
        return [row.context for row in Notice.objects.filter(kind="parties.new-browser").order_by("id")]


def test_a_new_browser_is_told_by_letter_once_and_a_known_one_never(person_with: Any) -> None:
    person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    here = sign_in(Client(headers={"user-agent": FIREFOX}), email)
    assert letters() == []  # the account is of today
    with acting_as_everything(why="an account of last month"):
        Person.objects.filter(id=person).update(created_at=clock.now() - timedelta(days=30))
    here.post("/sign-out/")
    sign_in(here, email)
    assert letters() == []
    sign_in(Client(headers={"user-agent": PHONE}), email)
    assert [(each["browser"], each["system"]) for each in letters()] == [("Chrome", "Android")]
    sign_in(Client(headers={"user-agent": PHONE}), email)  # a browser that forgets everything, opened again
    assert len(letters()) == 1
    sign_in(Client(headers={"user-agent": FIREFOX}), email)
    assert len(letters()) == 2


def test_a_shared_computer_is_known_to_all(person_with: Any, by_pin: Any) -> None:
    station = by_pin("MEDIATOR")
    with acting_as_everything(why="an account of last month"):
        Person.objects.update(created_at=clock.now() - timedelta(days=30))
        email = str(Turn.objects.select_related("person").get(ended_at=None).person.email)
    browser = Client()
    browser.cookies.update(station.cookies)
    sign_in(browser, email)
    assert letters() == []


def test_a_password_replaced_by_letter_ends_every_session_and_its_line(person_with: Any) -> None:
    person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    here = sign_in(Client(), email)
    Client().post("/password/forgotten/", {"email": email, "request_id": str(uuid4())})
    with acting_as_everything(why="what waits to be sent"):
        context = Notice.objects.get(kind="parties.password-reset").context
    new = "encore une phrase longue"
    Client().post(f"/password/new/{context['person_id']}/{context['token']}/", {"password": new, "again": new, "request_id": str(uuid4())})
    assert known(person) == []
    assert here.get("/account/").status_code == 302


def test_no_wall_no_row(person_with: Any) -> None:
    person, _organisation, email = person_with("MEDIATOR", has_second_factor=False)
    sign_in(Client(), email)
    assert len(known(person)) == 1
    assert BrowserSession.objects.count() == 0
    assert queries.own_sessions(person_id=person, at=clock.now()) == []
