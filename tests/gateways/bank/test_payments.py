import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from mockbank import validate as mockbank
from sepaxml import SepaTransfer

from carnet.gateways.bank import documents, payments
from carnet.gateways.bank.characters import is_reference, to_sepa
from carnet.gateways.bank.errors import PaymentFileInvalid
from carnet.gateways.bank.payments import CENTS_MAX, CreditTransfer, Party, Payment
from tests.gateways.bank.conftest import AT, PLACE, RING_FENCED

NAMES = {"m": documents.NAMESPACE + payments.MESSAGE}


def _root(content):
    return etree.fromstring(content)


class TestAPaymentFile:
    def test_is_valid_against_the_iso_schema_and_says_its_exact_sum(self, make_payment):
        root = _root(payments.to_bytes(make_payment((1000, 2550, 1))))
        assert documents.schema(payments.MESSAGE).validate(root)
        assert root.xpath("//m:CtrlSum/text()", namespaces=NAMES) == ["35.51", "35.51"]
        assert root.xpath("//m:NbOfTxs/text()", namespaces=NAMES) == ["3", "3"]
        assert root.xpath("//m:InstdAmt/text()", namespaces=NAMES) == ["10.00", "25.50", "0.01"]

    @pytest.mark.parametrize("message", payments.MESSAGES)
    def test_is_accepted_without_a_finding_by_an_independent_bank(self, make_payment, message):
        content = payments.to_bytes(dataclasses.replace(make_payment((1000, 2550, 99)), message=message))
        assert [mockbank.render(finding) for finding in mockbank.validate(content, today=AT.date())] == []

    def test_an_independent_bank_does_find_a_wrong_sum(self, make_payment):
        content = payments.to_bytes(make_payment((1000,))).replace(b"<CtrlSum>10.00<", b"<CtrlSum>10.01<")
        assert mockbank.errors(mockbank.validate(content, today=AT.date()))

    def test_says_what_sepaxml_says(self, make_payment):
        ours = _root(payments.to_bytes(make_payment((1000, 2550))))
        theirs = _root(_by_sepaxml(make_payment((1000, 2550))))
        for path in (
            "//m:GrpHdr/m:NbOfTxs", "//m:GrpHdr/m:CtrlSum", "//m:DbtrAcct/m:Id/m:IBAN", "//m:DbtrAgt//m:BICFI",
            "//m:ReqdExctnDt/m:Dt", "//m:CdtTrfTxInf//m:EndToEndId", "//m:CdtTrfTxInf//m:InstdAmt",
            "//m:InstdAmt/@Ccy", "//m:CdtrAcct/m:Id/m:IBAN", "//m:CdtrAgt//m:BICFI", "//m:Cdtr/m:Nm", "//m:Ustrd",
            "//m:PmtMtd", "//m:SvcLvl/m:Cd", "//m:ChrgBr",
        ):  # fmt: skip
            assert _values(ours, path) == _values(theirs, path), path

    def test_is_the_same_bytes_twice(self, make_payment):
        assert payments.to_bytes(make_payment()) == payments.to_bytes(make_payment())

    def test_goes_without_a_bank_code_when_there_is_none(self, make_payment):
        payment = dataclasses.replace(make_payment(), debtor=dataclasses.replace(RING_FENCED, bic=""))
        root = _root(payments.to_bytes(payment))
        assert root.xpath("//m:DbtrAgt//m:Othr/m:Id/text()", namespaces=NAMES) == ["NOTPROVIDED"]

    @given(amounts=st.lists(st.integers(1, CENTS_MAX), min_size=1, max_size=12))
    def test_loses_no_cent_whatever_the_amounts(self, amounts):
        transfers = [CreditTransfer(f"T{rank}", PLACE, cents, "x") for rank, cents in enumerate(amounts)]
        payment = Payment("RUN", AT, date(2026, 3, 5), RING_FENCED, transfers)
        root = _root(payments.to_bytes(payment))
        written = [int(text.replace(".", "")) for text in root.xpath("//m:InstdAmt/text()", namespaces=NAMES)]
        assert written == amounts
        assert int(root.xpath("string(//m:CtrlSum)", namespaces=NAMES).replace(".", "")) == sum(amounts)

    @given(name=st.text(min_size=1, max_size=90), remittance=st.text(min_size=1, max_size=200))
    def test_is_valid_or_refused_whatever_the_words(self, name, remittance):
        transfer = CreditTransfer("T1", Party(name, PLACE.iban), 1, remittance)
        payment = Payment("RUN", AT, date(2026, 3, 5), RING_FENCED, [transfer])
        if to_sepa(name, length_max=70) and to_sepa(remittance, length_max=140):
            assert payments.to_bytes(payment).isascii()
        else:
            with pytest.raises(PaymentFileInvalid):
                payments.to_bytes(payment)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("cents", 0, "cents"),
        ("cents", -100, "cents"),
        ("cents", CENTS_MAX + 1, "cents"),
        ("end_to_end_id", "", "end_to_end_id"),
        ("end_to_end_id", "x" * 36, "end_to_end_id"),
        ("end_to_end_id", "/x", "end_to_end_id"),
        ("end_to_end_id", "é", "end_to_end_id"),
        ("remittance", "", "remittance"),
        ("creditor", Party("", PLACE.iban), "creditor.name"),
        ("creditor", Party("Café", "FR76 3000"), "creditor.iban"),
        ("creditor", Party("Café", PLACE.iban, "NOT A BIC"), "creditor.bic"),
    ],
)
def test_a_transfer_no_bank_would_take_is_not_written(make_payment, field, value, named):
    payment = make_payment((1000,))
    wrong = dataclasses.replace(payment, transfers=[dataclasses.replace(payment.transfers[0], **{field: value})])
    with pytest.raises(PaymentFileInvalid) as refusal:
        payments.to_bytes(wrong)
    assert refusal.value.facts["field"] == named


