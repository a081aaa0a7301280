"""A helper's second factor on screen: set up with words, a card, fifteen idle minutes, a loss, and the way back."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from carnet.gateways.database import acting_as_everything
from carnet.notices.models import Notice
from carnet.parties import operations as parties
from carnet.parties.models import CodeCard, FactorRecovery, Membership
from tests.factories.cards import file_of, seed_of, shown
from tests.web.conftest import PASSWORD, PROGRAM, sign_in, six_digits

Make = Callable[..., tuple[int, int, str]]
APPLICATION = "/account/second-factor/application/"


def text_of(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


def rid() -> str:
    return str(uuid4())


def letter(kind: str) -> Notice:
    with acting_as_everything(why="reading the outbox in a test"):
        return Notice.objects.filter(kind=kind).latest("id")


class Town:
    """An operator, a structure it brought in, its lead and a helper who never set up anything; two cards in the lead's drawer."""

    def __init__(self, person_with: Make) -> None:
        at = timezone.now()
        self.admin_id, self.operator_id, self.admin_email = person_with("OPERATOR_ADMIN")
        self.structure_id = parties.create_organisation(
            name="Médiathèque",
            kinds=["HELPER"],
            is_simulated=True,
            registered_by=self.operator_id,
            actor=PROGRAM,
            request_id=uuid4(),
            at=at,
        )
        self.lead_id, _same, self.lead_email = person_with("HELPER_LEAD", organisation_id=self.structure_id)
        self.helper_id, _same, self.helper_email = person_with("HELPER", organisation_id=self.structure_id, has_second_factor=False)
        self.admin, self.lead, self.helper = Client(), Client(), Client()

    def stocked(self) -> None:
        """Through the operator's screens."""
        sign_in(self.admin, self.admin_email)
        file = SimpleUploadedFile("cards.csv", file_of(2) + b"x;y\n")
        answer = self.admin.post("/operator/cards/import/", {"file": file, "step_seconds": "60", "request_id": rid()})
        assert "2 cartes entrées" in text_of(answer)
        assert "« x » n’est pas le numéro d’une carte." in text_of(answer)
        assert seed_of(1).hex() not in text_of(answer)
        sent = self.admin.post("/operator/cards/send/", {"organisation_id": self.structure_id, "count": "2", "request_id": rid()})
        assert sent.status_code == 302, text_of(sent)

    def given(self, number: int = 1) -> None:
        """Through the lead's screens."""
        if "sessionid" not in self.lead.cookies:
            sign_in(self.lead, self.lead_email)
        answer = self.lead.post("/cards/", {"serial": f"gadt {number:04d}", "person_id": self.helper_id, "request_id": rid()})
        assert answer.status_code == 302, text_of(answer)


@pytest.fixture
def town(person_with: Make) -> Town:
    return Town(person_with)


@pytest.fixture
def holding(town: Town) -> Town:
    """The helper signed in and typed the first code of the card."""
    town.stocked()
    town.given()
    sign_in(town.helper, town.helper_email)
    answer = town.helper.post(
        "/account/second-factor/card/", {"code": shown(timezone.now(), seed_of(1)), "next": "/helper/", "request_id": rid()}
    )
    assert answer["Location"] == "/helper/", text_of(answer)
    return town


def test_a_helper_is_guided_to_a_second_factor_at_the_first_sign_in(town: Town) -> None:
    sign_in(town.helper, town.helper_email)
    answer = town.helper.get("/helper/")
    assert answer["Location"] == "/account/second-factor/start/?next=%2Fhelper%2F"
    page = text_of(town.helper.get(answer["Location"]))
    assert f'href="{APPLICATION}?next=/helper/"' in page
    assert 'href="/account/second-factor/passkeys/add/?next=/helper/"' in page
    assert "Demandez une carte à codes à votre référent" in page
    page = text_of(town.helper.get(f"{APPLICATION}?next=/helper/"))
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)  # type: ignore[union-attr]
    town.helper.post(APPLICATION, {"code": six_digits(secret), "next": "/helper/"})
    assert town.helper.get("/helper/").status_code == 200
    assert town.helper.get("/account/second-factor/start/?next=/helper/")["Location"] == "/helper/"


