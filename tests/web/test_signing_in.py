"""A person signs in, proves a second factor, and is stopped where they should be."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from carnet.gateways.database import acting_as_everything
from carnet.notices.models import Notice
from carnet.parties import access
from carnet.parties import operations as parties
from carnet.parties.models import Membership, Person
from tests.web.conftest import PASSWORD, PROGRAM, SECRET, sign_in, six_digits

Make = Callable[..., tuple[int, int, str]]


def plain(answer: HttpResponse, email: str) -> str:
    """The page without what differs at each request."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode()).replace(email, "X")


def test_password_then_six_digits_lead_to_the_home_page_of_the_role(client: Client, person_with: Make) -> None:
    _person, _organisation, email = person_with("TREASURER")
    answer = client.post("/sign-in/?next=/account/", {"login": email.upper(), "password": PASSWORD, "next": "/account/"})
    assert answer["Location"] == "/sign-in/second-factor/"
    assert client.get("/account/").status_code == 302
    wrong = client.post("/sign-in/second-factor/", {"code": "000000" if six_digits() != "000000" else "111111"})
    assert wrong.status_code == 200
    assert client.get("/account/").status_code == 302
    answer = client.post("/sign-in/second-factor/", {"code": six_digits()})
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert email in client.get("/account/").content.decode()
    assert client.get("/home")["Location"] == "/operator/"


