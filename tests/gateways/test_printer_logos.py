"""A logo that would print badly is refused, with what would be right."""

import io

import pytest
from PIL import Image, ImageDraw

from carnet.gateways import printer
from carnet.gateways.printer import read_logo


def drawn(
    size: tuple[int, int] = (900, 300), ink: str = "#14506B", paper: str | tuple[int, ...] = "white", mode: str = "RGB"
) -> Image.Image:
    """A frame of ink within white margins."""
    picture = Image.new(mode, size, paper)
    ImageDraw.Draw(picture).rectangle((size[0] // 9, size[1] // 6, size[0] * 8 // 9, size[1] * 5 // 6), fill=ink)
    return picture


def file_of(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


class TestGood:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_its_white_margins_are_cut(self, kind: str) -> None:
        logo = read_logo(file_of(drawn(), kind), name="Nantes Métropole")
        assert abs(logo.width_px - 701) <= 16
        assert abs(logo.height_px - 201) <= 16
        assert len(logo.rgb) == logo.width_px * logo.height_px * 3
        assert "Nantes" in repr(logo)
        assert "rgb" not in repr(logo)

    def test_transparency_becomes_paper(self) -> None:
        logo = read_logo(file_of(drawn(mode="RGBA", paper=(0, 0, 0, 0))), name="n")
        assert logo.width_px == 701
        assert logo.rgb[:3] == bytes((0x14, 0x50, 0x6B))

    def test_a_jpeg_of_a_print_shop_is_in_cmyk(self) -> None:
        logo = read_logo(file_of(Image.new("CMYK", (600, 200), (255, 255, 0, 0)), "JPEG"), name="n")
        red, green, blue = logo.rgb[:3]
        assert blue > 150
        assert max(red, green) < 100

    def test_more_than_paper_can_show_is_not_kept(self) -> None:
        logo = read_logo(file_of(drawn((6000, 2000))), name="n")
        assert logo.width_px <= 33 / 25.4 * 600 + 1

    @pytest.mark.parametrize("mode", ["L", "P", "1", "I;16", "LA"])
    def test_every_way_to_write_a_picture(self, mode: str) -> None:
        picture = Image.new("I;16", (600, 200), 0) if mode == "I;16" else drawn().convert(mode)
        assert read_logo(file_of(picture), name="n").width_px > 400

    def test_the_first_picture_of_several_is_taken(self) -> None:
        frames = [drawn(), drawn(ink="#AA0000")]
        logo = read_logo(file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True), name="n")
        assert logo.rgb[:3] == bytes((0x14, 0x50, 0x6B))


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"", printer.LogoUnreadable),
            (b"GIF89a", printer.LogoUnreadable),
            (file_of(drawn())[:400], printer.LogoUnreadable),
            (b'<?xml version="1.0"?><svg/>', printer.LogoIsDrawing),
            (b"  <svg xmlns='http://www.w3.org/2000/svg'/>", printer.LogoIsDrawing),
            (b"%PDF-1.7", printer.LogoIsDrawing),
            (b"%!PS-Adobe-3.0 EPSF-3.0", printer.LogoIsDrawing),
            (file_of(drawn((300, 100))), printer.LogoTooSmall),
            (file_of(drawn(ink="#FFE680")), printer.LogoTooPale),
            (file_of(Image.new("RGB", (800, 300), "white")), printer.LogoTooPale),
            (file_of(drawn(ink="#FFFFFF", mode="RGBA", paper=(0, 0, 0, 0))), printer.LogoTooPale),
            (file_of(Image.new("RGB", (1800, 200), "black")), printer.LogoTooLong),
            (file_of(Image.new("RGB", (200, 800), "black")), printer.LogoTooLong),
            (bytes(9 * 2**20), printer.LogoTooHeavy),
            (file_of(Image.new("1", (9000, 9000))), printer.LogoTooHeavy),
        ],
    )  # fmt: skip
    def test_with_its_own_reason(self, content: bytes, refusal: type[printer.LogoRefused]) -> None:
        with pytest.raises(printer.LogoRefused) as refused:
            read_logo(content, name="n")
        assert type(refused.value) is refusal

    def test_a_small_one_says_how_many_pixels_it_needs(self) -> None:
        with pytest.raises(printer.LogoTooSmall) as refused:
            read_logo(file_of(Image.new("RGB", (300, 100), "black")), name="n")
        assert refused.value.facts == {"pixels": 300, "needed": 390}
        assert read_logo(file_of(Image.new("RGB", (390, 130), "black")), name="n").width_px == 390

    def test_one_speck_of_black_does_not_save_a_pale_one(self) -> None:
        picture = drawn(ink="#FFE680")
        ImageDraw.Draw(picture).rectangle((300, 100, 310, 110), fill="black")
        with pytest.raises(printer.LogoTooPale):
            read_logo(file_of(picture), name="n")
