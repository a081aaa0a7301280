"""A helper signs with the person beside, finds them again, stops what they no longer want; a paper is read by two."""

import re
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client
from django.utils import timezone

from carnet.gateways.database import acting_as_everything
from carnet.gateways.identity import Identity
from carnet.mandates import operations as mandates
from carnet.mandates.models import Authorisation, Draft, Mandate
from carnet.parties import operations as parties
from carnet.parties.models import Person
from carnet.web.identity import exchange
from tests.factories.campaign import NOW, SYSTEM, organisation
from tests.web.conftest import SECRET, come_in, six_digits
from tests.web.season import Season
from tests.web.season import season as season
from tests.web.test_helpline_pages import text_of

CAME = Identity("amina-at-franceconnect", "Benali", "Amina Zohra", "1958-04-03", "female", "44109", "99100", "")


@pytest.fixture
def structure_id(season: Season) -> int:
    with acting_as_everything(why="prepare a structure"):
        made = organisation("Médiathèque Floresca", "HELPER")
        return mandates.admit_structure(
            organisation_id=made, programme_id=season.campaign.programme_id, actor=SYSTEM, request_id=uuid4(), at=NOW
        )


def enter(season: Season, organisation_id: int, role: str = "HELPER") -> Client:
    """A helper signed in, their second factor just proved."""
    email = season.enrol(role, organisation_id)
    with acting_as_everything(why="a test"):
        person_id = Person.objects.get(email=email).id
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


@pytest.fixture
def helper(season: Season, structure_id: int) -> Client:
    return enter(season, structure_id)