def test_the_same_six_digits_never_serve_twice(person_with: Make) -> None:
    _person, _organisation, email = person_with("TREASURER")
    code = six_digits()
    sign_in(Client(), email, code=code)
    thief = Client()
    thief.post("/sign-in/", {"login": email, "password": PASSWORD})
    assert thief.post("/sign-in/second-factor/", {"code": code}).status_code == 200


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(client: Client, person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER")
    answers = []
    for login in (email, "nobody@example.org"):
        answers.append(plain(client.post("/sign-in/", {"login": login, "password": "not the password"}), login))
    assert answers[0] == answers[1]
    assert "error-summary" in answers[0]


def test_ten_wrong_passwords_close_the_door_for_that_address_only(client: Client, person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER")
    for _attempt in range(10):
        client.post("/sign-in/", {"login": email, "password": "not the password"})
    assert client.post("/sign-in/", {"login": email, "password": PASSWORD}).status_code != 302
    _person, _organisation, other = person_with("PRESCRIBER")
    assert client.post("/sign-in/", {"login": other, "password": PASSWORD}).status_code == 302


def test_there_is_no_open_sign_up(client: Client) -> None:
    assert client.get("/signup/").status_code == 404
    assert "inscri" not in client.get("/sign-in/").content.decode().lower()


def test_sign_in_never_leads_to_another_site(client: Client, person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    answer = client.post("/sign-in/", {"login": email, "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/home"


def test_whoever_moves_money_enrols_a_second_factor_first(client: Client, person_with: Make) -> None:
    person_id, _organisation, email = person_with("APPROVER", has_second_factor=False)
    sign_in(client, email)
    answer = client.get("/approvals/")
    assert answer["Location"] == "/account/second-factor/application/?next=%2Fapprovals%2F"
    page = client.get(answer["Location"]).content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)  # type: ignore[union-attr]
    answer = client.post("/account/second-factor/application/", {"code": six_digits(secret), "next": "/approvals/"})
    assert answer["Location"] == "/account/second-factor/codes/?next=%2Fapprovals%2F"
    assert 'href="/approvals/"' in client.get(answer["Location"]).content.decode()
    assert client.get("/approvals/").status_code == 200
    assert not Authenticator.objects.exists()
    with access.recognised(person_id):
        stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored  # sealed with a key that is not in the database


def test_a_recovery_code_serves_once(person_with: Make) -> None:
    person_id, _organisation, email = person_with("TREASURER")
    with access.recognised(person_id):
        code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in(Client(), email, code=code)
    again = Client()
    again.post("/sign-in/", {"login": email, "password": PASSWORD})
    assert again.post("/sign-in/second-factor/", {"code": code}).status_code == 200


def test_an_old_proof_is_asked_for_again_then_leads_back(person_with: Make) -> None:
    _person, _organisation, email = person_with("OPERATOR_ADMIN")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(Client(), email)
        assert client.get("/tokens/").status_code == 200
        clock.shift(timedelta(minutes=15, seconds=1))
        assert client.get("/tokens/")["Location"] == "/account/prove/?next=%2Ftokens%2F"
        assert client.get("/members/").status_code == 200  # seeing asks for no proof
        answer = client.post("/account/prove/?next=/tokens/", {"code": six_digits(at=time.time()), "next": "/tokens/"})
        assert answer["Location"] == "/tokens/"
        assert client.get("/tokens/").status_code == 200


def test_a_form_sent_too_late_waits_for_the_proof_and_is_sent_once(person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER_LEAD")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(Client(), email)
        clock.shift(timedelta(minutes=16))
        typed = {"email": "nina@example.org", "display_name": "Nina", "role": "PRESCRIBER", "request_id": str(uuid4())}
        answer = client.post("/members/", typed)
        assert answer["Location"] == "/account/prove/?next=%2Fmembers%2F"
        assert "nina@example.org" not in client.get("/members/").content.decode()
        client.post("/account/prove/?next=/members/", {"code": six_digits(at=time.time()), "next": "/members/"})
        assert client.get("/members/").content.decode().count("nina@example.org") >= 1


def test_a_suspended_member_is_stopped_at_the_next_click(person_with: Make) -> None:
    person_id, organisation_id, email = person_with("MEDIATOR", has_second_factor=False)
    client = sign_in(Client(), email)
    with acting_as_everything(why="suspending in a test"):
        Membership.objects.filter(person_id=person_id).update(suspended_at=timezone.now(), suspended_by_id=1)
    answer = client.get("/home")
    assert answer.status_code == 403
    assert "member-suspended" in answer.content.decode()
    assert organisation_id


def test_someone_of_two_organisations_chooses_and_acts_for_one(person_with: Make) -> None:
    _person, first, email = person_with("PRESCRIBER_LEAD")
    _other, second, _email = person_with("PLACE_MANAGER")
    parties.enrol_member(
        organisation_id=second, email=email, display_name="x", role="MEDIATOR", actor=PROGRAM, request_id=uuid4(), at=timezone.now()
    )
    client = sign_in(Client(), email)
    assert client.get("/home")["Location"] == "/account/organisation/"
    assert client.get("/members/")["Location"] == "/account/organisation/?next=%2Fmembers%2F"
    assert client.post("/account/organisation/", {"organisation": "999999"}).status_code == 422
    client.post("/account/organisation/", {"organisation": second})
    assert client.get("/home")["Location"] == "/place/"
    assert client.get("/members/").status_code == 403  # a mediator there
    client.post("/account/organisation/", {"organisation": first})
    assert "Organisation PRESCRIBER_LEAD" in client.get("/members/").content.decode()


def test_a_forgotten_password_is_replaced_by_letter_once(client: Client, person_with: Make) -> None:
    person_id, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    pages = [
        plain(client.post("/password/forgotten/", {"email": each, "request_id": str(uuid4())}), each)
        for each in (email, "nobody@example.org")
    ]
    assert pages[0] == pages[1]
    with acting_as_everything(why="reading the outbox in a test"):
        letters = list(Notice.objects.filter(kind="parties.password-reset"))
    assert [letter.to_email for letter in letters] == [email]
    link = f"/password/new/{person_id}/{letters[0].context['token']}/"
    typed = {"password": "un autre mot de passe", "again": "un autre mot de passe", "request_id": str(uuid4())}
    assert client.post(link, {**typed, "again": "different"}).status_code == 422
    assert client.post(link, {**typed, "password": "court", "again": "court"}).status_code == 422
    assert client.post(link, typed)["Location"] == "/sign-in/?changed=1"
    assert client.post(link, typed).status_code == 422
    assert client.post(f"/password/new/{person_id + 1}/{letters[0].context['token']}/", typed).status_code == 422
    assert client.post("/sign-in/", {"login": email, "password": PASSWORD}).status_code == 200
    assert client.post("/sign-in/", {"login": email, "password": "un autre mot de passe"}).status_code == 302


def test_an_invitation_is_accepted_on_its_page(client: Client, person_with: Make) -> None:
    _person, _organisation, email = person_with("PRESCRIBER_LEAD")
    lead = sign_in(Client(), email)
    typed = {"email": "nina@example.org", "display_name": "Nina", "role": "PRESCRIBER", "request_id": str(uuid4())}
    assert lead.post("/members/", typed).status_code == 302
    assert "nina@example.org" in lead.get("/members/").content.decode()
    with acting_as_everything(why="reading the outbox in a test"):
        secret = Notice.objects.get(kind="parties.invitation").context["secret"]
    page = client.get(f"/invitation/{secret}/").content.decode()
    assert "nina@example.org" in page
    joined = {"display_name": "Nina", "password": PASSWORD, "again": PASSWORD, "request_id": str(uuid4())}
    assert client.post(f"/invitation/{secret}/", joined)["Location"] == "/sign-in/"
    assert client.get(f"/invitation/{secret}/").status_code == 404
    assert sign_in(client, "nina@example.org").get("/home")["Location"] == "/prescriber/"
    with acting_as_everything(why="a test"):
        assert Person.objects.get(email="nina@example.org").display_name == "Nina"


def test_a_token_is_shown_once_and_revoked(signed_in: Callable[[str], Client]) -> None:
    manager = signed_in("PLACE_MANAGER")
    typed = {"label": "Caisse", "scopes": ["vouchers.check"], "days": "30", "request_id": str(uuid4())}
    raw = re.search(r"<code>(carnet_[\w-]{43})</code>", manager.post("/tokens/", typed).content.decode())
    assert raw is not None
    page = manager.get("/tokens/").content.decode()
    assert raw.group(1) not in page
    assert "Caisse" in page
    revoke = re.search(r"/tokens/\d+/revoke/", page)
    assert revoke is not None
    manager.post(revoke.group(0), {"request_id": str(uuid4())})
    assert not re.search(r"/tokens/\d+/revoke/", manager.get("/tokens/").content.decode())


def test_a_bank_account_is_proposed_by_one_and_approved_by_another(person_with: Make) -> None:
    _admin, operator, admin_email = person_with("OPERATOR_ADMIN")
    _approver, _same, approver_email = person_with("APPROVER", organisation_id=operator)
    admin, approver = sign_in(Client(), admin_email), sign_in(Client(), approver_email)
    typed = {"iban": "FR7630006000011234567890189", "holder_name": "Opérateur", "bic": "", "request_id": str(uuid4())}
    wrong = admin.post(f"/bank-account/{operator}/propose/", {**typed, "iban": "FR7630006000011234567890188"})
    assert wrong.status_code == 422
    assert admin.post(f"/bank-account/{operator}/propose/", typed).status_code == 302
    assert "/approve/" not in admin.get("/bank-account/").content.decode()
    inbox = approver.get("/approvals/").content.decode()
    assert f"/bank-account/{operator}/" in inbox
    assert "Approuver un compte bancaire : Organisation " in inbox  # by its name, for a number says nothing
    link = re.search(r"/bank-account/\d+/\d+/approve/", approver.get("/bank-account/").content.decode())
    assert link is not None
    assert admin.post(link.group(0), {"request_id": str(uuid4())}).status_code == 422
    assert "FR76 3000 6000 0112 3456 7890 189" in approver.get(link.group(0)).content.decode()
    assert approver.post(link.group(0), {"request_id": str(uuid4())}).status_code == 302
    assert "tone-success" in approver.get("/bank-account/").content.decode()


def test_a_member_s_page_changes_and_suspends(person_with: Make) -> None:
    _lead, organisation_id, email = person_with("PRESCRIBER_LEAD")
    person_id, _same, _email = person_with("PRESCRIBER", organisation_id=organisation_id)
    lead = sign_in(Client(), email)
    with acting_as_everything(why="a test"):
        membership_id = Membership.objects.get(person_id=person_id).id
    page = f"/members/{organisation_id}/{membership_id}/"
    assert lead.get(page).status_code == 200
    assert lead.post(page, {"do": "suspend", "suspend-reason": "", "suspend-request_id": str(uuid4())}).status_code == 422
    assert lead.post(page, {"do": "suspend", "suspend-reason": "absence", "suspend-request_id": str(uuid4())}).status_code == 302
    assert "absence" in lead.get(page).content.decode()
    assert lead.post(page, {"do": "reinstate", "reinstate-request_id": str(uuid4())}).status_code == 302
    assert lead.post(page, {"do": "role", "role-role": "PRESCRIBER_LEAD", "role-request_id": str(uuid4())}).status_code == 302
    assert lead.get(f"/members/{organisation_id}/{membership_id}/").status_code == 404


PAGES = [
    "/account/", "/account/password/", "/account/organisation/", "/account/second-factor/", "/account/second-factor/passkeys/",
    "/account/second-factor/passkeys/add/", "/account/second-factor/codes/", "/account/second-factor/codes/new/",
    "/account/second-factor/application/remove/", "/members/", "/approvals/", "/bank-account/", "/tokens/", "/sign-out/",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_an_administrator_s_account_opens(signed_in: Callable[[str], Client], page: str) -> None:
    assert signed_in("OPERATOR_ADMIN").get(page).status_code == 200


def test_a_failure_of_the_server_keeps_nothing_the_request_wrote(client: Client, person_with: Make, monkeypatch) -> None:
    from carnet.journal import operations as journal

    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    sign_in(client, email)
    client.raise_request_exception = False

    def broken(**_facts: object) -> None:
        raise RuntimeError("the journal is full")

    monkeypatch.setattr(journal, "record", broken)
    typed = {"display_name": "Changed", "phone": "", "language": "fr", "request_id": str(uuid4())}
    assert client.post("/account/", typed).status_code == 500
    monkeypatch.undo()
    assert "Changed" not in client.get("/account/").content.decode()
    assert SECRET
