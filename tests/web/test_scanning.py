"""What the counter reads besides digits: a scanner that believes in another keyboard, and a photo sent without JavaScript."""

import io
import re
from pathlib import Path

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from carnet.web import packages
from carnet.web.design.wedge import untangled
from carnet.web.place.photos import PHOTO_BYTES_MOST, PhotoUnreadable, codes_in
from tests.web.season import Season
from tests.web.season import season as season

URL = "HTTPS://CARNET.EXEMPLE-VILLE.FR/V/AZQWM234567"
DIGITS = "123456789012345678"
# What each key of an American keyboard writes on another one, without Shift for the top row and with it for letters and the colon.
FRENCH = str.maketrans("1234567890/.-:AQZWM", "&é\"'(-è_çà!:)MQAWZ?")
BELGIAN = str.maketrans("1234567890/.-:AQZWM", "&é\"'(§è!çà=:)MQAWZ?")


@pytest.mark.parametrize("keyboard", [FRENCH, BELGIAN], ids=["French", "Belgian"])
@pytest.mark.parametrize(
    "code", [URL, DIGITS, "123 456 789 012 345 678", "HTTP://127.0.0.1:8000/V/AZ2", "NM-C00001234-56", "NMC0000123456", "AZQW-012345678-90"]
)
def test_a_scanner_set_for_another_keyboard_is_understood(keyboard: dict[int, str], code: str) -> None:
    assert untangled(code.translate(keyboard)) == code


@pytest.mark.parametrize(
    "typed",
    [
        URL,
        URL.lower(),
        DIGITS,
        "",
        " ",
        "AZQW",
        "https",
        "12 3-",
        "x" * 400,
        "é" * 3 + "1",
        "nm-c00001234-56",
        "NM-C00001234-56",
        "NM 012345678 90",
    ],
)
def test_what_was_typed_on_the_right_keyboard_is_left_alone(typed: str) -> None:
    assert untangled(typed) == typed.strip()


def picture(*texts: str, kind: str = "PNG", side: int = 0) -> bytes:
    """A page with QR codes side by side, far apart, as a photo would show them."""
    symbols = []
    for text in texts:
        drawn = io.BytesIO()
        segno.make(text, error="m").save(drawn, kind="png", scale=6, border=6)
        symbols.append(Image.open(drawn).convert("RGB"))
    width = max(side, sum(symbol.width + 60 for symbol in symbols) or 200)
    page = Image.new("RGB", (width, max([side, *(symbol.height + 60 for symbol in symbols)]) or 200), "white")
    left = 30
    for symbol in symbols:
        page.paste(symbol, (left, 30))
        left += symbol.width + 60
    written = io.BytesIO()
    page.save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_read(kind: str) -> None:
    assert codes_in(io.BytesIO(picture(URL, kind=kind))) == [URL]


def test_a_telephone_s_large_photo_is_read_and_several_codes_are_told_apart() -> None:
    assert codes_in(io.BytesIO(picture(URL, kind="JPEG", side=4000))) == [URL]
    assert sorted(codes_in(io.BytesIO(picture(URL, DIGITS)))) == sorted([URL, DIGITS])
    assert codes_in(io.BytesIO(picture())) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello" * 100,
        b"%PDF-1.7\n",
        picture(URL, kind="JPEG")[:2000],
        picture(URL, kind="GIF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
    ids=["nothing", "words", "a PDF", "half a photo", "a GIF", "an SVG"],
)
def test_what_is_not_a_photo_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        codes_in(io.BytesIO(content))


def test_a_small_file_that_unfolds_into_gigabytes_is_refused() -> None:
    written = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(written, "PNG")
    assert len(written.getvalue()) < 500_000
    with pytest.raises(PhotoUnreadable):
        codes_in(written)


# --- over HTTP, as a browser without JavaScript sends it ----------------------------------------------------------------------------------


def send(counter: Client, season: Season, content: bytes, *, where: str = "/place/voucher/", **more: object) -> tuple[int, str]:
    photo = SimpleUploadedFile("photo.jpg", content, "image/jpeg")
    answer = counter.post(where, {"code": "", "place_id": season.campaign.place_id, "photo": photo} | more)
    return answer.status_code, answer.content.decode()


def test_a_photo_is_as_good_as_the_code(season: Season) -> None:
    url = f"HTTPS://CARNET.EXEMPLE.FR/V/{season.campaign.token(1)}"
    status, page = send(season.counter, season, picture(url))
    assert (status, "Ce chèque est bon" in page) == (200, True)
    # What was typed goes before what was photographed.
    status, page = send(season.counter, season, picture(url), code=season.campaign.code(10))
    assert (status, "Pas en service" in page) == (422, True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a picture", "n’est pas une photo lisible"),
        (picture(), "Aucun QR code lisible"),
        (picture(URL, DIGITS), "plusieurs QR codes"),
        (b"x" * (PHOTO_BYTES_MOST + 1), "Le plus lourd accepté est de 12"),
    ],
    ids=["not an image", "no code", "two codes", "too heavy"],
)
def test_each_bad_photo_has_its_own_words(season: Season, content: bytes, words: str) -> None:
    status, page = send(season.counter, season, content)
    assert status == 422
    assert words in page
    assert "<details open>" in page


def test_forty_megabytes_are_refused_before_they_are_read(season: Season) -> None:
    status, page = send(season.counter, season, b"x" * 40 * 10**6)
    assert (status, "Ce fichier est trop lourd" in page) == (413, True)


def test_no_photo_is_kept(season: Season, settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    noisy = Image.effect_noise((2600, 2600), 90)
    written = io.BytesIO()
    noisy.save(written, "PNG")
    assert len(written.getvalue()) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE  # type: ignore[attr-defined]  # large enough to pass by the disk
    assert send(season.counter, season, written.getvalue())[0] == 422
    assert list(tmp_path.rglob("*.upload*")) == []
    kept = Path(settings.MEDIA_ROOT)  # type: ignore[attr-defined]
    assert [path for path in kept.rglob("*") if path.suffix in (".jpg", ".png")] == []


# --- the reader in the browser --------------------------------------------------------------------------------------------------------------


def test_webassembly_is_allowed_where_codes_are_read_and_nowhere_else(season: Season) -> None:
    for address, expected in [
        ("/place/", True),
        ("/place/voucher/", True),
        ("/place/workshop/", True),
        ("/place/redemptions/", False),
        ("/", False),
    ]:
        policy = season.counter.get(address)["Content-Security-Policy"]
        assert ("'wasm-unsafe-eval'" in policy) == expected, address
        assert "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")


def test_without_the_packages_the_page_is_whole_and_promises_no_reader(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_is_served", lambda name: True)
    page = season.counter.get("/place/").content.decode()
    assert re.search(r'data-module="/static/packages/[^"]+\.js" data-wasm="/static/packages/[^"]+\.wasm"', page)
    monkeypatch.setattr(packages, "_is_served", lambda name: False)
    page = season.counter.get("/place/").content.decode()
    assert "data-module" not in page
    assert "Photo du QR code" in page
