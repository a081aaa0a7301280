"""What comes out of the printer, read back the way people and cameras read it: from pixels."""

import csv
import io
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from carnet.gateways.printer import (
    CSV_HEADER,
    Edition,
    NearPlace,
    Paper,
    PrintedBooklet,
    PrintedVoucher,
    overflows,
    printed_validity,
    write_accessible,
    write_csv,
    write_pdf,
    write_proof,
)
from carnet.kernel.identifiers import BookletSerial, SecretCode, VoucherSerial
from carnet.kernel.periods import end_of_day
from tests.gateways import readers

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
    perimeter="Loire-Atlantique",
    phone_hours="Du lundi au vendredi, de 9 h à 17 h",
)
PLACES = (
    NearPlace(
        "Médiathèque Floresca Guépin", "15 rue de la Haluchère, 44300 Nantes", "02 40 93 41 60", "Du mardi au samedi", "à 10 minutes à pied"
    ),
    NearPlace("Atelier coopératif", "2 rue Pablo Picasso, 44000 Nantes", "", "", "à 3 km"),
)
# The longest words of our catalogue among them.
LABELS = (
    "Premiers pas avec un ordinateur", "Premiers pas avec un téléphone ou une tablette", "Chercher sur internet", "Ouvrir et utiliser une boîte mail",
    "Appeler ses proches en vidéo", "Imprimer, scanner, photocopier", "Vérifier une information, comprendre les réseaux sociaux",
    "Accompagner ses enfants face aux écrans", "Faire une démarche administrative en ligne", "Ranger et sauvegarder fichiers et photos",
    "Se servir du numérique dans son activité",
)  # fmt: skip
MM = 72 / 25.4
AROUND = 12
TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 4 + "ABCDEFGH"


