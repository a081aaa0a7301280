"""Codes in safe hands: who prints, sealed for which key, who fetched, what was spoiled, and the end of the secret."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pikepdf
import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as
from carnet.gateways.keys import SeedMissing, key_ring
from carnet.gateways.sealed_files import CertificateExpired, PrivateKeySent
from carnet.issuing import operations
from carnet.issuing import queries as issuing
from carnet.issuing.models import Job, Order, Packing, PrintFetch, PrintFile, PrintKey, PrintShop, SpoiledRun
from carnet.issuing.operations import print_shops
from carnet.issuing.operations.packing import pack_order
from carnet.issuing.queries import packing
from carnet.issuing.queries import print_shops as queries
from carnet.issuing.rules import (
    JobState,
    OrderUnknown,
    PrintFileUnknown,
    ProgrammeNotSimulated,
    ProofOfPrintingMissing,
    RecipientWrong,
    SeedDestroyed,
    Step,
)
from carnet.issuing.rules.packing import Destination, PackingFrozen, PackingTooMany
from carnet.issuing.rules.print_shops import (
    FingerprintDiffers,
    NotAPrintShop,
    NothingToPrint,
    NotReportedSpoiled,
    Output,
    PrintedQuantityWrong,
    PrintFileDamaged,
    PrintFilesMissing,
    PrintKeyDecided,
    PrintKeyKnown,
    PrintKeyMissing,
    PrintKeyState,
    PrintKeyUnknown,
    PrintShopBusy,
    PrintShopDeclares,
    PrintShopEnded,
    PrintShopNeeded,
    PrintShopUnknown,
    SaidFor,
)
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed, Role, SamePerson, SecondFactorNeeded
from tests.factories.print_shops import certificate_of, openssl_opens, press
from tests.issuing.conftest import NOW, Cast, unproved
from tests.issuing.printing import Shop, member, press_house, shop_of

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def shop(cast: Cast) -> Shop:
    return shop_of(cast)


def real(cast: Cast) -> None:
    """The cast's programme is not a demonstration."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE funding_programme SET is_simulated = false WHERE id = %s", [cast.programme_id])


def given(cast: Cast, shop: Shop, order_id: int, **more: object) -> int:
    """Files made for the print shop; the job."""
    details: dict[str, object] = {"order_id": order_id, "print_shop_id": shop.id} | cast.by(cast.agent) | more
    job_id = operations.print_order(**details)  # type: ignore[arg-type]
    assert cast.run(job_id) is JobState.DONE
    return job_id


def taken(file: PrintFile, by: Actor, cast: Cast) -> bytes:
    with acting_as(by):
        return operations.fetch_print_file(file_id=file.id, **cast.by(by)).path.read_bytes()  # type: ignore[arg-type]


