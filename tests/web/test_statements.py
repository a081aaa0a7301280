"""A statement on paper: the same lines in the PDF and the CSV, tagged, harmless, in two languages."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from carnet.settlement.queries import FunderStatement
from carnet.web.statements import sections, statement_csv, statement_pdf
from carnet.web.statements._table import as_amount, as_text

FIGURES = FunderStatement(
    programme_id=1, programme="Pass de Nantes", agreement_id=1, agreement="Convention 2026", operator="Opérateur", funder_id=2,
    funder="Région", as_of=datetime(2027, 2, 1, 10, tzinfo=UTC), is_simulated=True, issued=30, in_stock=2, handed_over=3, redeemed=20,
    lapsed=4, void=1, issued_cents=10_003, in_stock_cents=667, handed_over_cents=1000, redeemed_cents=6667, lapsed_cents=1335,
    void_cents=334, received_cents=10_000, taken_on_use_cents=0, advanced_and_used_cents=3333, funded_cents=6667, unissued_cents=0,
    in_circulation_cents=0, owed_cents=1000, paid_cents=5667, returned_cents=0, debts=(), credits=(("État", 3333),),
)  # fmt: skip


def words_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    text = " ".join(document[page].get_textpage().get_text_bounded() for page in range(len(document)))
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_pdf_says_every_line_of_the_csv() -> None:
    words = words_of(statement_pdf(FIGURES))
    lines = [line for section in sections(FIGURES) for line in section.lines]
    assert len(lines) == 6 + 3 + 6 + 1
    for line in lines:
        assert line.label.split(" ")[0] in words
    for amount in ("100,03 €", "66,67 €", "−33,33 €", "56,67 €"):
        assert amount in words
    assert "État vous doit" in words


def test_the_pdf_is_tagged_titled_and_in_its_language() -> None:
    with pikepdf.open(io.BytesIO(statement_pdf(FIGURES))) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang).startswith("fr")
        assert document.open_metadata()["dc:title"] == "État des comptes de Région"
        assert document.open_metadata()["pdfuaid:part"] == "1"


def test_a_simulated_activity_says_so_and_a_real_one_does_not() -> None:
    assert "Activité simulée" in words_of(statement_pdf(FIGURES))
    assert b"simul" in statement_csv([FIGURES])
    real = replace(FIGURES, is_simulated=False)
    assert "simul" not in words_of(statement_pdf(real)).lower()
    assert b"simul" not in statement_csv([real])


def test_the_same_figures_give_the_same_bytes() -> None:
    assert statement_pdf(FIGURES) == statement_pdf(FIGURES)
    assert statement_pdf(FIGURES) != statement_pdf(replace(FIGURES, owed_cents=1001))


def test_an_english_spreadsheet_opens_the_csv_as_it_is() -> None:
    with translation.override("en"):
        rows = list(csv.DictReader(io.StringIO(statement_csv([FIGURES]).decode("utf-8-sig"))))
    assert {row["As at"] for row in rows} == {"2027-02-01"}
    assert sum(row["Amount (€)"] == "100.03" for row in rows) == 1


def test_a_french_spreadsheet_opens_the_csv_as_it_is() -> None:
    content = statement_csv([FIGURES])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert {len(row) for row in rows} == {9}
    assert ["Émis", "30", "100,03"] in [row[5:8] for row in rows]
    assert ["Avancé par vous, à la charge d’un autre financeur", "", "-33,33"] in [row[5:8] for row in rows]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+33", "-1", "@SUM(A1)", "\tx"])
def test_a_name_never_becomes_a_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(statement_csv([replace(FIGURES, funder=name)]).decode("utf-8-sig")), delimiter=";"))
    assert {row[2] for row in rows[1:]} == {f"'{name}"}


@given(cents=st.integers(-(10**12), 10**12))
def test_an_amount_loses_no_cent(cents: int) -> None:
    assert int(as_amount(cents).replace(",", "")) == cents


@given(words=st.text(max_size=40))
def test_words_are_kept_but_for_a_guard(words: str) -> None:
    assert as_text(words).removeprefix("'") == words.removeprefix("'")
    assert not as_text(words).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_english_reader_has_the_same_figures() -> None:
    with translation.override("en"):
        assert "€100.03" in words_of(statement_pdf(FIGURES))
