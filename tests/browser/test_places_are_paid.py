"""The month's payment: counted and prepared by one person, approved by another, sent as the bank's own format, its answer read once."""

from pathlib import Path

from lxml import etree
from playwright.sync_api import Page

from carnet.gateways.bank.fake import FakeBank
from tests.browser.conftest import TODAY, Site, said
from tests.house.rooms import ROOT

SCHEMA = ROOT / "carnet" / "gateways" / "bank" / "schemas" / "pain.001.001.09.xsd"
PAIN = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def press(page: Page, verb: str) -> None:
    main = page.locator("main")
    main.get_by_role("button", name=verb, exact=True).or_(main.get_by_role("link", name=verb, exact=True)).first.click()


def upload(page: Page, agreement: str, file: Path) -> None:
    page.goto(f"{agreement}bank-file/")
    page.get_by_label("Fichier de la banque").set_input_files(file)
    press(page, "Lire le fichier")


def test_prepared_approved_sent_answered(site: Site, tmp_path: Path) -> None:
    treasurer = site.become("TREASURER")

    # What places are owed is counted, then prepared.
    treasurer.get_by_role("link", name="Établir les décomptes").first.click()
    press(treasurer, "Faire le décompte")
    assert "à payer :" in said(treasurer)
    agreement = treasurer.url
    press(treasurer, "Préparer le paiement")
    press(treasurer, "Préparer")
    run = treasurer.url
    assert "Une autre personne doit l’approuver" in said(treasurer)

    # Whoever prepared it has no way to approve it.
    assert treasurer.get_by_role("link", name="Approuver").count() == 0
    answer = treasurer.goto(f"{run}approve/")
    assert answer is not None
    assert answer.status == 403

    # Somebody else finds it waiting, and approves it.
    approver = site.become("APPROVER")
    approver.get_by_role("link", name="Décider").click()
    approver.locator(f"main a[href^='{run.removeprefix(site.base)}']").first.click()
    press(approver, "Approuver")
    approver.locator("main").get_by_role("button", name="Approuver").click()
    assert "Approuvé" in said(approver)

    # The file is what a bank reads.
    treasurer.goto(f"{run}file/")
    with treasurer.expect_download() as taken:
        press(treasurer, "Télécharger")
    content = Path(taken.value.path()).read_bytes()
    assert taken.value.suggested_filename.endswith(".xml")
    payment = etree.fromstring(content)
    etree.XMLSchema(file=str(SCHEMA)).assertValid(payment)
    amounts = payment.findall(".//p:InstdAmt", PAIN)
    total = sum(int((amount.text or "").replace(".", "")) for amount in amounts)
    assert payment.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=PAIN) == f"{total // 100}.{total % 100:02d}"
    assert amounts
    treasurer.goto(f"{run}sent/")
    press(treasurer, "Oui, il est à la banque")

    # The bank's answer marks every transfer paid; the same file again is refused and changes nothing.
    bank = FakeBank(opening_cents=10_000_00)
    bank.receive(content, at=TODAY)
    account = payment.findtext(".//p:DbtrAcct//p:IBAN", namespaces=PAIN) or ""
    statement = tmp_path / "releve.xml"
    statement.write_bytes(bank.statement(account, at=TODAY))
    upload(treasurer, agreement, statement)
    assert "La réponse de la banque est lue" in said(treasurer)
    assert "Chaque ligne a été comprise" in said(treasurer)
    treasurer.goto(run)
    paid = said(treasurer)
    assert "réglé" in paid
    upload(treasurer, agreement, statement)
    assert "a déjà été lu" in treasurer.get_by_role("alert").inner_text()
    treasurer.goto(run)
    assert said(treasurer) == paid

    # And the place sees what it received.
    place = site.become("PLACE_MANAGER")
    place.goto("/place/payments/")
    assert "Reçu" in said(place)
