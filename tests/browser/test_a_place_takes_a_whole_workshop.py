"""Eight people came to the workshop: eight vouchers scanned one after another, and confirmed once."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site, focused, press_enter, said
from tests.browser.scanning import film, filmed, scan
from tests.web.test_scanning import FRENCH


def lines(page: Page) -> int:
    return page.locator(".scanned > li").count()


def accepted_today(page: Page) -> int:
    page.goto("/place/redemptions/")
    return page.locator("tbody tr").filter(has_text="Accepté").count()


def choose_and_accept(page: Page, count: int) -> None:
    page.get_by_text("Ouvrir et utiliser une boîte mail").click()
    page.get_by_role("button", name=f"Accepter ces {count} chèques").click()
    page.get_by_role("heading", name=f"{count} chèques acceptés").wait_for()


def test_eight_under_a_scanner_confirmed_once(site: Site) -> None:
    page = site.become("PLACE_MANAGER")
    page.get_by_role("link", name="Tout un atelier à la fois").click()
    # As fast as the scanner types, without waiting for an answer: no code is lost between two.
    for code in site.codes[:8]:
        scan(page, code.translate(FRENCH))
    expect(page.locator(".scanned > li")).to_have_count(8)
    expect(page.get_by_role("heading", name="8 chèques bons, 80 €")).to_be_visible()
    # One of them again, one that has ended: said at once, and the bad one is taken off.
    scan(page, site.codes[4])
    expect(page.locator("#workshop-answer")).to_contain_text("est déjà dans la liste, à la ligne 5")
    scan(page, site.tried["inactive_code"])
    expect(page.locator("#workshop-answer")).to_contain_text("Pas en service")
    expect(page.get_by_text("1 chèque ne sera pas pris")).to_be_visible()
    page.get_by_role("button", name="Retirer").last.click()
    expect(page.get_by_text("ne sera pas pris")).not_to_be_visible()
    assert lines(page) == 8
    assert accepted_today(page) == 0
    page.go_back()
    expect(page.locator(".scanned > li")).to_have_count(8)
    choose_and_accept(page, 8)
    assert "80 €. Vous serez payé le" in said(page)
    assert page.locator("tbody tr").filter(has_text="Accepté").count() == 8
    assert accepted_today(page) == 8


def test_without_javascript(site: Site) -> None:
    page = site.become("PLACE_MANAGER", java_script_enabled=False, width=PHONE)
    page.goto("/place/workshop/")
    for rank, code in enumerate(site.codes[:3]):
        assert lines(page) == rank
        page.get_by_label("Code du chèque").fill(code)
        press_enter(page)
    assert "3 chèques bons, 30 €" in said(page)
    page.get_by_role("button", name="Retirer").first.click()
    assert "2 chèques bons, 20 €" in said(page)
    choose_and_accept(page, 2)
    assert accepted_today(page) == 2


def test_eight_before_the_camera(site: Site, tmp_path: Path) -> None:
    shown: list[list[str]] = [[code] for code in site.codes[:6]]
    with filmed(site, film(tmp_path / "workshop.y4m", [*shown, site.codes[6:8]])):  # the last two side by side
        page = site.become("PLACE_MANAGER", permissions=["camera"], width=PHONE)
        page.goto("/place/workshop/")
        page.get_by_role("button", name="Lire le QR code avec la caméra").click()
        expect(page.locator(".scanned > li")).to_have_count(8, timeout=60_000)
        page.get_by_role("button", name="Fermer la caméra").click()
        choose_and_accept(page, 8)
        assert accepted_today(page) == 8


def test_all_or_none_when_one_was_spent_meanwhile(site: Site) -> None:
    here = site.become("PLACE_MANAGER")
    here.goto("/place/workshop/")
    focused(here, "id_code")
    scan(here, site.codes[0], focused_at=7)
    for code in site.codes[1:3]:
        scan(here, code)
    expect(here.locator(".scanned > li")).to_have_count(3)
    elsewhere = site.become("MEDIATOR")
    elsewhere.goto("/place/")
    scan(elsewhere, site.codes[1])
    elsewhere.get_by_text("Ouvrir et utiliser une boîte mail").click()
    elsewhere.get_by_role("button", name="Accepter ce chèque").click()
    elsewhere.get_by_role("heading", name="Accepté").wait_for()
    here.get_by_text("Ouvrir et utiliser une boîte mail").click()
    here.get_by_text("N’en prendre aucun").click()
    here.get_by_role("button", name="Accepter ces 3 chèques").click()
    expect(here.locator("#workshop-answer")).to_contain_text("Aucun chèque n’a été pris")
    assert "Déjà utilisé" in said(here)
    here.get_by_role("button", name="Accepter ces 2 chèques").click()
    here.get_by_role("heading", name="2 chèques acceptés").wait_for()
    assert accepted_today(here) == 2


@pytest.mark.parametrize("after", [0, 2])
def test_a_network_that_goes_is_said_and_the_code_is_not_lost(site: Site, after: int) -> None:
    page = site.become("PLACE_MANAGER")
    page.goto("/place/workshop/")
    for code in site.codes[:after]:
        scan(page, code)
    expect(page.locator(".scanned > li")).to_have_count(after)
    page.context.set_offline(True)
    scan(page, site.codes[5])
    expect(page.locator("#workshop-answer")).to_contain_text("Pas de réseau")
    assert page.get_by_label("Code du chèque").input_value() == site.codes[5]
    page.context.set_offline(False)
    press = page.get_by_role("button", name="Ajouter à la liste")
    press.click()
    expect(page.locator(".scanned > li")).to_have_count(after + 1)
    assert not re.search(site.codes[5], page.content())
    site.complaints = [line for line in site.complaints if "ERR_INTERNET_DISCONNECTED" not in line]
