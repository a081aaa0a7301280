"""An operator opens a season: a programme from a template, who pays what, an order that two people make, the codes, the money, the start."""

import pytest
from playwright.sync_api import Page

from carnet.issuing.operations import _drawing as drawing
from carnet.web.operator.orders import _acts as acts
from tests.browser.conftest import Site, said

METROPOLIS, DEPARTMENT = "Nantes Métropole", "Département de Loire-Atlantique"
IBAN = "FR76 3000 6000 0112 3456 7890 189"


def press(page: Page, verb: str) -> None:
    page.locator("main").get_by_role("button", name=verb, exact=True).or_(
        page.locator("main").get_by_role("link", name=verb, exact=True)
    ).first.click()


def share(page: Page, rank: int, funder: str, portion: str) -> None:
    line = page.get_by_role("group", name=f"Financeur {rank}")
    line.get_by_label("Financeur", exact=True).select_option(label=funder)
    line.get_by_label("Part (25 % ou 1/3)").fill(portion)


def record(page: Page, funder: str, euros: str, reference: str) -> None:
    press(page, "Enregistrer un virement reçu")
    page.get_by_label("Financeur").select_option(label=funder)
    page.get_by_label("Montant reçu").fill(euros)
    page.get_by_label("Référence du virement").fill(reference)
    press(page, "Enregistrer")


def approve(page: Page) -> None:
    page.get_by_label("J’approuve cette commande").check()
    press(page, "Répondre")


def test_from_the_template_to_active_booklets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    # Sixty vouchers take the way of sixty thousand: out of the request, in several steps, on a page that shows how far it is.
    monkeypatch.setattr(acts, "VOUCHERS_DRAWN_AT_ONCE_MAX", 0)
    monkeypatch.setattr(drawing, "CODES_PER_CHUNK", 20)
    admin = site.become("OPERATOR_ADMIN")

    # A programme, from a template.
    admin.goto("/operator/programmes/")
    press(admin, "Créer un programme")
    admin.get_by_label("Nom du programme").fill("Pass des Mauges")
    admin.get_by_label("Premier jour de remise des carnets").fill("2026-04-01")
    press(admin, "Continuer")
    assert admin.get_by_label("Chèques par carnet").input_value() == "5"
    press(admin, "Créer le programme")

    # An agreement whose shares do not make the whole is refused with the figures, and nothing typed is lost.
    assert "Nouvelle convention" in said(admin)
    admin.get_by_label("Nom de la convention").fill("Convention 2026")
    admin.get_by_label("Signée le").fill("2026-03-10")
    admin.get_by_label("Titulaire du compte réservé").fill("Régie du pass")
    admin.get_by_label("IBAN du compte réservé").fill(IBAN)
    share(admin, 1, METROPOLIS, "60")
    share(admin, 2, DEPARTMENT, "30 %")
    press(admin, "Enregistrer la convention signée")
    assert "Les parts font 90 %, et non exactement 100 %. Il manque 10 %." in said(admin)
    assert admin.get_by_label("IBAN du compte réservé").input_value() == IBAN
    share(admin, 2, DEPARTMENT, "40")
    press(admin, "Voir le partage")
    assert "6,00 €" in said(admin, "#split")
    press(admin, "Enregistrer la convention signée")
    assert "La convention est enregistrée" in said(admin)
    agreement = admin.url

    # An order, that whoever made it may not approve.
    press(admin, "Commander des carnets")
    admin.get_by_label("Nombre de carnets").fill("12")
    press(admin, "Passer la commande")
    assert "Une autre personne doit maintenant l’approuver" in said(admin)
    order = admin.url
    assert "Une autre personne de l’équipe s’en charge" in said(admin)
    admin.goto(f"{order}decide/")
    approve(admin)
    assert "La personne qui prépare n’approuve jamais" in said(admin)
    approver = site.become("APPROVER")
    approver.goto(order)
    press(approver, "Répondre")
    approve(approver)
    assert "La commande est approuvée" in said(approver)

    # What it will look like is agreed to by another person, before anything is printed.
    admin.goto(order)
    press(admin, "Préparer l’épreuve")
    whom = admin.get_by_label("Qui dira que c’est bon à tirer")
    whom.select_option(index=whom.locator("option").count() - 1)
    admin.get_by_role("button", name="Enregistrer et envoyer l’épreuve").click()
    assert "L’épreuve est envoyée" in said(admin)
    approver.goto(admin.url)
    approver.get_by_label("C’est bon à tirer").check()
    press(approver, "Répondre")
    assert "bon à tirer" in said(approver)

    # The codes are drawn, step by step, on a page that goes on by itself.
    admin.goto(order)
    press(admin, "Tirer les codes")
    admin.get_by_role("button", name="Tirer les codes").click()
    assert admin.get_by_role("progressbar").get_attribute("max") == "60"
    admin.wait_for_url(order)
    assert "codes tirés" in said(admin)

    # A real programme's files are only made sealed for a print shop (tests/web/test_print_shop_pages.py); here it prints by its own means.
    press(admin, "Préparer les fichiers")
    assert "Lui seul" in said(admin) or "lui seul" in said(admin)
    admin.goto(f"{order}printed/")
    admin.get_by_label("Référence de l’imprimeur").fill("BL 12")
    press(admin, "Déclarer imprimés")

    # Not active before every cent is there; the refusal says how much is missing, and of whom.
    activation = f"{order}activate/"
    admin.goto(activation)
    assert "360,00 €" in said(admin)
    press(admin, "Activer")
    assert "L’activation attend l’argent : il manque encore 600,00 €" in said(admin)
    treasurer = site.become("TREASURER")
    treasurer.goto(agreement)
    record(treasurer, METROPOLIS, "360", "VIR-MAUGES-1")
    assert "360,00 € enregistrés" in said(treasurer)
    admin.goto(activation)
    press(admin, "Activer")
    assert "il manque encore 240,00 €" in said(admin)
    treasurer.goto(agreement)
    record(treasurer, DEPARTMENT, "240,00", "VIR-MAUGES-2")
    admin.goto(activation)
    press(admin, "Activer")
    assert "Les carnets sont actifs" in said(admin)
    assert "activée" in said(admin)