def test_a_reference_used_twice_and_an_empty_file_are_not_written(make_payment):
    payment = make_payment((1000,))
    for transfers in ([], [payment.transfers[0]] * 2):
        with pytest.raises(PaymentFileInvalid):
            payments.to_bytes(dataclasses.replace(payment, transfers=transfers))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Médiathèque de l’Île", "Mediatheque de l'Ile"),
        ("Cœur & Âme – ça « marche »", "Coeur + Ame - ca ' marche '"),
        ("10 €", "10 EUR"),
        ("a\tb\nc", "a b c"),
        ("日本", ""),
    ],
)
def test_french_is_brought_into_the_characters_of_sepa(written, sent):
    assert to_sepa(written, length_max=140) == sent


@given(text=st.text(max_size=300))
def test_nothing_but_sepa_characters_is_ever_sent(text):
    sent = to_sepa(text, length_max=140)
    assert len(sent) <= 140
    assert all(character.isascii() and (character.isalnum() or character in "/-?:().,'+ ") for character in sent)


def test_a_reference_is_refused_rather_than_changed():
    assert is_reference("RUN-1/T1")
    assert not any(is_reference(text) for text in ("", "a//b", "a/", " a", "a_b", "é"))


def _values(root, path):
    return [getattr(found, "text", found) for found in root.xpath(path, namespaces=NAMES)]


def _by_sepaxml(payment):
    config = {"name": to_sepa(payment.debtor.name, length_max=70), "IBAN": payment.debtor.iban, "BIC": payment.debtor.bic,
              "batch": True, "currency": "EUR"}  # fmt: skip
    transfer = SepaTransfer(config, schema=payments.MESSAGE, clean=False)
    for line in payment.transfers:
        transfer.add_payment(
            {
                "name": to_sepa(line.creditor.name, length_max=70), "IBAN": line.creditor.iban, "BIC": line.creditor.bic,
                "amount": line.cents, "execution_date": payment.execute_on, "endtoend_id": line.end_to_end_id,
                "description": to_sepa(line.remittance, length_max=140),
            }
        )  # fmt: skip
    return transfer.export(validate=True)
