"""The whole circle, in a browser and without a network: a person proves who they are on the helper's telephone and says yes; the helper then
enters a public service for them, by FranceConnect; the person stops it; nobody enters any more."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from carnet.web.demo import providers
from tests.browser.conftest import PHONE, Site, digits_of, said


@pytest.fixture
def circle(site: Site, settings: Any) -> Iterator[Site]:
    """The site, sure of its own address: what FranceConnect and the service are told of it."""
    settings.BASE_URL = site.base
    settings.OAUTH2_PROVIDER = {**settings.OAUTH2_PROVIDER, "OIDC_ISS_ENDPOINT": f"{site.base}/openid"}
    providers._double.cache_clear()
    yield site
    providers._double.cache_clear()


def test_from_the_yes_of_a_person_to_a_public_service_and_to_no_more(circle: Site) -> None:
    page = circle.visitor(width=PHONE)
    page.goto("/demo/")
    page.get_by_role("button", name=re.compile("^Une aidante")).click()

    # The person is beside: what for, then who they are, by themselves, on this telephone.
    page.goto("/helper/new/")
    page.get_by_label(re.compile("^Travail")).check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("link", name="S’identifier avec FranceConnect").click()
    assert "Ceci n’est pas FranceConnect" in said(page)
    page.get_by_role("button", name=re.compile("^Yasmine Rousselet")).click()
    assert page.url.startswith(f"{circle.base}/helper/drafts/")
    assert "Yasmine Inès Rousselet" in said(page)

    # Read aloud, answered, signed with the helper's own second factor: the helper's session was never lost.
    page.get_by_label("Non").check()
    page.get_by_label(re.compile("La personne a entendu le texte")).check()
    page.get_by_role("button", name="Signer le mandat").click()
    assert "/account/prove/" in page.url
    page.get_by_label("Code").fill(digits_of(circle.person("HELPER")))
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url(re.compile("/helper/mandates/"))
    assert re.search(r"M-[0-9A-Z]{4}-[0-9A-Z]{4}", said(page)), said(page)

    # FranceConnect kept nobody on this telephone.
    page.goto("/demo/service/")
    page.get_by_role("link", name="S’identifier avec FranceConnect").click()
    assert "encore identifié" not in said(page)

    # For whom, for what, and there.
    page.get_by_role("link", name="Continuer avec Carnet").click()
    page.get_by_label("Le nom de la personne").fill("rousse")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name=re.compile("Choisir")).click()
    page.locator("input[name=chosen]").first.check()
    page.get_by_role("button", name=re.compile("^Continuer pour")).click()
    assert page.url == f"{circle.base}/demo/service/"
    assert "Bonjour Yasmine Inès Rousselet" in said(page)
    assert "Un aidant, pour : travail" in said(page)
    page.get_by_role("link", name="Se déconnecter").click()

    # Stopped in one gesture, by the person, through the structure; then nobody enters for her.
    page.goto("/helper/people/?q=rousse")
    page.get_by_role("link", name=re.compile("Rousselet")).click()
    assert "Arrêter" in said(page)
    page.get_by_role("link", name="Arrêter").click()
    page.get_by_role("button", name=re.compile("Arrêter")).click()
    page.goto("/demo/service/")
    page.get_by_role("link", name="S’identifier avec FranceConnect").click()
    page.get_by_role("link", name="Continuer avec Carnet").click()
    page.get_by_label("Le nom de la personne").fill("rousse")
    page.get_by_role("button", name="Chercher").click()
    assert "Personne de ce nom" in said(page)
    page.get_by_role("button", name="Ne pas continuer").click()
    assert page.url.startswith(f"{circle.base}/demo/service/")
    assert "Vous êtes revenu en arrière" in said(page)
