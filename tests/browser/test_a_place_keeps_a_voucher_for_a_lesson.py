"""A lesson is booked: its voucher is held, no other place can take it, and on the day one touch accepts it; or it is given back."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Site, press_enter, said

TODAY = "2026-03-18"


def reserve(page: Page, code: str) -> None:
    page.goto("/place/")
    page.get_by_label("Code du chèque").fill(code)
    press_enter(page)
    page.get_by_text("Ouvrir et utiliser une boîte mail").click()
    page.get_by_role("button", name="Réserver pour plus tard").click()
    page.get_by_label("Jour de la leçon").fill(TODAY)
    assert page.get_by_label("Ouvrir et utiliser une boîte mail").is_checked()
    page.get_by_role("button", name="Réserver ce chèque").click()
    page.get_by_role("heading", name="Réservations", exact=True).wait_for()


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_held_refused_elsewhere_then_taken_in_one_touch(site: Site, has_javascript: bool) -> None:
    here, elsewhere = site.become("PLACE_MANAGER", java_script_enabled=has_javascript, width=PHONE), site.become("MEDIATOR")
    reserve(here, site.codes[0])
    assert "Réservé jusqu’au 18 mars 2026 au soir" in said(here)
    elsewhere.goto("/place/")
    elsewhere.get_by_label("Code du chèque").fill(site.codes[0])
    press_enter(elsewhere)
    assert "Réservé ailleurs" in said(elsewhere)
    here.goto("/place/")
    assert "1 chèque réservé pour aujourd’hui" in said(here)
    here.locator(".tasks").get_by_role("link", name="Accepter").click()
    here.get_by_role("button", name="Accepter").click()
    here.get_by_role("heading", name="Accepté").wait_for()
    assert "10 €. Vous serez payé le" in said(here)
    assert "Ouvrir et utiliser une boîte mail" in said(here)
    here.goto("/place/reservations/")
    assert "Aucun chèque réservé" in said(here)
    assert here.locator("tbody tr").filter(has_text="Accepté").count() == 1


def test_given_back_it_may_be_used_elsewhere(site: Site) -> None:
    here, elsewhere = site.become("PLACE_MANAGER"), site.become("MEDIATOR")
    reserve(here, site.codes[0])
    here.get_by_role("button", name="Libérer").click()
    assert "la personne peut l’utiliser où elle veut" in said(here)
    elsewhere.goto("/place/")
    elsewhere.get_by_label("Code du chèque").fill(site.codes[0])
    press_enter(elsewhere)
    assert elsewhere.get_by_role("heading", level=1).inner_text() == "Ce chèque est bon"
