"""How an agreement pays, payment orders taken out and answered, and the page of an answer, by screen."""

import csv
import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.settlement.conftest import APRIL, RING_FENCED
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.web.test_operator_payments import Office, follow, prepared, send, text_of, upload
from tests.web.test_operator_payments import at as at
from tests.web.test_operator_payments import office as office


def approved_run(office: Office) -> str:
    """A run of two places, approved: its page."""
    payday, _treasurer, approver = office
    payday.spend(3)
    payday.spend(2, second=True)
    url, _run_id = prepared(office)
    assert send(approver, f"{url}approve/").status_code == 302
    return url


def test_the_page_of_an_answer_says_what_each_line_did_and_what_is_left(office: Office) -> None:
    payday, treasurer, _approver = office
    url = approved_run(office)
    file = send(treasurer, f"{url}file/").getvalue()
    send(treasurer, f"{url}sent/")
    payday.bank.receive(file, at=APRIL)
    statement = payday.bank.statement(RING_FENCED, at=APRIL)
    second = statement.rindex(b"<EndToEndId>") + len(b"<EndToEndId>")
    read = upload(treasurer, payday.agreement_id, statement[:second] + b"X" + statement[second:])
    page = text_of(read)
    assert "1 ligne à regarder : elle n’a rien changé." in page
    assert "1 virement encore sans réponse : 20,00 €." in page
    assert "Référence inconnue" in page
    assert "30,00 €" in page
    # It stays readable: a list of answers leads to it.
    again = read.redirect_chain[-1][0]
    assert again in treasurer.get(f"/operator/payments/agreements/{payday.agreement_id}/").content.decode()
    assert "Référence inconnue" in text_of(treasurer.get(again))


def test_an_authority_pays_through_its_accountant(office: Office) -> None:
    payday, treasurer, _approver = office
    home = f"/operator/payments/agreements/{payday.agreement_id}/"
    assert "pain.001.001.09" in text_of(treasurer.get(home))
    assert "Enregistré" in text_of(follow(treasurer, f"{home}channel/", channel="mandats"))
    assert "payés par des mandats" in text_of(treasurer.get(home))
    url = approved_run(office)
    assert "Télécharger les mandats" in text_of(treasurer.get(url))
    assert send(treasurer, f"{url}file/").status_code == 422
    archive = send(treasurer, f"{url}orders/")
    assert archive.streaming
    assert archive["Content-Disposition"].endswith('-mandats.zip"')
    with zipfile.ZipFile(io.BytesIO(archive.getvalue())) as files:
        rows = list(csv.DictReader(io.StringIO(files.read("mandats.csv").decode("utf-8-sig")), delimiter=";"))
    assert "comptable" in text_of(treasurer.get(url))
    assert send(treasurer, f"{url}sent/").status_code == 302
    sent = treasurer.get(url).content.decode()
    transfer = sent.split("/operator/payments/transfers/")[1].split("/")[0]
    answer = f"/operator/payments/transfers/{transfer}/order/"
    assert "Donnez le numéro du mandat et le jour" in text_of(send(treasurer, answer, number="118", paid_on=""))
    assert "mandat 118" in text_of(follow(treasurer, answer, number="118", paid_on="2026-04-07"))
    rows[1] |= {"Motif de rejet": "RIB illisible"}
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    file = SimpleUploadedFile("mandats.csv", text.getvalue().encode("utf-8-sig"), content_type="text/csv")
    read = text_of(follow(treasurer, f"{home}order-list/", file=file))
    assert "La réponse du comptable est lue" in read
    assert "RIB illisible" in read
    assert "1 virement revenu à payer de nouveau" in read
    page = text_of(treasurer.get(url))
    assert "118" in page
    assert "RIB illisible" in page
    assert payday.money().paid == 3000


def test_a_list_that_is_none_comes_back_with_its_sentence(office: Office) -> None:
    payday, treasurer, _approver = office
    file = SimpleUploadedFile("mandats.csv", b"a;b\r\n1;2\r\n", content_type="text/csv")
    answer = send(treasurer, f"/operator/payments/agreements/{payday.agreement_id}/order-list/", file=file)
    assert answer.status_code == 422
    assert "Il manque des colonnes" in text_of(answer) and "Numéro de mandat" in text_of(answer)
