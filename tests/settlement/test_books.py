"""Accountants' books: equal to the ledger to the cent, frozen for good, and telling when a row was changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carnet.funding.rules import AgreementUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger_operations
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason
from carnet.parties.rules import NotAllowed
from carnet.settlement import operations, queries
from carnet.settlement.models import AccountBook, Transfer
from carnet.settlement.queries import BookPage
from carnet.settlement.rules import Book, BookAltered, BookNotEqual, BookTable, BookUnknown, PeriodNotOver, book_period
from tests.factories.campaign import SYSTEM, organisation, rid, series
from tests.settlement.conftest import APRIL, MAY, Payday

pytestmark = [pytest.mark.django_db]

YEAR = book_period("2026")
NEXT_YEAR = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def paid(payday: Payday) -> Payday:
    """Two places paid in April, one of them twice; one voucher undone; two booklets more in the cupboard, one of them lost."""
    payday.spend(3)
    payday.spend(2, second=True)
    payday.pay()
    payday.spend(1, at=APRIL + timedelta(days=1))
    with acting_as_everything(why="prepare a stock"):
        operator_id = payday.campaign.operator_id
        series_id = series(payday.campaign.programme_id, payday.agreement_id, operator_id, booklets=3, offset=500)
        first = ledger.series(series_id).first_booklet_id
        for act in (ledger_operations.ship_booklets, ledger_operations.receive_booklets):
            sender = {"from_holder_id": operator_id} if act is ledger_operations.ship_booklets else {}
            act(
                series_id=series_id, first_booklet_id=first, last_booklet_id=first + 1, to_holder_id=payday.campaign.prescriber_id,
                actor=SYSTEM, request_id=rid(), at=APRIL, **sender,
            )  # fmt: skip
        ledger_operations.end_booklets(
            series_id=series_id, first_booklet_id=first, last_booklet_id=first, reason=EndReason.STOLEN, actor=SYSTEM, request_id=rid(), at=APRIL
        )  # fmt: skip
    return payday


def _book(payday: Payday, book: Book, period=YEAR, at=NEXT_YEAR) -> BookPage:
    actor = payday.treasurer(at)
    with acting_as(actor):
        return queries.book_of(actor=actor, agreement_id=payday.agreement_id, book=book, period=period, at=at)


def _draw_up(payday: Payday, book: Book, period=YEAR, at=NEXT_YEAR, request_id=None) -> int:
    actor = payday.treasurer(at)
    with acting_as(actor):
        return operations.draw_up_book(
            agreement_id=payday.agreement_id, book=book, period=period, actor=actor, request_id=request_id or rid(), at=at
        )


def _table(page: BookPage, key: str) -> BookTable:
    return next(table for table in page.tables if table.key == key)


def _lines(page: BookPage, key: str) -> dict:
    table = _table(page, key)
    return {row[0]: row[1:] for row in (*table.rows, table.total or ()) if row}


@contextmanager
def _tampered(sql: str) -> Iterator[None]:
    """As whoever owns the tables could: the triggers off, a row changed."""
    guarded = ("ledger_movement", "ledger_passage", "settlement_accountbook")
    with acting_as_everything(why="tamper"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT set_config('role', session_user, true)")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER carnet_append_only")
        cursor.execute(sql + " /* series_id */")
        assert cursor.rowcount == 1
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER carnet_append_only")
        cursor.execute("SELECT set_config('role', 'carnet_app', true)")
    yield


class TestEqualToTheLedger:
    @pytest.mark.parametrize("book", Book)
    @pytest.mark.parametrize(("period", "at"), [("2026", NEXT_YEAR), ("2026-T2", NEXT_YEAR), ("2026-03", APRIL), ("2026", MAY)])
    def test_every_book_of_every_period_is(self, paid: Payday, book: Book, period: str, at: datetime):
        page = _book(paid, book, book_period(period), at)
        assert page.reckonings
        assert [each for each in page.reckonings if not each.is_equal] == []

    def test_the_account_says_what_came_what_left_and_what_is_there(self, paid: Payday):
        page = _book(paid, Book.AGREEMENT)
        assert _lines(page, "positions") == {
            "unissued": (0, 550_00, 550_00, 0),
            "in_circulation": (0, 550_00, 60_00, 490_00),
            "owed": (0, 60_00, 50_00, 10_00),
            "held": (0, None, None, 500_00),
            "paid": (0, 50_00, 0, 50_00),
            "returned": (0, 0, 0, 0),
            "funded": (0, None, None, 550_00),
        }
        with acting_as_everything(why="compare"):
            assert [row[1:] for row in _table(page, "funders").rows] == [
                tuple(money.as_dict().values())[:6] for money in ledger.money(agreement_id=paid.agreement_id).by_funder.values()
            ]
        cash = _table(page, "cash")
        assert cash.total == (None, "closing", 550_00, 50_00, 500_00)
        assert cash.rows[-1][-1] == 500_00

    def test_what_closes_a_quarter_opens_the_next(self, paid: Payday):
        first, second = (_lines(_book(paid, Book.AGREEMENT, book_period(name)), "positions") for name in ("2026-T1", "2026-T2"))
        assert {key: cells[-1] for key, cells in first.items()} == {key: cells[0] for key, cells in second.items()}
        cupboards = [_lines(_book(paid, Book.STOCK, book_period(name)), "cupboards") for name in ("2026-T1", "2026-T2")]
        assert cupboards[0]["total"][8] == cupboards[1]["total"][0]

    def test_the_stock_is_counted_cupboard_by_cupboard_and_slip_by_slip(self, paid: Payday):
        page = _book(paid, Book.STOCK)
        # Opening, printed, received, sent, handed over, lost, destroyed, lapsed, closing, what they are worth.
        assert _lines(page, "cupboards")["total"] == (0, 55, 50, 50, 40, 5, 0, 0, 10, 100_00)
        assert sum(row[6] for row in _table(page, "slips").rows if row[2] in ("lost", "handed_over")) == 45
        ((report, _day, word, _holder, serials, count, cents),) = _table(page, "losses").rows
        assert report.isdigit()
        assert (word, count, cents) == ("lost", 5, 50_00)
        assert serials.startswith("TS")

    def test_the_annual_account_of_vouchers_adds_up(self, paid: Payday):
        page = _book(paid, Book.VOUCHERS)
        assert _lines(page, "vouchers") == {
            "remaining_before": (0, 0),
            "ordered": (55, 550_00),
            "used_and_paid": (-5, -50_00),
            "refunded": (0, 0),
            "exchanged": (0, 0),
            "remaining": (50, 500_00),
        }
        assert _lines(page, "presented")["to_pay"] == (1, 10_00)
        assert _lines(page, "unspent")["unspent"] == (49, 490_00)

    def test_the_places_paid_are_named_with_what_the_bank_calls_each_payment(self, paid: Payday):
        page = _book(paid, Book.PLACES)
        assert sorted(row[2:] for row in _table(page, "places").rows) == [(2, 20_00), (3, 30_00)]
        with acting_as_everything(why="compare"):
            sent = set(Transfer.objects.filter(agreement_id=paid.agreement_id).values_list("end_to_end_id", flat=True))
        assert {row[2] for row in _table(page, "payments").rows} == sent

    def test_the_cupboards_are_counted_in_one_go_not_voucher_by_voucher(self, paid: Payday):
        """A question asked for each of 100,000 vouchers, of every passage, took more than eight minutes; sorted once, seconds."""
        with acting_as_everything(why="read a plan"), CaptureQueriesContext(connection) as asked:
            assert ledger.stock_movements(agreement_id=paid.agreement_id)
        (statement,) = [each["sql"] for each in asked.captured_queries if "ledger_passage" in each["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "WindowAgg" in plan
        assert "Limit" not in plan  # the last who held one voucher, looked for alone
        # Each voucher that left is listed once, each booklet that moved once; neither is joined to what it is one of.
        assert plan.count("Function Scan on generate_series") == 2
        assert "CTE Scan on gone" not in plan

    def test_booklets_begun_are_found_by_their_vouchers_numbers(self, paid: Payday):
        """Looked for by their booklet, the vouchers of the whole series were read for each booklet: 6 s for 5,000 of them, four hundred times as long for 100,000."""
        with acting_as_everything(why="read a plan"), CaptureQueriesContext(connection) as asked:
            assert ledger.booklet_progress(agreement_id=paid.agreement_id).started
        (statement,) = [each["sql"] for each in asked.captured_queries if "ledger_booklet" in each["sql"]]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            cursor.execute("SET LOCAL enable_seqscan = on")
        assert "Index Cond: ((id >= (s.first_voucher_id" in plan


class TestTampered:
    """Negative controls: each changes one row as an owner could, and the book says it is no longer equal."""

    @pytest.mark.parametrize(
        ("book", "sql"),
        [
            (Book.AGREEMENT, "UPDATE ledger_movement SET cents = cents + 1 WHERE id = (SELECT min(id) FROM ledger_movement WHERE kind = 'PAY')"),
            (Book.AGREEMENT, "UPDATE ledger_movement SET cents = cents + 1 WHERE id = (SELECT min(id) FROM ledger_movement WHERE kind = 'ACTIVATE')"),
            (Book.AGREEMENT, "UPDATE ledger_movement SET kind = 'UNPAY' WHERE id = (SELECT min(id) FROM ledger_movement WHERE kind = 'PAY')"),
            (Book.PLACES, "UPDATE ledger_movement SET cents = cents - 1 WHERE id = (SELECT min(id) FROM ledger_movement WHERE kind = 'PAY')"),
            (Book.VOUCHERS, "UPDATE ledger_movement SET quantity = quantity + 1 WHERE id = (SELECT min(id) FROM ledger_movement WHERE kind = 'PAY')"),
            (Book.STOCK, "UPDATE ledger_passage SET last_voucher_id = last_voucher_id - 1 WHERE kind = 'VOIDED'"),
            (Book.STOCK, "UPDATE ledger_voucher SET mark = 1 WHERE id = (SELECT max(id) FROM ledger_voucher)"),
        ],
    )  # fmt: skip
    def test_a_row_changed_is_seen(self, paid: Payday, book: Book, sql: str):
        with _tampered(sql):
            page = _book(paid, book)
            assert not page.is_equal
            with pytest.raises(BookNotEqual):
                _draw_up(paid, book)


class TestFrozen:
    def test_books_are_numbered_without_a_gap_and_drawn_up_once(self, paid: Payday):
        made = [_draw_up(paid, book) for book in Book]
        assert _draw_up(paid, Book.STOCK) == made[1]
        with acting_as_everything(why="look"):
            assert list(AccountBook.objects.order_by("id").values_list("number", flat=True)) == [1, 2, 3, 4]

    def test_it_stays_what_it_was(self, paid: Payday):
        period = book_period("2026-04")
        book_id = _draw_up(paid, Book.AGREEMENT, period, MAY)
        actor = paid.treasurer(NEXT_YEAR)
        with acting_as(actor):
            before = queries.kept_book(actor=actor, book_id=book_id)
        paid.pay(at=MAY)
        with acting_as(actor):
            after = queries.kept_book(actor=actor, book_id=book_id)
            (kept,) = queries.kept_books(actor=actor, agreement_id=paid.agreement_id)
        assert after == before
        assert kept.is_untouched
        assert replace(before, as_of=NEXT_YEAR, number=None) == _book(paid, Book.AGREEMENT, period)

    def test_a_quarter_is_written_in_french_or_in_english(self):
        assert book_period(" 2026-q3 ") == book_period("2026-T3")

    def test_not_before_its_period_is_over(self, paid: Payday):
        with pytest.raises(PeriodNotOver):
            _draw_up(paid, Book.AGREEMENT, at=MAY)

    def test_a_kept_book_changed_by_its_owner_is_refused(self, paid: Payday):
        book_id = _draw_up(paid, Book.VOUCHERS)
        actor = paid.treasurer(NEXT_YEAR)
        with _tampered("UPDATE settlement_accountbook SET content = jsonb_set(content, '{tables,0,total,2}', '1')"), acting_as(actor):
            with pytest.raises(BookAltered):
                queries.kept_book(actor=actor, book_id=book_id)
            assert not queries.kept_books(actor=actor, agreement_id=paid.agreement_id)[0].is_untouched


class TestWhoReads:
    def test_an_accountant_of_the_operator_and_of_a_funder_read_and_change_nothing(self, paid: Payday):
        book_id = _draw_up(paid, Book.PLACES)
        programmes = frozenset({paid.campaign.programme_id})
        for organisation_id in (paid.campaign.operator_id, paid.campaign.funder_ids[0]):
            reader = _reader(organisation_id, programmes)
            with acting_as(reader):
                assert queries.book_of(actor=reader, agreement_id=paid.agreement_id, book=Book.STOCK, period=YEAR, at=MAY).is_equal
                assert queries.kept_book(actor=reader, book_id=book_id).number == 1
                with pytest.raises(NotAllowed):
                    operations.draw_up_book(
                        agreement_id=paid.agreement_id, book=Book.STOCK, period=YEAR, actor=reader, request_id=rid(), at=NEXT_YEAR
                    )

    def test_a_stranger_does_not(self, paid: Payday):
        book_id = _draw_up(paid, Book.PLACES)
        with acting_as_everything(why="prepare"):
            stranger_id = organisation("Une autre région", "FUNDER")
        for stranger in (_reader(stranger_id, frozenset()), _reader(stranger_id, frozenset({paid.campaign.programme_id}))):
            with acting_as(stranger):
                with pytest.raises(AgreementUnknown):
                    queries.book_of(actor=stranger, agreement_id=paid.agreement_id, book=Book.STOCK, period=YEAR, at=MAY)
                with pytest.raises(BookUnknown):
                    queries.kept_book(actor=stranger, book_id=book_id)


def _reader(organisation_id: int, programme_ids: frozenset[int]) -> Actor:
    return Actor(
        kind="person", label="accountant", person_id=640, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        programme_ids=programme_ids, roles=frozenset({"ACCOUNTANT"}),
    )  # fmt: skip
