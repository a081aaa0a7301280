"""A place's screens over HTTP: test, accept, refuse, undo, and the money that comes."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.factories.campaign import accept as accept_programme
from tests.factories.campaign import place as another_place
from tests.web.season import TODAY, Season
from tests.web.season import season as season


def check(counter: Client, season: Season, code: str, place_id: int | None = None) -> tuple[int, str]:
    answer = counter.post("/place/voucher/", {"code": code, "place_id": place_id or season.campaign.place_id})
    return answer.status_code, answer.content.decode()


def take(counter: Client, season: Season, code: str, **more: object) -> object:
    form = {"code": code, "place_id": season.campaign.place_id, "service": "mailbox", "attended_on": "2026-03-03", "request_id": uuid4()}
    return counter.post("/place/voucher/accept/", form | more)


def spent(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(programme_id=season.campaign.programme_id).redeemed


def test_every_page_of_the_counter_opens(season: Season) -> None:
    for page in ["/place/", "/place/voucher/", "/place/redemptions/", "/place/redemptions/?day=2026-03-01"]:
        assert season.counter.get(page).status_code == 200, page
    for page in ["/place/", "/place/payments/"]:
        assert season.manager.get(page).status_code == 200, page


def test_from_the_code_to_accepted_in_three_steps(season: Season) -> None:
    counter, code = season.counter, season.campaign.code(0)
    grouped = " ".join(code[start : start + 3] for start in range(0, 18, 3))
    status, page = check(counter, season, grouped)
    assert status == 200
    assert "Ce chèque est bon" in page
    assert "10\u00a0€" in page
    assert spent(season) == 0
    answer = take(counter, season, code)
    assert answer.status_code == 302
    done = counter.get(answer["Location"]).content.decode()
    assert "Accepté" in done
    assert "Vous serez payé le" in done
    assert spent(season) == 1


@pytest.mark.parametrize("shape", ["url", "token"])
def test_a_scanner_may_type_the_qr(season: Season, shape: str) -> None:
    token = season.campaign.token(1)
    status, page = check(season.counter, season, f"HTTPS://CARNET.EXEMPLE.FR/V/{token}" if shape == "url" else token)
    assert (status, "Ce chèque est bon" in page) == (200, True)


def test_a_scanner_set_for_another_keyboard_is_understood(season: Season) -> None:
    shifted = season.campaign.code(2).translate(str.maketrans("1234567890", "&é\"'(-è_çà"))
    status, page = check(season.counter, season, shifted)
    assert (status, "Ce chèque est bon" in page) == (200, True)


def test_a_phone_s_camera_opens_the_till(season: Season) -> None:
    counter, token = season.counter, season.campaign.token(1)
    assert counter.get(f"/V/{token}")["Location"] == "/place/voucher/"
    assert f'value="{token}"' in counter.get("/place/voucher/").content.decode()


def test_each_refusal_has_its_own_words(season: Season) -> None:
    counter = season.counter
    take(counter, season, season.campaign.code(0))
    wrong = season.campaign.code(1)[:-1] + str((int(season.campaign.code(1)[-1]) + 1) % 10)
    for code, words in [
        (season.campaign.code(0), ["Déjà utilisé", "3 mars 2026", "C’était ici"]),
        (wrong, ["Code mal tapé", f'value="{wrong}"']),
        (season.campaign.code(1)[:-1], ["Code mal tapé", "Vous en avez tapé 17."]),
        (season.campaign.code(10), ["Pas en service"]),
        ("", ["obligatoire"]),
        ("x" * 500, ["caractères"]),
    ]:
        status, page = check(counter, season, code)
        assert status == 422
        for word in words:
            assert word in page, (code, word)
        assert ("Vous en avez tapé" in page) == (len(code) == 17), "told when it is the count that is wrong"
    assert spent(season) == 1


def test_a_lapsed_voucher_says_until_when(season: Season, settings: object) -> None:
    counter = season.counter
    settings.CARNET_CLOCK = TODAY + timedelta(days=400)  # type: ignore[attr-defined]
    status, page = check(counter, season, season.campaign.code(0))
    assert (status, "Périmé" in page) == (422, True)


def test_the_same_form_sent_twice_spends_once(season: Season) -> None:
    counter, request_id = season.counter, uuid4()
    first = take(counter, season, season.campaign.code(0), request_id=request_id)
    again = take(counter, season, season.campaign.code(0), request_id=request_id)
    assert first["Location"] == again["Location"]
    other = take(counter, season, season.campaign.code(0))
    assert other.status_code == 422
    assert "Déjà utilisé" in other.content.decode()
    assert spent(season) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"service": ""}, "Choisissez le service rendu"),
        ({"service": "cv"}, "pour quel service"),
        ({"attended_on": "2027-01-01"}, "La date de la leçon"),
        ({"attended_on": "demain"}, "Écrivez un jour"),
    ],
)
def test_a_form_filled_wrongly_comes_back_whole(season: Season, more: dict[str, str], words: str) -> None:
    answer = take(season.counter, season, season.campaign.code(0), **more)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words.lower() in page.lower()
    assert "Accepter ce chèque" in page
    assert f'value="{season.campaign.code(0)}"' in page
    assert spent(season) == 0


def test_only_services_that_are_paid_here_are_offered(season: Season) -> None:
    with acting_as_everything(why="a second place"):
        second = another_place("Fabrique", season.campaign.place_organisation_id)
        accept_programme(second, season.campaign.programme_id, services=("mailbox", "cv"))
    status, page = check(season.counter, season, season.campaign.code(0), second)
    assert status == 200
    assert re.findall(r'name="service" value="([a-z-]+)"', page) == ["mailbox"]


def test_the_service_taken_last_at_this_place_is_chosen_already(season: Season) -> None:
    """For whoever comes next at the counter, in a session of their own: so that the third touch accepts."""
    chosen = r'name="service" value="mailbox"[^>]*checked'
    assert not re.search(chosen, check(season.counter, season, season.campaign.code(0))[1])
    take(season.counter, season, season.campaign.code(0))
    assert re.search(chosen, check(season.manager, season, season.campaign.code(1))[1])


def test_undone_with_a_reason_then_spent_again(season: Season) -> None:
    counter = season.counter
    number = take(counter, season, season.campaign.code(0))["Location"].split("/")[3]
    undo = f"/place/redemptions/{number}/undo/"
    assert counter.post(undo, {"request_id": uuid4()}).status_code == 422
    number_of_a_person = f"2 85 05 78 006 084 {97 - 2850578006084 % 97:02d}"
    assert counter.post(undo, {"request_id": uuid4(), "reason": "other", "detail": number_of_a_person}).status_code == 422
    assert spent(season) == 1
    counter.post(undo, {"request_id": uuid4(), "reason": "typed-twice"})
    assert spent(season) == 0
    assert "Annulé" in counter.get("/place/redemptions/").content.decode()
    assert take(counter, season, season.campaign.code(0)).status_code == 302
    assert spent(season) == 1


def test_the_month_adds_up_day_by_day(season: Season, settings: object) -> None:
    counter, campaign = season.counter, season.campaign
    take(counter, season, campaign.code(0))
    take(counter, season, campaign.code(1))
    settings.CARNET_CLOCK = TODAY + timedelta(days=1)  # type: ignore[attr-defined]
    number = take(counter, season, campaign.code(2))["Location"].split("/")[3]
    counter.post(f"/place/redemptions/{number}/undo/", {"request_id": uuid4(), "reason": "other"})
    take(counter, season, campaign.code(3))
    page = " ".join(re.sub(r"<[^>]+>", " ", counter.get("/place/month/").content.decode()).split())
    assert "Mardi 3 mars 2026 2 20,00 € Mercredi 4 mars 2026 1 10,00 € Total 3 30,00 €" in page
    assert "Aucun chèque ce mois-là" in counter.get("/place/month/?month=2026-02").content.decode()
    for asked in ("2030-01", "nonsense", "0000-00", ""):
        assert "Mars 2026" in counter.get(f"/place/month/?month={asked}").content.decode()


def test_too_late_to_undo(season: Season, settings: object) -> None:
    counter = season.counter
    number = take(counter, season, season.campaign.code(0))["Location"].split("/")[3]
    settings.CARNET_CLOCK = TODAY + timedelta(minutes=60)  # type: ignore[attr-defined]
    assert "Annuler ce passage" not in counter.get(f"/place/redemptions/{number}/").content.decode()
    late = counter.post(f"/place/redemptions/{number}/undo/", {"request_id": uuid4(), "reason": "other"})
    assert late.status_code == 422
    assert "Le délai pour annuler est passé" in late.content.decode()
    assert spent(season) == 1


def test_the_ticket_accepted_says_whose_it_is_and_until_when_and_when_it_is_paid(season: Season, settings: object) -> None:
    address = take(season.counter, season, season.campaign.code(0))["Location"]
    page = season.counter.get(address).content.decode()
    told = check(season.counter, season, season.campaign.code(1), season.campaign.place_id)[1]
    programme, until = (re.search(words, told).group() for words in (r'<p class="small">[^<]+</p>', r"Valable jusqu’au [^<]+"))
    assert programme in page
    assert until in page
    announced = re.search(r"Vous serez payé le ([^<]+)\.", page).group(1)
    assert announced in season.manager.get("/place/payments/").content.decode()
    # Much later, not counted yet: the day that passed is not announced again, nor today's in its place.
    settings.CARNET_CLOCK = TODAY + timedelta(days=90)  # type: ignore[attr-defined]
    late = season.manager.get("/place/payments/").content.decode()
    assert "dès que possible" in late
    assert "En cours de mois" not in late
    assert f"Paiement annoncé pour le {announced}" in season.counter.get(address.split("?")[0]).content.decode()


def test_the_manager_sees_what_comes_and_the_mediator_does_not(season: Season) -> None:
    take(season.counter, season, season.campaign.code(0))
    assert "Vous recevrez 10,00" in season.manager.get("/place/").content.decode()
    assert "ous recevrez" not in season.counter.get("/place/").content.decode()
    assert season.counter.get("/place/payments/").status_code == 403
    assert "10,00" in season.manager.get("/place/payments/").content.decode()


def test_guessing_is_slowed_down(season: Season) -> None:
    counter = season.counter
    for _number in range(20):
        assert check(counter, season, "123456789012345678")[0] == 422
    status, page = check(counter, season, season.campaign.code(0))
    assert (status, "Attendez un quart d’heure" in page) == (422, True)


def test_another_organisation_s_redemption_does_not_exist(season: Season) -> None:
    number = take(season.counter, season, season.campaign.code(0))["Location"].split("/")[3]
    assert season.desk.get(f"/place/redemptions/{number}/").status_code == 403
    assert season.counter.get("/place/redemptions/1-999999-0/").status_code == 404
    assert season.counter.get("/place/redemptions/nonsense/").status_code == 404
    assert Client().get("/place/").status_code == 302