def test_a_card_goes_from_its_maker_to_a_hand_and_signs_in_and_proves(town: Town) -> None:
    town.stocked()
    town.given()
    page = text_of(town.lead.get("/cards/"))
    assert "GADT0001" in page
    assert "Elles sont arrivées" not in page, "giving a card of a parcel says that it arrived"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(town.helper, town.helper_email)
        assert "Carte n° GADT0001" in text_of(town.helper.get("/account/second-factor/start/"))
        typed = {"code": "000000", "next": "/helper/", "request_id": rid()}
        assert town.helper.post("/account/second-factor/card/", typed).status_code == 422
        code = shown(timezone.now(), seed_of(1))
        assert town.helper.post("/account/second-factor/card/", typed | {"code": code})["Location"] == "/helper/"
        assert town.helper.get("/helper/").status_code == 200
        thief = Client()
        assert thief.post("/sign-in/", {"login": town.helper_email, "password": PASSWORD})["Location"] == "/sign-in/second-factor/"
        assert "il a déjà servi" in text_of(thief.post("/sign-in/second-factor/", {"code": code}))
        clock.shift(timedelta(minutes=16))
        again = sign_in(Client(), town.helper_email, code=shown(timezone.now(), seed_of(1)))
        assert again.get("/helper/").status_code == 200
        assert "GADT0001" in text_of(again.get("/account/second-factor/card/"))
        clock.shift(timedelta(minutes=16))
        assert again.get("/helper/")["Location"] == "/account/prove/?next=%2Fhelper%2F"
        assert again.get("/account/prove/?next=/helper/").status_code == 200
        code = shown(timezone.now(), seed_of(1))
        assert again.post("/account/prove/?next=/helper/", {"code": code, "next": "/helper/"})["Location"] == "/helper/"
        assert again.get("/helper/").status_code == 200


def test_a_helper_s_screen_left_fifteen_minutes_asks_again_and_no_other(person_with: Make) -> None:
    _helper, _organisation, email = person_with("HELPER")
    _lead, _organisation, other_email = person_with("PRESCRIBER_LEAD")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        helper, other = sign_in(Client(), email), sign_in(Client(), other_email)
        for _gesture in range(4):
            assert helper.get("/helper/").status_code == 200
            clock.shift(timedelta(minutes=14))
        assert helper.get("/helper/").status_code == 200
        clock.shift(timedelta(minutes=15))
        assert helper.get("/helper/")["Location"] == "/account/prove/?next=%2Fhelper%2F"
        assert helper.get("/account/").status_code == 200  # one's own account waits for nobody's data
        assert other.get("/prescriber/").status_code == 200
        helper.post("/account/prove/?next=/helper/", {"code": six_digits(at=time.time()), "next": "/helper/"})
        assert helper.get("/helper/").status_code == 200


def test_what_a_helper_does_is_noted_once_a_minute_at_most(person_with: Make) -> None:
    _helper, _organisation, email = person_with("HELPER")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        helper = sign_in(Client(), email)
        helper.get("/helper/")
        noted = helper.session["active_at"]
        clock.shift(timedelta(seconds=59))
        helper.get("/helper/")
        assert helper.session["active_at"] == noted
        clock.shift(timedelta(seconds=2))
        helper.get("/helper/")
        assert helper.session["active_at"] == noted + 61


