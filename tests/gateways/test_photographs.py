"""A photograph is read whatever its side, drawn anew without its past; what is no picture, or a trap, is refused."""

import struct
import zlib
from io import BytesIO

import pytest
import segno
from PIL import Image

from carnet.gateways import photographs
from carnet.gateways.photographs import BYTES_MAX, KEPT_SIDE, PhotographTooHeavy, PhotographUnreadable

TEXTS = ("HTTPS://CARNET.EXAMPLE/V/AAAA", "HTTPS://CARNET.EXAMPLE/V/BBBB")


def paper(*texts: str, width: int = 1200) -> Image.Image:
    """A sheet with QR codes one under the other."""
    sheet = Image.new("RGB", (width, 420 * max(1, len(texts))), "white")
    for rank, text in enumerate(texts):
        drawn = BytesIO()
        segno.make(text, error="m").save(drawn, kind="png", scale=8, border=4)
        sheet.paste(Image.open(drawn).convert("RGB"), (300 + 100 * rank, 420 * rank))
    return sheet


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turn", [0, 90, 180])
def test_the_codes_are_read_from_the_top_whatever_the_side(kind: str, turn: int) -> None:
    found = photographs.read(saved(paper(*TEXTS).rotate(turn, expand=True), kind))
    assert sorted(found.texts) == sorted(TEXTS)
    if turn == 0:
        assert found.texts == TEXTS
    assert Image.open(BytesIO(found.jpeg)).format == "JPEG"


def test_a_photograph_without_codes_is_kept_small_and_upright() -> None:
    beside = Image.Exif()
    beside[0x0112] = 6  # taken on its side
    beside[0x010F] = "a camera nobody needs to know"
    found = photographs.read(saved(Image.new("RGB", (4000, 3000), "white"), "JPEG", exif=beside))
    kept = Image.open(BytesIO(found.jpeg))
    assert (found.texts, kept.size) == ((), (1500, KEPT_SIDE))
    assert not kept.getexif()
    assert b"nobody needs" not in found.jpeg


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that promise a huge picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", PhotographUnreadable),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotographUnreadable),
        (b"%PDF-1.7 nothing", PhotographUnreadable),
        (b"GIF89a" + bytes(100), PhotographUnreadable),
        (saved(Image.new("RGB", (500, 500), "white"), "JPEG")[:-900], PhotographUnreadable),
        (png_that_claims(400, 400), PhotographUnreadable),
        (png_that_claims(60_000, 60_000), PhotographTooHeavy),
        (png_that_claims(9_000, 9_000), PhotographTooHeavy),
        (bytes(BYTES_MAX + 1), PhotographTooHeavy),
    ],
    ids=["empty", "svg", "pdf", "gif", "cut short", "pixels missing", "a bomb", "too many pixels", "too heavy"],
)
def test_what_is_no_photograph_is_refused(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        photographs.read(content)
