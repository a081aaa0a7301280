"""The pages of a person: no account, the telephone first, short sentences; what is left is told to whoever holds the booklet, and kept nowhere."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from carnet.funding.models import Programme
from carnet.gateways.database import acting_as_everything
from carnet.kernel.identifiers import BookletSerial, VoucherSerial
from carnet.ledger import queries as ledger
from carnet.redemption.models import BalanceTry
from carnet.redemption.rules import BALANCE_WRONG_MAX
from tests.factories.campaign import LATER, Campaign, code_of_nobody

PAGES = ("/carnet/", "/obtenir/", "/ou-aller/", "/reste/", "/perdu/", "/aide/")
BANNED = re.compile(r"récépissé|modalités|justificatif|bénéficiaire|prescripteur|usager", re.IGNORECASE)
WORDS_MAX = 15


@pytest.fixture
def held(ready: Campaign, settings: Any) -> Iterator[Campaign]:
    settings.CARNET_CLOCK = LATER.isoformat()
    return ready


def serials(ready: Campaign) -> tuple[str, str]:
    with acting_as_everything(why="read a serial"):
        row = ledger.series(ready.series_id)
    return VoucherSerial(row.issuer_prefix, row.first_serial).printed(), BookletSerial(
        row.issuer_prefix, row.first_booklet_serial
    ).printed()


def words(page: str) -> list[str]:
    """The sentences of the main part of a page, without the search of desks."""
    main = re.sub(r"<(script|style)\b.*?</\1>", "", page.split("<main", 1)[1].split("</main>")[0], flags=re.DOTALL)
    text = unescape(re.sub(r"<(?!/?(strong|span|a)\b)[^>]+>", "\n", main))
    text = re.sub(r"<[^>]+>", "", text)
    return [each.strip() for line in text.split("\n") for each in re.split(r"(?<=[.?!])\s", line) if each.strip()]


@pytest.mark.parametrize("page", PAGES)
def test_the_telephone_comes_first_with_its_hours(client: Client, held: Campaign, page: str) -> None:
    with acting_as_everything(why="say when somebody answers"):
        Programme.objects.filter(id=held.programme_id).update(phone_hours="Mo-Fr 09:00-17:00")
    content = client.get(page).content.decode()
    main = content[content.index("<main") :]
    assert main.index('href="tel:') < min(main.find(each) for each in ("<form", "<h2", "<ul", "<ol") if each in main)
    assert "Lundi à vendredi" in main
    assert "On vous répond maintenant" in main  # a Tuesday at eleven
    assert len(content.encode()) < 100_000


@pytest.mark.parametrize("page", ["/", *PAGES])
def test_sentences_are_short_and_words_are_plain(client: Client, held: Campaign, page: str) -> None:
    with acting_as_everything(why="what an operator says of its programme is its own"):
        Programme.objects.filter(id=held.programme_id).update(public="")
    told = words(client.get(page).content.decode())
    assert [each for each in told if len(each.split()) > WORDS_MAX] == []
    assert [each for each in told if BANNED.search(each)] == []


@pytest.mark.parametrize("page", ["/", *PAGES])
def test_each_page_offers_to_be_read_aloud(client: Client, held: Campaign, page: str) -> None:
    content = client.get(page).content.decode()
    assert 'data-aloud data-aloud-skip data-language="fr"' in content
    assert "data-aloud-text" in content
    assert 'data-language="en"' in client.get(page, headers={"accept-language": "en"}).content.decode()


def test_home_offers_few_large_choices(client: Client, held: Campaign) -> None:
    page = client.get("/").content.decode()
    for where in ("/obtenir/", "/ou-aller/", "/reste/", "/perdu/", "/aide/", "/carnet/"):
        assert f'class="door" href="{where}"' in page
    assert page.index('href="tel:') < page.index('class="door"')


def test_five_needs_lead_to_the_search_of_places_that_take_vouchers(client: Client, held: Campaign) -> None:
    page = client.get("/ou-aller/").content.decode()
    needs = re.findall(r'<button class="door" type="submit" name="service" value="([a-z-]*)"', page)
    assert len(needs) == 6
    for service in needs:
        assert client.get("/places/", {"where": "Nantes", "service": service, "vouchers": "on"}).status_code == 200


def test_what_is_left_is_drawn_and_kept_nowhere(client: Client, held: Campaign) -> None:
    voucher, cover = serials(held)
    for number, secret in ((voucher, held.code(0)), (cover, held.token(2))):
        answer = client.post("/reste/", {"number": number, "secret": secret})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Il vous reste 5 chèques." in page
        assert page.count("<li>10") == 5
        assert secret not in page
        assert "no-store" in answer["Cache-Control"]
        assert answer.request["QUERY_STRING"] == ""
    assert not Session.objects.exists()
    assert "tel:" in page


@pytest.mark.parametrize(
    ("number", "secret", "said"),
    [
        ("right", "wrong", "ne vont pas ensemble"),
        ("unknown", "right", "ne vont pas ensemble"),
        ("mistyped", "right", "Ce numéro comporte une erreur"),
        ("right", "mistyped", "Relisez les 18 chiffres"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client: Client, held: Campaign, number: str, secret: str, said: str) -> None:
    numbers = {"right": serials(held)[0], "unknown": VoucherSerial("ZZ", 5).printed(), "mistyped": "ZZ-000000005-00"}
    secrets = {"right": held.code(0), "wrong": code_of_nobody(), "mistyped": "123 456 789"}
    answer = client.post("/reste/", {"number": numbers[number], "secret": secrets[secret]})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert numbers[number] in answer.content.decode()


def test_too_many_tries_from_one_address_are_told_to_call(client: Client, held: Campaign) -> None:
    for rank in range(BALANCE_WRONG_MAX):
        client.post("/reste/", {"number": VoucherSerial("ZZ", rank + 1).printed(), "secret": code_of_nobody()}, REMOTE_ADDR="203.0.113.9")
    answer = client.post("/reste/", {"number": serials(held)[0], "secret": held.code(0)}, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 429
    assert "Appelez : une personne vous répond." in answer.content.decode()
    assert BalanceTry.objects.count() == BALANCE_WRONG_MAX
    assert client.post("/reste/", {"number": serials(held)[0], "secret": held.code(0)}, REMOTE_ADDR="203.0.113.10").status_code == 200


def test_a_scanned_voucher_asks_for_the_number_too(client: Client, held: Campaign) -> None:
    page = client.get(f"/V/{held.token(0)}").content.decode()
    assert f'type="hidden" name="secret" value="{held.token(0)}"' in page
    assert 'name="number"' in page
    # A number that does not go with it asks again, without showing what the camera read.
    again = client.post("/reste/", {"number": VoucherSerial("ZZ", 5).printed(), "secret": held.token(0)}).content.decode()
    assert 'type="hidden" name="secret"' in again
    assert "Le code secret est lu." in again


def test_lost_says_it_in_three_sentences_and_never_asks_for_the_secret(client: Client, held: Campaign) -> None:
    page = client.get("/perdu/", {"where": "Nantes"}).content.decode()
    steps = re.findall(r"<li><p><strong>(.*?)</strong></p></li>", page)
    assert len(steps) == 3
    assert 'name="secret"' not in page
    assert "Ne dites jamais le code secret." in page


@pytest.mark.parametrize("page", ["/fiche/", "/reservation/", "/places/", "/agenda/"])
def test_the_pages_of_lessons_say_whom_to_call_too(client: Client, held: Campaign, page: str) -> None:
    shown = client.get(page).content.decode()
    main = shown.split("<main", 1)[1]
    assert main.index('class="phone"') < main.index("<form")
    assert shown.count('class="phone"') == 1


@pytest.mark.parametrize("page", ["/reste/", "/obtenir/par-la-poste/", "/obtenir/par-la-poste/suivre/", "/reservation/", "/reclamation/"])
def test_what_is_wrong_is_gathered_once(client: Client, held: Campaign, page: str) -> None:
    refused = client.post(page, {})
    assert refused.status_code == 422
    assert refused.content.decode().count('class="error-summary"') == 1
