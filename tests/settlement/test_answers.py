"""What each line of an answer did; how an agreement pays; payment orders for a public accountant, and what it says of them."""

import csv
import hashlib
import io
import subprocess
import zipfile
from datetime import date, timedelta

import pypdfium2
import pytest

from carnet.gateways.bank import errors, payments, reports
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import ORDERS, key_ring
from carnet.settlement import operations
from carnet.settlement.models import BankFile, BankLine, Transfer
from carnet.settlement.queries.channels import answer_page, channel_of
from carnet.settlement.rules import BankFileAlreadyRead, BankFileOfAnotherAccount, HoldWords, RunChangedSinceApproval
from carnet.settlement.rules.channels import (
    OrderAlreadyAnswered,
    OrderAnsweredInFuture,
    OrderAnswerIncomplete,
    PaymentChannel,
    RunOfAnotherChannel,
)
from carnet.web.payment_orders import archive, verified
from tests.factories.campaign import rid
from tests.settlement.conftest import APRIL, RING_FENCED, Payday

HELD = HoldWords("signalement 12", "Une leçon du 10 mars doit être vérifiée.", "02 40 00 00 00")
NAMED = {"m": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"}


def choose(payday: Payday, channel: PaymentChannel) -> None:
    treasurer = payday.treasurer()
    with acting_as(treasurer):
        operations.choose_channel(agreement_id=payday.agreement_id, channel=channel, actor=treasurer, request_id=rid(), at=APRIL)


def approved(payday: Payday) -> int:
    """Two places used vouchers, and a run of their two claims is approved."""
    payday.spend(3)
    payday.spend(2, second=True)
    payday.claim()
    run_id, approver = payday.prepare().run_id, payday.approver()
    with acting_as(approver):
        operations.approve_run(run_id=run_id, actor=approver, request_id=rid(), at=APRIL)
    return run_id


def given_to_the_accountant(payday: Payday) -> tuple[int, bytes]:
    """The payment orders taken out and given."""
    choose(payday, PaymentChannel.ORDERS)
    run_id, treasurer = approved(payday), payday.treasurer()
    with acting_as(treasurer):
        operations.take_out_orders(run_id=run_id, actor=treasurer, request_id=rid(), at=APRIL)
        content = b"".join(archive(actor=treasurer, run_id=run_id))
        operations.mark_sent(run_id=run_id, actor=treasurer, request_id=rid(), at=APRIL)
    return run_id, content


def listed(content: bytes) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        return list(csv.DictReader(io.StringIO(files.read("mandats.csv").decode("utf-8-sig")), delimiter=";"))


def filled(rows: list[dict[str, str]], *said: tuple[str, str, str]) -> bytes:
    """The list as the accountant gives it back, from its own Excel."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
    writer.writeheader()
    for row, (number, day, reason) in zip(rows, said, strict=True):
        writer.writerow(row | {"Numéro de mandat": number, "Payé le": day, "Motif de rejet": reason})
    return text.getvalue().encode("cp1252")


def read_list(payday: Payday, content: bytes) -> operations.BankFileRead:
    treasurer = payday.treasurer()
    with acting_as(treasurer):
        return operations.import_order_answers(
            agreement_id=payday.agreement_id, content=io.BytesIO(content), actor=treasurer, request_id=rid(), at=APRIL
        )


class TestTheForm:
    def test_an_agreement_is_paid_in_the_version_its_bank_takes(self, payday: Payday):
        choose(payday, PaymentChannel.TRANSFERS_2009)
        content = payday.send_prepared(approved(payday))
        assert payments.OLDER_MESSAGE.encode() in content[:400]
        payday.read(payday.bank.receive(content, at=APRIL))
        payday.read(payday.bank.statement(RING_FENCED, at=APRIL))
        assert payday.money().paid == 5000

    def test_what_was_taken_out_keeps_its_form(self, payday: Payday):
        run_id, treasurer = approved(payday), payday.treasurer()
        with acting_as(treasurer):
            first = operations.write_payment_file(run_id=run_id, actor=treasurer, request_id=rid(), at=APRIL)
        choose(payday, PaymentChannel.TRANSFERS_2009)
        with acting_as(treasurer):
            with operations.open_payment_file(run_id=run_id, actor=treasurer, request_id=rid(), at=APRIL) as file:
                assert file.read() == first
            assert channel_of(payday.agreement_id) is PaymentChannel.TRANSFERS_2009
            with pytest.raises(RunOfAnotherChannel):
                operations.take_out_orders(run_id=run_id, actor=treasurer, request_id=rid(), at=APRIL)

    def test_a_run_paid_by_orders_has_no_file_for_a_bank(self, payday: Payday):
        choose(payday, PaymentChannel.ORDERS)
        run_id, treasurer = approved(payday), payday.treasurer()
        with acting_as(treasurer), pytest.raises(RunOfAnotherChannel):
            operations.write_payment_file(run_id=run_id, actor=treasurer, request_id=rid(), at=APRIL)


class TestTheArchive:
    def test_holds_the_list_and_each_order_s_papers_and_names_nobody(self, payday: Payday):
        _run_id, content = given_to_the_accountant(payday)
        rows = listed(content)
        assert [row["Montant (€)"] for row in rows] == ["30,00", "20,00"]
        with zipfile.ZipFile(io.BytesIO(content)) as files:
            assert files.testzip() is None
            for row, count in zip(rows, (3, 2), strict=True):
                vouchers = files.read(f"{row['Pièces']}/cheques.csv").decode("utf-8-sig").splitlines()
                assert len(vouchers) == 1 + count
                assert row["IBAN"] in files.read(f"{row['Pièces']}/coordonnees-bancaires.csv").decode()
                with pypdfium2.PdfDocument(files.read(f"{row['Pièces']}/certificat-de-service-fait.pdf")) as paper:
                    said = " ".join("".join(page.get_textpage().get_text_range() for page in paper).split())
                assert "Certificat de service fait" in said and "Texte signé par la clé Ed25519" in said
                assert row["Montant (€)"] in said and row["IBAN"] in said.replace(" ", "")
            assert files.read("bordereau.pdf").startswith(b"%PDF-")

    def test_leaves_out_whoever_is_held_between_the_approval_and_the_leaving(self, payday: Payday):
        choose(payday, PaymentChannel.ORDERS)
        run_id, treasurer, approver = approved(payday), payday.treasurer(), payday.approver()
        with acting_as(approver):
            operations.place_hold(
                programme_id=payday.campaign.programme_id, organisation_id=payday.campaign.place_organisation_id, claim_id=None, words=HELD,
                days=10, actor=approver, request_id=rid(), at=APRIL,
            )  # fmt: skip
        with acting_as(treasurer):
            operations.take_out_orders(run_id=run_id, actor=treasurer, request_id=rid(), at=APRIL)
            content = b"".join(archive(actor=treasurer, run_id=run_id))
        assert [row["Montant (€)"] for row in listed(content)] == ["20,00"]
        with acting_as_everything(why="an order slips into the archive"):
            Transfer.objects.filter(run_id=run_id, state="CANCELLED").update(state="PENDING")
        with acting_as(treasurer), pytest.raises(RunChangedSinceApproval):
            next(archive(actor=treasurer, run_id=run_id))

    def test_is_the_same_bytes_twice_in_any_language(self, payday: Payday):
        run_id, content = given_to_the_accountant(payday)
        treasurer = payday.treasurer()
        with acting_as(treasurer):
            assert b"".join(archive(actor=treasurer, run_id=run_id)) == content

    def test_is_sealed_and_openssl_alone_finds_a_change(self, payday: Payday, tmp_path):
        _run_id, content = given_to_the_accountant(payday)
        with zipfile.ZipFile(io.BytesIO(content)) as files:
            files.extractall(tmp_path)
            names = [name for name in files.namelist() if not name.startswith(("empreintes", "cle-publique"))]
            (key,) = [name for name in files.namelist() if name.startswith("cle-publique")]
        told = dict(reversed(line.split("  ")) for line in (tmp_path / "empreintes.txt").read_text().splitlines())
        assert {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in names} == told
        (tmp_path / "signe").write_bytes(ORDERS + (tmp_path / "empreintes.txt").read_bytes())
        check = [
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            key,
            "-rawin",
            "-in",
            "signe",
            "-sigfile",
            "empreintes.sig",
        ]
        assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 0
        (tmp_path / "signe").write_bytes(ORDERS + (tmp_path / "empreintes.txt").read_bytes().replace(b"a", b"b", 1))
        assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode != 0
        signature, said = (tmp_path / "empreintes.sig").read_bytes(), (tmp_path / "empreintes.txt").read_bytes()
        assert key_ring().verify(payday.campaign.programme_id, 1, ORDERS, said, signature)

    def test_is_verified_by_the_command_and_whatever_is_changed_is_named(self, payday: Payday, tmp_path):
        _run_id, content = given_to_the_accountant(payday)
        whole, changed, added = (tmp_path / name for name in ("whole.zip", "changed.zip", "added.zip"))
        whole.write_bytes(content)
        assert verified(whole).faults == ()
        with zipfile.ZipFile(whole) as files, zipfile.ZipFile(changed, "w") as one, zipfile.ZipFile(added, "w") as two:
            for name in files.namelist():
                one.writestr(name, files.read(name).replace(b"30,00", b"90,00"))
                two.writestr(name, files.read(name))
            two.writestr("pieces/autre.txt", b"x")
        assert verified(changed).faults == ("mandats.csv a été changé ou manque.",)
        assert verified(added).faults == ("pieces/autre.txt a été ajouté.",)
        (tmp_path / "no.zip").write_bytes(b"PK")
        assert "pas une archive de mandats" in verified(tmp_path / "no.zip").faults[0]

    def test_is_refused_once_a_claim_says_something_else(self, payday: Payday):
        choose(payday, PaymentChannel.ORDERS)
        run_id, treasurer = approved(payday), payday.treasurer()
        with acting_as_everything(why="break what was approved"):
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("UPDATE settlement_paymentrun SET total_cents = total_cents + 1 WHERE id = %s", [run_id])
        with acting_as(treasurer), pytest.raises(RunChangedSinceApproval):
            operations.take_out_orders(run_id=run_id, actor=treasurer, request_id=rid(), at=APRIL)


class TestTheAccountantsAnswer:
    def test_paid_and_rejected_orders_are_followed_to_the_cent(self, payday: Payday, everything_adds_up: None):
        _run_id, content = given_to_the_accountant(payday)
        rows = listed(content)
        read = read_list(payday, filled(rows, ("2026-118", "08/04/2026", ""), ("", "", "RIB illisible")))
        assert (read.paid_cents, read.came_back_cents, read.remarks) == (3000, 2000, ())
        assert payday.money().paid == 3000
        with acting_as_everything(why="look"):
            lines = list(BankLine.objects.order_by("rank").values_list("verdict", "order_number", "note", "booked_on"))
        assert lines == [("PAY", "2026-118", "", date(2026, 4, 8)), ("REFUSE", "", "RIB illisible", None)]

    def test_one_bad_line_never_loses_the_others(self, payday: Payday):
        _run_id, content = given_to_the_accountant(payday)
        rows = listed(content)
        rows[0]["Montant (€)"] = "30,01"
        read = read_list(payday, filled(rows, ("1", "08/04/2026", ""), ("2", "31/02/2026", "")))
        assert [(each.verdict, each.cents) for each in read.remarks] == [("OTHER_AMOUNT", 3001), ("DAY", None)]
        assert (read.paid_count, payday.money().paid) == (0, 0)
        rows[0]["Montant (€)"] = "30,00"
        rows[1]["IBAN"] = "FR7630006000011234567890100"
        again = read_list(payday, filled(rows, ("1", "08/04/2026", ""), ("2", "08/04/2026", "")))
        assert ([each.verdict for each in again.remarks], again.paid_cents) == (["OTHER_ACCOUNT"], 3000)

    def test_given_back_half_filled_then_whole_it_is_read_twice_and_paid_once(self, payday: Payday, everything_adds_up: None):
        _run_id, content = given_to_the_accountant(payday)
        rows = listed(content)
        half = filled(rows, ("1", "08/04/2026", ""), ("", "", ""))
        assert read_list(payday, half).paid_count == 1
        with pytest.raises(BankFileAlreadyRead):
            read_list(payday, half)
        whole = read_list(payday, filled(rows, ("1", "08/04/2026", ""), ("2", "09/04/2026", "")))
        assert (whole.paid_count, whole.known_count, payday.money().paid) == (1, 1, 5000)

    def test_is_typed_for_one_order(self, payday: Payday, everything_adds_up: None):
        given_to_the_accountant(payday)
        treasurer = payday.treasurer()
        with acting_as(treasurer):
            first, second = Transfer.objects.order_by("id").values_list("id", flat=True)
            said = {"actor": treasurer, "at": APRIL}
            for wrong, refusal in (
                ({}, OrderAnswerIncomplete),
                ({"number": "7"}, OrderAnswerIncomplete),
                ({"number": "7", "paid_on": APRIL.date(), "reason": "non"}, OrderAnswerIncomplete),
                ({"number": "7", "paid_on": APRIL.date() + timedelta(days=1)}, OrderAnsweredInFuture),
            ):
                with pytest.raises(refusal):
                    operations.record_order_answer(transfer_id=first, request_id=rid(), **said, **wrong)
            request_id = rid()
            for _twice in range(2):
                paid = operations.record_order_answer(transfer_id=first, number="118", paid_on=APRIL.date(), request_id=request_id, **said)
            assert paid.paid_cents == 3000
            with pytest.raises(OrderAlreadyAnswered):
                operations.record_order_answer(transfer_id=first, reason="trop tard", request_id=rid(), **said)
            assert (
                operations.record_order_answer(transfer_id=second, reason="RIB illisible", request_id=rid(), **said).came_back_cents == 2000
            )
        assert payday.money().paid == 3000

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"", errors.BankFileEmpty),
            (b"PK\x03\x04", errors.BankFilePacked),
            (b"a;b\n1;2\n", errors.OrderListColumnsMissing),
            ('Référence;Montant;Numéro de mandat;Payé le;Motif de rejet\n"x;1\n'.encode(), errors.BankFileMalformed),
            (b"\xff\xfeR\x00", errors.BankFileEncodingUnknown),
            (b"x" * (4 * 1024 * 1024 + 1), errors.BankFileTooLarge),
        ],
    )
    def test_a_file_that_is_no_such_list_changes_nothing(self, payday: Payday, content: bytes, refusal: type[Exception]):
        with pytest.raises(refusal):
            read_list(payday, content)
        with acting_as_everything(why="look"):
            assert not BankFile.objects.exists()


class TestEachLineOfTheBank:
    def test_says_what_it_did_and_what_is_left(self, payday: Payday):
        run_id = approved(payday)
        content = payday.send_prepared(run_id)
        payday.bank.receive(content, at=APRIL)
        statement = payday.bank.statement(RING_FENCED, at=APRIL)
        first = Transfer.objects.none()
        with acting_as_everything(why="look"):
            first, second = Transfer.objects.order_by("id").values_list("end_to_end_id", flat=True)
        wrong = statement.replace(f"<EndToEndId>{second}".encode(), b"<EndToEndId>AUTRE")
        read = payday.read(wrong)
        treasurer = payday.treasurer()
        with acting_as(treasurer):
            page = answer_page(actor=treasurer, bank_file_id=read.bank_file_id)
        assert [(line.reference, line.verdict, line.cents) for line in page.done] == [(first, "PAY", 3000)]
        assert [(line.reference, line.verdict, line.cents) for line in page.to_look] == [("AUTRE", "UNKNOWN", 2000)]
        assert (page.waiting_count, page.waiting_cents, page.returned_count) == (1, 2000, 0)

    def test_told_twice_in_one_file_is_shown_to_a_person_and_paid_once(self, payday: Payday, everything_adds_up: None):
        content = payday.send_prepared(approved(payday))
        payday.bank.receive(content, at=APRIL)
        statement = payday.bank.statement(RING_FENCED, at=APRIL)
        entry = statement[statement.index(b"<Ntry>") : statement.index(b"</Ntry>") + len(b"</Ntry>")]
        read = payday.read(statement.replace(entry, entry * 2, 1))
        assert ([each.verdict for each in read.remarks], read.paid_cents, payday.money().paid) == (["TWICE"], 5000, 5000)

    def test_to_another_account_than_the_order_s_changes_nothing(self, payday: Payday):
        content = payday.send_prepared(approved(payday))
        bank = FakeBank(opening_cents=10_000_00, status_report="pain.002.001.10", statement_message="camt.053.001.02")
        bank.receive(content, at=APRIL)
        statement = bank.statement(RING_FENCED, at=APRIL)
        with acting_as_everything(why="look"):
            iban = Transfer.objects.order_by("id").values_list("creditor_iban", flat=True)[0]
        read = payday.read(statement.replace(iban.encode(), b"FR7630006000011234567890100"))
        assert ([each.verdict for each in read.remarks], read.paid_cents) == (["OTHER_ACCOUNT"], 2000)

    def test_of_two_accounts_at_once_the_file_is_refused_whole(self, payday: Payday):
        content = payday.send_prepared(approved(payday))
        payday.bank.receive(content, at=APRIL)
        statement = payday.bank.statement(RING_FENCED, at=APRIL)
        second = statement[statement.index(b"<Stmt>") : statement.index(b"</Stmt>") + 7].replace(
            RING_FENCED.encode(), b"FR7630006000011234567890100"
        )
        with pytest.raises(BankFileOfAnotherAccount):
            payday.read(statement.replace(b"</Stmt>", b"</Stmt>" + second, 1))
        assert payday.money().paid == 0

    def test_cut_short_it_changes_nothing(self, payday: Payday):
        content = payday.send_prepared(approved(payday))
        payday.bank.receive(content, at=APRIL)
        statement = payday.bank.statement(RING_FENCED, at=APRIL)
        assert len(reports.read(statement).transfers) == 2
        with pytest.raises(errors.BankFileMalformed):
            payday.read(statement[: len(statement) * 3 // 4])
        assert payday.money().paid == 0
