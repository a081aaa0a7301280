"""A browser goes to FranceConnect or ProConnect and comes back: bound to its session, once; and signed out of there afterwards."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from carnet.gateways.identity import INVENTED, Play, demo_issuer
from carnet.parties import operations as parties
from carnet.parties.models import Person
from carnet.web.identity import exchange
from tests.web.conftest import KIND_OF_ROLE, PASSWORD, PROGRAM, SECRET, sign_in, six_digits
from tests.web.identities import at_provider, played_here

pytestmark = pytest.mark.django_db
SIRET, SITE = "21440109300015", "http://127.0.0.1:8000"


@pytest.fixture
def called(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    settings.ROOT_URLCONF = "tests.web.asking"
    return played_here(settings, monkeypatch, tmp_path)


def goes(client: Client) -> str:
    """Where the browser is sent to prove who somebody is."""
    answer = client.get("/asking/prove/")
    assert answer.status_code == 302
    return str(answer["Location"])


def comes_back(client: Client, url: str) -> HttpResponse:
    return client.get(url.removeprefix(SITE))  # type: ignore[return-value]


def proves(client: Client, person: str = "colette", **typed: str) -> HttpResponse:
    """Through FranceConnect and out of it, until the page that asked."""
    answer = comes_back(client, at_provider(client, goes(client), person=person, **typed))
    if answer.status_code == 302:
        answer = comes_back(client, answer["Location"])  # out of FranceConnect
        answer = comes_back(client, answer["Location"])  # back here
        assert answer["Location"] == "/asking/"
    return answer


def test_a_person_proves_who_they_are_and_is_signed_out_of_franceconnect(called: list[str]) -> None:
    client = Client()
    proves(client)
    given, family, sub, id_token = client.get("/asking/").content.decode().split("|")
    assert (given, family, id_token) == ("Colette Marie Louise", "Berthier", "")
    assert sub.endswith("v1")
    assert "carnet-demo-identity" not in {name for name, held in client.cookies.items() if held.value}
    page = client.get(goes(client).removeprefix(SITE)).content.decode()
    assert "encore identifié" not in page
    assert page.count('name="person"') == len(INVENTED) == 12


def test_whoever_does_not_come_back_out_is_still_known_there(called: list[str]) -> None:
    """What signing out protects from: without it, the next person at this computer would be the first one."""
    client = Client()
    comes_back(client, at_provider(client, goes(client), person="colette"))
    assert "Continuer comme Colette Berthier" in client.get(goes(client).removeprefix(SITE)).content.decode()


def test_the_helpers_own_session_is_left_as_it_is(called: list[str], signed_in: Callable[..., Client]) -> None:
    client = signed_in("HELPER")
    before = (client.session.session_key, client.session["_auth_user_id"], client.session["account_authentication_methods"])
    proves(client, "mamadou")
    assert "Mamadou|Diallo-Sow" in client.get("/asking/").content.decode()
    assert (client.session.session_key, client.session["_auth_user_id"], client.session["account_authentication_methods"]) == before
    assert client.get("/helper/").status_code == 200


def test_a_visitor_gets_a_new_session_once_known(called: list[str]) -> None:
    client = Client()
    url = at_provider(client, goes(client), person="colette")
    before = client.session.session_key
    comes_back(client, url)
    assert client.session.session_key != before


def test_what_is_known_is_sealed_serves_one_purpose_and_is_forgotten(called: list[str], settings: Any) -> None:
    client = Client()
    proves(client)
    for hidden in ("Berthier", "Colette", "1948", "colette@"):
        assert hidden not in str(dict(client.session))
    settings.CARNET_CLOCK = timezone.now() + timedelta(minutes=exchange.KEPT_MINUTES + 1)
    assert client.get("/asking/").content == b""
    settings.CARNET_CLOCK = None
    assert client.get("/asking/").content != b""
    client.post("/asking/")
    assert client.get("/asking/").content == b""


def test_an_answer_serves_once(called: list[str]) -> None:
    client = Client()
    url = at_provider(client, goes(client), person="colette")
    assert comes_back(client, url).status_code == 302
    before = list(called)
    again = comes_back(client, url)
    assert (again.status_code, "identity-mixed-up" in again.content.decode()) == (409, True)
    assert called == before


def test_an_answer_carried_to_another_browser_is_refused(called: list[str]) -> None:
    """Somebody sends the address of their own answer to somebody else: the other browser never becomes them."""
    mine, other = Client(), Client()
    goes(other)
    url = at_provider(mine, goes(mine), person="ahmad")
    before = list(called)
    assert comes_back(other, url).status_code == 409
    assert called == before
    assert other.get("/asking/").content == b""


def test_two_tabs_do_not_mix(called: list[str]) -> None:
    client = Client()
    first, second = goes(client), goes(client)
    assert comes_back(client, at_provider(client, first, person="lucas")).status_code == 302
    assert comes_back(client, at_provider(client, second, person="fatima")).status_code == 302
    assert "Benhaddou" in client.get("/asking/").content.decode()


def test_an_answer_that_comes_too_late_is_refused(called: list[str], settings: Any) -> None:
    client = Client()
    url = at_provider(client, goes(client), person="colette")
    settings.CARNET_CLOCK = timezone.now() + timedelta(minutes=exchange.MINUTES_MAX, seconds=5)
    answer = comes_back(client, url).content.decode()
    assert "identity-expired" in answer
    assert "10 minutes" in answer.replace("\u00a0", " ")


def test_going_back_is_no_fault_and_leads_to_the_page_that_asked(called: list[str]) -> None:
    client = Client()
    answer = comes_back(client, at_provider(client, goes(client), choice="back"))
    assert (answer.status_code, 'href="/asking/"' in answer.content.decode()) == (200, True)
    assert client.get("/asking/").content == b""


@pytest.mark.parametrize(
    ("play", "status", "code"),
    [
        (Play.OTHER_SIGNATURE, 409, "identity-forged"),
        (Play.DOWN, 409, "identity-provider-unreachable"),
        (Play.WEAK, 409, "identity-too-weak"),
    ],
)
def test_each_failure_is_said_in_one_sentence(called: list[str], play: Play, status: int, code: str) -> None:
    client = Client()
    answer = proves(client, play=play)
    assert (answer.status_code, code in answer.content.decode()) == (status, True)
    assert client.get("/asking/").content == b""


def test_a_key_that_changed_is_no_failure(called: list[str]) -> None:
    client = Client()
    proves(client)
    assert proves(client, "yasmine", play=Play.NEW_KEY).status_code == 302
    assert "Rousselet" in client.get("/asking/").content.decode()


def test_a_parameter_twice_is_refused(called: list[str]) -> None:
    client = Client()
    url = at_provider(client, goes(client), person="colette")
    assert comes_back(client, url + "&code=another").status_code == 409


def test_without_the_demonstration_there_is_no_double(called: list[str], settings: Any) -> None:
    settings.DEMO = False
    issuer = demo_issuer("franceconnect").removeprefix(SITE)
    for under in ("/.well-known/openid-configuration", "/jwks", "/authorize", "/userinfo", "/session/end"):
        assert Client().get(issuer + under).status_code == 404
    assert Client().post(issuer + "/token").status_code == 404
    assert Client().get("/demo/service/").status_code == 404
    assert Client().get("/sign-in/proconnect/").status_code == 404
    assert "ProConnect" not in Client().get("/sign-in/").content.decode()


def test_the_service_of_the_demonstration_knows_whoever_comes_by_themselves(called: list[str]) -> None:
    client = Client()
    url = client.get("/demo/service/enter/")["Location"]
    assert "Continuer avec Carnet" in client.get(url.removeprefix(SITE)).content.decode()
    comes_back(client, at_provider(client, url, person="jean-paul"))
    page = client.get("/demo/service/").content.decode()
    assert "Jean-Paul Émile Le Goffic" in page
    assert "La personne elle-même" in page
    out = client.get("/demo/service/leave/")["Location"]
    assert comes_back(client, out)["Location"] == f"{SITE}/demo/service/out/"
    assert "Le Goffic" not in client.get("/demo/service/").content.decode()


# --- ProConnect ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def helper(db: None) -> str:
    """A helper's e-mail, in a structure that has a SIRET; with a second factor."""
    at = timezone.now()
    organisation_id = parties.create_organisation(
        name="Médiathèque", kinds=[KIND_OF_ROLE["HELPER"]], siret=SIRET, is_simulated=True, actor=PROGRAM, request_id=uuid4(), at=at
    )
    email = f"helper-{uuid4().hex[:6]}@example.org"
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=email, display_name="Inès", role="HELPER", password=PASSWORD, actor=PROGRAM, request_id=uuid4(),
        at=at,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=PROGRAM, request_id=uuid4(), at=at)
    return email


