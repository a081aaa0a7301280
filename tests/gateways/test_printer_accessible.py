"""The copy in large print, read as a screen reader does: by its tags, in their order."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from carnet.gateways.printer import NearPlace, unprintable, write_accessible
from tests.gateways import readers
from tests.gateways.test_printer import EDITION, PLACES, booklet, words


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("accessible") / "copy.pdf"
    assert write_accessible(path, EDITION, [booklet(1, PLACES), booklet(2)]) == 2
    return path


def tags(path: Path) -> list[tuple[str, str]]:
    """Every tag in reading order, with its other words, if any."""

    def under(node: pikepdf.Object) -> Iterator[tuple[str, str]]:
        children = node.get("/K", [])
        for child in children if isinstance(children, pikepdf.Array) else [children]:
            if isinstance(child, pikepdf.Dictionary) and "/S" in child:
                yield str(child.S), str(child.get("/Alt", ""))
                yield from under(child)

    with pikepdf.open(path) as pdf:
        return list(under(pdf.Root.StructTreeRoot))


def test_it_says_that_it_is_pdf_ua_1_in_french_with_a_title(copy: Path) -> None:
    with pikepdf.open(copy) as pdf:
        about = pdf.open_metadata()
        assert (about["pdfuaid:part"], str(pdf.Root.Lang)) == ("1", "fr")
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "grands caractères" in about["dc:title"]


def test_headings_follow_each_other_without_a_gap(copy: Path) -> None:
    levels = [int(name[2:]) for name, _alt in tags(copy) if name.startswith("/H") and name[2:].isdigit()]
    assert levels.count(1) == 2, "one for each booklet"
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert levels.count(2) >= 2 * (2 + 2)


def test_each_square_has_words_that_do_not_say_the_secret(copy: Path) -> None:
    said = [alt for name, alt in tags(copy) if name == "/Figure"]
    assert len(said) == 4, "signs that only decorate are not read"
    for alt, voucher in zip(said, [*booklet(1).vouchers, *booklet(2).vouchers], strict=True):
        assert voucher.serial in alt
        assert voucher.code[:3] not in alt.replace(voucher.serial, "")
        assert "HTTPS" not in alt


def test_digits_are_read_by_groups_of_three(copy: Path) -> None:
    """Six paragraphs between the heading of the digits and the square: read together, they would be millions."""
    read = [name for name, _alt in tags(copy) if name in ("/H2", "/H3", "/P", "/Figure")]
    squares = [at for at, name in enumerate(read) if name == "/Figure"]
    for square in squares:
        assert read[square - 7 : square] == ["/H3", *["/P"] * 6]


def test_nothing_is_smaller_than_eighteen_points(copy: Path) -> None:
    document = pypdfium2.PdfDocument(copy)
    sizes = {
        round(pypdfium2.raw.FPDFText_GetFontSize(text.raw, at), 1)
        for page in document
        for text in [page.get_textpage()]
        for at in range(text.count_chars())
        if text.get_text_range(at, 1).strip()
    }
    document.close()
    assert min(sizes) >= 18
    assert max(sizes) >= 54


def test_its_codes_are_those_of_the_paper(copy: Path) -> None:
    document = pypdfium2.PdfDocument(copy)
    seen = readers.pictures(copy, range(len(document)), 110)
    document.close()
    read = [text for found in readers.by_zxing(seen) for _kind, text in found]
    assert read == [voucher.url for each in (booklet(1), booklet(2)) for voucher in each.vouchers]


def test_the_places_and_the_telephone_are_there(copy: Path) -> None:
    document = pypdfium2.PdfDocument(copy)
    whole = " ".join(words(copy, page) for page in range(len(document)))
    document.close()
    for said in ("Médiathèque Floresca Guépin", "à 10 minutes à pied", "02 40 12 34 56", "Loire-Atlantique", "Payé par"):
        assert said in whole


def test_the_same_bytes_each_time_for_its_owner_only(copy: Path, tmp_path: Path) -> None:
    write_accessible(tmp_path / "again.pdf", EDITION, [booklet(1, PLACES), booklet(2)])
    assert (tmp_path / "again.pdf").read_bytes() == copy.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_no_sign_in_the_name_of_a_place_stops_the_copy(tmp_path: Path) -> None:
    """PDF/UA refuses a letter the font lacks, and places are named by others: an emoji, another alphabet, an accent after its letter."""
    strange = NearPlace(
        "Cafe\u0301 num\u200bérique 😀 日本", "1 rue de l’ﬁl\u202f→ Nantes", "02 40 12 34 56", "9\u202fh à 12\u2011 h", "500 m"
    )
    write_accessible(tmp_path / "strange.pdf", EDITION, [booklet(1, (strange,))])
    document = pypdfium2.PdfDocument(tmp_path / "strange.pdf")
    whole = " ".join(words(tmp_path / "strange.pdf", page) for page in range(len(document)))
    document.close()
    assert "Café numérique ? ??" in whole
    assert "rue de l’fil" in whole


def test_signs_that_paper_would_not_show_are_named() -> None:
    assert unprintable(EDITION) == {}
    assert unprintable(replace(EDITION, notice="Il est gratuit. 😀 日 😀", funders=("Nantes", "Škoda \u200b→"), title="Cafe\u0301 ?")) == {
        "notice": "😀日", "funders": "→",
    }  # fmt: skip
