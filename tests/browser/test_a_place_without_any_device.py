"""A place without any device: a sheet of six lines with two faults, mended; photographed vouchers; a telephone registered, then played."""

import re
from io import BytesIO

import segno
from django.db import connection
from PIL import Image
from playwright.sync_api import Page

from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.gateways.sms import DoubleGateway
from carnet.jobs.texts import send_texts
from carnet.ledger import queries as ledger
from tests.browser.conftest import DESKTOP, PHONE, TODAY, Site, said
from tests.browser.walking import AXE_SCRIPT, faults


def accessible(page: Page) -> None:
    """Nothing axe finds fault with and nothing too wide, on a desk and on a phone."""
    page.evaluate(AXE_SCRIPT)
    assert faults(page, DESKTOP) + faults(page, PHONE) + faults(page, 320) == []


def serial_of(site: Site, code: str) -> str:
    """The number printed beside a secret."""
    programme_id = site.tried["open_programme"]
    with acting_as_everything(why="read a serial"), connection.cursor() as cursor:
        cursor.execute("SELECT series_id, id FROM ledger_voucher WHERE code_hash = %s", [key_ring().hash_code(programme_id, 1, code)])
        series_id, voucher_id = cursor.fetchone()
        return ledger.serial_of_voucher(ledger.series(series_id), voucher_id)


def test_a_sheet_of_six_lines_with_two_faults(site: Site) -> None:
    page = site.become("PLACE_MANAGER", width=PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Feuilles").click()
    page.get_by_role("button", name="Saisir sans imprimer").click()
    codes = site.codes[:6]
    for rank, code in enumerate(codes, start=1):
        line = page.get_by_role("group", name=f"Ligne {rank}", exact=True)
        typed = code[:5] + str((int(code[5]) + 1) % 10) + code[6:] if rank == 2 else code
        line.get_by_label("Numéro du chèque").fill(serial_of(site, code))
        line.get_by_label("Les 18 chiffres").fill(" ".join(typed[start : start + 3] for start in range(0, 18, 3)))
        if rank in (2, 3, 4, 6):  # the fifth takes what the fourth says; above the first there is nothing
            line.get_by_label("Service").select_option("mailbox")
        line.get_by_label("Jour").fill("2026-03-17")
    page.get_by_role("button", name="Saisir ces lignes").click()

    assert "4 chèques acceptés : 40,00 €" in said(page)
    summary = page.get_by_role("alert").inner_text()
    assert "Ligne 2" in summary
    assert "Ligne 1" in summary
    assert page.locator(".sheet-line.is-done").count() == 4
    second = page.get_by_role("group", name="Ligne 2", exact=True)
    assert second.get_by_label("Numéro du chèque").input_value() == serial_of(site, codes[1])
    second.get_by_label("Les 18 chiffres").fill(codes[1])
    page.get_by_role("group", name="Ligne 1", exact=True).get_by_label("Service").select_option("printer")
    page.get_by_role("button", name="Saisir ces lignes").click()
    assert "2 chèques acceptés : 20,00 €" in said(page)
    assert page.locator(".sheet-line.is-done").count() == 6

    page.get_by_role("button", name="Terminer la feuille").click()
    assert "Détruisez le papier" in said(page)
    page.goto("/place/redemptions/")
    assert page.locator("tbody tr").count() >= 6


def test_photographed_vouchers_fill_the_lines_and_the_photograph_is_erased(site: Site) -> None:
    page = site.become("PLACE_MANAGER")
    page.goto("/place/sheets/")
    page.get_by_role("button", name="Saisir sans imprimer").click()
    drawn, sheet, written = BytesIO(), Image.new("RGB", (1200, 900), "white"), BytesIO()
    segno.make(site.tried["voucher"]["url"], error="m").save(drawn, kind="png", scale=8, border=4)
    sheet.paste(Image.open(drawn).convert("RGB"), (100, 100))
    sheet.save(written, "JPEG")
    page.locator("#id_picture").set_input_files([{"name": "cheque.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}])
    page.get_by_role("button", name="Ajouter la photo").click()
    assert "Photo gardée : 1 chèque lu." in said(page)
    assert site.tried["voucher"]["serial"] in said(page)
    assert (
        page.get_by_alt_text("Photo 1 de la feuille").evaluate("async image => { await image.decode(); return image.naturalWidth }") > 100
    )
    accessible(page)
    line = page.get_by_role("group", name="Ligne 1", exact=True)
    line.get_by_label("Service").select_option("mailbox")
    line.get_by_label("Jour").fill("2026-03-18")
    page.get_by_role("group", name="Ligne 2", exact=True).get_by_label("Les 18 chiffres").fill("123")
    page.get_by_role("button", name="Saisir ces lignes").click()
    accessible(page)
    page.get_by_role("group", name="Ligne 2", exact=True).get_by_label("Les 18 chiffres").fill("")
    page.get_by_role("button", name="Saisir ces lignes").click()
    assert page.locator(".sheet-line.is-done").count() == 1
    where = page.url
    page.get_by_role("button", name="Terminer la feuille").click()
    assert page.request.get(f"{where}pictures/1.jpg").status == 409


def test_a_telephone_is_registered_then_played(site: Site) -> None:
    from django.conf import settings

    page = site.become("PLACE_MANAGER", width=PHONE)
    page.goto("/place/telephones/")
    page.get_by_label("Numéro de ce téléphone").fill("06 39 98 99 77")
    page.get_by_role("button", name="Envoyer les six chiffres").click()
    send_texts(at=TODAY)
    (text,) = DoubleGateway(settings.VAR_DIR / "sms").to("+33639989977")
    digits = re.search(r"\d{6}", text)
    assert digits
    accessible(page)
    page.get_by_label("Les six chiffres reçus").fill(digits[0])
    page.get_by_role("button", name="Mettre ce téléphone en service").click()
    assert "peut maintenant écrire" in said(page)
    page.get_by_role("link", name="… 77").click()
    accessible(page)

    page.goto("/demo/telephone/")
    page.get_by_role("button", name="Envoyer").click()
    assert re.search(r"accepté, 10 EUR, payé le \d\d/\d\d/\d{4}", said(page)), said(page)
    accessible(page)
    page.get_by_role("button", name="Envoyer").click()
    assert "déjà utilisé le 18/03/2026" in said(page)
    page.get_by_label("Un téléphone inconnu", exact=False).check()
    page.get_by_role("button", name="Envoyer").click()
    assert "pas enregistré" in said(page)
