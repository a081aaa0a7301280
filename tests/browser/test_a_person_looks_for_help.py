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


def test_near_me_says_where_to_a_hundred_metres_and_in_no_address(site: Site) -> None:
    sent: list[str] = []
    here = {"latitude": 47.21837654, "longitude": -1.55361234}
    page = site.visitor(width=PHONE, geolocation=here, permissions=["geolocation"])
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.goto("/places/")
    page.get_by_role("button", name="Autour de moi").click()
    page.get_by_role("heading", name="autour de vous").wait_for()
    assert "à pied" in page.locator("ol.places > li").first.inner_text()
    assert [each for each in sent if "near=47.218%2C-1.554" in each.partition(" ")[2]], "cut before it leaves"
    assert not [each for each in sent if "47.21837" in each or "47.218" in each.partition(" ")[0]]
    page.locator("ol.places h3 a").first.click()
    page.get_by_role("heading", level=1).wait_for()
    page.go_back()
    page.get_by_role("heading", name="autour de vous").wait_for()


def test_a_person_who_does_not_say_where_they_are_is_asked_for_their_town(site: Site) -> None:
    page = site.visitor(width=PHONE, permissions=[])
    page.goto("/places/")
    page.get_by_role("button", name="Autour de moi").click()
    page.get_by_text("Écrivez plutôt votre commune").wait_for()
    assert page.evaluate("document.activeElement.name") == "where"


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