def by_proconnect(client: Client, email: str, siret: str = SIRET, *, going: str = "/helper/", **typed: str) -> HttpResponse:
    url = client.get("/sign-in/proconnect/", {"next": going})["Location"]
    return comes_back(client, at_provider(client, url, choice="typed", email=email, siret=siret, **typed))


def test_a_member_signs_in_by_proconnect_then_proves_a_second_time(called: list[str], helper: str) -> None:
    client = Client()
    assert 'href="/sign-in/proconnect/' in client.get("/sign-in/").content.decode()
    answer = by_proconnect(client, helper.upper())
    assert answer["Location"].startswith("/sign-in/second-factor/")
    assert "_auth_user_id" not in client.session
    assert client.get("/helper/").status_code == 302
    assert client.post("/sign-in/second-factor/", {"code": "000000"}).status_code == 200
    answer = client.post("/sign-in/second-factor/", {"code": six_digits()})
    if answer.status_code == 200:
        answer = client.post("/sign-in/second-factor/", {"code": six_digits()})
    assert answer["Location"] == "/helper/"
    assert client.get("/helper/").status_code == 200


def test_two_proofs_at_proconnect_are_two_proofs_here(called: list[str], helper: str) -> None:
    client = Client()
    assert by_proconnect(client, helper, mfa="yes")["Location"] == "/helper/"
    assert client.get("/helper/").status_code == 200
    assert [record["method"] for record in client.session["account_authentication_methods"]] == ["proconnect", "mfa"]


