"""The accountants' books on the screen, on paper and in a spreadsheet: the same figures, the same bytes."""

import csv
import hashlib
import io
from dataclasses import replace

import pikepdf
import pytest
from django.urls import reverse
from django.utils import translation

from carnet.gateways.database import acting_as
from carnet.settlement import queries
from carnet.settlement.rules import Book, CellKind, book_period
from carnet.web.statements import _book_on_paper, book_csv, book_pdf, words
from tests.factories.campaign import NOW, rid
from tests.settlement.conftest import MAY, make_payday
from tests.settlement.test_books import NEXT_YEAR
from tests.web.test_operator_payments import person
from tests.web.test_statements import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages():
    payday = make_payday()
    payday.spend(3)
    payday.spend(2, second=True)
    payday.pay()
    actor = payday.treasurer(NEXT_YEAR)
    with acting_as(actor):
        made = {
            book: queries.book_of(actor=actor, agreement_id=payday.agreement_id, book=book, period=book_period("2026"), at=NEXT_YEAR)
            for book in Book
        }
        live = queries.book_of(actor=actor, agreement_id=payday.agreement_id, book=Book.AGREEMENT, period=book_period("2026"), at=MAY)
    return made, live


def test_paper_and_table_say_every_figure_of_the_book(pages):
    made, _live = pages
    for page in made.values():
        paper = "".join(words_of(book_pdf(page)).split())
        rows = list(csv.reader(io.StringIO(book_csv(page).decode("utf-8-sig")), delimiter=";"))
        flat = [cell for row in rows for cell in row]
        assert "".join(words.equal_words(page).split()) in paper
        assert words.equal_words(page) in flat
        for table in page.tables:
            for row in (*table.rows, table.total or ()):
                for (_name, kind), cell in zip(table.columns, row, strict=False):
                    if isinstance(cell, int):
                        assert "".join(words.shown(kind, cell).split()) in paper
                        expected = (
                            f"{'-' if cell < 0 else ''}{abs(cell) // 100},{abs(cell) % 100:02d}" if kind is CellKind.EUROS else str(cell)
                        )
                        assert expected in flat


def test_the_paper_is_tagged_and_the_same_bytes_each_time(pages):
    made, live = pages
    for page in made.values():
        paper = book_pdf(page)
        assert paper == book_pdf(page)
        with pikepdf.open(io.BytesIO(paper)) as document:
            assert document.Root.MarkInfo.Marked
            assert str(document.Root.Lang) == "fr"
    assert "PROVISOIRE" in words_of(book_pdf(live)).upper()
    assert "provisoire" not in words_of(book_pdf(made[Book.AGREEMENT])).lower()


def test_every_word_of_a_book_is_known_in_both_languages(pages):
    made, _live = pages
    for language in ("fr", "en"):
        with translation.override(language):
            for page in made.values():
                assert book_csv(page).startswith("\ufeff".encode())


def test_a_long_table_carries_its_sums_from_page_to_page(pages):
    made, _live = pages
    page = made[Book.PLACES]
    payments = page.tables[1]
    longer = replace(payments, rows=payments.rows * 20)
    told = words_of(book_pdf(replace(page, tables=(longer,))))
    assert "À reporter" in told
    assert "Report" in told
    carried = sum(row[-1] for row in longer.rows[:24])
    assert told.replace("\u202f", "").replace("\u00a0", " ").count(f"{carried // 100},{carried % 100:02d} €") >= 2


def test_a_book_too_long_for_paper_is_summed_by_month_there_and_whole_in_the_spreadsheet(pages, monkeypatch):
    made, _live = pages
    page = made[Book.PLACES]
    payments = page.tables[1]
    longer = replace(payments, rows=payments.rows * 20, total=(*payments.total[:-2], *(20 * each for each in payments.total[-2:])))
    page = replace(page, tables=(page.tables[0], longer))
    whole = words_of(book_pdf(page))
    assert "résumés par mois" not in whole
    monkeypatch.setattr(_book_on_paper, "LINES_ON_PAPER", len(longer.rows) - 1)
    told = words_of(book_pdf(page))
    assert hashlib.sha256(book_csv(page)).hexdigest() in "".join(told.split())
    shown = _book_on_paper.on_paper(longer)
    assert len(shown.rows) == len({(row[0][:7], row[3]) for row in payments.rows}) < len(longer.rows)
    for rank in (-2, -1):
        assert sum(row[rank] for row in shown.rows) == sum(row[rank] for row in longer.rows) == longer.total[rank]
    assert len(list(csv.reader(io.StringIO(book_csv(page).decode("utf-8-sig")), delimiter=";"))) > len(longer.rows)


class TestPages:
    def test_an_accountant_reads_and_takes_the_treasurer_freezes(self, settings):
        payday = make_payday()
        payday.spend(3)
        payday.pay()
        settings.CARNET_CLOCK = NEXT_YEAR
        accountant = person(NOW, payday.campaign.funder_ids[0], "ACCOUNTANT")
        treasurer = person(NOW, payday.campaign.operator_id, "TREASURER")
        assert reverse("books:agreement", args=[payday.agreement_id]) in accountant.get("/books/").content.decode()
        page = f"/books/agreements/{payday.agreement_id}/"
        assert "Compte de stock des valeurs inactives" in accountant.get(page).content.decode()
        for book in ("agreement", "stock", "vouchers", "places"):
            shown = accountant.get(f"{page}{book}/", {"period": "2026"})
            assert "Égal au grand livre : oui." in shown.content.decode()
            assert accountant.get(f"{page}{book}.pdf", {"period": "2026"}).content.startswith(b"%PDF")
            assert "provisoire" in accountant.get(f"{page}{book}.csv").content.decode()
        assert accountant.get(f"{page}agreement/", {"period": "2026-13"}).status_code == 409
        assert accountant.get(f"{page}nothing/").status_code == 404
        freeze = f"{page}places/draw-up/?period=2026"
        assert accountant.post(freeze, {"request_id": str(rid())}).status_code == 403
        kept = treasurer.post(freeze, {"request_id": str(rid())})["Location"]
        assert "donne toujours ces chiffres" in accountant.get(kept).content.decode()
        papers = [accountant.get(f"{kept.rstrip('/')}.pdf").content for _time in range(2)]
        assert papers[0] == papers[1]
        assert "Empreinte" in words_of(papers[0])
        assert accountant.get(f"{kept.rstrip('/')}.csv").content.startswith("\ufeff".encode())
        stranger = person(NOW, payday.campaign.prescriber_id, "PRESCRIBER_LEAD")
        assert stranger.get(page).status_code == 403
