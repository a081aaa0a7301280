"""Somebody who received a booklet, or would like one, looks around: six doors, a place nearby, a number to call, a voice, their own language."""

import pytest

from tests.browser.conftest import PHONE, Site, said

DOORS = {
    "J’ai un carnet": "Un chèque paie une leçon ou une aide",
    "Où obtenir un carnet": "Les guichets",
    "Où aller": "Que voulez-vous faire",
    "Que me reste-t-il": "Prenez votre carnet",
    "J’ai perdu mon carnet": "Nous bloquons les chèques qui restent",
    "Aidez-moi": "02 40 00 00 00",
}


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_six_doors_each_lead_somewhere(site: Site, has_javascript: bool) -> None:
    page = site.visitor(width=PHONE, java_script_enabled=has_javascript)
    for door, found in DOORS.items():
        page.goto("/")
        doors = page.locator(".door")
        assert doors.count() == 6
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
    page.get_by_role("link", name="Où aller").click()
    page.get_by_label("Votre ville").fill("Nantes")
    page.get_by_role("button", name="Je ne sais pas encore").click()
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
    assert page.locator(".door").all_inner_texts()[-1].startswith("I have a booklet")
    page.get_by_role("button", name="français").click()
    assert page.get_attribute("html", "lang") == "fr"
    page.get_by_role("link", name="J’ai un carnet").first.click()
    assert page.get_attribute("html", "lang") == "fr", "a choice is kept"
    page = site.visitor(language="de-DE")
    page.goto("/")
    assert page.get_attribute("html", "lang") == "fr"


# A device that has one French voice and says nothing aloud: it tells what it was asked, begins, and ends when it is told to.
VOICE = """
window.told = [];
class Said extends EventTarget { constructor(text) { super(); this.text = text; } }
const engine = new EventTarget();
engine.getVoices = () => [{ lang: "fr-FR", localService: true, name: "Voix" }];
engine.speak = (said) => { window.told.push(said); said.dispatchEvent(new Event("start")); };
engine.cancel = () => { window.told.forEach((each) => { each.cancelled = true; }); };
window.SpeechSynthesisUtterance = Said;
Object.defineProperty(window, "speechSynthesis", { value: engine });
"""


def test_a_page_is_read_aloud_stopped_and_says_when_there_is_no_voice(site: Site) -> None:
    page = site.visitor(width=PHONE)
    page.goto("/perdu/")
    page.get_by_role("button", name="Écouter cette page").click()
    page.get_by_text("Cet appareil n’a pas de voix pour cette langue.").wait_for()  # this browser has none, and says so
    page.add_init_script(VOICE)
    page.goto("/perdu/")
    start, stop = (page.get_by_role("button", name=name) for name in ("Écouter cette page", "Arrêter"))
    start.press("Enter")
    page.get_by_text("Lecture en cours.").wait_for()
    assert page.evaluate("document.activeElement === document.querySelector('[data-aloud-stop]')"), "the keyboard stays where it was"
    told = page.evaluate("window.told.map((each) => each.text)")
    assert told[0] == "J’ai perdu mon carnet"
    assert "Nous bloquons les chèques qui restent." in told
    assert not any(words in each for each in told for words in ("Accueil", "Écouter", "Votre ville"))
    assert page.evaluate("window.told.every((each) => each.lang === 'fr' && each.voice.name === 'Voix')")
    stop.press("Enter")
    page.get_by_text("Lecture arrêtée.").wait_for()
    assert page.evaluate("window.told.every((each) => each.cancelled)")
    start.click()
    page.get_by_text("Lecture en cours.").wait_for()
    page.evaluate("window.told.at(-1).dispatchEvent(new Event('end'))")
    page.get_by_text("Lecture terminée.").wait_for()
    assert start.is_visible()
