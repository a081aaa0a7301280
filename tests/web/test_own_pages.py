"""The person's own page, as a browser sees it: in by a paper or by FranceConnect, each use told, stopped in one gesture, left for good."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.identity import Identity
from carnet.mandates import access
from carnet.mandates import operations as mandates
from carnet.mandates.models import Authorisation, Mandate
from carnet.mandates.operations import Signed
from carnet.mandates.rules import Family, PersonNumber
from carnet.web import clock
from carnet.web.identity import exchange
from carnet.web.own import session, views
from tests.factories.campaign import NOW, rid
from tests.mandates.conftest import aid, lasting_helping  # noqa: F401 - fixtures
from tests.mandates.helping import SUBJECT, Helping

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=4))


def code_of(signed: Signed) -> str:
    with acting_as_everything(why="read what the paper says"):
        return access.person_code(PersonNumber(Mandate.objects.get(id=signed.id).person.number)).printed()


def entered(signed: Signed) -> Client:
    client = Client()
    sent = {"number": signed.number, "code": code_of(signed), "request_id": rid()}
    answer = client.post(reverse("own:paper"), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("own:mandates"))
    return client


def read(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_the_address_of_the_form_leads_to_it() -> None:
    assert Client().get(reverse("own:paper"))["Location"] == reverse("own:mandates")


def number(signed: Signed) -> str:
    return signed.number.removeprefix("M-").replace("-", "")


def test_the_telephone_is_first_then_the_paper_then_franceconnect(aid: Helping, settings: Any) -> None:  # noqa: F811
    page = read(Client().get(reverse("own:mandates")))
    assert page.index('class="call"') < page.index('name="number"')
    assert "FranceConnect" not in page
    settings.FRANCECONNECT_ISSUER = "https://fc.example.org/api/v2"
    assert reverse("own:franceconnect") in read(Client().get(reverse("own:mandates")))


def test_a_paper_shows_the_mandates_and_each_use_and_the_secret_is_in_a_cookie_only(aid: Helping) -> None:  # noqa: F811
    signed, helper = aid.sign(Family.WORK, Family.MONEY), aid.helper()
    with acting_as(helper):
        authorisation = Authorisation.objects.get(mandate_id=signed.id, family="money")
        mandates.record_use(
            authorisation_id=authorisation.id, procedure="taxes", service="impots.gouv.fr", actor=helper, request_id=rid(), at=NOW
        )
    client = entered(signed)
    cookie = client.cookies[session.COOKIE.full_name()]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    answer = client.get(reverse("own:mandates"))
    page = read(answer)
    assert "Médiathèque" in page
    assert "1 démarche faite" in page
    assert "La dernière\u00a0:" in answer.content.decode(), "a line never begins with a colon"
    assert "no-store" in answer["Cache-Control"]
    assert cookie.value not in page
    page = read(client.get(reverse("own:mandate", args=[number(signed)])))
    assert "Déclarer ou payer mes impôts" in page
    assert 'aria-describedby="famille-work"' in page and "Arrêter : " not in page, "a family is not said twice"
    assert "impots.gouv.fr" in page
    assert 'http-equiv="refresh"' in page


def test_whoever_comes_back_from_franceconnect_reads_what_they_signed_everywhere(aid: Helping, monkeypatch: Any) -> None:  # noqa: F811
    aid.sign(Family.WORK)
    aid.sign(Family.PAPERS, actor=aid.helper(organisation_id=aid.other_id))
    held = [Identity(SUBJECT, "Benali", "Amina", "1958-04-03", "female", "44109", "99100")]
    monkeypatch.setattr(exchange, "known", lambda _request, purpose: held[0] if held and purpose == views.PURPOSE else None)
    monkeypatch.setattr(exchange, "forget", lambda _request, _purpose: held.clear())
    client = Client()
    assert client.get(reverse("own:mandates"))["Location"] == reverse("own:mandates")
    page = read(client.get(reverse("own:mandates")))
    assert "Médiathèque" in page
    assert "Centre social" in page
    assert "Benali" not in page, "a name stays off a screen that others may read"


def test_it_is_stopped_after_one_plain_question_and_says_so(aid: Helping) -> None:  # noqa: F811
    signed = aid.sign(Family.WORK, Family.MONEY)
    client = entered(signed)
    asked = read(client.get(reverse("own:stop", args=[number(signed)]), {"famille": "money"}))
    assert "Argent et impôts" in asked
    assert "Travail" not in asked
    stop = reverse("own:stop", args=[number(signed)])
    assert client.post(stop, {"request_id": rid(), "famille": "money"}).status_code == 302
    assert "jusqu’au" in read(client.get(reverse("own:mandate", args=[number(signed)])))
    assert client.post(stop, {"request_id": rid()})["Location"] == reverse("own:mandate", args=[number(signed)])
    assert "ne peut plus agir pour vous" in read(client.get(reverse("own:mandate", args=[number(signed)])))
    assert client.get(stop).status_code == 302, "there is nothing left to stop"


def test_a_wrong_code_says_one_sentence_and_a_locked_paper_leads_to_the_telephone(aid: Helping) -> None:  # noqa: F811
    signed, client = aid.sign(), Client()
    sent = {"number": signed.number, "code": "2222-2222-2222"}
    answers = [client.post(reverse("own:paper"), sent | {"request_id": rid()}) for _each in range(6)]
    assert [each.status_code for each in answers] == [422] * 6
    assert "ne vont pas ensemble" in answers[0].content.decode()
    assert "Téléphonez à la structure" in answers[5].content.decode()
    assert session.COOKIE.full_name() not in client.cookies


def test_without_a_visit_nothing_is_shown_and_after_leaving_nothing_is_left(aid: Helping) -> None:  # noqa: F811
    signed = aid.sign()
    address = reverse("own:mandate", args=[number(signed)])
    assert Client().get(address)["Location"] == reverse("own:mandates")
    client = entered(signed)
    answer = client.post(reverse("own:leave"))
    assert answer["Clear-Site-Data"] == '"cache"'
    assert client.get(address)["Location"] == reverse("own:mandates")
    assert "laisser l’ordinateur" in read(client.get(reverse("own:left")))


def test_a_page_nobody_touches_closes_itself(aid: Helping) -> None:  # noqa: F811
    client = entered(aid.sign())
    token = client.cookies[session.COOKIE.full_name()].value
    assert "fermée seule" in read(client.get(reverse("own:left"), {"seule": ""}))
    client.cookies[session.COOKIE.full_name()] = token
    assert 'name="code"' in read(client.get(reverse("own:mandates"))), "the visit is over, not only forgotten"


def test_somebody_elses_number_is_unknown(aid: Helping) -> None:  # noqa: F811
    from tests.mandates.test_own_side import YUSUF, Known

    client, other = entered(aid.sign()), aid.sign(known=Known(YUSUF, "yusuf"))
    for name in ("own:mandate", "own:stop"):
        assert client.get(reverse(name, args=[number(other)])).status_code == 404
        assert client.get(reverse(name, args=["rien"])).status_code == 404


def test_a_visitor_is_no_account_and_opens_no_other_door(aid: Helping) -> None:  # noqa: F811
    client = entered(aid.sign())
    for route in ("helper:home", "accounts:home"):
        assert client.get(reverse(route)).status_code == 302
