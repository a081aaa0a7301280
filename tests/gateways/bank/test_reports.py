import pytest
from hypothesis import given
from hypothesis import strategies as st
from mockbank import schema as mockbank

from carnet.gateways.bank import errors, payments, reports
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.bank.reports import TransferOutcome
from tests.gateways.bank.conftest import AT, RING_FENCED

IBAN = RING_FENCED.iban
BOMB = b"""<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&b;</Document>"""
FILE_READER = b"""<?xml version="1.0"?><!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>"""


@pytest.fixture
def answers(make_payment):
    """A status report with one reject, then a statement of what was paid."""
    bank = FakeBank(opening_cents=100_000)
    payment = make_payment((1000, 2550, 99))
    status = bank.receive(payments.to_bytes(payment), at=AT, rejects={"RUN-2026-03-T2": "AC06"})
    return bank, status, bank.statement(IBAN, at=AT)


class TestTheBanksAnswers:
    def test_a_status_report_tells_the_reject_only(self, answers):
        report = reports.read(answers[1])
        assert [(line.end_to_end_id, line.status, line.reason_code, line.cents, line.account_iban) for line in report.transfers] == [
            ("RUN-2026-03-T2", TransferOutcome.REJECTED, "AC06", 2550, IBAN)
        ]
        assert (report.not_final, report.transfers[0].message_id, report.schema_checked) == (2, "RUN-2026-03", True)

    def test_a_statement_tells_what_left_the_account(self, answers):
        report = reports.read(answers[2])
        assert [(line.end_to_end_id, line.status, line.cents) for line in report.transfers] == [
            ("RUN-2026-03-T1", TransferOutcome.PAID, 1000),
            ("RUN-2026-03-T3", TransferOutcome.PAID, 99),
        ]
        assert report.account_ibans == (IBAN,)

    def test_a_transfer_that_comes_back_is_on_the_next_statement(self, answers):
        bank = answers[0]
        bank.send_back("RUN-2026-03-T1", reason="AC04")
        (line,) = reports.read(bank.statement(IBAN, at=AT)).transfers
        assert (line.end_to_end_id, line.status, line.reason_code, line.cents) == (
            "RUN-2026-03-T1", TransferOutcome.RETURNED, "AC04", 1000,
        )  # fmt: skip

    def test_the_same_file_received_twice_is_refused_whole(self, make_payment):
        bank, content = FakeBank(), payments.to_bytes(make_payment())
        bank.receive(content, at=AT)
        whole = reports.read(bank.receive(content, at=AT)).whole_file
        assert whole is not None
        assert (whole.message_id, whole.status, whole.reason_code) == ("RUN-2026-03", TransferOutcome.REJECTED, "AM05")

    def test_version_10_of_the_status_report_is_read_by_its_structure(self):
        report = reports.read(_status_report_10("RJCT"))
        assert report.schema_checked is False
        assert [(line.end_to_end_id, line.reason_code) for line in report.transfers] == [("T1", "AC01")]
        assert reports.read(_status_report_10("ACCP")).transfers == ()

    def test_a_payment_in_from_a_funder_is_another_line(self, answers):
        content = answers[2].replace(b"<CdtDbtInd>DBIT</CdtDbtInd>", b"<CdtDbtInd>CRDT</CdtDbtInd>")
        report = reports.read(content)
        assert report.transfers == ()
        assert [(line.cents, line.is_credit) for line in report.others] == [(1000, True), (99, True)]

    def test_a_pending_line_says_nothing(self, answers):
        report = reports.read(answers[2].replace(b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>"))
        assert (report.transfers, report.others, report.not_final) == ((), (), 2)

    def test_latin_letters_of_an_old_bank_are_read(self, answers):
        content = answers[2].decode().replace("encoding='UTF-8'", "encoding='ISO-8859-1'").replace("+ OEuvres", "é")
        assert len(reports.read(content.encode("latin-1")).transfers) == 2

    def test_the_balances_of_two_statements_follow_each_other(self, answers):
        assert b'<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">989.01</Amt>' in answers[2]
        assert b'<Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">989.01</Amt>' in answers[0].statement(IBAN, at=AT)


class TestOneBadLineNeverLosesTheOthers:
    @pytest.mark.parametrize(
        ("written", "wrong", "fault"),
        [
            (b'<Amt Ccy="EUR">10.00</Amt>', b'<Amt Ccy="USD">10.00</Amt>', "CURRENCY"),
            (b'<Amt Ccy="EUR">10.00</Amt>', b'<Amt Ccy="EUR">10.001</Amt>', "AMOUNT"),
        ],
    )
    def test_of_a_statement(self, answers, written, wrong, fault):
        report = reports.read(answers[2].replace(written, wrong))
        assert [(line.reference, line.fault.value) for line in report.bad] == [("RUN-2026-03-T1", fault)]
        assert [line.end_to_end_id for line in report.transfers] == ["RUN-2026-03-T3"]

    def test_of_a_status_report_without_its_reference(self):
        content = _status_report_10("RJCT").replace(b"OrgnlEndToEndId", b"OrgnlInstrId")
        report = reports.read(content)
        assert [(line.reference, line.fault.value) for line in report.bad] == [("T1", "NO_REFERENCE")]
        assert report.transfers == ()

    def test_of_a_batch_whose_details_have_no_amount(self, answers):
        first, second = (b"<EndToEndId>RUN-2026-03-T1</EndToEndId>", b"<EndToEndId>RUN-2026-03-T3</EndToEndId>")
        detail = b"<TxDtls><Refs>" + second + b"</Refs></TxDtls>"
        content = answers[2].replace(b"</TxDtls></NtryDtls>", b"</TxDtls>" + detail + b"</NtryDtls>", 1)
        report = reports.read(content)
        assert first in content
        assert [(line.reference, line.fault.value) for line in report.bad] == [("RUN-2026-03-T3", "BATCH")]
        assert [line.end_to_end_id for line in report.transfers] == ["RUN-2026-03-T1", "RUN-2026-03-T3"]


class TestAFileThatCannotBeBelieved:
    @pytest.mark.parametrize("head", [b"PK\x03\x04", b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c"])
    def test_in_a_box_is_refused_by_its_name(self, head):
        with pytest.raises(errors.BankFilePacked):
            reports.read(head + b"\x00" * 100)

    def test_with_an_endless_text_is_refused(self):
        with pytest.raises((errors.BankFileHostile, errors.BankFileMalformed)):
            reports.read(_status_report_10("RJCT").replace(b"AC01", b"A" * 11_000_000))

    def test_with_elements_without_end_is_refused_before_they_fill_the_memory(self):
        content = _status_report_10("RJCT").replace(b"</GrpHdr>", b"<a/>" * 1_000_000 + b"</GrpHdr>")
        with pytest.raises(errors.BankFileHostile) as refusal:
            reports.read(content)
        assert refusal.value.facts == {"reason": "LENGTH"}

    def test_that_hides_a_document_type_between_two_pieces_is_hostile(self):
        for shift in range(12):
            content = b'<?xml version="1.0"?>' + b" " * (64 * 1024 - 21 - shift) + b"<!DOCTYPE z><a/>"
            with pytest.raises(errors.BankFileHostile):
                reports.read(content)

    def test_cut_anywhere_is_refused_though_its_schema_is_followed_so_far(self, answers):
        for content in answers[1:]:
            for cut in range(1, len(content.rstrip()), 97):
                with pytest.raises(errors.BankFileRefused):
                    reports.read(content[:cut])

    def test_followed_by_something_else_is_refused(self, answers):
        with pytest.raises(errors.BankFileRefused):
            reports.read(answers[2] + b"<more/>")

    @pytest.mark.parametrize("content", [BOMB, FILE_READER])
    def test_with_a_document_type_is_hostile(self, content):
        with pytest.raises(errors.BankFileHostile):
            reports.read(content)

    def test_nested_without_end_is_refused(self):
        with pytest.raises((errors.BankFileHostile, errors.BankFileMalformed)):
            reports.read(b"<a>" * 5000 + b"</a>" * 5000)

    def test_too_long_is_refused_before_it_is_read(self):
        with pytest.raises(errors.BankFileTooLarge) as refusal:
            reports.read(b"<" * 101, size_max=100)
        assert refusal.value.facts == {"size_max_bytes": 100}

    @pytest.mark.parametrize("content", [b"", b"   \n"])
    def test_empty(self, content):
        with pytest.raises(errors.BankFileEmpty):
            reports.read(content)

    def test_in_another_encoding(self, answers):
        for content in (answers[2].decode().encode("utf-16"), b'<?xml version="1.0" encoding="EBCDIC-CP-FR"?><a/>'):
            with pytest.raises(errors.BankFileEncodingUnknown):
                reports.read(content)

    @pytest.mark.parametrize("content", [b"hello", b"\x89PNG\r\n", b"id;amount\n1;10\n", b"%PDF-1.7"])
    def test_that_is_no_xml(self, content):
        with pytest.raises(errors.BankFileMalformed):
            reports.read(content)

    def test_of_another_kind(self, make_payment):
        with pytest.raises(errors.BankFileWrongType) as refusal:
            reports.read(payments.to_bytes(make_payment()))
        assert refusal.value.facts["found"] == payments.MESSAGE

    def test_that_breaks_the_schema_names_the_line(self, answers):
        with pytest.raises(errors.BankFileMalformed) as refusal:
            reports.read(answers[2].replace(b"<CdtDbtInd>DBIT</CdtDbtInd>", b"<CdtDbtInd>OUT</CdtDbtInd>"))
        assert refusal.value.facts["line"] == 2

    @given(data=st.data())
    def test_cut_anywhere_is_refused_whole(self, data):
        content = _status_report_10("RJCT")
        cut = data.draw(st.integers(1, len(content.rstrip()) - 1))
        with pytest.raises(errors.BankFileRefused):
            reports.read(content[:cut])


def test_the_fake_bank_refuses_what_a_bank_refuses(make_payment):
    content = payments.to_bytes(make_payment())
    with pytest.raises(errors.BankFileRefused):
        FakeBank().receive(content.replace(b"<CtrlSum>35.51<", b"<CtrlSum>35.52<"), at=AT)
    with pytest.raises(errors.BankFileMalformed):
        FakeBank().receive(content.replace(b"<PmtMtd>TRF<", b"<PmtMtd>XXX<"), at=AT)
    bad_iban = content.replace(b"FR7610011000201234567890188", b"FR7710011000201234567890188")
    assert {line.reason_code for line in reports.read(FakeBank().receive(bad_iban, at=AT)).transfers} == {"AC01"}


def _status_report_10(status):
    """What an independent bank writes: mock-bank's own pain.002.001.10."""
    line = {"OrgnlEndToEndId": "T1", "TxSts": status}
    if status == "RJCT":
        line["StsRsnInf"] = [{"Rsn": {"Cd": "AC01"}}]
    return mockbank.serialize(
        mockbank.MESSAGES["pain.002.001.10"],
        {
            "CstmrPmtStsRpt": {
                "GrpHdr": {"MsgId": "SR1", "CreDtTm": AT},
                "OrgnlGrpInfAndSts": {"OrgnlMsgId": "RUN", "OrgnlMsgNmId": payments.MESSAGE, "GrpSts": "PART"},
                "OrgnlPmtInfAndSts": [{"OrgnlPmtInfId": "RUN", "TxInfAndSts": [line]}],
            }
        },
    )
