"""Somebody who received a booklet, or would like one, looks around: three doors, a place nearby, a number to call, their own language."""

import pytest

from tests.browser.conftest import PHONE, Site, said

DOORS = {
    "J’ai un carnet": "Un chèque paie une leçon ou une aide",
    "Je veux apprendre": "Les guichets",
    "Aidez-moi": "02 40 00 00 00",
}


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_three_doors_each_lead_somewhere(site: Site, has_javascript: bool) -> None:
    page = site.visitor(width=PHONE, java_script_enabled=has_javascript)
    for door, found in DOORS.items():
        page.goto("/")
        doors = page.locator(".door")
        assert doors.count() == 3
        one = doors.filter(has_text=door)
        assert one.locator("svg").count() == 1, "each door has its pictogram"
        assert one.bounding_box()["height"] >= 60
        one.click()
        assert found in said(page)
    page.goto("/")
    assert "centime manquant" in said(page)


def test_a_place_nearby_takes_the_vouchers(site: Site) -> None:
    page = site.visitor(width=PHONE)
    page.goto("/carnet/")
    page.get_by_role("link", name="Voir les lieux").click()
    page.get_by_label("Où ?").fill("Nantes")
    page.get_by_label("Accepte les chèques du carnet").check()
    page.get_by_role("button", name="Chercher").click()
    cards = page.locator("ol.places > li")
    cards.first.wait_for()
    assert all("Accepte les chèques" in card for card in cards.all_inner_texts())
    name = cards.first.get_by_role("heading").inner_text().splitlines()[-1]  # after its number on the map
    cards.first.get_by_role("link").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == name
    assert "Un chèque paie :" in said(page)


def test_the_language_follows_the_browser_and_the_choice(site: Site) -> None:
    page = site.visitor(language="en-GB")
    page.goto("/")
    assert page.get_attribute("html", "lang") == "en"
    assert "Learn" in page.get_by_role("heading", level=1).inner_text()
    assert page.locator(".door").all_inner_texts()[0].startswith("I have a booklet")
    page.get_by_role("button", name="français").click()
    assert page.get_attribute("html", "lang") == "fr"
    page.get_by_role("link", name="J’ai un carnet").first.click()
    assert page.get_attribute("html", "lang") == "fr", "a choice is kept"
    page = site.visitor(language="de-DE")
    page.goto("/")
    assert page.get_attribute("html", "lang") == "fr"