@pytest.fixture
def came(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has just come back from FranceConnect, in this browser."""
    held: dict[str, Identity] = {}
    monkeypatch.setattr(exchange, "known", lambda _request, purpose: held.setdefault(purpose, CAME) if purpose not in held else None)


def send(client: Client, url: str, *, proves: bool = True, **fields: Any) -> Any:
    """A form sent. `proves`: the second factor of this session came after the preparation was begun, a minute ago."""
    if proves and url.endswith("/sign/"):
        site.CARNET_CLOCK += timedelta(minutes=1)  # type: ignore[misc]  # the fixture `season` put it there
    return client.post(url, {"request_id": str(uuid4()), **fields})


def chosen(client: Client, *families: str, duration: str = "MONTH", url: str = "/helper/new/") -> str:
    """The address of a preparation just begun."""
    answer = send(client, url, families=list(families), duration=duration, language="fr")
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def signed(client: Client, *families: str) -> str:
    """The address of a mandate signed through the pages, the person at FranceConnect."""
    draft = chosen(client, *families)
    assert client.get(draft)["Location"] == f"{draft}sign/"
    answer = send(client, f"{draft}sign/", protection="NONE", has_agreed="on", contact="06 39 98 00 01")
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"]).partition("?")[0]


def test_a_mandate_is_signed_in_four_screens(helper: Client, came: None) -> None:
    home = text_of(helper.get("/helper/"))
    assert "Signer un mandat" in home
    draft = chosen(helper, "work", "money")
    helper.get(draft)
    page = text_of(helper.get(f"{draft}sign/"))
    for words in (
        "Amina Zohra Benali",
        "3 avril 1958",
        "Ce que Médiathèque Floresca promet",
        "Ce que la personne promet",
        "Travail et retraite",
    ):
        assert words in page
    assert "La personne a entendu le texte. Elle dit oui." in page and "surendettement" in page
    answer = send(helper, f"{draft}sign/", protection="NONE", has_agreed="on")
    page = text_of(helper.get(answer["Location"]))
    assert "C’est signé" in page and "M-" in page and "Imprimer le mandat" in page
    assert helper.get(draft)["Location"] == str(answer["Location"]).partition("?")[0]
    assert helper.get(f"{draft}sign/")["Location"] == draft  # the browser's arrow shows it signed, not to sign again


def test_without_a_yes_or_under_protection_nothing_is_signed(helper: Client, came: None) -> None:
    draft = chosen(helper, "work")
    helper.get(draft)
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({"protection": "NONE"}, "Sans son oui, rien n’est signé."),
        ({"protection": "MEASURE", "has_agreed": "on"}, "Une personne sous protection ne signe pas seule."),
        ({"protection": "NONE", "has_agreed": "on", "contact": "demain"}, "téléphone"),
    )
    for fields, words in refused:
        answer = send(helper, f"{draft}sign/", **fields)
        assert answer.status_code == 422 and words in text_of(answer)
    with acting_as_everything(why="look"):
        assert not Mandate.objects.exists()


def test_signing_asks_for_a_second_factor_proved_for_this_person(helper: Client, came: None) -> None:
    draft = chosen(helper, "work")
    helper.get(draft)
    answer = send(helper, f"{draft}sign/", protection="NONE", has_agreed="on", proves=False)
    assert answer.status_code == 302 and "/account/" in answer["Location"], answer.get("Location")
    with acting_as_everything(why="look"):
        assert not Mandate.objects.exists()


def test_what_is_refused_after_the_proof_is_mended_at_its_own_address(helper: Client, came: None) -> None:
    draft = chosen(helper, "work")
    helper.get(draft)
    away = send(helper, f"{draft}sign/", protection="MEASURE", has_agreed="on", proves=False)["Location"]
    site.CARNET_CLOCK += timedelta(minutes=1)  # type: ignore[misc]  # the fixture `season` put it there
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False):  # the digits of signing in serve once
        answer = helper.post(away, {"code": six_digits(), "next": f"{draft}sign/"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Une personne sous protection ne signe pas seule." in text_of(answer)
    form = page[: page.index("Signer le mandat")].rpartition("<form")[2]
    assert f'action="{draft}sign/"' in form  # else the next click asks for a code, and what was typed is lost
    assert send(helper, f"{draft}sign/", protection="NONE", has_agreed="on", proves=False).status_code == 302


def test_a_demonstration_says_the_code_nobody_holds_and_only_on_its_machine(helper: Client, settings: Any) -> None:
    assert "Démonstration :" not in text_of(helper.get("/account/prove/"))
    settings.DEMO = True
    told = re.search(r"Démonstration : (\d{6})", text_of(helper.get("/account/prove/")))
    assert told is not None and told[1] in {six_digits(at=time.time() + gap) for gap in (-30, 0)}
    assert "Démonstration :" not in text_of(helper.get("/account/prove/", headers={"X-Forwarded-For": "127.0.0.1"}))


def test_a_paper_is_read_by_two_helpers(season: Season, structure_id: int, helper: Client) -> None:
    draft = chosen(helper, "family", duration="DAY")
    assert "Donnez le clavier à la personne" in text_of(helper.get(draft))
    bad = send(helper, f"{draft}paper/", family_name="1 58 04 44 109 001 85", given_names="Amina", birthdate="1958-04-03")
    assert bad.status_code == 422
    assert send(helper, f"{draft}paper/", family_name="Benali", given_names="Amina", birthdate="1958-04-03").status_code == 302
    assert "Un collègue doit le lire aussi" in text_of(helper.get(draft))
    assert "Amina Benali · Famille" in text_of(helper.get("/helper/"))
    assert helper.get(f"{draft}second/")["Location"] == draft
    assert send(helper, f"{draft}second/", has_seen="on").status_code == 422  # the same one twice
    assert "Lire le papier" not in text_of(enter(season, structure_id, "HELPER_LEAD").get("/helper/"))  # who may not, is not asked
    other = enter(season, structure_id)
    assert "Lire le papier" in text_of(other.get("/helper/"))
    assert "Amina Benali" in text_of(other.get(f"{draft}second/"))
    assert "C’est confirmé" in text_of(send(other, f"{draft}second/", has_seen="on"))
    assert helper.get(draft)["Location"] == f"{draft}sign/"
    answer = send(helper, f"{draft}sign/", protection="NONE", has_agreed="on")
    assert "Sur papier, lu par deux aidants" in text_of(helper.get(answer["Location"]))


def test_one_finds_the_person_and_stops_what_they_no_longer_want(helper: Client, came: None) -> None:
    mandate = signed(helper, "work", "money", "family")
    assert "Amina Zohra Benali" in text_of(helper.get("/helper/people/?q=ami+ben"))
    assert "Personne ici." in text_of(helper.get("/helper/people/?q=martin"))
    person = re.search(r'href="(/helper/people/[0-9]+/)"', helper.get("/helper/people/").content.decode())[1]  # type: ignore[index]
    page = text_of(helper.get(person))
    assert "Argent et impôts" in page and "06 39 98 00 01" in page
    with acting_as_everything(why="a test"):
        money = Authorisation.objects.get(family="money").id
    done = send(helper, f"{person}stop/", authorisations=[money])
    page = text_of(helper.get(done["Location"]))
    assert "C’est arrêté" in page and "arrêté par la personne" in page and "Argent et impôts" in page
    assert "Argent et impôts" not in text_of(helper.get(person)).partition("Ses mandats")[0]
    assert "Le papier de l’arrêt" in text_of(helper.get(mandate))
    assert send(helper, f"{person}stop/", authorisations=[money]).status_code == 422


def test_signing_says_what_it_replaces(helper: Client, came: None) -> None:
    signed(helper, "work", "family")
    draft = chosen(helper, "work", "money", duration="DAY")
    helper.get(draft)
    page = text_of(helper.get(f"{draft}sign/"))
    assert page.count("Remplace ce qui était permis") == 1
    assert "Travail et retraite, jusqu’au" in page


def test_a_renewal_comes_filled_and_asks_nobody_to_sign_in_again(helper: Client, came: None) -> None:
    mandate = signed(helper, "work", "family")
    page = helper.get(f"{mandate}renew/").content.decode()
    assert page.count("checked") == 3 and "Signer de nouveau avec" in page
    draft = chosen(helper, "work", url=f"{mandate}renew/", duration="YEAR")
    assert helper.get(draft)["Location"] == f"{draft}sign/"
    assert "Amina Zohra Benali" in text_of(helper.get(f"{draft}sign/"))
    assert send(helper, f"{draft}sign/", protection="NONE", has_agreed="on").status_code == 302


def test_a_file_is_closed_and_mandates_are_carried_elsewhere(
    season: Season, helper: Client, came: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_as_everything(why="another structure"):
        other_id = organisation("Centre social", "HELPER")
        mandates.admit_structure(
            organisation_id=other_id, programme_id=season.campaign.programme_id, actor=SYSTEM, request_id=uuid4(), at=NOW
        )
    signed(helper, "work")
    person = re.search(r'href="(/helper/people/[0-9]+/)"', helper.get("/helper/people/").content.decode())[1]  # type: ignore[index]
    monkeypatch.setattr(exchange, "known", lambda _request, _purpose: CAME)
    assert "Centre social" in text_of(helper.get(f"{person}carry/"))
    answer = send(helper, f"{person}carry/", to=other_id, has_agreed="on")
    assert "L’autre structure peut continuer : Travail et retraite." in text_of(helper.get(answer["Location"]))
    answer = send(helper, f"{person}close/", reason="DEATH")
    assert "décès de la personne" in text_of(helper.get(answer["Location"]))
    page = text_of(helper.get(person))
    assert "Dossier fermé" in page and "Signer de nouveau" not in page


def test_giving_up_forgets_the_person(helper: Client, came: None) -> None:
    draft = chosen(helper, "work")
    helper.get(draft)
    assert helper.post(f"{draft}drop/")["Location"] == "/helper/"
    with acting_as_everything(why="look"):
        assert Draft.objects.get().sealed_identity is None
    assert helper.get(draft).status_code == 409


def test_a_lead_reads_and_stops_but_does_not_sign(season: Season, structure_id: int, helper: Client, came: None) -> None:
    signed(helper, "work")
    lead = enter(season, structure_id, "HELPER_LEAD")
    assert "Signer un mandat" not in text_of(lead.get("/helper/"))
    assert lead.get("/helper/new/").status_code == 403
    assert "Amina Zohra Benali" in text_of(lead.get("/helper/people/"))


def test_another_structure_finds_nothing(season: Season, helper: Client, came: None) -> None:
    mandate = signed(helper, "work")
    with acting_as_everything(why="another structure"):
        other_id = organisation("Centre social", "HELPER")
        mandates.admit_structure(
            organisation_id=other_id, programme_id=season.campaign.programme_id, actor=SYSTEM, request_id=uuid4(), at=NOW
        )
    stranger = enter(season, other_id)
    assert stranger.get(mandate).status_code == 404
    assert stranger.get(f"{mandate}renew/").status_code == 404
    assert "Benali" not in text_of(stranger.get("/helper/people/?q=benali&which=all")).replace("benali", "")


def test_a_list_asks_as_much_of_the_database_for_one_page_as_for_three(
    helper: Client, came: None, django_assert_max_num_queries: Any
) -> None:
    signed(helper, "work")
    for url in ("/helper/", "/helper/people/", "/helper/mandates/", "/helper/uses/"):
        with django_assert_max_num_queries(34):
            assert helper.get(url).status_code == 200
