"""An order's life, step by step; each refusal once; killed work that goes on; what is never kept."""

import csv
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from django.db import DatabaseError, connection, transaction

from carnet.funding.rules import AgreementUnknown, ProgrammeUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import SeedMissing, key_ring
from carnet.issuing import operations, queries, rules
from carnet.issuing.models import Job, Order, PrintFile, Shipment
from carnet.issuing.operations import _drawing
from carnet.issuing.rules import JobState, OrderState, Step, VoucherToken, code_input
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import IssuerPrefixInvalid, SecretCode
from carnet.ledger import queries as ledger
from carnet.ledger.rules import AlreadyActivated, NotCovered, NotHolder
from carnet.parties.rules import NotAllowed, PersonNeeded, ReasonMissing, SamePerson, SecondFactorNeeded
from tests.issuing.conftest import NOW, SYSTEM, Cast, unproved

pytestmark = pytest.mark.django_db


def hashes(order_id: int) -> list[bytes]:
    """What the ledger keeps of an order's codes, in order of rank."""
    series_id = Order.objects.values_list("series_id", flat=True).get(id=order_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT code_hash FROM ledger_voucher WHERE series_id = %s ORDER BY id", [series_id])
        return [bytes(row[0]) for row in cursor.fetchall()]


class TestOrdering:
    def test_an_order_waits_for_a_second_person(self, cast: Cast) -> None:
        page = queries.order(cast.agent, cast.order())
        assert (page.line.state, page.line.next_step) == (OrderState.ORDERED, Step.APPROVE)
        assert (page.line.voucher_count, page.line.total_cents, page.issuer_prefix) == (20, 20_000, "NM")

    def test_the_same_request_orders_once(self, cast: Cast) -> None:
        request_id = uuid4()
        assert cast.order(request_id=request_id) == cast.order(request_id=request_id)
        assert Order.objects.count() == 1

    def test_without_a_prefix_the_operators_initials_begin_the_serials(self, cast: Cast) -> None:
        assert queries.order(cast.agent, cast.order(issuer_prefix="")).issuer_prefix == "OP"

    @pytest.mark.parametrize(
        ("more", "refusal"),
        [
            (lambda cast: {"booklet_count": 0}, rules.BookletCountWrong),
            (lambda cast: {"booklet_count": -3}, rules.BookletCountWrong),
            (lambda cast: {"booklet_count": 1_000_001}, rules.BookletCountWrong),
            (lambda cast: {"issuer_prefix": "N-M-TROP"}, IssuerPrefixInvalid),
            (lambda cast: {"agreement_id": 10**9}, AgreementUnknown),
            (lambda cast: {"programme_id": 10**9}, ProgrammeUnknown),
            (lambda cast: {"actor": cast.prescriber}, NotAllowed),
            (lambda cast: {"actor": cast.funder}, NotAllowed),
            (lambda cast: {"actor": cast.stranger}, ProgrammeUnknown),
            (lambda cast: {"actor": SYSTEM}, PersonNeeded),
        ],
    )
    def test_each_refusal_to_order(self, cast: Cast, more: Callable[[Cast], dict[str, object]], refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            cast.order(**more(cast))
        assert not Order.objects.exists()

    def test_whoever_orders_never_approves(self, cast: Cast) -> None:
        order_id = cast.order()
        with pytest.raises(SamePerson):
            operations.approve_order(order_id=order_id, **cast.by(cast.agent))
        assert queries.order(cast.agent, order_id).line.state is OrderState.ORDERED

    def test_postgresql_itself_refuses_one_person_doing_both(self, cast: Cast) -> None:
        order_id = cast.order()
        with pytest.raises(DatabaseError), transaction.atomic():
            Order.objects.filter(id=order_id).update(approved_at=NOW, approved_by_id=cast.agent.person_id)

    def test_postgresql_itself_refuses_to_change_what_was_approved(self, cast: Cast) -> None:
        order_id = cast.approved()
        for change in ({"booklet_count": 5}, {"face_value_cents": 1}, {"approved_at": NOW + timedelta(days=1)}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Order.objects.filter(id=order_id).update(**change)

    @pytest.mark.parametrize(
        ("actor", "refusal"),
        [
            (lambda cast: unproved(cast.approver), SecondFactorNeeded),
            (lambda cast: cast.treasurer, NotAllowed),
            (lambda cast: cast.stranger, rules.OrderUnknown),
        ],
    )
    def test_each_refusal_to_approve(self, cast: Cast, actor: Callable[[Cast], Actor], refusal: type[Exception]) -> None:
        order_id = cast.order()
        with pytest.raises(refusal):
            operations.approve_order(order_id=order_id, **cast.by(actor(cast)))

    def test_a_decision_is_taken_once(self, cast: Cast) -> None:
        order_id = cast.approved()
        operations.approve_order(order_id=order_id, **cast.by(cast.approver))
        with pytest.raises(rules.OrderAlreadyDecided):
            operations.refuse_order(order_id=order_id, reason="trop tard", **cast.by(cast.approver))

    def test_a_refused_order_says_why_and_goes_no_further(self, cast: Cast) -> None:
        order_id = cast.order()
        with pytest.raises(ReasonMissing):
            operations.refuse_order(order_id=order_id, reason=" ", **cast.by(cast.approver))
        operations.refuse_order(order_id=order_id, reason="logo manquant", **cast.by(cast.approver))
        assert queries.order(cast.agent, order_id).line.next_step is Step.NONE
        with pytest.raises(rules.OrderNotApproved):
            operations.draw_order(order_id=order_id, **cast.by(cast.agent))

    def test_if_the_journal_fails_nothing_happened(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(**line: object) -> None:
            raise OSError("disk full")

        monkeypatch.setattr(journal, "record", fails)
        with pytest.raises(OSError, match="disk full"):
            cast.order()
        assert not Order.objects.exists()


class TestDrawing:
    def test_an_approved_order_becomes_a_series(self, cast: Cast) -> None:
        order_id = cast.drawn()
        page = queries.order(cast.agent, order_id)
        assert (page.line.state, page.line.next_step) == (OrderState.DRAWN, Step.PRINT)
        assert page.series is not None
        assert (page.series.voucher_count, page.first_serial[:12], page.jobs[0].done) == (20, "NM-C00000001", 20)
        assert ledger.counts(series_id=page.series.id).in_stock == 20

    def test_it_is_not_drawn_before_it_is_approved(self, cast: Cast) -> None:
        with pytest.raises(rules.OrderNotApproved):
            operations.draw_order(order_id=cast.order(), **cast.by(cast.agent))

    def test_asking_again_gives_the_same_job(self, cast: Cast) -> None:
        order_id = cast.approved()
        first = operations.draw_order(order_id=order_id, **cast.by(cast.agent))
        assert operations.draw_order(order_id=order_id, **cast.by(cast.agent)) == first
        cast.run(first)
        assert operations.draw_order(order_id=order_id, **cast.by(cast.agent)) == first
        assert cast.run(first) is JobState.DONE
        assert len(hashes(order_id)) == 20

    @pytest.mark.parametrize(
        ("actor", "refusal"),
        [
            (lambda cast: unproved(cast.agent), SecondFactorNeeded),
            (lambda cast: cast.approver, NotAllowed),
            (lambda cast: cast.stranger, rules.OrderUnknown),
        ],
    )
    def test_each_refusal_to_draw(self, cast: Cast, actor: Callable[[Cast], Actor], refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            operations.draw_order(order_id=cast.approved(), **cast.by(actor(cast)))

    def test_a_killed_draw_goes_on_where_it_was(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_drawing, "CODES_PER_CHUNK", 6)
        order_id = cast.approved()
        job_id = operations.draw_order(order_id=order_id, **cast.by(cast.agent))
        reached: list[int] = []

        def killed(done: int, total: int) -> None:
            reached.append(done)
            if done == 12:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            operations.run_job(job_id=job_id, programme_id=cast.programme_id, at=cast.at, progress=killed)
        before = hashes(order_id)
        assert (reached, len(before)) == ([6, 12], 12)
        assert queries.order(cast.agent, order_id).line.next_step is Step.WAIT
        assert cast.run(job_id) is JobState.DONE
        assert hashes(order_id)[:12] == before
        assert len(set(hashes(order_id))) == 20

    def test_the_database_holds_keyed_hashes_and_no_code(self, cast: Cast) -> None:
        order_id = cast.drawn()
        codes = operations.simulated_codes(order_id=order_id, ranks=range(20), **cast.by(cast.agent))
        ring = key_ring()
        assert [ring.hash_code(cast.programme_id, 1, digits) for digits in codes] == hashes(order_id)

    def test_a_code_another_voucher_has_is_drawn_again(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        true_code_at = rules._codes.code_at  # type: ignore[attr-defined]

        def unlucky(*, seed: bytes, rank: int, attempt: int = 0) -> SecretCode:
            # Ranks 3 and 11 fall on one code the first time, rank 11 a second time too.
            unfortunate = (rank in (3, 11) and attempt == 0) or (rank == 11 and attempt == 1)
            return SecretCode.from_random(7) if unfortunate else true_code_at(seed=seed, rank=rank, attempt=attempt)

        monkeypatch.setattr("carnet.issuing.rules._codes.code_at", unlucky)
        monkeypatch.setattr(_drawing, "CODES_PER_CHUNK", 10)
        order_id = cast.drawn()
        assert len(set(hashes(order_id))) == 20
        assert Order.objects.get(id=order_id).redrawn == {"11": 2}
        codes = operations.simulated_codes(order_id=order_id, ranks=range(20), **cast.by(cast.agent))
        assert len(set(codes)) == 20
        # The same unlucky code in another series of the programme is drawn again too.
        second = cast.drawn()
        assert "3" in Order.objects.get(id=second).redrawn
        assert not set(hashes(order_id)) & set(hashes(second))

    def test_a_job_that_is_refused_says_so_and_ends(self, cast: Cast) -> None:
        order_id = cast.approved()
        job_id = operations.draw_order(order_id=order_id, **cast.by(cast.agent))
        key_ring().destroy_seed(cast.programme_id, order_id)
        assert cast.run(job_id) is JobState.FAILED
        assert queries.job(cast.agent, job_id).error == "seed-missing"

    def test_a_job_of_another_tenant_is_unknown(self, cast: Cast) -> None:
        job_id = operations.draw_order(order_id=cast.approved(), **cast.by(cast.agent))
        with pytest.raises(rules.JobUnknown):
            operations.run_job(job_id=job_id, programme_id=10**9, at=cast.at)


class TestPrinting:
    def test_files_are_made_in_the_background_and_hold_every_voucher(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(operations._printing, "BOOKLETS_PER_FILE", 3)  # type: ignore[attr-defined]
        order_id = cast.drawn()
        job_id = operations.print_order(order_id=order_id, **cast.by(cast.agent))
        assert queries.order(cast.agent, order_id).line.next_step is Step.WAIT
        assert cast.run(job_id) is JobState.DONE
        page = queries.order(cast.agent, order_id)
        assert [(file.first_rank, file.last_rank, file.name[-4:]) for file in page.files] == [
            (1, 3, ".csv"), (1, 3, ".pdf"), (4, 4, ".csv"), (4, 4, ".pdf"),
        ]  # fmt: skip
        assert page.line.next_step is Step.RECORD_PRINTED

    def test_the_qr_code_on_paper_finds_the_row_of_the_typed_code(self, cast: Cast, tmp_path: Path) -> None:
        order_id = cast.drawn(booklet_count=1)
        pages, data = operations.export_print_files(order_id=order_id, folder=tmp_path / "out", **cast.by(cast.agent))
        document = pypdfium2.PdfDocument(pages)
        assert len(document) == 7, "a cover in two pages, and five vouchers"
        lines = list(csv.DictReader(data.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        for rank, line in enumerate(lines):
            (symbol,) = zxingcpp.read_barcodes(document[rank + 2].render(scale=150 / 72, grayscale=True).to_pil())
            seen, typed = code_input(symbol.text), code_input(line["code"])
            assert isinstance(seen, VoucherToken)
            assert isinstance(typed, SecretCode)
            assert seen.code_hash == key_ring().hash_code(cast.programme_id, 1, typed.digits) == hashes(order_id)[rank]
            assert queries.token_holds(seen)
            assert not queries.token_holds(replace(seen, series_id=10**6))
            assert not queries.token_holds(replace(seen, key_version=9))
            assert not queries.token_holds(replace(seen, signature=bytes(64)))
        words = document[2].get_textpage().get_text_range()
        assert "ACTIVITÉ SIMULÉE" in words
        assert lines[0]["cheque"] in words
        document.close()

    def test_a_killed_print_goes_on_and_a_second_one_is_identical(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(operations._printing, "BOOKLETS_PER_FILE", 2)  # type: ignore[attr-defined]
        order_id = cast.drawn()
        job_id = operations.print_order(order_id=order_id, **cast.by(cast.agent))

        def killed(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            operations.run_job(job_id=job_id, programme_id=cast.programme_id, at=cast.at, progress=killed)
        assert Job.objects.get(id=job_id).done == 2
        cast.run(job_id)
        again = operations.export_print_files(order_id=order_id, folder=tmp_path / "again", **cast.by(cast.agent))
        made = {file.name: bytes(file.sha256).hex() for file in PrintFile.objects.all()}
        assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in again} == made

    def test_who_fetches_a_file_is_journalled(self, cast: Cast) -> None:
        order_id = cast.drawn(booklet_count=1)
        cast.run(operations.print_order(order_id=order_id, **cast.by(cast.agent)))
        file = queries.order(cast.agent, order_id).files[1]
        sent = operations.fetch_print_file(file_id=file.id, **cast.by(cast.agent))
        assert (sent.name, sent.content_type) == (file.name, "application/pdf")
        assert sent.path.read_bytes().startswith(b"%PDF")
        with connection.cursor() as cursor:
            cursor.execute("SELECT actor_person_id, facts->>'file' FROM journal_line WHERE action = 'issuing.print-file-fetched'")
            assert cursor.fetchall() == [(cast.agent.person_id, str(file.id))]

    @pytest.mark.parametrize(
        ("actor", "refusal"),
        [
            (lambda cast: unproved(cast.agent), SecondFactorNeeded),
            (lambda cast: cast.approver, NotAllowed),
            (lambda cast: cast.stranger, rules.PrintFileUnknown),
        ],
    )
    def test_each_refusal_to_fetch(self, cast: Cast, actor: Callable[[Cast], Actor], refusal: type[Exception]) -> None:
        order_id = cast.drawn(booklet_count=1)
        cast.run(operations.print_order(order_id=order_id, **cast.by(cast.agent)))
        file_id = queries.order(cast.agent, order_id).files[0].id
        with pytest.raises(refusal):
            operations.fetch_print_file(file_id=file_id, **cast.by(actor(cast)))

    def test_nothing_is_printed_before_codes_are_drawn(self, cast: Cast) -> None:
        with pytest.raises(rules.OrderNotDrawn):
            operations.print_order(order_id=cast.approved(), **cast.by(cast.agent))
        with pytest.raises(rules.OrderNotDrawn):
            operations.record_printed(order_id=cast.approved(), reference="BAT", **cast.by(cast.agent))

    @pytest.mark.parametrize("ranks", [(0, 1), (3, 2), (1, 5)])
    def test_only_booklets_of_the_order_are_printed(self, cast: Cast, ranks: tuple[int, int]) -> None:
        order_id = cast.drawn()
        with pytest.raises(rules.RanksReversed):
            operations.print_order(order_id=order_id, first_rank=ranks[0], last_rank=ranks[1], **cast.by(cast.agent))

    def test_printing_is_declared_with_its_proof_once(self, cast: Cast) -> None:
        order_id = cast.drawn()
        with pytest.raises(rules.ProofOfPrintingMissing):
            operations.record_printed(order_id=order_id, reference="  ", **cast.by(cast.agent))
        for _ in range(2):
            operations.record_printed(order_id=order_id, reference="BAT-7", **cast.by(cast.agent))
        with pytest.raises(rules.OrderAlreadyPrinted):
            operations.record_printed(order_id=order_id, reference="BAT-8", **cast.by(cast.agent))
        assert queries.order(cast.agent, order_id).print_reference == "BAT-7"

    def test_once_the_paper_exists_nothing_can_be_printed_again(self, cast: Cast) -> None:
        order_id = cast.drawn()
        cast.run(operations.print_order(order_id=order_id, **cast.by(cast.agent)))
        path = operations.fetch_print_file(file_id=PrintFile.objects.order_by("id")[0].id, **cast.by(cast.agent)).path
        with pytest.raises(rules.OrderNotPrinted):
            operations.destroy_seed(order_id=order_id, **cast.by(cast.agent))
        operations.record_printed(order_id=order_id, reference="BAT-1", **cast.by(cast.agent))
        for _ in range(2):
            operations.destroy_seed(order_id=order_id, **cast.by(cast.agent))
        assert not path.exists()
        with pytest.raises(SeedMissing):
            key_ring().seed(cast.programme_id, order_id)
        with pytest.raises(rules.SeedDestroyed):
            operations.print_order(order_id=order_id, **cast.by(cast.agent))
        with pytest.raises(rules.PrintFileUnknown):
            operations.fetch_print_file(file_id=PrintFile.objects.order_by("id")[0].id, **cast.by(cast.agent))

    def test_codes_of_a_real_programme_are_never_shown(self, cast: Cast) -> None:
        order_id = cast.drawn()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE funding_programme SET is_simulated = false")
        with pytest.raises(rules.ProgrammeNotSimulated):
            operations.simulated_codes(order_id=order_id, ranks=range(1), **cast.by(cast.agent))


class TestCustody:
    def ship(self, cast: Cast, order_id: int, count: int = 3, **more: object) -> int:
        details = {"order_id": order_id, "to_organisation_id": cast.prescriber_id, "booklet_count": count} | cast.by(cast.agent) | more
        return operations.ship_booklets(**details)  # type: ignore[arg-type]

    def test_booklets_go_from_the_operator_to_the_desk_that_confirms(self, cast: Cast) -> None:
        order_id = cast.printed()
        shipment_id = self.ship(cast, order_id)
        assert queries.order(cast.agent, order_id).line.state is OrderState.SHIPPED
        assert [(line.organisation, line.in_stock_count, line.in_transit_count) for line in queries.stock(cast.agent)] == [
            ("Association", 0, 3), ("Opératrice", 1, 0),
        ]  # fmt: skip
        with acting_as(cast.prescriber):
            (awaited,) = queries.shipments_to(cast.prescriber)
            assert (awaited.id, awaited.booklet_count, awaited.first_serial[:12]) == (shipment_id, 3, "NM-C00000001")
            for _ in range(2):
                assert operations.receive_shipment(shipment_id=shipment_id, **cast.by(cast.prescriber)) == 3
            assert queries.shipments_to(cast.prescriber) == []
            assert ledger.stock(holder_id=cast.prescriber_id)[0].booklet_count == 3
        assert [(line.organisation, line.in_stock_count, line.in_transit_count) for line in queries.stock(cast.agent)] == [
            ("Association", 3, 0), ("Opératrice", 1, 0),
        ]  # fmt: skip
        page = queries.order(cast.agent, order_id)
        assert {(line.organisation, line.booklet_count) for line in page.stock} == {("Association", 3), ("Opératrice", 1)}
        assert page.shipments[0].received_at == cast.at

    def test_only_the_desk_it_was_sent_to_confirms(self, cast: Cast) -> None:
        shipment_id = self.ship(cast, cast.printed())
        with pytest.raises(rules.ShipmentNotYours):
            operations.receive_shipment(shipment_id=shipment_id, **cast.by(cast.agent))
        with acting_as(cast.stranger), pytest.raises(rules.ShipmentUnknown):
            operations.receive_shipment(shipment_id=shipment_id, **cast.by(cast.stranger))
        assert Shipment.objects.get(id=shipment_id).received_at is None

    def test_the_same_request_ships_once(self, cast: Cast) -> None:
        order_id, request_id = cast.printed(), uuid4()
        assert self.ship(cast, order_id, 2, request_id=request_id) == self.ship(cast, order_id, 2, request_id=request_id)
        assert queries.order(cast.agent, order_id).facts.at_operator_count == 2

    @pytest.mark.parametrize(
        ("more", "refusal"),
        [
            (lambda cast: {"count": 5}, rules.NotEnoughInStock),
            (lambda cast: {"count": 0}, rules.NotEnoughInStock),
            (lambda cast: {"to_organisation_id": cast.metropolis_id}, rules.RecipientWrong),
            (lambda cast: {"to_organisation_id": cast.operator_id}, rules.RecipientWrong),
            (lambda cast: {"actor": cast.treasurer}, NotAllowed),
            (lambda cast: {"actor": cast.stranger}, rules.OrderUnknown),
        ],
    )
    def test_each_refusal_to_ship(self, cast: Cast, more: Callable[[Cast], dict[str, object]], refusal: type[Exception]) -> None:
        order_id = cast.printed()
        with pytest.raises(refusal):
            self.ship(cast, order_id, **more(cast))  # type: ignore[arg-type]
        assert not Shipment.objects.exists()

    def test_nothing_is_shipped_before_it_is_printed(self, cast: Cast) -> None:
        with pytest.raises(rules.OrderNotPrinted):
            self.ship(cast, cast.drawn())

    def test_what_comes_back_is_shipped_again_in_a_row(self, cast: Cast) -> None:
        order_id = cast.printed(booklet_count=6)
        shipment_id = self.ship(cast, order_id, 2)
        operations.receive_shipment(shipment_id=shipment_id, **cast.by(SYSTEM))
        shipped = Shipment.objects.get(id=shipment_id)
        taken = {"order_id": order_id, "first_booklet_id": shipped.first_booklet_id, "last_booklet_id": shipped.first_booklet_id}
        assert operations.take_back(**taken, from_organisation_id=cast.prescriber_id, **cast.by(cast.agent)) == 1
        with pytest.raises(NotHolder):
            operations.take_back(**taken, from_organisation_id=cast.prescriber_id, **cast.by(cast.agent))
        # Booklets 1 and 3 to 6 are at hand: four in a row begin at the third, never at the first.
        again = Shipment.objects.get(id=self.ship(cast, order_id, 4))
        assert again.first_booklet_id == shipped.first_booklet_id + 2


class TestActivating:
    def test_it_is_refused_until_covered_and_says_what_each_funder_is_missing(self, cast: Cast) -> None:
        order_id = cast.printed()
        cast.receive(cast.metropolis_id, 10_000)
        cast.receive(cast.department_id, 9_999)
        with pytest.raises(NotCovered) as refused:
            operations.activate_order(order_id=order_id, **cast.by(cast.treasurer))
        assert refused.value.facts == {"missing_cents": 1, "by_funder": {cast.department_id: 1}}
        lines = queries.cover(cast.agent, order_id, at=cast.at)
        assert [(line.funder, line.needed_cents, line.missing_cents) for line in lines] == [
            ("Métropole", 10_000, 0),
            ("Département", 10_000, 1),
        ]
        cast.receive(cast.department_id, 1)
        operations.activate_order(order_id=order_id, **cast.by(cast.treasurer))
        page = queries.order(cast.agent, order_id)
        assert (page.line.state, queries.cover(cast.agent, order_id, at=cast.at)) == (OrderState.ACTIVATED, [])
        assert ledger.money(programme_id=cast.programme_id).total.in_circulation == 20_000
        with acting_as_everything(why="verification"):
            assert ledger.verify() == []

    def test_the_cover_is_known_before_codes_are_drawn(self, cast: Cast) -> None:
        order_id = cast.order()
        cast.receive(cast.metropolis_id, 4_000)
        lines = queries.cover(cast.agent, order_id, at=cast.at)
        assert [(line.needed_cents, line.available_cents, line.missing_cents) for line in lines] == [
            (10_000, 4_000, 6_000),
            (10_000, 0, 10_000),
        ]

    def test_the_same_request_activates_once_and_another_is_told(self, cast: Cast) -> None:
        order_id, request_id = cast.printed(), uuid4()
        for funder_id in (cast.metropolis_id, cast.department_id):
            cast.receive(funder_id, 10_000)
        for _ in range(2):
            operations.activate_order(order_id=order_id, **cast.by(cast.treasurer, request_id=request_id))
        with pytest.raises(AlreadyActivated):
            operations.activate_order(order_id=order_id, **cast.by(cast.treasurer))

    @pytest.mark.parametrize(
        ("actor", "refusal"),
        [
            (lambda cast: unproved(cast.treasurer), SecondFactorNeeded),
            (lambda cast: cast.approver, NotAllowed),
            (lambda cast: cast.stranger, rules.OrderUnknown),
        ],
    )
    def test_each_refusal_to_activate(self, cast: Cast, actor: Callable[[Cast], Actor], refusal: type[Exception]) -> None:
        order_id = cast.printed()
        with pytest.raises(refusal):
            operations.activate_order(order_id=order_id, **cast.by(actor(cast)))

    def test_nothing_is_active_before_it_is_on_paper(self, cast: Cast) -> None:
        with pytest.raises(rules.OrderNotPrinted):
            operations.activate_order(order_id=cast.drawn(), **cast.by(cast.treasurer))


class TestWhoSees:
    def test_funders_read_orders_and_strangers_see_none(self, cast: Cast) -> None:
        order_id = cast.drawn()
        assert [line.id for line in queries.orders(cast.funder)] == [order_id]
        with acting_as(cast.stranger):
            assert queries.orders(cast.stranger) == []
            assert (Order.objects.count(), Job.objects.count()) == (0, 0)
            with pytest.raises(rules.OrderUnknown):
                queries.order(cast.stranger, order_id)

    def test_reading_orders_costs_the_same_whatever_their_number(
        self, cast: Cast, django_assert_max_num_queries: Callable[[int], object]
    ) -> None:
        for _ in range(3):
            cast.order()
        with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
            assert len(queries.orders(cast.agent)) == 3

    def test_every_step_is_journalled(self, cast: Cast) -> None:
        cast.printed()
        with connection.cursor() as cursor:
            cursor.execute("SELECT action FROM journal_line WHERE action LIKE 'issuing.%%' ORDER BY id")
            actions = [row[0] for row in cursor.fetchall()]
        assert actions == [
            "issuing.order-placed", "issuing.order-approved", "issuing.design-saved", "issuing.proof-sent", "issuing.proof-approved",
            "issuing.drawing-started", "issuing.order-drawn", "issuing.order-printed",
        ]  # fmt: skip
