"""What comes out of the printer, read back the way people and cameras read it: from pixels."""

import csv
import io
import stat
from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from carnet.gateways.printer import CSV_HEADER, Edition, PrintedBooklet, PrintedVoucher, printed_validity, write_csv, write_pdf
from carnet.kernel.identifiers import BookletSerial, SecretCode, VoucherSerial
from carnet.kernel.periods import end_of_day

EDITION = Edition(
    title="Pass numérique « cœur d’Îlot »",
    booklet_size=2,
    value_cents=1000,
    validity="Valable jusqu’au 31 décembre 2027 inclus",
    phone="02 40 12 34 56",
    website="carnet.exemple.fr",
    funders=("Nantes Métropole", "Département de Loire-Atlantique", "L’Œuvre française"),
    operator="Nantes Métropole",
    services=("e-mail", "démarches en ligne"),
)
TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 4 + "ABCDEFGH"


def booklet(number: int) -> PrintedBooklet:
    serial = BookletSerial("NM", number)
    vouchers = tuple(
        PrintedVoucher(
            serial=VoucherSerial("NM", number * 2 + rank).printed(),
            code=SecretCode.from_random(4829150067312849 + number * 7 + rank).printed(),
            url=f"HTTPS://CARNET.EXEMPLE.FR/V/{rank}{TOKEN[:-1]}",
        )
        for rank in range(2)
    )
    return PrintedBooklet(serial.printed(), str(serial), vouchers)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("printer") / "booklets.pdf"
    assert write_pdf(path, EDITION, [booklet(1), booklet(2)]) == 6
    return path


def words(path: Path, page: int) -> str:
    document = pypdfium2.PdfDocument(path)
    text = document[page].get_textpage().get_text_range()
    document.close()
    return " ".join(text.split())


def symbols(path: Path, page: int, dots_per_inch: int = 150) -> list[zxingcpp.Barcode]:
    document = pypdfium2.PdfDocument(path)
    picture = document[page].render(scale=dots_per_inch / 72, grayscale=True).to_pil()
    document.close()
    return list(zxingcpp.read_barcodes(picture))


class TestPages:
    def test_a_booklet_is_a_cover_and_its_vouchers_on_dl_sheets(self, printed: Path) -> None:
        document = pypdfium2.PdfDocument(printed)
        sizes = {tuple(round(points / 72 * 25.4, 1) for points in page.get_size()) for page in document}
        document.close()
        assert sizes == {(210.0, 99.0)}

    def test_the_cover_says_what_it_is_how_to_use_it_who_to_call_and_who_pays(self, printed: Path) -> None:
        cover = words(printed, 0)
        for said in (
            "Pass numérique « cœur d’Îlot »",
            "2 chèques de 10 €",
            "Choisissez un lieu",
            "démarches en ligne",
            "02 40 12 34 56",
            "Valable jusqu’au 31 décembre 2027 inclus",
            "Nantes Métropole, Département de Loire-Atlantique et L’Œuvre française",
            booklet(1).serial,
        ):
            assert said in cover

    def test_a_voucher_shows_its_code_serial_value_date_and_phone(self, printed: Path) -> None:
        page, voucher = words(printed, 5), booklet(2).vouchers[1]
        groups = voucher.code.split(" ")
        for said in (
            " ".join(groups[:3]), " ".join(groups[3:]), voucher.serial, "10 €", "02 40 12 34 56",
            "Valable jusqu’au 31 décembre 2027", "Chèque 2 sur 2",
        ):  # fmt: skip
            assert said in page

    def test_the_qr_code_is_read_from_pixels(self, printed: Path) -> None:
        for page, voucher in ((1, booklet(1).vouchers[0]), (2, booklet(1).vouchers[1]), (5, booklet(2).vouchers[1])):
            (symbol,) = symbols(printed, page)
            assert (symbol.format, symbol.ec_level, symbol.text) == (zxingcpp.BarcodeFormat.QRCode, "M", voucher.url)

    def test_the_qr_code_is_read_at_the_resolution_of_a_poor_photo(self, printed: Path) -> None:
        assert [symbol.text for symbol in symbols(printed, 1, dots_per_inch=72)] == [booklet(1).vouchers[0].url]

    def test_the_qr_code_is_larger_than_twenty_millimetres_and_holds_its_quiet_zone(self, printed: Path) -> None:
        (symbol,) = symbols(printed, 1, dots_per_inch=254)
        corners = symbol.position
        side_mm = (corners.top_right.x - corners.top_left.x) / 10
        assert side_mm > 40
        module_mm = side_mm / 45
        assert 205 - corners.top_right.x / 10 > 4 * module_mm
        assert corners.top_left.x / 10 - 147 > 4 * module_mm

    def test_digits_are_twelve_millimetres_high(self, printed: Path) -> None:
        document = pypdfium2.PdfDocument(printed)
        picture = document[1].render(scale=254 / 72, grayscale=True).to_pil().crop((130, 470, 400, 640))
        dark = [y for y in range(picture.height) if any(picture.getpixel((x, y)) < 90 for x in range(picture.width))]
        document.close()
        assert 120 <= dark[-1] - dark[0] + 1 <= 128

    def test_the_barcode_of_the_booklet_is_read_from_pixels(self, printed: Path) -> None:
        (symbol,) = symbols(printed, 3, dots_per_inch=200)
        assert (symbol.format, symbol.text) == (zxingcpp.BarcodeFormat.Code128, booklet(2).barcode)

    def test_every_font_is_embedded(self, printed: Path) -> None:
        with pikepdf.open(printed) as pdf:
            fonts = {str(font.BaseFont): "/FontFile2" in font.FontDescriptor for page in pdf.pages for font in page.Resources.Font.values()}
        assert fonts == {
            "/CARNET+AtkinsonHyperlegibleNext-400Regular": True,
            "/CARNET+AtkinsonHyperlegibleNext-700Bold": True,
        }


