"""The lesson did not take place and it is too late to undo: the place says so, somebody at the operator's answers, the place reads the answer."""

from datetime import timedelta

from playwright.sync_api import Page

from tests.browser.conftest import PHONE, TODAY, Site, press_enter, said


def accept(page: Page, code: str) -> str:
    """A voucher taken; the address of its redemption."""
    page.goto("/place/")
    page.get_by_label("Code du chèque").fill(code)
    press_enter(page)
    page.get_by_text("Ouvrir et utiliser une boîte mail").click()
    page.get_by_role("button", name="Accepter ce chèque").click()
    page.get_by_role("heading", name="Accepté").wait_for()
    return page.url.removesuffix("?new")


def test_said_answered_read(site: Site) -> None:
    place = site.become("PLACE_MANAGER", width=PHONE)
    address = accept(place, site.codes[0])
    site.it_is(TODAY + timedelta(hours=3))
    place.goto(address)
    assert "Le délai pour annuler est passé" in said(place)
    place.get_by_role("link", name="contester ce passage").click()
    place.get_by_role("button", name="Contester ce passage").click()
    assert "Dites pourquoi" in said(place)
    place.get_by_label("La leçon n’a pas eu lieu").check()
    place.get_by_role("button", name="Contester ce passage").click()
    assert "C’est dit à l’opérateur" in said(place)
    assert "Contesté le 18 mars 2026. L’opérateur va répondre." in said(place)

    operator = site.become("OPERATOR_ADMIN")
    operator.goto("/operator/")
    assert "1 passage contesté par son lieu" in said(operator)
    operator.locator("a[href='/operator/disputes/']", has_text="Répondre").first.click()
    operator.locator("tbody a").first.click()
    assert "La leçon n’a pas eu lieu" in said(operator)
    operator.get_by_role("link", name="Répondre").click()
    operator.get_by_text("C’était une erreur : annuler le passage").click()
    operator.get_by_role("button", name="Répondre").click()
    assert "Accordé : le passage est annulé" in said(operator)

    place.goto(address)
    assert "Ce passage a été annulé" in said(place)
    assert "Accordé le 18 mars 2026" in said(place)
    place.goto("/place/")
    place.get_by_label("Code du chèque").fill(site.codes[0])
    press_enter(place)
    assert place.get_by_role("heading", level=1).inner_text() == "Ce chèque est bon"
