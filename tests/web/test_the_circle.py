"""The whole circle without a network: a person proves who they are, mandates a structure, and a helper arrives at a public service for them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.identity import INVENTED
from carnet.kernel.actors import Actor
from carnet.mandates import operations as mandates
from carnet.mandates import queries
from carnet.mandates.operations import Known, Signed
from carnet.mandates.rules import Duration, EndReason, Family, MandateSaid, PivotIdentity, Protection
from carnet.mandates.rules.texts import CURRENT
from carnet.parties import queries as parties
from carnet.web.openid import signing
from tests.factories.campaign import SYSTEM, organisation, programme
from tests.web.conftest import come_in
from tests.web.identities import at_provider, played_here
from tests.web.test_identity_pages import SITE, comes_back, proves

pytestmark = pytest.mark.django_db


@dataclass
class Circle:
    """A helper at their browser, and who they are."""

    browser: Client
    actor: Actor
    signed: Signed


@pytest.fixture
def circle(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, person_with: Callable[..., tuple[int, int, str]]) -> Circle:
    """Colette signed for her papers and her work, at FranceConnect on the helper's own computer."""
    settings.ROOT_URLCONF = "tests.web.asking"
    played_here(settings, monkeypatch, tmp_path)
    person_id, organisation_id, email = person_with("HELPER")
    at = timezone.now()
    with acting_as_everything(why="prepare a structure"):
        programme_id = programme(organisation("Opérateur", "OPERATOR"))
        mandates.admit_structure(organisation_id=organisation_id, programme_id=programme_id, actor=SYSTEM, request_id=uuid4(), at=at)
    browser = come_in(Client(), email)
    proves(browser)
    given, family, sub, _hidden = browser.get("/asking/").content.decode().split("|")
    colette = INVENTED[0]
    identity = PivotIdentity(
        family, given, colette.birthdate, colette.gender, colette.birthplace, colette.birthcountry, colette.claims["email"]
    )
    actor = parties.actor_for(person_id=person_id, organisation_id=organisation_id, proved_at=at, at=at)
    said = MandateSaid((Family.PAPERS, Family.WORK), Duration.MONTH, Protection.NONE, CURRENT.version, CURRENT.digest)
    with acting_as(actor):
        signed = mandates.sign_mandate(said=said, known=Known(identity, sub), actor=actor, request_id=uuid4(), at=at)
    return Circle(browser, actor, signed)


def follows(browser: Client, url: str) -> tuple[str, Any]:
    """Go where one is sent, as far as it leads: the last address, and its page."""
    for _hop in range(12):
        answer = comes_back(browser, url)
        if answer.status_code != 302:
            return url, answer
        url = answer["Location"]
    raise AssertionError(f"it never ends: {url}")


def asked_for_whom(browser: Client) -> tuple[str, Any]:
    """From the service's door, by FranceConnect's page, to Carnet's question."""
    _url, page = follows(browser, browser.get("/demo/service/enter/")["Location"])
    by_helper = re.search(r'href="(/demo/franceconnect/carnet/\?[^"]+)"', page.content.decode())
    assert by_helper is not None
    return follows(browser, by_helper[1].replace("&amp;", "&"))


def acts(circle: Circle, family: str) -> tuple[str, Any]:
    """Choose Colette, then a procedure of a family, and arrive somewhere."""
    url, page = asked_for_whom(circle.browser)
    assert "Berthier" in page.content.decode()
    chosen_url = f"{url.rstrip('/')}/{circle.signed.person_id}/"
    page = comes_back(circle.browser, chosen_url)
    choices = re.findall(r'name="chosen" value="(\d+:[a-z-]+)"', page.content.decode())
    with acting_as(circle.actor):
        live = queries.live_authorisations(circle.actor, circle.signed.person_id, timezone.now())
    wanted = next(each.id for each in live if each.family == family)
    chosen = next(each for each in choices if each.startswith(f"{wanted}:"))
    answer = circle.browser.post(chosen_url.removeprefix(SITE), {"chosen": chosen})
    assert answer.status_code == 302, answer.content.decode()
    return follows(circle.browser, answer["Location"])


def test_the_helper_arrives_at_the_service_as_the_person(circle: Circle) -> None:
    before = circle.browser.session["_auth_user_id"]
    url, page = acts(circle, "work")
    text = page.content.decode()
    assert url == "/demo/service/"
    assert "Bonjour Colette Marie Louise Berthier" in text
    assert "Un aidant, pour : travail" in text
    assert circle.browser.session["_auth_user_id"] == before
    by_helper = re.findall(r"<code>([0-9a-f]{12})</code>", text)
    with acting_as(circle.actor):
        uses = queries.uses(actor=circle.actor, person_id=circle.signed.person_id)
    assert [(use.family, use.mandate_id) for use in uses.uses] == [(Family.WORK, circle.signed.id)]
    alone = Client()
    comes_back(alone, at_provider(alone, alone.get("/demo/service/enter/")["Location"], person="colette"))
    assert re.findall(r"<code>([0-9a-f]{12})</code>", alone.get("/demo/service/").content.decode()) == by_helper


def test_once_revoked_nobody_arrives(circle: Circle) -> None:
    with acting_as(circle.actor):
        live = queries.live_authorisations(circle.actor, circle.signed.person_id, timezone.now())
        mandates.end_authorisations(
            authorisation_ids=[each.id for each in live],
            reason=EndReason.REVOKED,
            actor=circle.actor,
            request_id=uuid4(),
            at=timezone.now(),
        )
    url, page = asked_for_whom(circle.browser)
    assert "Berthier" not in page.content.decode()
    assert comes_back(circle.browser, f"{url.rstrip('/')}/{circle.signed.person_id}/").status_code == 404
    answer = circle.browser.post(f"{url.removeprefix(SITE).rstrip('/')}/leave/")
    _url, page = follows(circle.browser, answer["Location"])
    assert page.status_code == 409
    assert "revenu en arrière" in page.content.decode()


def test_revoked_on_the_way_nobody_arrives(circle: Circle) -> None:
    """The code was given; the authorisation ends before it is exchanged."""
    url, _page = asked_for_whom(circle.browser)
    chosen_url = f"{url.rstrip('/')}/{circle.signed.person_id}/"
    page = comes_back(circle.browser, chosen_url)
    chosen = re.findall(r'name="chosen" value="(\d+:[a-z-]+)"', page.content.decode())[0]
    given = circle.browser.post(chosen_url.removeprefix(SITE), {"chosen": chosen})["Location"]
    with acting_as(circle.actor):
        live = queries.live_authorisations(circle.actor, circle.signed.person_id, timezone.now())
        mandates.end_authorisations(
            authorisation_ids=[each.id for each in live],
            reason=EndReason.REVOKED,
            actor=circle.actor,
            request_id=uuid4(),
            at=timezone.now(),
        )
    _url, page = follows(circle.browser, given)
    assert page.status_code == 409
    assert "Berthier" not in page.content.decode()


def test_rotated_keys_are_followed(circle: Circle) -> None:
    acts(circle, "work")
    signing.rotate(at=timezone.now(), compromised=True)
    _url, page = acts(circle, "papers")
    assert "Un aidant, pour : papiers" in page.content.decode()