class TestFiles:
    def test_the_same_edition_gives_the_same_bytes(self, tmp_path: Path, printed: Path) -> None:
        write_pdf(tmp_path / "again.pdf", EDITION, iter([booklet(1), booklet(2)]))
        assert (tmp_path / "again.pdf").read_bytes() == printed.read_bytes()

    def test_only_its_owner_reads_the_file(self, printed: Path) -> None:
        assert stat.S_IMODE(printed.stat().st_mode) == 0o600

    def test_a_killed_run_leaves_no_file_under_the_final_name(self, tmp_path: Path) -> None:
        def killed() -> object:
            yield booklet(1)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_pdf(tmp_path / "killed.pdf", EDITION, killed())  # type: ignore[arg-type]
        assert not (tmp_path / "killed.pdf").exists()

    def test_a_name_of_another_alphabet_does_not_stop_the_print(self, tmp_path: Path) -> None:
        edition = Edition(
            title="Łódź\u202f Ξ", booklet_size=2, value_cents=1250, validity="v", phone="", website="a.fr", funders=("F",), operator="O"
        )
        write_pdf(tmp_path / "other.pdf", edition, [booklet(1)])
        assert "12,50 €" in words(tmp_path / "other.pdf", 1)

    def test_a_simulation_says_so_on_every_page(self, tmp_path: Path) -> None:
        edition = Edition(
            title="T",
            booklet_size=2,
            value_cents=1000,
            validity="v",
            phone="",
            website="a.fr",
            funders=("F",),
            operator="O",
            is_simulated=True,
        )
        write_pdf(tmp_path / "simulated.pdf", edition, [booklet(1)])
        assert all("ACTIVITÉ SIMULÉE" in words(tmp_path / "simulated.pdf", page) for page in range(3))


class TestVariableData:
    def test_a_print_shop_reads_one_line_a_voucher(self) -> None:
        file = io.StringIO(newline="")
        write_csv(file, EDITION, [booklet(1), booklet(2)])
        lines = list(csv.DictReader(io.StringIO(file.getvalue(), newline=""), delimiter=";"))
        assert tuple(lines[0]) == CSV_HEADER
        assert [line["rang"] for line in lines] == ["1", "2", "1", "2"]
        expected = booklet(2).vouchers[0]
        assert (lines[2]["cheque"], lines[2]["code"], lines[2]["qr"]) == (expected.serial, expected.code, expected.url)
        assert lines[2]["valeur"] == "10\u00a0€"
        assert "\r\n" in file.getvalue()


class TestWords:
    def test_the_last_day_printed_is_included(self) -> None:
        until = end_of_day(date(2027, 12, 31))
        assert printed_validity(printed_until=until, months_after_hand_over=None) == "Valable jusqu’au 31 décembre 2027 inclus"
        assert printed_validity(printed_until=end_of_day(date(2027, 8, 1)), months_after_hand_over=6) == (
            "Valable 6 mois après la remise, au plus tard le 1er août 2027"
        )
