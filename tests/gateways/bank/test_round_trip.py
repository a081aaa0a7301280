"""Whatever is paid, in whatever version the bank speaks, the bank's answers tell of the same transfers."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.gateways.bank import documents, payments, reports
from carnet.gateways.bank.errors import BankFileMalformed, PaymentFileInvalid
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.bank.payments import CENTS_MAX, CreditTransfer, Party, Payment, Totals
from carnet.gateways.bank.reports import TransferOutcome
from tests.gateways.bank.conftest import AT, PLACE, RING_FENCED

SECOND_IBAN = "FR1420041010050500013M02606"
NAMES = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=80).map(lambda name: f"Lieu {name}")
LINES = st.lists(st.tuples(NAMES, st.integers(1, CENTS_MAX), st.sampled_from([PLACE.iban, SECOND_IBAN])), min_size=1, max_size=8)
VERSIONS = {
    "message": st.sampled_from(payments.MESSAGES),
    "status_report": st.sampled_from(reports.STATUS_REPORTS),
    "statement": st.sampled_from(reports.STATEMENTS),
}


def _payment(lines, message=payments.MESSAGE):
    transfers = [CreditTransfer(f"T-{rank}", Party(name, iban), cents, f"n {rank}") for rank, (name, cents, iban) in enumerate(lines)]
    return Payment("RUN", AT, date(2026, 3, 5), RING_FENCED, transfers, message=message)


@settings(max_examples=40)
@given(lines=LINES, rejected=st.sets(st.integers(0, 7)), sent_back=st.sets(st.integers(0, 7)), **VERSIONS)
def test_what_is_written_is_what_is_read_back(lines, rejected, sent_back, message, status_report, statement):
    payment = _payment(lines, message)
    bank = FakeBank(opening_cents=0, status_report=status_report, statement_message=statement)
    refused = {f"T-{rank}" for rank in rejected if rank < len(lines)}
    answer = bank.receive(payments.to_bytes(payment), at=AT, rejects=dict.fromkeys(refused, "AC06"))
    status = reports.read(answer)
    of = {each.end_to_end_id: each for each in payment.transfers}
    assert {(line.end_to_end_id, line.cents, line.creditor_iban) for line in status.transfers} == {
        (name, of[name].cents, of[name].creditor.iban) for name in refused
    }
    assert (status.answers, status.not_final, status.bad) == ("RUN", len(lines) - len(refused), ())
    first = reports.read(io.BytesIO(bank.statement(RING_FENCED.iban, at=AT)))
    paid = [name for name in of if name not in refused]
    assert [(line.end_to_end_id, line.status, line.cents, line.creditor_iban) for line in first.transfers] == [
        (name, TransferOutcome.PAID, of[name].cents, of[name].creditor.iban) for name in paid
    ]
    assert (first.account_ibans, first.others, first.bad) == ((RING_FENCED.iban,), (), ())
    back = [name for rank, name in enumerate(paid) if rank in sent_back]
    for name in back:
        bank.send_back(name)
    second = reports.read(bank.statement(RING_FENCED.iban, at=AT))
    assert [(line.end_to_end_id, line.status, line.cents, line.reason_code) for line in second.transfers] == [
        (name, TransferOutcome.RETURNED, of[name].cents, "AC04") for name in back
    ]


@pytest.mark.parametrize("message", payments.MESSAGES)
def test_a_file_is_the_same_bytes_twice_and_valid_in_each_version(message):
    payment = _payment([("Médiathèque", 1250, PLACE.iban), ("Café", 99, SECOND_IBAN)], message)
    content = payments.to_bytes(payment)
    assert content == payments.to_bytes(payment)
    assert [element.tag for element in documents.Document(content, messages=(message,)).each("CtrlSum")] == [
        f"{{{documents.NAMESPACE}{message}}}CtrlSum"
    ] * 2


def test_a_stream_of_transfers_that_is_not_what_was_announced_is_refused():
    payment = _payment([("Médiathèque", 1250, PLACE.iban)])
    for announced in (Totals(2, 1250), Totals(1, 1251)):
        wrong = Payment("RUN", AT, date(2026, 3, 5), RING_FENCED, iter(payment.transfers), announced=announced)
        with pytest.raises(PaymentFileInvalid) as refusal:
            payments.to_bytes(wrong)
        assert refusal.value.facts["field"] == "totals"


def test_what_breaks_the_schema_is_found_while_it_is_written(monkeypatch):
    monkeypatch.setattr(payments, "_bic_tag", lambda message: "BIC")
    debtor = Party(RING_FENCED.name, RING_FENCED.iban, "AGRIFRPP")
    with pytest.raises(BankFileMalformed):
        payments.to_bytes(Payment("RUN", AT, date(2026, 3, 5), debtor, _payment([("a", 1, PLACE.iban)]).transfers))