def booklet(number: int, places: tuple[NearPlace, ...] = ()) -> PrintedBooklet:
    serial = BookletSerial("NM", number)
    vouchers = tuple(
        PrintedVoucher(
            serial=VoucherSerial("NM", number * 2 + rank).printed(),
            code=SecretCode.from_random(4829150067312849 + number * 7 + rank).printed(),
            url=f"HTTPS://CARNET.EXEMPLE.FR/V/{rank}{TOKEN[:-1]}",
        )
        for rank in range(2)
    )
    return PrintedBooklet(serial.printed(), str(serial), vouchers, places)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("printer") / "booklets.pdf"
    assert write_pdf(path, EDITION, [booklet(1), booklet(2, PLACES)]) == 8
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
    def test_a_page_is_cut_at_210_by_99_mm_within_its_bleed_and_its_marks(self, printed: Path) -> None:
        with pikepdf.open(printed) as pdf:
            for page in pdf.pages:
                trim, bleed = ([round(float(edge) / MM, 1) for edge in box] for box in (page.TrimBox, page.BleedBox))
                assert trim == [12, 12, 222, 111]
                assert bleed == [9, 9, 225, 114]
                assert [round(float(edge) / MM, 1) for edge in page.mediabox] == [0, 0, 234, 123]

    def test_the_file_is_sound(self, printed: Path) -> None:
        with pikepdf.open(printed) as pdf:
            assert pdf.check_pdf_syntax() == []

    def test_marks_stand_outside_the_paper_that_is_kept(self, printed: Path, tmp_path: Path) -> None:
        write_pdf(tmp_path / "bare.pdf", EDITION, [booklet(1), booklet(2, PLACES)], marks=False)
        marked, bare = readers.pictures(printed, [2], 254)[0], readers.pictures(tmp_path / "bare.pdf", [2], 254)[0]
        assert "perforation" in words(printed, 2)
        assert "perforation" not in words(tmp_path / "bare.pdf", 2)
        kept, bare = marked.crop((120, 120, 2220, 1110)), bare.crop((0, 0, 2100, 990))
        assert sum(abs(ours - theirs) > 90 for ours, theirs in zip(kept.tobytes(), bare.tobytes(), strict=True)) < 2100 * 990 * 0.02
        assert min(marked.crop((120 - 90, 110, 120 - 50, 130)).tobytes()) < 100, "a crop mark at the upper left"
        assert min(marked.crop((270, 20, 290, 80)).tobytes()) < 100, "the mark of the perforation, 16 mm from the left"

    def test_the_cover_says_what_it_is_how_to_use_it_who_to_call_and_who_pays(self, printed: Path) -> None:
        cover = words(printed, 0)
        for said in (
            "Pass numérique « cœur d’Îlot »",
            "2 chèques de 10 €",
            "Choisissez un lieu",
            "02 40 12 34 56",
            "Du lundi au vendredi, de 9 h à 17 h",
            "Valable jusqu’au 31 décembre 2027 inclus",
            "Loire-Atlantique",
            "Nantes Métropole, Département de Loire-Atlantique et L’Œuvre française",
            booklet(1).serial,
        ):
            assert said in cover

    def test_the_inside_names_the_places_near_whoever_hands_it_out(self, printed: Path) -> None:
        inside = words(printed, 5)
        for said in (
            "Médiathèque Floresca Guépin",
            "15 rue de la Haluchère",
            "02 40 93 41 60",
            "Du mardi au samedi",
            "à 3 km",
            "démarches en ligne",
        ):
            assert said in inside

    @pytest.mark.parametrize("services", [LABELS[:2], LABELS[:4], LABELS[-5:], LABELS[:6], LABELS], ids=len)
    def test_every_service_that_was_chosen_is_named_whole(self, tmp_path: Path, services: tuple[str, ...]) -> None:
        edition = replace(EDITION, services=services, notice="Ce carnet est à vous, il est gratuit. " * 3)
        write_pdf(tmp_path / "services.pdf", edition, [booklet(2, PLACES)])
        inside = words(tmp_path / "services.pdf", 1)
        assert all(each in inside for each in services)
        assert "…" not in inside
        assert inside.count("Ce carnet est à vous") == 3
        write_accessible(tmp_path / "large.pdf", edition, [booklet(2, PLACES)])
        large = " ".join(words(tmp_path / "large.pdf", page) for page in range(3))
        assert all(each in large for each in services), "the copy in large print names as many"

    def test_without_a_desk_the_inside_says_how_to_find_a_place(self, printed: Path) -> None:
        inside = words(printed, 1)
        assert "Demandez à la personne qui vous remet ce carnet" in inside
        assert "Médiathèque" not in inside

    def test_the_places_of_a_desk_are_drawn_once_for_all_its_booklets(self, tmp_path: Path) -> None:
        sizes = []
        for count in (1, 41):
            write_pdf(tmp_path / "run.pdf", EDITION, [booklet(number, PLACES) for number in range(1, 1 + count)])
            sizes.append((tmp_path / "run.pdf").stat().st_size)
        vouchers = 2
        assert (sizes[1] - sizes[0]) / 40 < vouchers * 1250 + 600

    def test_a_voucher_shows_its_code_serial_value_date_and_phone(self, printed: Path) -> None:
        page, voucher = words(printed, 7), booklet(2).vouchers[1]
        groups = voucher.code.split(" ")
        for said in (
            " ".join(groups[:3]), " ".join(groups[3:]), voucher.serial, "10 €", "02 40 12 34 56",
            "Valable jusqu’au 31 décembre 2027", "Chèque 2 sur 2",
        ):  # fmt: skip
            assert said in page

    def test_the_qr_code_is_read_from_pixels(self, printed: Path) -> None:
        for page, voucher in ((2, booklet(1).vouchers[0]), (3, booklet(1).vouchers[1]), (7, booklet(2).vouchers[1])):
            (symbol,) = symbols(printed, page)
            assert (symbol.format, symbol.ec_level, symbol.text) == (zxingcpp.BarcodeFormat.QRCode, "M", voucher.url)

    def test_the_qr_code_is_read_at_the_resolution_of_a_poor_photo(self, printed: Path) -> None:
        assert [symbol.text for symbol in symbols(printed, 2, dots_per_inch=72)] == [booklet(1).vouchers[0].url]

    @pytest.mark.skipif(not readers.has_zbar(), reason="needs node and npm's zbar-wasm (make test installs both)")
    @pytest.mark.parametrize("dots_per_inch", [120, 200])
    def test_two_readers_that_share_nothing_read_the_same(self, tmp_path: Path, dots_per_inch: int) -> None:
        booklets = [booklet(number, PLACES) for number in range(3, 13)]
        write_pdf(tmp_path / "sample.pdf", EDITION, booklets)
        seen = readers.pictures(tmp_path / "sample.pdf", range(40), dots_per_inch)
        expected = [
            found
            for each in booklets
            for found in ([("128", each.barcode)], [], [("QR", each.vouchers[0].url)], [("QR", each.vouchers[1].url)])
        ]
        assert readers.by_zxing(seen) == expected
        assert readers.by_zbar(seen) == expected

    def test_the_qr_code_is_larger_than_twenty_millimetres_and_holds_its_quiet_zone(self, printed: Path) -> None:
        (symbol,) = symbols(printed, 2, dots_per_inch=254)
        corners = symbol.position
        side_mm = (corners.top_right.x - corners.top_left.x) / 10
        assert side_mm > 40
        module_mm = side_mm / 45
        assert AROUND + 205 - corners.top_right.x / 10 > 4 * module_mm
        assert corners.top_left.x / 10 - AROUND - 152 > 4 * module_mm

    def test_digits_are_twelve_millimetres_high(self, printed: Path) -> None:
        (picture,) = readers.pictures(printed, [2], 254)
        picture = picture.crop((120 + 280, 120 + 475, 120 + 1450, 120 + 650))
        dark = [y for y in range(picture.height) if min(picture.crop((0, y, picture.width, y + 1)).tobytes()) < 90]
        assert 120 <= dark[-1] - dark[0] + 1 <= 128

    def test_the_barcode_of_the_booklet_is_read_from_pixels(self, printed: Path) -> None:
        (symbol,) = symbols(printed, 4, dots_per_inch=200)
        assert (symbol.format, symbol.text) == (zxingcpp.BarcodeFormat.Code128, booklet(2).barcode)

    def test_in_black_and_white_everything_is_still_said(self, printed: Path) -> None:
        """What a press without colour prints: each word stands out from what is under it."""
        for page in (0, 1, 2):
            (grey,) = readers.pictures(printed, [page], 100)
            assert {min(255, shade // 64 * 64) for shade in set(grey.tobytes())} >= {0, 192}
        assert "Chèque 1 sur 2" in words(printed, 2)

    def test_every_font_is_embedded(self, printed: Path) -> None:
        with pikepdf.open(printed) as pdf:
            fonts = {str(font.BaseFont): "/FontFile2" in font.FontDescriptor for font in pdf.pages[0].resources.Font.values()}
        assert fonts == {
            "/CARNET+AtkinsonHyperlegibleNext-400Regular": True,
            "/CARNET+AtkinsonHyperlegibleNext-700Bold": True,
        }


class TestFiles:
    def test_the_same_edition_gives_the_same_bytes(self, tmp_path: Path, printed: Path) -> None:
        write_pdf(tmp_path / "again.pdf", EDITION, iter([booklet(1), booklet(2, PLACES)]))
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
        assert "12,50 €" in words(tmp_path / "other.pdf", 2)

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
        assert all("ACTIVITÉ SIMULÉE" in words(tmp_path / "simulated.pdf", page) for page in range(4))


class TestSheets:
    def test_three_tickets_a_sheet_cut_into_piles_of_whole_booklets_in_order(self, tmp_path: Path) -> None:
        """Seven booklets of four tickets: piles of 3, 3 and 1, one under the other."""
        booklets = [booklet(number) for number in range(1, 8)]
        assert write_pdf(tmp_path / "a4.pdf", EDITION, booklets, paper=Paper.A4) == 3 * 4
        document = pypdfium2.PdfDocument(tmp_path / "a4.pdf")
        assert {tuple(round(points / MM) for points in page.get_size()) for page in document} == {(210, 297)}
        document.close()
        seen = readers.pictures(tmp_path / "a4.pdf", range(12), 150)
        height = seen[0].height
        piles = [[page.crop((0, height * row // 3, page.width, height * (row + 1) // 3)) for page in seen] for row in range(3)]
        read = [text for pile in piles for found in readers.by_zxing(pile) for _kind, text in found]
        assert read == [text for each in booklets for text in (each.barcode, *(voucher.url for voucher in each.vouchers))]

    def test_ticks_say_where_to_cut(self, tmp_path: Path) -> None:
        write_pdf(tmp_path / "a4.pdf", EDITION, [booklet(1)] * 3, paper=Paper.A4)
        (page,) = readers.pictures(tmp_path / "a4.pdf", [2], 254)
        for cut in (990, 1980):
            assert min(page.crop((5, cut - 4, 30, cut + 4)).tobytes()) < 100
            assert min(page.crop((2070, cut - 4, 2095, cut + 4)).tobytes()) < 100


class TestProof:
    def test_it_is_a_specimen_on_every_page_and_no_place_could_take_it(self, tmp_path: Path) -> None:
        pages = write_proof(tmp_path / "proof.pdf", EDITION, nearest=PLACES)
        said = [words(tmp_path / "proof.pdf", page) for page in range(pages)]
        assert all("SPÉCIMEN" in page for page in said)
        assert "Médiathèque" in said[1]
        assert "000" in said[2]
        assert any("Les 18 chiffres du chèque" in page for page in said[3:]), "the large-print page is there too"
        write_proof(tmp_path / "again.pdf", EDITION, nearest=PLACES)
        assert (tmp_path / "again.pdf").read_bytes() == (tmp_path / "proof.pdf").read_bytes()


class TestOverflows:
    def test_an_ordinary_edition_fits(self) -> None:
        assert overflows(EDITION) == ()

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("title", "Pass numérique de la communauté de communes de la vallée du fleuve et de ses affluents réunis"),
            ("title", "Anticonstitutionnellementissimement"),
            ("notice", "Ce chèque paie une leçon. " * 12),
            (
                "validity",
                "Valable jusqu’au 31 décembre 2027 inclus, sauf les jours fériés et les jours où le lieu est fermé pour travaux ou congés",
            ),
            ("perimeter", "Nantes, Rezé, Saint-Herblain, Orvault, Vertou, Bouguenais, Couëron, Carquefou et Saint-Sébastien-sur-Loire"),
            ("phone", "02 40 12 34 56 ou 02 40 12 34 57 ou 02 40 12 34 58"),
            ("phone_hours", "Du lundi au vendredi de 9 h à 12 h et de 14 h à 17 h, et le samedi matin"),
            ("website", "carnet.la-communaute-de-communes-de-la-vallee-du-fleuve.exemple.fr"),
            ("operator", "Communauté de communes de la vallée " * 4),
        ],
    )
    def test_a_text_too_long_is_named_with_its_room(self, field: str, text: str) -> None:
        found = overflows(replace(EDITION, **{field: text}))
        assert field in {each.field for each in found}
        assert all(each.most_mm > 0 and (each.lines > each.most_lines or len(each.text.split()) >= 1) for each in found)

    @pytest.mark.parametrize("start", range(len(LABELS) - 4))
    def test_any_five_services_fit_and_too_many_are_refused_with_figures(self, start: int) -> None:
        assert overflows(replace(EDITION, services=LABELS[start : start + 5])) == ()
        (found,) = overflows(replace(EDITION, services=LABELS))
        assert (found.field, found.most_lines) == ("services", 4)
        assert found.lines > found.most_lines
        assert {each.field for each in overflows(replace(EDITION, services=("Premiers pas " * 9,)))} == {"services"}

    def test_too_many_funders_for_their_line(self) -> None:
        funders = tuple(f"Communauté de communes numéro {number}" for number in range(12))
        assert {each.field for each in overflows(replace(EDITION, funders=funders))} == {"funders"}


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
        assert lines[2]["perimetre"] == "Loire-Atlantique"
        assert "\r\n" in file.getvalue()

    def test_the_places_the_parcel_and_the_point_go_with_the_booklet(self) -> None:
        file = io.StringIO(newline="")
        write_csv(file, EDITION, [replace(booklet(1, PLACES), box="7", point="Accueil de la mairie"), booklet(2)])
        lines = list(csv.DictReader(io.StringIO(file.getvalue(), newline=""), delimiter=";"))
        assert (lines[0]["colis"], lines[0]["point"]) == ("7", "Accueil de la mairie")
        assert (lines[0]["lieu_1_nom"], lines[0]["lieu_2_distance"], lines[0]["lieu_3_nom"]) == (
            "Médiathèque Floresca Guépin",
            "à 3 km",
            "",
        )
        assert (lines[2]["colis"], lines[2]["point"], lines[2]["lieu_1_nom"]) == ("", "", "")

    def test_each_column_is_explained_to_the_print_shop(self) -> None:
        page = (Path(__file__).resolve().parents[2] / "docs/operating/print-files.md").read_text(encoding="utf-8")
        assert [name for name in CSV_HEADER if f"`{name}`" not in page and not name.startswith("lieu_")] == []
        assert "`lieu_N_distance`" in page


class TestWords:
    def test_the_last_day_printed_is_included(self) -> None:
        until = end_of_day(date(2027, 12, 31))
        assert printed_validity(printed_until=until, months_after_hand_over=None) == "Valable jusqu’au 31 décembre 2027 inclus"
        assert printed_validity(printed_until=end_of_day(date(2027, 8, 1)), months_after_hand_over=6) == (
            "Valable 6 mois après la remise, au plus tard le 1er août 2027"
        )


def test_long_hours_are_never_cut_in_the_middle_of_a_day(tmp_path: Path) -> None:
    two, half = "de 9\u00a0h à 12\u00a0h\u00a030, de 14\u00a0h à 17\u00a0h\u00a030", "de 9\u00a0h à 12\u00a0h\u00a030"
    long = f"Lundi à mardi\u00a0: {two}. Mercredi\u00a0: {half}. Jeudi à vendredi\u00a0: {two}."
    endless = "Sur rendez-vous, sauf les jours de marché, les vacances et les ponts, " * 4
    places = tuple(NearPlace(f"Lieu {rank}", "1 rue", "", hours, "") for rank, hours in enumerate((long, endless, "", "")))
    write_pdf(tmp_path / "long.pdf", EDITION, [booklet(1, places)])
    said = words(tmp_path / "long.pdf", 1).replace("\u00a0", " ")
    assert "Mercredi : de 9 h à 12 h 30. Et d’autres jours." in said
    assert "Jeudi" not in said
    assert "Demandez les horaires au lieu." in said