@pytest.mark.parametrize("of", ["stranger@example.org", "same"])
def test_nobody_is_made_or_guessed(called: list[str], helper: str, of: str) -> None:
    """An unknown address, and a known one of another establishment, are told the same."""
    client = Client()
    answer = by_proconnect(client, helper if of == "same" else of, SIRET if of != "same" else "21350238800019", mfa="yes")
    assert (answer.status_code, "professional-unknown" in answer.content.decode()) == (403, True)
    assert "_auth_user_id" not in client.session
    assert not Person.objects.filter(email="stranger@example.org").exists()


def test_whoever_was_signed_in_before_is_gone(called: list[str], helper: str, person_with: Callable[..., tuple[int, int, str]]) -> None:
    _person, _organisation, other = person_with("PLACE_MANAGER")
    client = sign_in(Client(), other)
    before = client.session["_auth_user_id"]
    by_proconnect(client, helper, mfa="yes")
    assert client.session["_auth_user_id"] != before
    assert client.get("/place/").status_code == 403


def test_another_site_is_never_gone_to_afterwards(called: list[str], helper: str) -> None:
    assert by_proconnect(Client(), helper, going="https://elsewhere.example/", mfa="yes")["Location"] == "/home"


def test_signing_out_offers_to_leave_proconnect_too(called: list[str], helper: str) -> None:
    client = Client()
    by_proconnect(client, helper, mfa="yes")
    assert client.post("/sign-out/")["Location"] == "/sign-out/proconnect/"
    page = client.get("/sign-out/proconnect/").content.decode()
    assert "/demo/proconnect/api/v2/session/end?id_token_hint=" in page
    url = page.split('class="button" href="')[1].split('"')[0].replace("&amp;", "&")
    back = comes_back(client, url)["Location"]
    assert back.startswith(f"{SITE}/sign-in/proconnect/out/?state=")
    assert comes_back(client, back)["Location"] == "/"
    assert client.get("/sign-out/proconnect/").status_code == 302


def test_whoever_signed_in_with_a_password_just_leaves(called: list[str], helper: str) -> None:
    client = sign_in(Client(), helper)
    assert client.post("/sign-out/")["Location"] == "/"