class TestAdmitting:
    def test_only_a_print_shop_and_once(self, cast: Cast) -> None:
        organisation_id, _printer = press_house()
        with pytest.raises(NotAPrintShop):
            print_shops.admit_print_shop(organisation_id=cast.prescriber_id, **cast.by(cast.agent))
        first = print_shops.admit_print_shop(organisation_id=organisation_id, **cast.by(cast.agent))
        assert print_shops.admit_print_shop(organisation_id=organisation_id, **cast.by(cast.agent)) == first

    def test_neither_without_the_right_nor_without_a_second_factor(self, cast: Cast) -> None:
        organisation_id, printer = press_house()
        for actor, refusal in ((cast.approver, NotAllowed), (printer, NotAllowed), (unproved(cast.agent), SecondFactorNeeded)):
            with pytest.raises(refusal):
                print_shops.admit_print_shop(organisation_id=organisation_id, **cast.by(actor))

    def test_another_operator_sees_nothing_of_it(self, cast: Cast, shop: Shop) -> None:
        with acting_as(cast.stranger):
            assert queries.print_shops(cast.stranger, at=NOW) == ()
            assert list(PrintShop.objects.all()) == list(PrintKey.objects.all()) == []
            with pytest.raises(PrintShopUnknown):
                queries.print_shop(cast.stranger, shop.id, at=NOW)
            with pytest.raises(PrintKeyUnknown):
                queries.print_key(cast.stranger, shop.key_id, at=NOW)

    def test_it_leaves_when_nothing_waits_and_its_key_ends_with_it(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        given(cast, shop, order_id)
        with pytest.raises(PrintShopBusy):
            print_shops.end_print_shop(print_shop_id=shop.id, **cast.by(cast.agent))
        operations.record_printed(order_id=order_id, reference="BL", because=SaidFor.CLOSED, **cast.by(cast.agent))
        print_shops.end_print_shop(print_shop_id=shop.id, **cast.by(cast.agent))
        assert queries.print_key(cast.agent, shop.key_id, at=NOW).state is PrintKeyState.ENDED
        with pytest.raises(PrintShopEnded):
            operations.print_order(order_id=cast.drawn(), print_shop_id=shop.id, **cast.by(cast.agent))


class TestKeys:
    @pytest.fixture
    def admitted(self, cast: Cast) -> tuple[int, Actor]:
        organisation_id, printer = press_house()
        return print_shops.admit_print_shop(organisation_id=organisation_id, **cast.by(cast.agent)), printer

    def proposed(self, cast: Cast, admitted: tuple[int, Actor], number: int = 0) -> int:
        shop_id, printer = admitted
        with acting_as(printer):
            return print_shops.propose_print_key(print_shop_id=shop_id, content=press(number).certificate.encode(), **cast.by(printer))

    def test_the_wrong_words_on_the_telephone_agree_to_nothing(self, cast: Cast, admitted: tuple[int, Actor]) -> None:
        key_id = self.proposed(cast, admitted)
        for spoken in ("", "0000 0000", press(1).fingerprint[-8:], press().fingerprint[-7:], press().fingerprint):
            with pytest.raises(FingerprintDiffers):
                print_shops.approve_print_key(key_id=key_id, spoken=spoken, **cast.by(cast.approver))
        assert queries.print_key(cast.agent, key_id, at=NOW).state is PrintKeyState.PROPOSED
        spoken = f" {press().fingerprint[-8:-4].upper()}-{press().fingerprint[-4:]} "
        print_shops.approve_print_key(key_id=key_id, spoken=spoken, **cast.by(cast.approver))
        assert queries.print_key(cast.agent, key_id, at=NOW).is_in_force

    def test_nobody_alone_makes_up_a_print_shop(self, cast: Cast, admitted: tuple[int, Actor]) -> None:
        """Whoever admitted the shop never agrees to its key, even one that the shop itself gave."""
        key_id = self.proposed(cast, admitted)
        with pytest.raises(SamePerson):
            print_shops.approve_print_key(key_id=key_id, spoken=press().fingerprint[-8:], **cast.by(cast.agent))
        with pytest.raises(NotAllowed), acting_as(admitted[1]):
            print_shops.approve_print_key(key_id=key_id, spoken=press().fingerprint[-8:], **cast.by(admitted[1]))

    def test_whoever_proposed_it_never_agrees_to_it(self, cast: Cast, admitted: tuple[int, Actor]) -> None:
        other = member(cast.operator_id, Role.OPERATOR_ADMIN, "seconde", cast.agent.programme_ids)
        key_id = print_shops.propose_print_key(print_shop_id=admitted[0], content=press().certificate.encode(), **cast.by(other))
        with pytest.raises(SamePerson):
            print_shops.approve_print_key(key_id=key_id, spoken=press().fingerprint[-8:], **cast.by(other))
        with pytest.raises(DatabaseError), transaction.atomic():
            PrintKey.objects.filter(id=key_id).update(approved_at=NOW, approved_by_id=other.person_id)

    def test_a_key_is_frozen_once_proposed(self, cast: Cast, admitted: tuple[int, Actor]) -> None:
        key_id = self.proposed(cast, admitted)
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            PrintKey.objects.filter(id=key_id).update(certificate=press(1).certificate)

    def test_a_refused_one_may_be_followed_by_another(self, cast: Cast, admitted: tuple[int, Actor]) -> None:
        key_id = self.proposed(cast, admitted)
        print_shops.refuse_print_key(key_id=key_id, reason="Personne n’a répondu.", **cast.by(cast.approver))
        with pytest.raises(PrintKeyDecided):
            print_shops.approve_print_key(key_id=key_id, spoken=press().fingerprint[-8:], **cast.by(cast.approver))
        with pytest.raises(PrintKeyKnown):
            self.proposed(cast, admitted)
        assert queries.print_key(cast.agent, self.proposed(cast, admitted, 1), at=NOW).version == 2

    def test_a_new_one_ends_the_one_before(self, cast: Cast, shop: Shop) -> None:
        with acting_as(shop.printer):
            key_id = print_shops.propose_print_key(print_shop_id=shop.id, content=press(1).certificate.encode(), **cast.by(shop.printer))
        print_shops.approve_print_key(key_id=key_id, spoken=press(1).fingerprint[-8:], **cast.by(cast.approver))
        found = queries.print_shop(cast.agent, shop.id, at=NOW)
        assert [(each.version, each.state) for each in found.keys] == [(2, PrintKeyState.IN_FORCE), (1, PrintKeyState.ENDED)]

    def test_nothing_of_a_private_key_is_kept(self, cast: Cast, admitted: tuple[int, Actor]) -> None:
        secret = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        with pytest.raises(PrivateKeySent), acting_as(admitted[1]):
            print_shops.propose_print_key(print_shop_id=admitted[0], content=secret, **cast.by(admitted[1]))
        assert not PrintKey.objects.exists()

    def test_one_that_ended_seals_nothing(self, cast: Cast, admitted: tuple[int, Actor]) -> None:
        until = datetime(2025, 12, 1, tzinfo=UTC)
        content = certificate_of(press(1).key, until=until).encode()
        with acting_as(admitted[1]):
            with pytest.raises(CertificateExpired):
                late = replace(admitted[1], proved_at=until)
                print_shops.propose_print_key(print_shop_id=admitted[0], content=content, **cast.by(late, at=until))
            key_id = print_shops.propose_print_key(print_shop_id=admitted[0], content=content, **cast.by(admitted[1]))
        end = queries.print_key(cast.agent, key_id, at=NOW).printed_fingerprint.replace(" ", "")[-8:]
        print_shops.approve_print_key(key_id=key_id, spoken=end, **cast.by(cast.approver))
        assert queries.print_key(cast.agent, key_id, at=until).state is PrintKeyState.EXPIRED
        order_id = cast.drawn()
        with pytest.raises(PrintKeyMissing):
            agent = replace(cast.agent, proved_at=until)
            operations.print_order(order_id=order_id, print_shop_id=admitted[0], **cast.by(agent, at=until))


class TestSealing:
    def test_only_the_print_shop_opens_what_was_made(self, cast: Cast, shop: Shop, tmp_path: Path) -> None:
        real(cast)
        given(cast, shop, cast.drawn())
        pages, data = PrintFile.objects.order_by("-name")
        assert (pages.name, data.name) == ("carnets-NM-00000001-00000004.pdf.cms", "carnets-NM-00000001-00000004.csv.cms")
        with pikepdf.open(io.BytesIO(openssl_opens(taken(pages, shop.printer, cast), shop=press(), folder=tmp_path))) as pdf:
            assert len(pdf.pages) > 4
        lines = openssl_opens(taken(data, shop.printer, cast), press(), tmp_path).decode("utf-8-sig").splitlines()
        assert len(lines) == 1 + 4 * 5

    def test_nothing_clear_is_on_the_disk(self, cast: Cast, shop: Shop, tmp_path: Path) -> None:
        real(cast)
        order_id = cast.drawn()
        given(cast, shop, order_id)
        found = [path for path in tmp_path.rglob("*") if path.is_file() and "keys" not in path.parts]
        assert {path.suffix for path in found} == {".cms"}
        assert {path.stat().st_mode & 0o777 for path in found} == {0o600}
        assert all(b"%PDF" not in path.read_bytes() and b"code_barres" not in path.read_bytes() for path in found)

    def test_a_real_programme_is_never_printed_in_the_clear(self, cast: Cast, shop: Shop, tmp_path: Path) -> None:
        order_id = cast.drawn()
        simulated = operations.print_order(order_id=order_id, **cast.by(cast.agent))
        real(cast)
        assert cast.run(simulated) is JobState.FAILED, "work asked for before is not done in the clear either"
        assert Job.objects.get(id=simulated).error == "print-shop-needed"
        order_id = cast.drawn()
        with pytest.raises(PrintShopNeeded):
            operations.print_order(order_id=order_id, **cast.by(cast.agent))
        with pytest.raises(ProgrammeNotSimulated):
            operations.export_print_files(order_id=order_id, folder=tmp_path / "out", **cast.by(cast.agent))
        assert not (tmp_path / "out").exists()

    def test_without_an_agreed_key_nothing_is_sealed(self, cast: Cast) -> None:
        organisation_id, _printer = press_house()
        shop_id = print_shops.admit_print_shop(organisation_id=organisation_id, **cast.by(cast.agent))
        with pytest.raises(PrintKeyMissing):
            operations.print_order(order_id=cast.drawn(), print_shop_id=shop_id, **cast.by(cast.agent))

    def test_a_key_that_ends_meanwhile_seals_nothing_more(self, cast: Cast, shop: Shop) -> None:
        job_id = operations.print_order(order_id=cast.drawn(), print_shop_id=shop.id, **cast.by(cast.agent))
        print_shops.end_print_key(key_id=shop.key_id, **cast.by(cast.agent))
        assert cast.run(job_id) is JobState.FAILED
        assert not PrintFile.objects.exists()

    def test_another_operator_s_print_shop_is_unknown(self, cast: Cast, shop: Shop) -> None:
        with pytest.raises(PrintShopUnknown):
            operations.print_order(order_id=cast.drawn(), print_shop_id=shop.id + 1, **cast.by(cast.agent))

    def test_one_chooses_what_is_made(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        with pytest.raises(NothingToPrint):
            operations.print_order(order_id=order_id, print_shop_id=shop.id, outputs=(), **cast.by(cast.agent))
        given(cast, shop, order_id, outputs=[Output.DATA], first_rank=2, last_rank=3)
        (file,) = PrintFile.objects.all()
        assert (file.name, file.first_rank, file.last_rank) == ("carnets-NM-00000002-00000003.csv.cms", 2, 3)

    def test_clear_files_of_before_go_when_sealed_ones_are_asked_for(self, cast: Cast, shop: Shop, tmp_path: Path) -> None:
        order_id = cast.drawn()
        cast.run(operations.print_order(order_id=order_id, **cast.by(cast.agent)))
        assert [*tmp_path.rglob("*.pdf")]
        given(cast, shop, order_id)
        assert not [*tmp_path.rglob("*.pdf"), *tmp_path.rglob("*.csv")]


class TestFetching:
    @pytest.fixture
    def file(self, cast: Cast, shop: Shop) -> PrintFile:
        given(cast, shop, cast.drawn(), outputs=[Output.DATA])
        return PrintFile.objects.get()

    def test_each_one_leaves_a_row_and_a_line(self, cast: Cast, shop: Shop, file: PrintFile) -> None:
        taken(file, shop.printer, cast)
        taken(file, shop.printer, cast)
        rows = list(PrintFetch.objects.all())
        assert [(row.fetched_by_id, bytes(row.sha256)) for row in rows] == [(shop.printer.person_id, bytes(file.sha256))] * 2
        lines = Line.objects.filter(action="issuing.print-file-fetched")
        assert {line.facts["sha256"] for line in lines} == {bytes(file.sha256).hex()}
        assert lines.count() == 2
        (seen, _again) = queries.fetches(file.order_id)
        assert (seen.file, seen.by) == (file.name, "presse")

    def test_the_trace_is_never_changed(self, cast: Cast, shop: Shop, file: PrintFile) -> None:
        taken(file, shop.printer, cast)
        for change in (lambda: PrintFetch.objects.update(fetched_by_id=1), lambda: PrintFetch.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_neither_the_operator_nor_another_press_nor_without_a_second_factor(self, cast: Cast, shop: Shop, file: PrintFile) -> None:
        _other, stranger = press_house("Autre imprimerie", "autre-presse")
        for actor, refusal in (
            (cast.agent, ProgrammeNotSimulated), (cast.approver, NotAllowed), (cast.funder, NotAllowed),
            (stranger, PrintFileUnknown), (unproved(shop.printer), SecondFactorNeeded), (cast.stranger, PrintFileUnknown),
        ):  # fmt: skip
            with pytest.raises(refusal):
                taken(file, actor, cast)
        assert not PrintFetch.objects.exists()

    def test_bytes_that_changed_are_not_given(self, cast: Cast, shop: Shop, file: PrintFile, tmp_path: Path) -> None:
        (path,) = tmp_path.rglob("*.cms")
        path.write_bytes(path.read_bytes() + b"\x00")
        with pytest.raises(PrintFileDamaged):
            taken(file, shop.printer, cast)

    def test_one_number_sent_for_two_files_leaves_two_traces(self, cast: Cast, shop: Shop, file: PrintFile) -> None:
        given(cast, shop, file.order_id, outputs=[Output.DATA])
        other = PrintFile.objects.exclude(id=file.id).get()
        said = cast.by(shop.printer)
        with acting_as(shop.printer):
            for each in (file, other, other):
                operations.fetch_print_file(file_id=each.id, **said)
        assert sorted(PrintFetch.objects.values_list("file_id", flat=True)) == sorted([file.id, other.id])
        assert Line.objects.filter(action="issuing.print-file-fetched").count() == 2

    def test_nothing_is_taken_any_more_by_a_press_that_left(self, cast: Cast, shop: Shop, file: PrintFile) -> None:
        operations.record_printed(order_id=file.order_id, reference="BL", because=SaidFor.CLOSED, **cast.by(cast.agent))
        print_shops.end_print_shop(print_shop_id=shop.id, **cast.by(cast.agent))
        with pytest.raises(PrintShopEnded):
            taken(file, shop.printer, cast)
        assert not PrintFetch.objects.exists()

    def test_nothing_sealed_for_a_key_that_was_ended_is_given_any_more(self, cast: Cast, shop: Shop, file: PrintFile) -> None:
        print_shops.end_print_key(key_id=shop.key_id, **cast.by(cast.agent))
        with pytest.raises(PrintKeyMissing):
            taken(file, shop.printer, cast)

    def test_a_key_replaced_by_another_still_opens_what_was_sealed_for_it(self, cast: Cast, shop: Shop, file: PrintFile) -> None:
        with acting_as(shop.printer):
            key_id = print_shops.propose_print_key(
                print_shop_id=shop.id, content=press(1).certificate.encode(), **cast.by(replace(shop.printer, proved_at=LATER), at=LATER)
            )
        with acting_as(cast.approver):
            approver = replace(cast.approver, proved_at=LATER)
            print_shops.approve_print_key(key_id=key_id, spoken=press(1).fingerprint[-8:], **cast.by(approver, at=LATER))
        assert taken(file, shop.printer, cast)

    def test_another_press_sees_no_row_of_it(self, cast: Cast, shop: Shop, file: PrintFile) -> None:
        taken(file, shop.printer, cast)
        _other, stranger = press_house("Autre imprimerie", "autre-presse")
        with acting_as(stranger):
            assert queries.given_editions(stranger) == []
            with pytest.raises(OrderUnknown):
                queries.given_edition(stranger, file.order_id)
            for model in (PrintFile, PrintFetch, Job, Order, SpoiledRun, Packing):
                assert not model.objects.exists()  # type: ignore[attr-defined]


class TestProving:
    def test_printed_spoiled_and_given_again(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        given(cast, shop, order_id)
        late = cast.by(replace(shop.printer, proved_at=LATER), at=LATER)
        with acting_as(shop.printer):
            operations.report_spoiled(order_id=order_id, first_rank=2, last_rank=3, **late)
            operations.report_spoiled(order_id=order_id, first_rank=3, last_rank=3, **late | {"request_id": uuid4()})
            with pytest.raises(PrintedQuantityWrong) as refused:
                operations.prove_printing(order_id=order_id, reference="BL-7", printed_count=4, **late)
            assert refused.value.facts == {"printed_count": 4, "booklet_count": 4, "spoiled_count": 2}
            operations.prove_printing(order_id=order_id, reference="BL-7", printed_count=2, **late)
        assert [due.held_count for due in queries.seeds_due(days=7)] == [2]
        agent = replace(cast.agent, proved_at=LATER + timedelta(minutes=9))
        with pytest.raises(NotReportedSpoiled):  # a second paper of a good booklet is never made
            given(cast, shop, order_id, first_rank=1, last_rank=3, **cast.by(agent, at=LATER + timedelta(minutes=9)))
        again = given(cast, shop, order_id, first_rank=2, last_rank=3, **cast.by(agent, at=LATER + timedelta(minutes=9)))
        assert Job.objects.get(id=again).total == 2
        PrintFile.objects.filter(job_id=again).update(written_at=LATER + timedelta(minutes=9))
        with acting_as(shop.printer):
            found = queries.given_edition(shop.printer, order_id)
        assert [each.is_given_again for each in found.spoiled] == [True, True]
        assert (found.printed_count, found.print_reference, found.line.spoiled_count) == (2, "BL-7", 0)
        assert [due.held_count for due in queries.seeds_due(days=7)] == [0]

    def test_a_copy_in_large_print_is_neither_a_booklet_nor_one_made_again(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        given(cast, shop, order_id, outputs=[Output.ACCESSIBLE])
        with acting_as(shop.printer), pytest.raises(PrintFilesMissing):
            operations.prove_printing(order_id=order_id, reference="BL", printed_count=4, **cast.by(shop.printer))
        given(cast, shop, order_id)
        with acting_as(shop.printer):
            operations.report_spoiled(order_id=order_id, first_rank=2, last_rank=3, **cast.by(shop.printer))
        given(cast, shop, order_id, first_rank=2, last_rank=3, outputs=[Output.ACCESSIBLE])
        PrintFile.objects.filter(job__with_pages=False).update(written_at=LATER)
        assert queries.spoiled_waiting(order_id) == 2
        given(cast, shop, order_id, first_rank=2, last_rank=3, outputs=[Output.ACCESSIBLE, Output.DATA])
        PrintFile.objects.filter(job__with_data=True, first_rank=2).update(written_at=LATER)
        assert queries.spoiled_waiting(order_id) == 0

    def test_the_press_that_has_the_files_says_it_or_the_operator_says_why_it_does_so_for_it(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        given(cast, shop, order_id)
        said: dict[str, object] = {"order_id": order_id, "reference": "BL-8"}
        with pytest.raises(PrintShopDeclares) as refused:
            operations.record_printed(**said, **cast.by(cast.agent))  # type: ignore[arg-type]
        assert refused.value.facts == {"print_shop": "Imprimerie"}
        assert queries.said_for(order_id) is None
        for _ in range(2):
            operations.record_printed(**said, because=SaidFor.ON_PAPER, **cast.by(cast.agent))  # type: ignore[arg-type]
        assert queries.said_for(order_id) is SaidFor.ON_PAPER
        line = Line.objects.get(action="issuing.printed-for-shop")
        assert line.facts == {"print_shop": shop.organisation_id, "because": "ON_PAPER"}
        in_the_clear = cast.drawn()
        operations.record_printed(order_id=in_the_clear, reference="BL-9", **cast.by(cast.agent))
        assert queries.said_for(in_the_clear) is None

    def test_while_spoiled_booklets_wait_making_them_again_comes_before_destroying_the_secret(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        given(cast, shop, order_id)
        with acting_as(shop.printer):
            operations.report_spoiled(order_id=order_id, first_rank=2, last_rank=2, **cast.by(shop.printer))
            operations.prove_printing(order_id=order_id, reference="BL-7", printed_count=3, **cast.by(shop.printer))
        assert issuing.order(cast.agent, order_id).line.next_step is Step.PRINT_AGAIN
        given(cast, shop, order_id, first_rank=2, last_rank=2)
        PrintFile.objects.filter(first_rank=2).update(written_at=LATER)
        assert issuing.order(cast.agent, order_id).line.next_step is Step.DESTROY_SEED

    def test_not_before_every_booklet_was_in_a_file(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        given(cast, shop, order_id, first_rank=1, last_rank=3)
        with acting_as(shop.printer):
            with pytest.raises(PrintFilesMissing) as refused:
                operations.prove_printing(order_id=order_id, reference="BL", printed_count=4, **cast.by(shop.printer))
            with pytest.raises(ProofOfPrintingMissing):
                operations.prove_printing(order_id=order_id, reference=" ", printed_count=4, **cast.by(shop.printer))
        assert refused.value.facts == {"missing_count": 1}

    def test_only_the_press_it_was_given_to(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        _other, stranger = press_house("Autre imprimerie", "autre-presse")
        for actor, refusal in ((shop.printer, OrderUnknown), (stranger, OrderUnknown), (cast.agent, NotAllowed)):
            with pytest.raises(refusal), acting_as(actor):
                operations.prove_printing(order_id=order_id, reference="BL", printed_count=4, **cast.by(actor))


class TestTheEndOfTheSecret:
    def destroyed(self, cast: Cast, order_id: int, at: datetime) -> bool:
        return operations.destroy_due_seed(programme_id=cast.programme_id, order_id=order_id, days=7, at=at)

    def test_it_goes_by_itself_when_its_day_comes(self, cast: Cast, shop: Shop, tmp_path: Path) -> None:
        order_id = cast.drawn()
        given(cast, shop, order_id)
        (tmp_path / "print").joinpath(f"programme-{cast.programme_id}", f"order-{order_id}", "job-9").mkdir()
        (tmp_path / "print" / f"programme-{cast.programme_id}" / f"order-{order_id}" / "job-9" / "orphan.cms").write_bytes(b"x")
        assert not self.destroyed(cast, order_id, NOW + timedelta(days=99)), "nothing is destroyed before it is printed"
        with acting_as(shop.printer):
            operations.prove_printing(order_id=order_id, reference="BL", printed_count=4, **cast.by(shop.printer))
        assert not self.destroyed(cast, order_id, NOW + timedelta(days=7) - timedelta(seconds=1))
        assert self.destroyed(cast, order_id, NOW + timedelta(days=7))
        assert not self.destroyed(cast, order_id, NOW + timedelta(days=8)), "once is enough"
        assert not [*tmp_path.rglob("*.cms")], "a file without a row stays"
        assert not PrintFile.objects.filter(deleted_at=None).exists()
        with pytest.raises(SeedMissing):
            key_ring().seed(cast.programme_id, order_id)
        with acting_as(shop.printer):
            with pytest.raises(PrintFileUnknown):
                operations.fetch_print_file(file_id=PrintFile.objects.first().id, **cast.by(shop.printer))  # type: ignore[union-attr]
            with pytest.raises(SeedDestroyed):
                operations.report_spoiled(order_id=order_id, first_rank=1, last_rank=1, **cast.by(shop.printer))

    def test_it_waits_for_booklets_the_press_spoiled(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        given(cast, shop, order_id)
        with acting_as(shop.printer):
            late = cast.by(shop.printer, at=LATER)
            operations.report_spoiled(order_id=order_id, first_rank=1, last_rank=1, **late)
            operations.prove_printing(order_id=order_id, reference="BL", printed_count=3, **late | {"request_id": uuid4()})
        assert not self.destroyed(cast, order_id, NOW + timedelta(days=30))
        operations.destroy_seed(order_id=order_id, **cast.by(cast.agent))  # by hand, somebody may decide otherwise


class TestPacking:
    def where(self, cast: Cast, count: int, **more: object) -> Destination:
        details = {"organisation_id": cast.prescriber_id, "name": "Guichet", "address": "1 rue", "booklet_count": count} | more
        return Destination(**details)  # type: ignore[arg-type]

    def test_runs_follow_one_another_and_the_rest_stays(self, cast: Cast) -> None:
        order_id = cast.drawn(booklet_count=20)
        near = ({"name": "Médiathèque", "address": "2 place", "distance": "à 300 m"},)
        pack_order(
            order_id=order_id, destinations=[self.where(cast, 7, nearest=near), self.where(cast, 2, point_id=9)], box_size=5,
            **cast.by(cast.agent),
        )  # fmt: skip
        found = packing(order_id)
        assert [(box.box, box.first_rank, box.last_rank, box.to_organisation, box.point_id) for box in found] == [
            (1, 1, 5, "Association", None), (2, 6, 7, "Association", None), (3, 8, 9, "Association", 9),
            (4, 10, 14, "Opératrice", None), (5, 15, 19, "Opératrice", None), (6, 20, 20, "Opératrice", None),
        ]  # fmt: skip
        assert (found[0].nearest, found[0].first_serial[:2], found[0].booklet_count) == (near, "NM", 5)

    def test_it_may_be_done_again_until_covers_are_made(self, cast: Cast, shop: Shop) -> None:
        order_id = cast.drawn()
        pack_order(order_id=order_id, destinations=[self.where(cast, 1)], **cast.by(cast.agent))
        told = cast.by(cast.agent)
        assert pack_order(order_id=order_id, destinations=[self.where(cast, 4)], **told) == 1
        assert pack_order(order_id=order_id, destinations=[self.where(cast, 4)], **told) == 1
        assert [box.booklet_count for box in packing(order_id)] == [4]
        given(cast, shop, order_id)
        with pytest.raises(PackingFrozen):
            pack_order(order_id=order_id, destinations=[self.where(cast, 1)], **cast.by(cast.agent))
        with acting_as(shop.printer):
            assert [box.booklet_count for box in queries.given_edition(shop.printer, order_id).packing] == [4]

    def test_who_may_and_to_whom(self, cast: Cast) -> None:
        order_id = cast.drawn()
        with pytest.raises(NotAllowed):
            pack_order(order_id=order_id, destinations=[], **cast.by(cast.approver))
        with pytest.raises(OrderUnknown):
            pack_order(order_id=order_id, destinations=[], **cast.by(replace(cast.stranger, roles=cast.agent.roles)))
        with pytest.raises(PackingTooMany):
            pack_order(order_id=order_id, destinations=[self.where(cast, 5)], **cast.by(cast.agent))
        with pytest.raises(RecipientWrong):
            pack_order(order_id=order_id, destinations=[self.where(cast, 1, organisation_id=cast.metropolis_id)], **cast.by(cast.agent))
