"""Text messages over HTTP: a telephone registered on the screen, a gateway at the door, answers in the telephones' own alphabet."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.utils import translation

from carnet.gateways import sms
from carnet.gateways.database import acting_as_everything
from carnet.gateways.sms import BODY_MAX, DoubleGateway
from carnet.jobs.texts import send_texts
from carnet.ledger import queries as ledger
from carnet.redemption.operations import TextAnswer, TextLine
from carnet.redemption.rules import TEXT_UNITS_MAX, Help, TextUnclear, units
from carnet.web.design.sentences import SENTENCES
from carnet.web.telephones import words
from tests.web.season import TODAY, Season
from tests.web.season import season as season

NUMBER = "+33639980001"


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]


def received(number: str = NUMBER) -> list[str]:
    """What the gateway was given for a number."""
    send_texts(at=TODAY)
    return DoubleGateway(site.VAR_DIR / "sms").to(number)


def knock(body: bytes, *, key: str | None = None, at: object = TODAY, **headers: str) -> object:
    delivery = sms.signed(body, key=site.SMS_SIGNING_KEY if key is None else key, timestamp=int(at.timestamp()))  # type: ignore[attr-defined]
    said = {"X-Timestamp": delivery.timestamp, "X-Signature": delivery.signature} | headers
    return Client(enforce_csrf_checks=True).post("/sms/incoming/", body, content_type="application/json", headers=said)


def message(text: str, *, sender: str = NUMBER, event_id: str = "") -> bytes:
    payload = {"messageId": "x", "message": text, "phoneNumber": sender, "simNumber": 1, "receivedAt": "2026-03-03T11:00:00.000+01:00"}
    return json.dumps(
        {"deviceId": "d", "event": "sms:received", "id": event_id or str(uuid4()), "payload": payload, "webhookId": "w"}
    ).encode()


def registered(season: Season) -> Client:
    manager = season.manager
    answer = manager.post(
        "/place/telephones/",
        {"request_id": uuid4(), "place_id": season.campaign.place_id, "number": "06 39 98 00 01", "language": "fr"},
    )
    assert answer.status_code == 302, answer.content.decode()
    (text,) = received()
    digits = re.search(r"\d{6}", text)
    assert digits
    assert manager.post(answer["Location"], {"request_id": uuid4(), "digits": digits[0]}).status_code == 302
    return manager


def pair(season: Season, rank: int) -> str:
    with acting_as_everything(why="read a serial"):
        row = ledger.series(season.campaign.series_id)
        return f"{ledger.serial_of_voucher(row, row.first_voucher_id + rank)} {season.campaign.code(rank)}"


def spent(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(programme_id=season.campaign.programme_id).redeemed


def test_registered_then_spent_by_text_and_told_when_it_is_paid(season: Season) -> None:
    registered(season)
    answer = knock(message(f"{pair(season, 0)} mail"))
    assert (answer.status_code, answer.content) == (200, b"{}")
    assert spent(season) == 1
    text = received()[-1]
    serial = pair(season, 0).split()[0]
    assert re.fullmatch(rf"{serial} : accepté, 10 EUR, payé le \d\d/\d\d/2026\.", text), text
    assert season.campaign.code(0) not in text


def test_a_webhook_replayed_does_and_says_nothing_more(season: Season) -> None:
    registered(season)
    body = message(f"{pair(season, 0)} mail", event_id="once")
    assert [knock(body).status_code for _each in range(3)] == [200] * 3
    assert spent(season) == 1
    assert len(received()) == 2, "the digits, then one answer"
    assert knock(body, at=TODAY - timedelta(minutes=6)).status_code == 401


def test_a_delivery_that_is_not_the_gateway_s_is_refused(season: Season) -> None:
    registered(season)
    body = message(f"{pair(season, 0)} mail")
    assert knock(body, key="another key").status_code == 401
    assert knock(body, **{"X-Signature": "0" * 64}).status_code == 401
    assert knock(body, **{"X-Timestamp": "0"}).status_code == 401
    assert knock(b"nonsense").status_code == 400
    assert knock(b" " * (BODY_MAX + 1)).status_code == 400
    assert Client().post("/sms/incoming/", body, content_type="application/json").status_code == 401
    assert Client().get("/sms/incoming/").status_code == 405
    assert spent(season) == 0


def test_without_a_gateway_there_is_no_door(season: Season, settings: object) -> None:
    settings.SMS_GATEWAY = "none"  # type: ignore[attr-defined]
    assert knock(message("AIDE")).status_code == 404
    assert "Pas de SMS ici" in season.manager.get("/place/telephones/").content.decode()


def test_a_stranger_is_told_once_politely(season: Season) -> None:
    for _each in range(3):
        assert knock(message(f"{pair(season, 0)} mail", sender="+33639980042")).status_code == 200
    assert received("+33639980042") == [str(words.STRANGER)]
    assert spent(season) == 0


def test_nothing_of_a_message_reaches_a_log(season: Season, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    registered(season)
    caplog.set_level(0)
    knock(message(f"{pair(season, 0)} mail"))
    knock(message(f"{pair(season, 1)} mail"), key="another key")
    knock(message(f"{pair(season, 1)} mail", sender="nobody"))
    said = caplog.text + "".join(capfd.readouterr())
    for private in (season.campaign.code(0), season.campaign.code(1), "39980001"):
        assert private not in said


def test_several_lines_several_answers_in_few_messages(season: Season) -> None:
    registered(season)
    wrong = season.campaign.code(1)[:-1] + str((int(season.campaign.code(1)[-1]) + 1) % 10)
    knock(
        message(
            f"{pair(season, 0)} mail\n{pair(season, 1).split()[0]} {wrong}\n{pair(season, 2)} jardinage\n{pair(season, 3)} imprimer hier"
        )
    )
    texts = received()[1:]
    assert all(units(text) <= TEXT_UNITS_MAX for text in texts)
    said = "\n".join(texts)
    for expected in ("accepté, 10 EUR", "erreur dans les 18 chiffres", "service pas compris"):
        assert expected in said, said
    assert spent(season) == 2


def test_taken_away_by_its_manager(season: Season) -> None:
    manager = registered(season)
    page = manager.get("/place/telephones/").content.decode()
    assert "… 01" in page
    assert "39980001" not in page
    (there,) = set(re.findall(r'href="(/place/telephones/\d+/)"', page))
    assert "Retirer" in manager.get(there).content.decode()
    assert manager.post(f"{there}revoke/").status_code == 302
    assert manager.get(there).status_code == 404
    knock(message(f"{pair(season, 0)} mail"))
    assert spent(season) == 0


def test_wrong_digits_come_back_with_what_is_left(season: Season) -> None:
    manager = season.manager
    form = {"request_id": uuid4(), "place_id": season.campaign.place_id, "number": "+33 6 39 98 00 01", "language": "en"}
    where = manager.post("/place/telephones/", form)["Location"]
    answer = manager.post(where, {"request_id": uuid4(), "digits": "not"})
    assert answer.status_code == 422
    assert "Essais restants : 4" in answer.content.decode()
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT tries FROM redemption_telephone")
        assert cursor.fetchone() == (1,), "a wrong try counts though it is refused"
    wrong = manager.post("/place/telephones/", form | {"request_id": uuid4(), "number": "3949"})
    assert wrong.status_code == 422


def test_a_mediator_spends_but_registers_no_telephone(season: Season) -> None:
    assert season.counter.get("/place/telephones/").status_code == 403


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_answer_fits_one_message(language: str) -> None:
    with translation.override(language):
        for said in (words.HELP, words.STRANGER, words.STOPPED, words.CONFIRMATION % {"digits": "123456"}):
            assert units(str(said)) <= TEXT_UNITS_MAX, (units(str(said)), str(said))
        for code, said in [*words.REFUSALS.items(), *words.OUTCOMES.items()]:
            line = f"NMX1-000012345-67 : {str(said) % {'day': '28/02/2026', 'euros': '1 234,50 EUR'}}"
            assert units(line) <= TEXT_UNITS_MAX, (code, line)
    assert set(words.REFUSALS) <= set(SENTENCES), "a refusal that does not exist"


def test_whatever_a_fact_holds_the_answer_fits() -> None:
    odd = TextLine(Help(), refusal=TextUnclear())
    assert all(units(each) <= TEXT_UNITS_MAX for each in words.answers(TextAnswer("fr", 1, (odd,) * 6)))
    assert words._fitted("ê" * 500) == "?" * TEXT_UNITS_MAX