def test_closing_the_browser_closes_the_session(person_with: Make) -> None:
    _helper, _organisation, email = person_with("HELPER")
    cookie = sign_in(Client(), email).cookies["sessionid"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")


def test_a_lost_card_is_dead_and_a_letter_s_code_opens_the_choice_of_another(holding: Town) -> None:
    with acting_as_everything(why="a test"):
        card_id = CodeCard.objects.get(serial="GADT0001").id
    page = text_of(holding.lead.get(f"/cards/{card_id}/"))
    assert "En service" in page
    answer = holding.lead.post(f"/cards/{card_id}/", {"do": "LOST", "request_id": rid()}, follow=True)
    assert "Helper reçoit un code par courriel" in text_of(answer)
    # A session opened before is over, and a stolen password chooses nothing.
    assert holding.helper.get("/helper/")["Location"].startswith("/sign-in/")
    client = sign_in(Client(), holding.helper_email)
    assert client.get("/helper/")["Location"].startswith("/account/second-factor/start/")
    for way in ("/account/second-factor/start/", APPLICATION, "/account/second-factor/passkeys/add/", "/account/second-factor/card/"):
        assert client.get(way)["Location"].startswith("/account/second-factor/recover/"), way
    typed = {"code": "AAAA-AAAA", "next": "/helper/", "request_id": rid()}
    assert client.post("/account/second-factor/recover/", typed).status_code == 422
    typed["code"] = letter("parties.recovery-code").context["code"]
    assert client.post("/account/second-factor/recover/", typed)["Location"] == "/account/second-factor/start/?next=%2Fhelper%2F"
    holding.given(2)
    assert "GADT0002" in text_of(client.get("/account/second-factor/start/"))
    code = shown(timezone.now(), seed_of(2))
    assert client.post("/account/second-factor/card/", {"code": code, "next": "/helper/", "request_id": rid()})["Location"] == "/helper/"
    assert client.get("/helper/").status_code == 200
    with acting_as_everything(why="a test"):
        assert FactorRecovery.objects.get().state == "DONE"


def test_a_lead_answers_for_a_lost_telephone_on_its_page(town: Town) -> None:
    parties.set_second_factor(person_id=town.helper_id, secret="JBSWY3DPEHPK3PXP", actor=PROGRAM, request_id=uuid4(), at=timezone.now())
    sign_in(town.lead, town.lead_email)
    page = f"/cards/people/{town.helper_id}/recover/"
    assert "de vive voix" in text_of(town.lead.get(page))
    assert town.lead.post(page, {"request_id": rid()}).status_code == 302
    client = sign_in(Client(), town.helper_email)  # the telephone is dead: the password leads to the letter's code, and no further
    typed = {"code": letter("parties.recovery-code").context["code"], "request_id": rid()}
    assert client.post("/account/second-factor/recover/", typed).status_code == 302
    secret = re.search(r"<code>([A-Z2-7]+)</code>", text_of(client.get(APPLICATION))).group(1)  # type: ignore[union-attr]
    client.post(APPLICATION, {"code": six_digits(secret), "next": "/helper/"})
    assert client.get("/helper/").status_code == 200
    assert town.lead.get(f"/cards/people/{town.admin_id}/recover/").status_code == 404


def test_two_people_of_the_operator_answer_for_a_lead_without_a_lead(town: Town, person_with: Make) -> None:
    _approver, _same, approver_email = person_with("APPROVER", organisation_id=town.operator_id)
    sign_in(town.admin, town.admin_email)
    assert "Un aidant a perdu sa carte" in text_of(town.admin.get(f"/operator/organisations/{town.structure_id}/"))
    typed = {"person_id": town.lead_id, "reason": "Rappelée à la mairie", "request_id": rid()}
    asked = town.admin.post(f"/operator/organisations/{town.structure_id}/recover/", typed)
    page = asked["Location"]
    assert "une autre personne doit décider" in text_of(town.admin.get(page))
    approver = sign_in(Client(), approver_email)
    assert page in text_of(approver.get("/approvals/"))
    assert "Rappelée à la mairie" in text_of(approver.get(page))
    assert town.admin.post(f"{page}approve/", {"request_id": rid()}).status_code == 422
    assert approver.post(f"{page}approve/", {"request_id": rid()}).status_code == 302
    assert "accepté" in text_of(approver.get("/operator/cards/"))
    sign_in(town.lead, town.lead_email)  # it still has its telephone: that stops everything
    assert "annulé" in text_of(approver.get(page))


def test_the_operator_ends_a_card_it_is_telephoned_about(holding: Town) -> None:
    with acting_as_everything(why="a test"):
        card_id = CodeCard.objects.get(serial="GADT0001").id
    assert holding.admin.post(f"/operator/cards/{card_id}/", {"reason": "LOST", "request_id": rid()}).status_code == 302
    page = text_of(holding.admin.get(f"/operator/cards/{card_id}/"))
    assert "Perdue" in page
    assert "Arrêter la carte" not in page
    assert "GADT0002" in text_of(holding.admin.get("/operator/cards/?number=gadt"))
    assert "GADT0002" in text_of(holding.admin.get("/operator/cards/?number=ga+dt+00"))
    assert "Helper" in text_of(holding.admin.get("/operator/cards/")), "a recovery waits for a second person"
    client = sign_in(Client(), holding.helper_email)
    assert client.get("/account/second-factor/start/")["Location"].startswith("/account/second-factor/recover/")


def test_a_lead_takes_a_card_back_and_says_that_a_parcel_arrived(town: Town) -> None:
    town.stocked()
    sign_in(town.lead, town.lead_email)
    parcel = re.search(r"/cards/parcels/\d+/received/", text_of(town.lead.get("/cards/")))
    assert parcel is not None
    town.lead.post(parcel.group(0), {"request_id": rid()})
    assert "Elles sont arrivées" not in text_of(town.lead.get("/cards/"))
    town.given()
    with acting_as_everything(why="a test"):
        card_id = CodeCard.objects.get(serial="GADT0001").id
    assert town.lead.post(f"/cards/{card_id}/back/", {"request_id": rid()}).status_code == 302
    assert "En réserve" in text_of(town.lead.get(f"/cards/{card_id}/"))
    assert "recover/" in town.lead.get("/cards/").content.decode()
    wrong = town.lead.post("/cards/", {"serial": "GADT9999", "person_id": town.helper_id, "request_id": rid()})
    assert wrong.status_code == 422
    assert "Relisez son numéro" in text_of(wrong)


def test_a_closed_account_says_so_and_the_lead_opens_it_again(town: Town) -> None:
    with acting_as_everything(why="a test"):
        membership = Membership.objects.get(person_id=town.helper_id)
        Membership.objects.filter(id=membership.id).update(suspended_at=timezone.now(), is_unused=True)
    client = sign_in(Client(), town.helper_email)
    answer = client.get("/helper/")
    assert answer.status_code == 403
    assert "n’a pas servi depuis six mois" in text_of(answer)
    sign_in(town.lead, town.lead_email)
    page = f"/members/{town.structure_id}/{membership.id}/"
    assert "n’avait pas servi depuis six mois" in text_of(town.lead.get(page))
    assert town.lead.post(page, {"do": "reinstate", "reinstate-request_id": rid()}).status_code == 302
    assert client.get("/helper/")["Location"].startswith("/account/second-factor/start/")
